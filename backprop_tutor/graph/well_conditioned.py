"""Rewrites an author's formula into an equal one that keeps its figures, for computing.

1/(1 + e^−z) overflows at z = −720, ln(1 + e^z) is infinite at 720, and 1 − σ(z) is 0 at 40 where the exact value is
4·10⁻¹⁸. Functions of the table have stable code of their own; here the forms in which authors write the same things are
recognised and rewritten in terms of those functions. Lessons show what the author wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import reduce

from backprop_tutor.formula.functions import call
from backprop_tutor.formula.nodes import (
    ONE,
    ZERO,
    Add,
    Call,
    Div,
    Formula,
    Lit,
    Mul,
    Neg,
    Pow,
    is_one,
    is_zero,
    rebuilt,
    total,
)

PAIR = 2


def well_conditioned(written: Formula) -> Formula:
    """`written` in terms of functions that saturate without losing figures; the same value for every real number."""
    node = rebuilt(written, well_conditioned)
    match node:
        case Add(terms=(first, second)):
            return _sum(first, second) or _sum(second, first) or node
        case Div(numerator=above, denominator=below):
            return _quotient(above, below) or node
        case Pow(base=base, exponent=Neg(operand=Lit(value=power)) | Lit(value=power)) if _is_negative(node):
            return _quotient(ONE, Pow(base, Lit(abs(power)))) or node
        case Call(function="log", arguments=(argument,)):
            return _logarithm(argument) or node
        case _:
            return node


def _is_negative(power: Pow) -> bool:
    exponent = power.exponent
    return isinstance(exponent, Neg) or (isinstance(exponent, Lit) and exponent.value < 0)


def _sum(one: Formula, other: Formula) -> Formula | None:
    """1 − σ(u) = σ(−u), 1 ± tanh u = 2σ(±2u), 1 − tanh² u = 4σ(2u)σ(−2u), e^u − 1 = tanh(u/2)(1 + e^u); ½ ± ½ tanh u = σ(±2u)."""
    match one, other:
        case Lit(value=1), Neg(operand=Call(function="sigmoid", arguments=(u,), primes=0)):
            return call("sigmoid", _negative(u))
        case Lit(value=1), Neg(operand=Call(function="tanh", arguments=(u,), primes=0)):
            return 2 * call("sigmoid", Neg(2 * u))
        case Lit(value=1), Call(function="tanh", arguments=(u,), primes=0):
            return 2 * call("sigmoid", 2 * u)
        case Lit(value=1), Neg(operand=square) if (inner := _squared_tanh(square)) is not None:
            return 4 * call("sigmoid", 2 * inner) * call("sigmoid", Neg(2 * inner))
        case Lit(value=1), Neg(operand=Call(function="exp", arguments=(u,))):
            return Neg(_less_one(u))
        case _, _ if _is_half(one) and (side := _half_tanh(other)) is not None:
            return call("sigmoid", side)
        case Neg(operand=Lit(value=1)), Call(function="exp", arguments=(u,)):
            return _less_one(u)
        case Lit(value=1), Neg(operand=Call(function="cos", arguments=(u,), primes=0)):
            return 2 * call("sin", u / 2) ** 2
        case Neg(operand=Lit(value=1)), Call(function="cos", arguments=(u,), primes=0):
            return Neg(2 * call("sin", u / 2) ** 2)
        case _, Neg(operand=root):
            return None if (found := _root_less(root, one)) is None else Neg(found)
        case _:
            return _root_less(other, _negative(one))


def _root_less(root: Formula, v: Formula) -> Formula | None:
    """√(k² + w) − k = w/(√(k² + w) + k), √(w + c) − √(w + d) = (c − d)/(√(w + c) + √(w + d)), √(v² + c) − v = c/(√(v² + c) + |v|) − 2 min(v, 0).

    At v = 0 the slope of the last is that of −2 min(v, 0), where the tie is shared: −1, as it should be.
    """
    inside, below = _terms_of_root(root), _terms_of_root(v)
    if isinstance(v, Lit) and v.value > 0:
        inside, rest = [each for each in inside if each != Lit(v.value**2)], inside
        return total(tuple(inside)) / (root + v) if len(inside) == len(rest) - 1 > 0 else None
    if below:
        more, less = _without(inside, below), _without(below, inside)
        if not all(isinstance(each, Lit) for each in (*more, *less)):
            return None
        apart = _constant(more) - _constant(less)
        size = Lit(abs(apart)) / (root + v)
        return size if apart > 0 else Neg(size) if apart < 0 else None
    size = v.operand if isinstance(v, Neg) else v
    rest = [each for each in inside if each not in (size**2, size * size)]
    if len(inside) == PAIR and len(rest) == 1 and isinstance(rest[0], Lit) and rest[0].value > 0:
        return rest[0] / (root + call("abs", size)) - 2 * call("min", v, ZERO)
    return None


def _terms_of_root(node: Formula) -> list[Formula]:
    """The terms under a square root, constants without their spelling; none for any other formula."""
    match node:
        case Call(function="sqrt", arguments=(inside,), primes=0):
            pass
        case Pow(base=inside, exponent=exponent) if _is_half(exponent):
            pass
        case _:
            return []
    terms = inside.terms if isinstance(inside, Add) else (inside,)
    return [Lit(each.value) if isinstance(each, Lit) else each for each in terms]


def _constant(terms: Iterable[Formula]) -> Fraction:
    """The sum of the constants among some terms."""
    return sum((each.value for each in terms if isinstance(each, Lit)), Fraction(0))


def _without(terms: Iterable[Formula], others: Iterable[Formula]) -> list[Formula]:
    """Some terms without those that are among others."""
    left = list(others)
    return [each for each in terms if each not in left]


def _is_half(node: Formula) -> bool:
    """Whether a formula is ½, as a decimal or as a quotient."""
    match node:
        case Lit(value=value):
            return 2 * value == 1
        case Div(numerator=Lit(value=1), denominator=Lit(value=2)):
            return True
        case _:
            return False


def _half_tanh(node: Formula) -> Formula | None:
    """The 2u of ½ tanh u, and the −2u of its negative."""
    match node:
        case Neg(operand=inside) if (side := _half_tanh(inside)) is not None:
            return _negative(side)
        case Div(numerator=Call(function="tanh", arguments=(u,), primes=0), denominator=Lit(value=2)):
            return 2 * u
        case Mul(factors=(half, Call(function="tanh", arguments=(u,), primes=0))) if _is_half(half):
            return 2 * u
        case _:
            return None


def _less_one(u: Formula) -> Formula:
    """e^u − 1."""
    return call("tanh", u / 2) * (1 + call("exp", u))


def _squared_tanh(node: Formula) -> Formula | None:
    """The u of tanh² u."""
    match node:
        case Pow(base=Call(function="tanh", arguments=(u,), primes=0), exponent=Lit(value=2)):
            return u
        case Mul(factors=(Call(function="tanh", arguments=(u,), primes=0), second)) if second == node.factors[0]:
            return u
        case _:
            return None


def _negative(u: Formula) -> Formula:
    return u.operand if isinstance(u, Neg) else Neg(u)


def _exponent(node: Formula) -> Formula | None:
    """The u of e^u, 0 of 1, −u of 1/e^u."""
    match node:
        case Lit(value=1):
            return ZERO
        case Call(function="exp", arguments=(u,)):
            return u
        case Div(numerator=Lit(value=1), denominator=Call(function="exp", arguments=(u,))):
            return _negative(u)
        case _:
            return None


def _exponents(node: Formula) -> list[Formula] | None:
    """The exponents of a sum of exponentials; None for any other formula."""
    found = [_exponent(term) for term in node.terms] if isinstance(node, Add) else []
    known = [u for u in found if u is not None]
    return known if len(known) == len(found) >= PAIR and not all(map(is_zero, known)) else None


def _log_of_sum(exponents: Iterable[Formula]) -> Formula:
    """ln Σ e^u, pair by pair: ln(e^u + e^v) = max(u, v) + softplus(−|u − v|)."""

    def joined(u: Formula, v: Formula) -> Formula:
        if is_zero(u) or is_zero(v):
            return call("softplus", v if is_zero(u) else u)
        return call("max", u, v) + call("softplus", Neg(call("abs", u - v)))

    return reduce(joined, sorted(exponents, key=is_zero, reverse=True))


def _logarithm(argument: Formula) -> Formula | None:
    """ln(1 + e^u) = softplus(u), ln σ(u) = −softplus(−u), ln(1 ± v) as log1p, ln e^u = u."""
    exponents = _exponents(argument)
    if exponents is not None:
        return _log_of_sum(exponents)
    match argument:
        case Call(function="sigmoid", arguments=(u,), primes=0):
            return Neg(call("softplus", _negative(u)))
        case Call(function="exp", arguments=(u,)):
            return u
        case Add(terms=(first, *rest)) if is_one(first) and not any(isinstance(term, Lit) for term in rest):
            return call("log1p", total(tuple(rest)))
        case Add(terms=(*rest, last)) if is_one(last) and not any(isinstance(term, Lit) for term in rest):
            return call("log1p", total(tuple(rest)))
        case _:
            return None


def _quotient(above: Formula, below: Formula) -> Formula | None:
    """A quotient by a sum of exponentials, or a power of one, as a product of sigmoids; None for any other."""
    base, power = below, 1
    if isinstance(below, Pow) and isinstance(below.exponent, Lit) and below.exponent.value.denominator == 1:
        base, power = below.base, int(below.exponent.value)
    exponents = _exponents(base)
    if exponents is None or power < 1:
        return None
    if power == 1 and (u := _tanh(above, exponents)) is not None:
        return u
    rest = list(_factors(above))
    shares: list[Formula] = []
    for u in exponents:
        while len(shares) < power and (factor := _first(rest, u)) is not None:
            rest.remove(factor)
            shares.append(_share(u, exponents))
    if len(shares) < power:
        if ZERO not in exponents:
            return None
        shares += [_share(ZERO, exponents)] * (power - len(shares))
    return Mul((*rest, *shares)) if rest or len(shares) > 1 else shares[0]


def _factors(node: Formula) -> Iterator[Formula]:
    """The factors of a product without 1."""
    for factor in node.factors if isinstance(node, Mul) else (node,):
        if not is_one(factor):
            yield factor


def _first(factors: Iterable[Formula], u: Formula) -> Formula | None:
    """The first of some factors that is e^u, ignoring u = 0."""
    return next((f for f in factors if not is_zero(u) and _exponent(f) == u), None)


def _share(u: Formula, exponents: list[Formula]) -> Formula:
    """e^u/Σ e^v = σ(u − ln Σ of the others)."""
    others = list(exponents)
    others.remove(u)
    rest = others[0] if len(others) == 1 else _log_of_sum(others)
    if is_zero(rest):
        return call("sigmoid", u)
    return call("sigmoid", _negative(rest) if is_zero(u) else u - rest)


def _tanh(above: Formula, exponents: list[Formula]) -> Formula | None:
    """(e^u − e^v)/(e^u + e^v) = tanh((u − v)/2)."""
    if len(exponents) != PAIR:
        return None
    for u, v in (exponents, exponents[::-1]):
        if above in (Add((call("exp", u), Neg(call("exp", v)))), Add((Neg(call("exp", v)), call("exp", u)))):
            return call("tanh", u if v == Neg(u) else (u - v) / 2)
        if is_zero(v) and above == _less_one(u):
            return call("tanh", u / 2)
        if is_zero(v) and above == Neg(_less_one(u)):
            return Neg(call("tanh", u / 2))
    return None
