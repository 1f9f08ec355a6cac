"""What a formula is worth where some of its numbers differ from row to row: floats and arrays alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any, TypeAlias

from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import ARGUMENTS, KNOWN
from backprop_tutor.formula.nodes import Add, Call, Cases, Compare, Div, Formula, Lit, Mul, Neg, Num, Partial, Pow, Sym
from backprop_tutor.formula.stable import divide, power
from backprop_tutor.graph.array import np
from backprop_tutor.graph.ops.functions import FUNCTIONS

Numbers: TypeAlias = Any
"""A float, or an array with a number for each row."""


def worth(node: Formula, known: Mapping[str, Numbers]) -> Numbers:
    """The value of `node`, letters looked up by key, else by base; where there is none it is nan or infinite."""
    return _OF[type(node)](node, known)


def _sum(node: Add, known: Mapping[str, Numbers]) -> Numbers:
    value = worth(node.terms[0], known)
    for term in node.terms[1:]:
        value = value + worth(term, known)
    return value


def _product(node: Mul, known: Mapping[str, Numbers]) -> Numbers:
    value = worth(node.factors[0], known)
    for factor in node.factors[1:]:
        value = value * worth(factor, known)
    return value


def _quotient(node: Div, known: Mapping[str, Numbers]) -> Numbers:
    above, below = worth(node.numerator, known), worth(node.denominator, known)
    if isinstance(above, np.ndarray) or isinstance(below, np.ndarray):
        return np.divide(above, below)
    return divide(above, below)


def _power(node: Pow, known: Mapping[str, Numbers]) -> Numbers:
    base, exponent = worth(node.base, known), worth(node.exponent, known)
    if isinstance(exponent, float) and exponent == 2:
        return base * base
    if isinstance(base, np.ndarray) or isinstance(exponent, np.ndarray):
        return np.power(base, exponent)
    return power(base, exponent)


def _called(node: Call, known: Mapping[str, Numbers]) -> Numbers:
    arguments = [worth(argument, known) for argument in node.arguments]
    if node.primes:
        return worth(_slope(node.function, node.primes), {ARGUMENTS[0].base: arguments[0]})
    lists = any(isinstance(argument, np.ndarray) for argument in arguments)
    compute = _of_arrays(node.function) if lists else _of_floats(node.function)
    most = KNOWN[node.function].arity
    return compute(*arguments) if len(arguments) <= most else reduce(compute, arguments)  # the largest of a window


@cache
def _slope(function: str, primes: int) -> Formula:
    found: Formula = Call(function, ARGUMENTS[:1])
    for _ in range(primes):
        found = derivative(found, ARGUMENTS[0].base)
    return found


@cache
def _of_arrays(function: str) -> Callable[..., Numbers]:
    if function in FUNCTIONS:
        return FUNCTIONS[function].value
    compute: Any = np.frompyfunc(_of_floats(function), KNOWN[function].arity, 1)
    return lambda *arguments: compute(*arguments).astype(float)


@cache
def _of_floats(function: str) -> Callable[..., float]:
    known = KNOWN[function]
    if known.compute is not None:
        return known.compute
    return lambda *numbers: worth(known.computed, {s.base: n for s, n in zip(ARGUMENTS, numbers, strict=False)})


def _holds(node: Compare, known: Mapping[str, Numbers]) -> Numbers:
    return RELATIONS[node.relation].holds(worth(node.left, known), worth(node.right, known))


def _chosen(node: Cases, known: Mapping[str, Numbers]) -> Numbers:
    value = worth(node.otherwise, known)
    for then, condition in reversed(node.branches):
        holds = worth(condition, known)
        if isinstance(holds, np.ndarray):
            value = np.where(holds, worth(then, known), value)
        elif holds:
            value = worth(then, known)
    return value


_OF: Mapping[type, Callable[[Any, Mapping[str, Numbers]], Numbers]] = {
    Lit: lambda node, known: float(node.value),
    Num: lambda node, known: node.value,
    Sym: lambda node, known: known[node.key or node.base],
    Partial: lambda node, known: known[node.key],
    Neg: lambda node, known: -worth(node.operand, known),
    Add: _sum,
    Mul: _product,
    Div: _quotient,
    Pow: _power,
    Call: _called,
    Compare: _holds,
    Cases: _chosen,
}
