"""The small changes that turn the formula of a line into what the learner wrote instead.

Every one of them is a change at one place of the tree: a factor left out, doubled or inverted, a term left out or with
the other sign, a constant forgotten, a derivative taken of another function. Nothing here knows networks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from backprop_tutor.formula.nodes import (
    ONE,
    Add,
    Call,
    Cases,
    Div,
    Formula,
    Lit,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    children,
    rebuild,
    rebuilt,
)
from backprop_tutor.practice.exercise.lines import leaves


class Edit(NamedTuple):
    """A change of a formula: its kind, where it is (the same in lines of the same form), what stood there, what stands
    there now (None where it was taken away), the whole formula after it, and how unusual it is, from 1.

    Of two edits of one formula `parts` are the two, each alone.
    """

    kind: str
    place: str
    before: Formula
    after: Formula | None
    written: Formula
    cost: float
    parts: tuple[Edit, ...] = ()


Swaps: TypeAlias = Callable[[str], Iterator[tuple[str, str, float, Formula]]]
"""For the name of a number what may be taken in its place: the kind of edit, how that is related, how unusual it is."""

FIRST, OFTEN, SOMETIMES, SELDOM = 1.0, 1.5, 2.0, 3.0
IN_ALL = 0.5
"""The same in every term of a sum is that much more unusual than in one of them."""
WIDE, ENDS = 32, 2
"""Of more terms or factors nobody writes each by hand: single ones are edited at the two ends only."""

OTHER_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "sigmoid": ("tanh", "relu", "exp"),
    "tanh": ("sigmoid", "relu"),
    "relu": ("sigmoid", "tanh"),
    "sin": ("cos",),
    "cos": ("sin",),
    "max": ("min",),
    "min": ("max",),
    "softplus": ("relu", "sigmoid"),
}
LOG_BASES = (Lit(Fraction(10)), Lit(Fraction(2)))


def edits(written: Formula, swaps: Swaps, most: float) -> Iterator[Edit]:
    """Every change of a formula that is not more unusual than `most`."""
    yield Edit("sign-lost", "", written, Neg(written), Neg(written), FIRST)
    yield Edit("twice", "", written, Mul((TWO, written)), Mul((TWO, written)), OFTEN)
    yield Edit("half", "", written, Div(written, TWO), Div(written, TWO), OFTEN)
    yield from (edit for edit in _inside(written, "") if edit.cost <= most)
    yield from _swapped(written, swaps, most)


def twice(once: Sequence[Edit], swaps: Swaps, most: float) -> Iterator[Edit]:
    """Every two changes of a formula, at different places, that are not more unusual than `most` together.

    `once` are the single changes; what one of them gives as well is no pair.
    """
    alone = {(edit.kind, edit.before, edit.after): edit for edit in once}
    met = {edit.written for edit in once}
    for first in once:
        for edit in edits(first.written, swaps, most - first.cost):
            second = alone.get((edit.kind, edit.before, edit.after))
            if second is not None and second is not first and edit.written not in met:
                met.add(edit.written)
                place, cost = f"{first.kind}{first.place}&{edit.place}", first.cost + edit.cost
                yield edit._replace(place=place, cost=cost, parts=(first, second))


def _inside(node: Formula, place: str) -> Iterator[Edit]:
    """The changes at a node and below it."""
    yield from _here(node, place)
    parts = children(node)
    if isinstance(node, (Sym, Partial)) or is_constant(node) or not parts:
        return
    for i, part in _singled_out(parts):
        for edit in _inside(part, f"{place}.{i}"):
            written = rebuild(node, (*parts[:i], edit.written, *parts[i + 1 :]))
            yield edit._replace(written=written)


def _singled_out(parts: Sequence[Formula]) -> Iterator[tuple[int, Formula]]:
    """The terms or factors that may be edited alone, with their places."""
    count = len(parts)
    return ((i, part) for i, part in enumerate(parts) if count <= WIDE or i < ENDS or i >= count - ENDS)


def _here(node: Formula, place: str) -> Iterator[Edit]:
    match node:
        case Mul():
            yield from _of_product(node, place)
        case Add():
            yield from _of_sum(node, place)
        case Div(numerator=Lit(value=above), denominator=Lit(value=below)) if below:
            yield from _of_constant(node, above / below, place)
        case Div(numerator=above, denominator=below):
            yield from _of_quotient(node, above, below, place)
        case Pow(base=base, exponent=exponent):
            yield Edit("factor-omitted", f"{place}^", node, base, base, OFTEN)
            yield _whole("", f"{place}^'", node, Mul((exponent, base)), SELDOM)
            if isinstance(exponent, Lit) and exponent.value == 2 and not isinstance(base, Add):
                yield from _of_square(node, place)
        case Call():
            yield from _of_call(node, place)
        case Cases(branches=branches, otherwise=otherwise):
            kept = (*(then for then, _ in branches), otherwise)
            for i, branch in enumerate(dict.fromkeys(kept)):
                yield _whole("wrong-case", f"{place}|{i}", node, branch, OFTEN)
        case Neg(operand=operand):
            yield Edit("sign-lost", f"{place}-", node, operand, operand, FIRST)
        case Lit(value=value) if value.denominator > 1:
            yield from _of_constant(node, value, place)
        case _:
            return


def is_constant(node: Formula) -> bool:
    """Whether a formula is an exact number: ½, or 1/2 as it was typed."""
    if isinstance(node, (Sym, Partial, Num, Call)):
        return False
    return isinstance(node, Lit) or all(is_constant(part) for part in children(node))


def _whole(kind: str, place: str, node: Formula, after: Formula, cost: float) -> Edit:
    return Edit(kind, place, node, after, after, cost)


def _of_product(node: Mul, place: str) -> Iterator[Edit]:
    factors = node.factors
    for i, factor in _singled_out(factors):
        rest = (*factors[:i], *factors[i + 1 :])
        left = rest[0] if len(rest) == 1 else Mul(rest, node.wide)
        constant = is_constant(factor)
        kind = "constant-forgotten" if constant else "factor-omitted"
        yield Edit(kind, f"{place}.{i}x", factor, None, left, FIRST)
        if constant:
            continue
        doubled = Mul((*factors[: i + 1], factor, *factors[i + 1 :]), node.wide)
        yield Edit("factor-doubled", f"{place}.{i}xx", factor, Mul((factor, factor)), doubled, SOMETIMES)
        inverted = Mul((*factors[:i], Div(ONE, factor), *factors[i + 1 :]), node.wide)
        yield Edit("factor-inverted", f"{place}.{i}/", factor, Div(ONE, factor), inverted, SELDOM)
        yield from _slopes(node, factors, i, f"{place}.{i}")
    if node.wide and len(factors) > 2:
        slope = 2 if is_complement(factors[-1], factors[-2]) else 1
        kept = Mul(factors[-slope:]) if slope > 1 else factors[-1]
        gone = Mul(factors[:-slope]) if len(factors) - slope > 1 else factors[0]
        yield Edit("upstream-forgotten", f"{place}u", gone, None, kept, OFTEN)
    numbers = [factor for factor in factors if not isinstance(factor, Lit)]
    if len(numbers) == 2 and len(factors) == 2:
        yield _whole("", f"{place}+", node, Add(factors), SELDOM)
    if len(factors) == 2 and is_complement(factors[1], factors[0]):
        a = factors[0]
        yield _whole("slope-of-another-function", f"{place}t", node, Add((ONE, Neg(Pow(a, TWO)))), OFTEN)
        yield _whole("", f"{place}p", node, Mul((a, Add((ONE, a)))), SOMETIMES)


TWO = Lit(Fraction(2))


def is_complement(node: Formula, of: Formula) -> bool:
    """Whether `node` is 1 − `of`."""
    return node == Add((ONE, Neg(of)))


def _slopes(node: Mul, factors: tuple[Formula, ...], i: int, place: str) -> Iterator[Edit]:
    """A slope a(1 − a) that stands as two factors of a longer product."""
    if i == 0 or len(factors) < 3 or not is_complement(factors[i], factors[i - 1]):
        return
    a = factors[i - 1]
    rest = (factors[: i - 1], factors[i + 1 :])

    def instead(kind: str, sign: str, new: Formula | None, cost: float) -> Edit:
        kept = (*rest[0], *(() if new is None else (new,)), *rest[1])
        written = kept[0] if len(kept) == 1 else Mul(kept, node.wide)
        return Edit(kind, place + sign, Mul((a, factors[i])), new, written, cost)

    yield instead("factor-omitted", "s", None, FIRST)
    yield instead("slope-of-another-function", "t", Add((ONE, Neg(Pow(a, TWO)))), OFTEN)
    yield instead("factor-doubled", "ss", Mul((a, factors[i], a, factors[i])), SOMETIMES)
    yield instead("factor-inverted", "/", Div(ONE, Mul((a, factors[i]))), SELDOM)


def _of_square(node: Pow, place: str) -> Iterator[Edit]:
    """A square of a single thing, taken for its double."""
    yield _whole("", f"{place}2", node, Mul((TWO, node.base)), SELDOM)


def _of_sum(node: Add, place: str) -> Iterator[Edit]:
    terms, several = node.terms, len(node.terms) > 1
    for i, term in _singled_out(terms) if several else ():
        rest = (*terms[:i], *terms[i + 1 :])
        left = rest[0] if len(rest) == 1 else Add(rest)
        yield Edit("term-omitted", f"{place}.{i}x", term, None, left, FIRST)
        other = term.operand if isinstance(term, Neg) else Neg(term)
        turned = Add((*terms[:i], other, *terms[i + 1 :]))
        kind = "sign-lost" if isinstance(term, Neg) else "sign-changed"
        yield Edit(kind, f"{place}.{i}-", term, other, turned, OFTEN)
        if not isinstance(term, (Lit, Neg)):
            double = Add((*terms[: i + 1], term, *terms[i + 1 :]))
            yield Edit("term-doubled", f"{place}.{i}xx", term, Add((term, term)), double, SELDOM)
        if len(terms) > 2:
            yield _whole("term-omitted", f"{place}.{i}o", node, term, SOMETIMES)
    if len(terms) == 2:
        yield from _of_difference(node, place)
        if terms[0] == ONE and isinstance(terms[1], Neg) and isinstance(terms[1].operand, Pow):
            yield from _of_tanh_slope(node, terms[1].operand.base, place)
    plain = all(not isinstance(term, (Lit, Neg)) for term in terms)
    if plain and several:
        mean = Div(node, Lit(Fraction(len(terms))))
        yield _whole("mean-for-sum", f"{place}m", node, mean, OFTEN)
        yield _whole("path-product", f"{place}p", node, Mul(terms), SOMETIMES)


def _of_difference(node: Add, place: str) -> Iterator[Edit]:
    """a − b turned round; of 1 − a its complement."""
    first, second = node.terms
    if isinstance(second, Neg) and first == ONE:
        yield _whole("", f"{place}1", node, second.operand, SOMETIMES)
    if isinstance(second, Neg):
        yield _whole("sign-lost", f"{place}~", node, Add((second.operand, Neg(first))), FIRST)


def _of_tanh_slope(node: Add, a: Formula, place: str) -> Iterator[Edit]:
    """The slope 1 − a² of a tanh, taken for that of a sigmoid, or half of it forgotten."""
    yield _whole("slope-of-another-function", f"{place}s", node, Mul((a, Add((ONE, Neg(a))))), OFTEN)
    yield _whole("", f"{place}q", node, Pow(Add((ONE, Neg(a))), TWO), SOMETIMES)
    yield _whole("factor-inverted", f"{place}/", node, Div(ONE, node), SELDOM)


def _of_quotient(node: Div, above: Formula, below: Formula, place: str) -> Iterator[Edit]:
    kind = "constant-forgotten" if is_constant(below) else "factor-omitted"
    yield Edit(kind, f"{place}.1x", below, None, above, FIRST)
    yield _whole("factor-inverted", f"{place}/", node, Div(below, above), OFTEN)
    yield _whole("", f"{place}*", node, Mul((above, below)), OFTEN)
    if above != ONE:
        yield Edit("factor-omitted", f"{place}.0x", above, ONE, Div(ONE, below), SELDOM)


def _of_call(node: Call, place: str) -> Iterator[Edit]:
    argument = node.arguments[0] if node.arguments else None
    if argument is None:
        return
    yield _whole("function-skipped", f"{place}f", node, argument, FIRST)
    for i, other in enumerate(OTHER_FUNCTIONS.get(node.function, ())):
        yield _whole("other-function", f"{place}f{i}", node, Call(other, node.arguments), OFTEN)
    if len(node.arguments) == 1:
        turned = argument.operand if isinstance(argument, Neg) else Neg(argument)
        yield _whole("sign-lost", f"{place}f-", node, Call(node.function, (turned,)), SOMETIMES)
    for i, base in enumerate(LOG_BASES if node.function == "log" else ()):
        yield _whole("other-base", f"{place}l{i}", node, Div(node, Call("log", (base,))), OFTEN)
    for i, argument in enumerate(node.arguments[1:]):
        yield _whole("wrong-case", f"{place}a{i}", node, argument, FIRST)


def _of_constant(node: Formula, value: Fraction, place: str) -> Iterator[Edit]:
    """½ or 1/m: taken twice, the other way up; that it is forgotten is a factor left out."""
    yield _whole("constant-doubled", f"{place}c2", node, Lit(value * value), SOMETIMES)
    if value:
        yield _whole("constant-inverted", f"{place}c/", node, Lit(1 / value), SOMETIMES)


def _swapped(written: Formula, swaps: Swaps, most: float) -> Iterator[Edit]:
    """Every number replaced by one that it may be taken for: in one factor or term of the line, or wherever it stands."""
    parts = children(written) if isinstance(written, (Add, Mul)) else ()
    places: dict[str, Sym | Partial] = {}
    held: defaultdict[str, list[int]] = defaultdict(list)
    for j, part in _singled_out(parts or (written,)):
        for leaf in leaves(part):
            if leaf.key:
                places[leaf.key] = leaf
                held[leaf.key] += [j] if parts and j not in held[leaf.key][-1:] else []
    alike: defaultdict[tuple[str, str, float], dict[str, Formula]] = defaultdict(dict)
    for i, (key, leaf) in enumerate(places.items()):
        inside = held[key]
        for kind, relation, cost, other in swaps(key):
            alike[kind, relation, cost][key] = other
            for j in inside if len(inside) > 1 and cost <= most else ():
                changed = rebuild(written, (*parts[:j], replaced(parts[j], key, other), *parts[j + 1 :]))
                yield Edit(kind, f"{j}@{i}:{relation}", leaf, other, changed, cost)
            cost += 1.0 if len(inside) > 1 else 0.0
            if cost <= most:
                yield Edit(kind, f"@{i}:{relation}", leaf, other, replaced(written, key, other), cost)
    for (kind, relation, cost), others in alike.items():
        if isinstance(written, Add) and len(others) > 1 and cost + IN_ALL <= most:
            changed = written
            for key, other in others.items():
                changed = replaced(changed, key, other)
            yield Edit(kind, f"*:{relation}", written, changed, changed, cost + IN_ALL)


def replaced(node: Formula, key: str, other: Formula) -> Formula:
    """`node` with the letter of a name replaced."""
    if isinstance(node, (Sym, Partial)):
        return other if node.key == key else node
    return rebuilt(node, lambda part: replaced(part, key, other))
