"""Converts a taught formula to SymPy, so that its derivative is SymPy's own and its value has as many digits as wanted.

Functions are replaced by their definitions: σ(x) becomes 1/(1 + e^−x), ReLU a definition by cases. SymPy is imported
where it is used; nothing is ever parsed from text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.fold import Algebra, Of, fold
from backprop_tutor.formula.functions import ARGUMENTS, KNOWN
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Formula,
    Lit,
    Mul,
    Num,
    Partial,
    Pow,
    Sym,
    children,
    substitute,
)

Symbolic: TypeAlias = Any  # an expression of SymPy, which has no type hints

LARGEST_DEGREE, LARGEST_ARGUMENT = 1000, 1e15
OF_POWERS_OF_E = {"exp": 1e5, "erf": 300.0}
"""The largest arguments of functions whose distance from 0 or 1 is e to the minus so much, or to the minus its square:
SymPy computes a sum to the last digit of its smallest term, were it 10^(−10^13).
"""


class NotExactError(ValueError):
    """Raised for a formula or a number that cannot be exact: an enormous power, a matrix, a value that is not finite."""


class NeverExactError(NotExactError):
    """Raised for a formula that cannot be exact with any number of digits."""


def symbolic(formula: Formula, values: Mapping[str, float]) -> Symbolic:
    """`formula` in SymPy, symbols named by their keys.

    `values` gives the approximate size of each of them. Raises NeverExactError for powers of a degree above 1000, which
    SymPy would compute to their last digit, and for functions of enormous numbers.
    """
    if not _effort(formula, values) <= LARGEST_DEGREE:
        raise NeverExactError("the numbers become too large")
    return fold(formula, _Symbolic())


def variable(name: str) -> Symbolic:
    """A real number of SymPy's, by its name."""
    import sympy

    return sympy.Symbol(name, real=True)


class _Symbolic(Algebra[Symbolic]):
    """SymPy's expressions."""

    def number(self, node: Lit | Num) -> Symbolic:
        import sympy

        if isinstance(node, Num) and not math.isfinite(node.value):
            raise NotExactError("a number that is not finite")
        return sympy.Rational(repr(node.value) if isinstance(node, Num) else node.value)

    def symbol(self, node: Sym | Partial) -> Symbolic:
        return variable(node.key or node.base) if isinstance(node, Sym) else self.refuse(node)

    def sum(self, node: Add, of: Of) -> Symbolic:
        import sympy

        return sympy.Add(*map(of, node.terms))

    def product(self, node: Mul, of: Of) -> Symbolic:
        import sympy

        return sympy.Mul(*map(of, node.factors))

    def call(self, node: Call, of: Of) -> Symbolic:
        """A function by its definition, or as the primitive function SymPy has; the largest of many by pairs."""
        if len(node.arguments) > len(ARGUMENTS):
            *before, last = node.arguments
            return of(replace(node, arguments=(replace(node, arguments=tuple(before)), last)))
        definition = _defined(node)
        return _primitives()[node.function](*map(of, node.arguments)) if definition is None else of(definition)

    def comparison(self, node: Compare, of: Of) -> Symbolic:
        return _relations()[node.relation](of(node.left), of(node.right))

    def cases(self, node: Cases, of: Of) -> Symbolic:
        import sympy

        pairs = ((of(then), of(condition)) for then, condition in node.branches)
        return sympy.Piecewise(*pairs, (of(node.otherwise), True))

    def refuse(self, node: Formula, _: Of | None = None) -> Symbolic:
        raise NotExactError(f"{type(node).__name__} is not a formula of numbers")


def _defined(node: Call) -> Formula | None:
    """A function by its definition; None for a primitive one."""
    definition = KNOWN[node.function].taught
    places = (symbol.base for symbol in ARGUMENTS)
    return None if definition is None else substitute(definition, dict(zip(places, node.arguments, strict=False)))


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
        case Call(function=function, arguments=arguments):
            largest = OF_POWERS_OF_E.get(function, LARGEST_ARGUMENT)
            if any(not _size(a, values) <= largest for a in arguments):
                return math.inf
            definition = _defined(node)
            return inside if definition is None else max(inside, _effort(definition, values))
        case _:
            return inside


def _size(formula: Formula, values: Mapping[str, float]) -> float:
    value = evaluate(formula, values)
    return math.nan if isinstance(value, tuple) else abs(value)
