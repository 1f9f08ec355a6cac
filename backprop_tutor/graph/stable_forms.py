"""The stable form of each function as formulas in the exponential and related functions: for straight-line code.

The forms are those of the table of functions. A value and its slopes share subexpressions: with e = e^x and c = 1/(1 +
e) the sigmoid is e·c and its complement c, so σ′ = out·c keeps its figures where out·(1 − out) has lost them. A test
compares every form with the numbers of the table.
"""

from __future__ import annotations

from functools import cache, reduce
from typing import NamedTuple

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Formula, rebuilt, substitute

PAIR = 2
HIDDEN = "!"  # no function of a formula ends in this


class StableForm(NamedTuple):
    """`value` as a formula in x (and y), `slopes` in x, y and the function's own value ``out``."""

    value: Formula
    slopes: tuple[Formula, ...]


@cache
def stable_form(name: str) -> StableForm:
    """The stable form of the function `name` of the table, with the functions it is composed of in theirs."""
    function = KNOWN[name]
    return StableForm(_value(name), tuple(map(stable, function.stable_slopes or function.slopes)))


@cache
def _value(name: str) -> Formula:
    value = KNOWN[name].computed
    return value if isinstance(value, Call) and value.function == name else stable(value)


def stable(written: Formula) -> Formula:
    """A formula with every function, and every first derivative of one, in its stable form."""
    node = rebuilt(written, stable)
    if not isinstance(node, Call) or node.function.rstrip(HIDDEN) not in KNOWN:
        return node
    name = node.function.rstrip(HIDDEN)
    if len(node.arguments) > PAIR:  # the largest or smallest of many is that of two, again and again
        first, *others = node.arguments
        return reduce(lambda found, other: stable(Call(name, (found, other))), others, first)
    given = dict(zip("xy", node.arguments, strict=False))
    value = substitute(_value(name), given)
    return substitute(stable_form(name).slopes[0], {**given, "out": value}) if node.primes else value


def stable_derivative(written: Formula, name: str) -> Formula:
    """∂written/∂name by the chain rule, every function and slope in its stable form."""
    return stable(derivative(_hidden(written), name))


def _hidden(node: Formula) -> Formula:
    """A formula in which functions of one argument are renamed, so that its derivative keeps each f′ unexpanded."""
    node = rebuilt(node, _hidden)
    alone = isinstance(node, Call) and len(node.arguments) == 1
    return Call(node.function + HIDDEN, node.arguments) if alone and isinstance(node, Call) else node
