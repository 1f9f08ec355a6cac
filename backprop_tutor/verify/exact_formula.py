"""A taught formula as SymPy's, so that its derivative is SymPy's own and its value has as many digits as are wanted.

Functions are replaced by their definitions: σ(x) becomes 1/(1 + e^−x), ReLU a definition by cases. SymPy is imported
where it is used; nothing is ever parsed from text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, assert_never

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import ARGUMENTS, KNOWN
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Hadamard,
    Index,
    Lit,
    MatMul,
    Matrix,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    Transpose,
    children,
    substitute,
)

Symbolic: TypeAlias = Any  # an expression of SymPy, which has no type hints

LARGEST_DEGREE, LARGEST_ARGUMENT = 1000, 1e15


class NotExactError(ValueError):
    """A formula or a number that cannot be taken exactly: an enormous power, a matrix, nothing finite."""


def symbolic(formula: Formula, values: Mapping[str, float]) -> Symbolic:
    """`formula` in SymPy, symbols named by their keys.

    `values` says about how large each of them is. Raises NotExactError for powers of a degree above 1000, which SymPy
    would carry out to their last digit, and for functions of enormous numbers.
    """
    if not _effort(formula, values) <= LARGEST_DEGREE:
        raise NotExactError("the numbers become too large")
    return _symbolic(formula)


def variable(name: str) -> Symbolic:
    """A real number of SymPy's, by its name."""
    import sympy

    return sympy.Symbol(name, real=True)


def _symbolic(node: Formula) -> Symbolic:
    import sympy

    match node:
        case Lit(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Num(value=number):
            return sympy.Rational(repr(number))
        case Sym(base=base, key=key):
            return variable(key or base)
        case Add(terms=terms):
            return sympy.Add(*map(_symbolic, terms))
        case Mul(factors=factors):
            return sympy.Mul(*map(_symbolic, factors))
        case Neg(operand=operand):
            return -_symbolic(operand)
        case Div(numerator=above, denominator=below):
            return _symbolic(above) / _symbolic(below)
        case Pow(base=base, exponent=exponent):
            return _symbolic(base) ** _symbolic(exponent)
        case Compare(left=left, relation=relation, right=right):
            return _relations()[relation](_symbolic(left), _symbolic(right))
        case Cases(branches=branches, otherwise=otherwise):
            pairs = ((_symbolic(then), _symbolic(condition)) for condition, then in _swapped(branches))
            return sympy.Piecewise(*pairs, (_symbolic(otherwise), True))
        case Call():
            return _call(node)
        case Partial() | MatMul() | Hadamard() | Transpose() | Index() | Matrix():
            raise NotExactError(f"{type(node).__name__} is not a formula of numbers")
        case _:
            assert_never(node)


def _swapped(branches: tuple[tuple[Formula, Compare], ...]) -> tuple[tuple[Compare, Formula], ...]:
    return tuple((condition, then) for then, condition in branches)


def _call(call: Call) -> Symbolic:
    """A function by its definition, or as the primitive function SymPy has."""
    definition = KNOWN[call.function].taught
    if definition is None:
        return _primitives()[call.function](*map(_symbolic, call.arguments))
    places = (symbol.base for symbol in ARGUMENTS)
    return _symbolic(substitute(definition, dict(zip(places, call.arguments, strict=False))))


def _primitives() -> Mapping[str, Callable[..., Symbolic]]:
    import sympy as s

    return {f.__name__: f for f in (s.exp, s.log, s.sin, s.cos, s.tan, s.sqrt, s.erf)} | {"pi": lambda: s.pi}


def _relations() -> Mapping[str, Callable[..., Symbolic]]:
    import sympy as s

    return {"<": s.Lt, "<=": s.Le, "=": s.Eq, "!=": s.Ne, ">=": s.Ge, ">": s.Gt}


def _effort(node: Formula, values: Mapping[str, float]) -> float:
    """How often any part of the formula is multiplied by itself at most; infinite for a function of a huge number."""
    inside = max((_effort(part, values) for part in children(node)), default=1.0)
    match node:
        case Pow(exponent=exponent):
            return inside * max(1.0, _size(exponent, values))
        case Call(arguments=arguments) if any(not _size(a, values) <= LARGEST_ARGUMENT for a in arguments):
            return math.inf
        case _:
            return inside


def _size(formula: Formula, values: Mapping[str, float]) -> float:
    value = evaluate(formula, values)
    return math.nan if isinstance(value, tuple) else abs(value)
