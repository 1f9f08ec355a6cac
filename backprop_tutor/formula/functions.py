"""The closed table of functions: what a formula may call, how it is written, computed and differentiated.

A derivative is written once, as a formula in the arguments ``x`` and ``y`` and the function's own value ``out``, as
textbooks do (σ′ = out·(1 − out)). Where a function is composed of simpler ones, `taught` is its definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from backprop_tutor.formula import stable
from backprop_tutor.formula.nodes import Call, Cases, Compare, Formula, Lit, Neg, Sym, substitute
from backprop_tutor.formula.rational import only, square_root
from backprop_tutor.frozen import frozen


@frozen(slots=True)
class Function:
    """A function of real numbers.

    `unicode` and `latex` are its name as written; `slopes` its derivative by each argument; `compute` its value, which
    never overflows or raises; `taught` its definition, None for a primitive function; `exact` its value at a rational
    number where that is known to be rational, else None (a composed function has it from its definition).
    """

    name: str
    unicode: str
    latex: str
    slopes: tuple[Formula, ...]
    compute: Callable[..., float]
    taught: Formula | None = None
    exact: Callable[[Fraction], Fraction | None] | None = None

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.slopes)


ARGUMENTS = (x, y) = (Sym("x"), Sym("y"))
"""The symbols that stand for the arguments in `slopes` and `taught`."""

out = Sym("out")
zero, half, one, two = (Lit(Fraction(n, 2)) for n in (0, 1, 2, 4))
leak = Lit(Fraction(1, 100), "0.01")
pi = Call("pi", ())


def call(name: str, *arguments: Formula) -> Call:
    """`name` applied to `arguments`."""
    return Call(name, arguments)


def _positive(then: Formula, otherwise: Formula) -> Cases:
    return Cases(((then, Compare(x, ">", zero)),), otherwise)


def _chosen(relation: str) -> Cases:
    return Cases(((x, Compare(x, relation + "=", y)),), y)


def _share(mine: Sym, relation: str, other: Sym) -> Cases:
    """The derivative of max or min by the argument `mine`: all of it, half of it at a tie, or nothing."""
    return Cases(((one, Compare(mine, relation, other)), (half, Compare(mine, "=", other))), zero)


_exp, _sigmoid, _root = call("exp", x), call("sigmoid", x), call("sqrt", two)
_bell = call("exp", -(x**2) / two)

_TABLE = (
    Function("exp", "exp", r"\exp", (out,), stable.exp, exact=only(0, 1)),
    Function("log", "ln", r"\ln", (1 / x,), stable.log, exact=only(1, 0)),
    Function("sin", "sin", r"\sin", (call("cos", x),), stable.real(math.sin), exact=only(0, 0)),
    Function("cos", "cos", r"\cos", (-call("sin", x),), stable.real(math.cos), exact=only(0, 1)),
    Function("tan", "tan", r"\tan", (1 + out**2,), stable.real(math.tan), exact=only(0, 0)),
    Function("sqrt", "√", r"\sqrt", (1 / (2 * out),), stable.real(math.sqrt), exact=square_root),
    Function(
        "abs", "abs", r"\mathrm{abs}",
        (Cases(((one, Compare(x, ">", zero)), (Neg(one), Compare(x, "<", zero))), zero),),
        abs, Cases(((x, Compare(x, ">=", zero)),), -x),
    ),
    Function("max", "max", r"\max", (_share(x, ">", y), _share(y, ">", x)), max, _chosen(">")),
    Function("min", "min", r"\min", (_share(x, "<", y), _share(y, "<", x)), min, _chosen("<")),
    Function("sigmoid", "σ", r"\sigma", (out * (1 - out),), stable.sigmoid, 1 / (1 + call("exp", -x))),
    Function(
        "tanh", "tanh", r"\tanh", (1 - out**2,), math.tanh,
        (_exp - call("exp", -x)) / (_exp + call("exp", -x)),
    ),
    Function("relu", "ReLU", r"\mathrm{ReLU}", (_positive(one, zero),), lambda x: max(x, 0.0), call("max", zero, x)),
    Function(
        "leaky_relu", "LeakyReLU", r"\mathrm{LeakyReLU}", (_positive(one, leak),), lambda x: max(x, x / 100),
        _positive(x, leak * x),
    ),
    Function("elu", "ELU", r"\mathrm{ELU}", (_positive(one, out + 1),), stable.elu, _positive(x, _exp - 1)),
    Function("softplus", "softplus", r"\mathrm{softplus}", (_sigmoid,), stable.softplus, call("log", 1 + _exp)),
    Function(
        "silu", "SiLU", r"\mathrm{SiLU}", (_sigmoid * (1 + x * (1 - _sigmoid)),),
        lambda x: x * stable.sigmoid(x), x * _sigmoid,
    ),
    Function(
        "gelu", "GELU", r"\mathrm{GELU}",
        (half * (1 + call("erf", x / _root)) + x * _bell / call("sqrt", two * pi),),
        stable.gelu, half * x * (1 + call("erf", x / _root)), only(0, 0),
    ),
)  # fmt: skip

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _TABLE})
"""What the formulas of a scenario may call, by name."""

_BEHIND = (
    Function("erf", "erf", r"\mathrm{erf}", (2 * call("exp", -(x**2)) / call("sqrt", pi),), math.erf, exact=only(0, 0)),
    Function("pi", "π", r"\pi", (), lambda: math.pi),
)

KNOWN: Mapping[str, Function] = MappingProxyType({function.name: function for function in (*_TABLE, *_BEHIND)})
"""The same, with what the definitions and derivatives of those need besides."""


def slope(applied: Call, argument: int) -> Formula:
    """The derivative of a function of the table by one of its arguments, at the arguments it is applied to.

    ``out`` becomes the call itself: the slope of σ(z) is σ(z)(1 − σ(z)). Raises KeyError for an unknown function.
    """
    places = {symbol.base: value for symbol, value in zip(ARGUMENTS, applied.arguments, strict=False)}
    return substitute(KNOWN[applied.function].slopes[argument], {**places, "out": applied})
