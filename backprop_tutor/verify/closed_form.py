"""One gradient as a single formula in what is given, differentiated by SymPy and nothing of ours."""

from __future__ import annotations

from fractions import Fraction

from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Mul, Neg, Pow, Sym, formula, substitute
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace
from backprop_tutor.verify.exact_formula import NotExactError, Symbolic, symbolic, variable

MOST_OPERATIONS = 60
MOST_GIVEN = 16


def gradient(trace: Trace, element: Element) -> Formula | None:
    """∂loss/∂element in the given quantities, symbols named by their contract names; None where it is too long.

    The loss is put together from the taught formulas down to what is given; SymPy differentiates and shortens it.
    """
    reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity), key=str(quantity)), 1)
    if sum(len(reading.elements(i)) for i, node in enumerate(trace.graph.nodes) if node.op is None) > MOST_GIVEN:
        return None
    try:
        loss = symbolic(_in_given(reading), _values(reading))
        if loss.count_ops() > MOST_OPERATIONS:
            return None
        found = _shortened(loss.diff(variable(str(reading.quantity(element)))))
        return _written(found) if found.count_ops() <= MOST_OPERATIONS else None
    except NotExactError:
        return None


def _shortened(found: Symbolic) -> Symbolic:
    import sympy

    ways = (
        found,
        sympy.factor_terms(found),
        sympy.powsimp(sympy.factor(found)),
        sympy.simplify(found).rewrite(sympy.exp),
    )
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
    """A formula of SymPy's as ours. Raises NotExactError for what we do not write."""
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
