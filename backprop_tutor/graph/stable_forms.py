"""How each function is best computed from the exponential and its kin, as formulas: for straight-line code.

A value and its slopes share what they have in common: with e = e^x and c = 1/(1 + e) the sigmoid is e·c and its
complement c, so σ′ = out·c keeps its figures where out·(1 − out) has lost them. A test holds every form against the
numbers of `functions`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import FUNCTIONS, call
from backprop_tutor.formula.nodes import (
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Num,
    Sym,
    children,
    formula,
    rebuild,
    substitute,
)
from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name

x, y, out = Sym("x"), Sym("y"), Sym("out")
HIDDEN = "!"  # no function of a formula ends in this


@frozen
class StableForm:
    """`value` as a formula in x (and y), `slopes` in x, y and the function's own value `out`."""

    name: str
    value: Formula
    slopes: tuple[Formula, ...]


def _constant(value: float) -> Num:
    return Num(value, repr(value))


def _positive(then: Formula, otherwise: Formula) -> Formula:
    return Cases(((then, Compare(x, ">", formula(0))),), otherwise)


def complement(z: Formula) -> Formula:
    """1 − σ(z) = 1/(1 + e^z)."""
    return 1 / (1 + call("exp", z))


def sigmoid(z: Formula) -> Formula:
    """σ(z) = e^z/(1 + e^z) = e^z·(1 − σ(z))."""
    return call("exp", z) * complement(z)


def softplus(z: Formula) -> Formula:
    """ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|))."""
    return call("max", z, formula(0)) + call("log1p", call("exp", -call("abs", z)))


_root = _constant(math.sqrt(2))
_below = formula(1) / 2 * call("erfc", -x / _root)
_bell = call("exp", -(x * x) / 2) / _constant(math.sqrt(2 * math.pi))
_own: dict[str, Formula] = {"exp": out, "sin": call("cos", x), "cos": -call("sin", x), "tan": 1 + out * out}
_own |= {"log": 1 / x, "sqrt": formula(1) / 2 / out, "tanh": Div(formula(1), call("cosh", x) * call("cosh", x))}

STABLE: Mapping[str, StableForm] = by_name(
    *(StableForm(name, call(name, x), (slope,)) for name, slope in _own.items()),
    *(StableForm(name, call(name, x), FUNCTIONS[name].slopes) for name in ("abs",)),
    *(StableForm(name, call(name, x, y), FUNCTIONS[name].slopes) for name in ("max", "min")),
    *(
        StableForm(name, _positive(x, low), (_positive(formula(1), slope),))
        for name, low, slope in (
            ("relu", formula(0), formula(0)),
            ("leaky_relu", _constant(0.01) * x, _constant(0.01)),
            ("elu", call("expm1", x), call("exp", x)),
        )
    ),
    StableForm("sigmoid", sigmoid(x), (out * complement(x),)),
    StableForm("softplus", softplus(x), (sigmoid(x),)),
    StableForm("silu", x * sigmoid(x), (sigmoid(x) * (1 + x * complement(x)),)),
    StableForm("gelu", x * _below, (_below + x * _bell,)),
)

_EVERY = {**STABLE, "log1p": StableForm("log1p", call("log1p", x), (1 / (1 + x),))}


def stable(written: Formula) -> Formula:
    """A formula with every function, and every first derivative of one, in its stable form."""
    node = rebuild(written, tuple(map(stable, children(written)))) if children(written) else written
    if not isinstance(node, Call) or node.function.rstrip(HIDDEN) not in _EVERY:
        return node
    form = _EVERY[node.function.rstrip(HIDDEN)]
    value = substitute(form.value, dict(zip("xy", node.arguments, strict=False)))
    if not node.primes:
        return value
    return substitute(form.slopes[0], {**dict(zip("xy", node.arguments, strict=False)), "out": value})


def stable_derivative(written: Formula, name: str) -> Formula:
    """∂written/∂name by the chain rule, every function and slope in its stable form."""
    return stable(derivative(_hidden(written), name))


def _hidden(node: Formula) -> Formula:
    """A formula whose functions of one argument are not known by name, so that a derivative leaves f′ as it is."""
    node = rebuild(node, tuple(map(_hidden, children(node)))) if children(node) else node
    alone = isinstance(node, Call) and len(node.arguments) == 1
    return Call(node.function + HIDDEN, node.arguments) if alone and isinstance(node, Call) else node
