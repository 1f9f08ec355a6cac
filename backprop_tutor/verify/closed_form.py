"""One gradient as a single formula in the given numbers, differentiated by SymPy, independently of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import partial
from time import monotonic

from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Mul, Neg, Pow, Sym, children, formula, substitute
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace
from backprop_tutor.verify.deadline import SECONDS, within
from backprop_tutor.verify.exact_formula import NotExactError, Symbolic, symbolic, variable

MOST_OPERATIONS = 60
MOST_GIVEN = 16
LONGEST, HOPELESS = 300, 3
"""The number of letters beyond which a loss is not written down; what is many times too long will not become short."""


def shortest_gradient(trace: Trace, elements: Iterable[Element]) -> tuple[Element, Formula] | None:
    """The first of some elements whose ∂loss/∂element is short, with it; symbols have their contract names.

    The loss is composed of the taught formulas down to the given numbers; SymPy differentiates and simplifies it.
    Raises TimeoutError where that takes too long.
    """
    import sympy  # noqa: F401 - loaded before the clock runs

    reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity), key=str(quantity)), 1)
    if _is_long(reading):
        return None
    until = monotonic() + SECONDS
    try:
        loss = within(SECONDS, lambda: symbolic(_in_given(reading), _values(reading)))
    except NotExactError:
        return None
    if loss.count_ops() > MOST_OPERATIONS:
        return None
    found = ((element, _gradient(loss, variable(str(reading.quantity(element))), until)) for element in elements)
    return next(((element, formula) for element, formula in found if formula is not None), None)


def _is_long(reading: SymbolicTrace) -> bool:
    """Whether the loss in the given numbers would be too long to read, estimated before it is written."""
    nodes = reading.graph.nodes
    if sum(len(reading.elements(i)) for i, node in enumerate(nodes) if node.op is None) > MOST_GIVEN:
        return True
    lengths: dict[str, int] = {}
    for i in reading.graph.computed:
        for element in reading.elements(i):
            length = _length(reading.definition(element, reading.letter), lengths)
            if length > LONGEST:
                return True
            lengths[str(reading.quantity(element))] = length
    return False


def _length(written: Formula, lengths: Mapping[str, int]) -> int:
    """The number of letters and numbers in a formula after every name and every function is replaced by its definition."""
    match written:
        case Sym(base=base, key=key):
            return lengths.get(key or base, 1)
        case Call(function=name, arguments=arguments) if (taught := KNOWN[name].taught) is not None:
            return _length(taught, dict(zip("xy", (_length(each, lengths) for each in arguments), strict=False)))
        case _:
            return max(1, sum(_length(part, lengths) for part in children(written)))


def _gradient(loss: Symbolic, by: Symbolic, until: float) -> Formula | None:
    found = within(_left(until), lambda: loss.diff(by))
    if found.count_ops() > HOPELESS * MOST_OPERATIONS:
        return None
    found = _shortened(found, until)
    try:
        return _written(found) if found.count_ops() <= MOST_OPERATIONS else None
    except NotExactError:
        return None


def _left(until: float) -> float:
    """The remaining seconds. Raises TimeoutError where there are none."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _shortened(found: Symbolic, until: float) -> Symbolic:
    """The shortest of several ways to write a derivative, among those that are found in time."""
    import sympy

    ways, shorter = (
        [found],
        (
            sympy.factor_terms,
            lambda each: sympy.powsimp(sympy.factor(each)),
            lambda each: sympy.simplify(each).rewrite(sympy.exp),
        ),
    )
    with suppress(TimeoutError):
        ways.extend(within(_left(until), partial(shorten, found)) for shorten in shorter)
    return min(ways, key=lambda each: each.count_ops())


def _in_given(reading: SymbolicTrace) -> Formula:
    """The loss with each computed letter replaced by the formula that makes it."""
    made: dict[str, Formula] = {}
    for node in reading.graph.computed:
        for element in reading.elements(node):
            written = substitute(reading.definition(element, reading.letter), made)
            made[str(reading.quantity(element))] = written
    return written


def _values(reading: SymbolicTrace) -> dict[str, float]:
    nodes = range(len(reading.graph.nodes))
    return {str(reading.quantity(e)): reading.value(e) for node in nodes for e in reading.elements(node)}


def _written(node: Symbolic) -> Formula:
    """Converts a formula of SymPy's to ours. Raises NotExactError for what our formulas cannot express."""
    import sympy

    match node:
        case sympy.Symbol():
            return Sym(node.name, key=node.name)
        case sympy.Rational():
            return _number(Fraction(int(node.p), int(node.q)))
        case sympy.Add():
            return Add(tuple(map(_written, node.as_ordered_terms())))
        case sympy.exp() | sympy.log() | sympy.sin() | sympy.cos() | sympy.tan():
            return Call(node.func.__name__, (_written(node.args[0]),))
        case sympy.Mul() if node.could_extract_minus_sign():
            return Neg(_written(-node))
        case sympy.Mul() | sympy.Pow() if sympy.fraction(node, exact=True)[1] != 1:
            above, below = sympy.fraction(node, exact=True)
            return Div(_written(above), _written(below))
        case sympy.Mul():
            return Mul(tuple(map(_written, node.as_ordered_factors())))
        case sympy.Pow(base=base, exp=power):
            return Call("sqrt", (_written(base),)) if power == sympy.S.Half else Pow(_written(base), _written(power))
        case _:
            raise NotExactError(f"{type(node).__name__} is not written here")


def _number(value: Fraction) -> Formula:
    return formula(value) if value >= 0 else Neg(formula(-value))
