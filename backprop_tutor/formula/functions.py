"""The one table of functions: how a function is called, written, taught, computed and differentiated.

A derivative is written once, as a formula in the arguments ``x`` and ``y`` and the function's own value ``out``, as
textbooks do (σ′ = out·(1 − out)). Where a function is composed of simpler ones, `taught` is its definition. Where the
taught form loses figures or overflows, `stable` is one that does not; all computing code (floats, arrays, straight-line
code, JavaScript) is generated from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from backprop_tutor.formula import stable
from backprop_tutor.formula.nodes import Call, Cases, Compare, Div, Formula, Lit, Neg, Num, Sym, children, substitute
from backprop_tutor.formula.rational import only, square_root
from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name
from backprop_tutor.text import T, same


@frozen(slots=True)
class Function:
    """A function of real numbers.

    `unicode` and `latex` are its name as written; `slopes` its derivative by each argument as taught; `taught` its
    definition, None for a primitive function; `stable` and `stable_slopes` the forms in which value and slopes are
    computed, None where the taught form (of a primitive function: the call itself) is as good; `compute` its value in
    floats, which never overflows or raises, None where it follows from those; `exact` its value at a rational number
    where that is known to be rational, else None (a composed function has it from its definition). `text` is the name
    of an activation function; None for any other function.
    """

    name: str
    unicode: str
    latex: str
    slopes: tuple[Formula, ...]
    compute: Callable[..., float] | None = None
    taught: Formula | None = None
    exact: Callable[[Fraction], Fraction | None] | None = None
    stable: Formula | None = None
    stable_slopes: tuple[Formula, ...] | None = None
    text: T | None = None

    @property
    def arity(self) -> int:
        """The number of its arguments."""
        return len(self.slopes)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where its derivative is defined by cases, and may jump."""
        return tuple(sorted({bound for slope in self.slopes for bound in _bounds(slope)}))

    @property
    def computed(self) -> Formula:
        """Its value as a formula that neither overflows nor loses figures; for a primitive function the call itself."""
        return self.stable or self.taught or Call(self.name, ARGUMENTS[: self.arity])


def _bounds(node: Formula) -> Iterator[float]:
    match node:
        case Compare(left=left, right=Lit(value=bound)) if left == x:
            yield float(bound)
        case Compare(left=left, right=Neg(operand=Lit(value=bound))) if left == x:
            yield -float(bound)
    for part in children(node):
        yield from _bounds(part)


ARGUMENTS = (x, y) = (Sym("x"), Sym("y"))
"""The symbols of the arguments in `slopes` and `taught`."""

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
    """The derivative of max or min by the argument `mine`: 1, ½ at a tie, or 0."""
    return Cases(((one, Compare(mine, relation, other)), (half, Compare(mine, "=", other))), zero)


def _pieces(*branches: tuple[Formula, str, Formula], otherwise: Formula) -> Cases:
    """A definition by cases from (value, relation, bound of x): the first that is true, else `otherwise`."""
    return Cases(tuple((then, Compare(x, relation, bound)) for then, relation, bound in branches), otherwise)


def _constant(value: float) -> Num:
    return Num(value, repr(value))


def complement(z: Formula) -> Formula:
    """1 − σ(z) = 1/(1 + e^z), the form that keeps its figures where σ(z) rounds to 1."""
    return 1 / (1 + call("exp", z))


def stable_sigmoid(z: Formula) -> Formula:
    """σ(z) = e^z/(1 + e^z) = e^z·(1 − σ(z))."""
    return call("exp", z) * complement(z)


def stable_softplus(z: Formula) -> Formula:
    """ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|))."""
    return call("max", z, zero) + call("log1p", call("exp", -call("abs", z)))


_exp, _sigmoid, _softplus, _root = call("exp", x), call("sigmoid", x), call("softplus", x), call("sqrt", two)
_bell = call("exp", -(x**2) / two)
_below = half * call("erfc", -x / _constant(math.sqrt(2)))
_density = call("exp", -(x * x) / 2) / _constant(math.sqrt(2 * math.pi))
_three, _six = Lit(Fraction(3)), Lit(Fraction(6))
_selu_alpha, _selu_scale = (Lit(Fraction(text), text) for text in ("1.6732632423543772", "1.0507009873554805"))
_elu_slope = _positive(one, out + 1)
_bend = _constant(math.sqrt(2 / math.pi)) * (x + Lit(Fraction("0.044715"), "0.044715") * x**3)
_bend_slope = _constant(math.sqrt(2 / math.pi)) * (1 + Lit(Fraction("0.134145"), "0.134145") * x**2)
_part = call("sigmoid", 2 * _bend)
_above, _under = Lit(Fraction(20)), Lit(Fraction(-30))  # above, σ is 1 in a float and e^(2·bend) is one; below, σ is 0

_TABLE = (
    Function("exp", "exp", r"\exp", (out,), stable.exp, exact=only(0, 1)),
    Function("log", "ln", r"\ln", (1 / x,), stable.log, exact=only(1, 0)),
    Function("sin", "sin", r"\sin", (call("cos", x),), stable.real(math.sin), exact=only(0, 0)),
    Function("cos", "cos", r"\cos", (-call("sin", x),), stable.real(math.cos), exact=only(0, 1)),
    Function("tan", "tan", r"\tan", (1 + out**2,), stable.real(math.tan), exact=only(0, 0), stable_slopes=(1 + out * out,)),
    Function("sqrt", "√", r"\sqrt", (1 / (2 * out),), stable.real(math.sqrt), exact=square_root),
    Function(
        "abs", "abs", r"\mathrm{abs}",
        (Cases(((one, Compare(x, ">", zero)), (Neg(one), Compare(x, "<", zero))), zero),),
        abs, Cases(((x, Compare(x, ">=", zero)),), -x), stable=call("abs", x),
    ),
    Function(
        "max", "max", r"\max", (_share(x, ">", y), _share(y, ">", x)), max, _chosen(">"), stable=call("max", x, y),
    ),
    Function(
        "min", "min", r"\min", (_share(x, "<", y), _share(y, "<", x)), min, _chosen("<"), stable=call("min", x, y),
    ),
    Function(
        "sigmoid", "σ", r"\sigma", (out * (1 - out),), stable.sigmoid, 1 / (1 + call("exp", -x)),
        stable=stable_sigmoid(x), stable_slopes=(out * complement(x),), text=same("sigmoid"),
    ),
    Function(
        "tanh", "tanh", r"\tanh", (1 - out**2,), math.tanh,
        (_exp - call("exp", -x)) / (_exp + call("exp", -x)),
        stable=call("tanh", x), stable_slopes=(Div(one, call("cosh", x) * call("cosh", x)),), text=same("tanh"),
    ),
    Function(
        "relu", "ReLU", r"\mathrm{ReLU}", (_positive(one, zero),), lambda x: max(x, 0.0), call("max", zero, x),
        stable=_positive(x, zero), text=same("ReLU"),
    ),
    Function(
        "leaky_relu", "LeakyReLU", r"\mathrm{LeakyReLU}", (_positive(one, leak),), lambda x: max(x, x / 100),
        _positive(x, leak * x), text=same("leaky ReLU"),
    ),
    Function(
        "elu", "ELU", r"\mathrm{ELU}", (_elu_slope,), stable.elu, _positive(x, _exp - 1),
        stable=_positive(x, call("expm1", x)), stable_slopes=(_positive(one, _exp),), text=same("ELU"),
    ),
    Function(
        "softplus", "softplus", r"\mathrm{softplus}", (_sigmoid,), stable.softplus, call("log", 1 + _exp),
        stable=stable_softplus(x), text=same("softplus"),
    ),
    Function(
        "silu", "SiLU", r"\mathrm{SiLU}", (_sigmoid * (1 + x * (1 - _sigmoid)),),
        lambda x: x * stable.sigmoid(x), x * _sigmoid,
        stable_slopes=(_sigmoid * (1 + x * complement(x)),), text=same("SiLU"),
    ),
    Function(
        "gelu", "GELU", r"\mathrm{GELU}",
        (half * (1 + call("erf", x / _root)) + x * _bell / call("sqrt", two * pi),),
        stable.gelu, half * x * (1 + call("erf", x / _root)), only(0, 0),
        stable=x * _below, stable_slopes=(_below + x * _density,), text=same("GELU"),
    ),
    Function(
        "gelu_tanh", "GELUtanh", r"\mathrm{GELU}_{\tanh}",
        (half * (1 + call("tanh", _bend)) + half * x * (1 - call("tanh", _bend) ** 2) * _bend_slope,),
        taught=half * x * (1 + call("tanh", _bend)), exact=only(0, 0), stable=_pieces((x, ">", _above), otherwise=x * _part),
        stable_slopes=(
            _pieces(
                (zero, "<", _under), (one, ">", _above),
                otherwise=_part * (1 + x * complement(2 * _bend) * 2 * _bend_slope),
            ),
        ),
        text=T("GELU in its form with tanh", "GELU（tanh 近似）"),
    ),
    Function(
        "hardtanh", "hardtanh", r"\mathrm{hardtanh}",
        (_pieces((zero, "<=", Neg(one)), (zero, ">=", one), otherwise=one),),
        taught=_pieces((Neg(one), "<=", Neg(one)), (one, ">=", one), otherwise=x), text=same("hardtanh"),
    ),
    Function(
        "relu6", "ReLU6", r"\mathrm{ReLU6}", (_pieces((zero, "<=", zero), (zero, ">=", _six), otherwise=one),),
        taught=_pieces((zero, "<=", zero), (_six, ">=", _six), otherwise=x), text=same("ReLU6"),
    ),
    Function(
        "hardsigmoid", "hardsigmoid", r"\mathrm{hardsigmoid}",
        (_pieces((zero, "<=", Neg(_three)), (zero, ">=", _three), otherwise=one / 6),),
        taught=call("relu6", x + 3) / 6, text=same("hardsigmoid"),
    ),
    Function(
        "hardswish", "hardswish", r"\mathrm{hardswish}",
        (_pieces((zero, "<=", Neg(_three)), (one, ">=", _three), otherwise=(2 * x + 3) / 6),),
        taught=x * call("relu6", x + 3) / 6, text=same("hardswish"),
    ),
    Function(
        "celu", "CELU", r"\mathrm{CELU}", (_elu_slope,), taught=_positive(x, _exp - 1),
        stable=_positive(x, call("expm1", x)), stable_slopes=(_positive(one, _exp),), text=same("CELU"),
    ),
    Function(
        "selu", "SELU", r"\mathrm{SELU}", (_positive(_selu_scale, _selu_scale * _selu_alpha * _exp),),
        taught=_selu_scale * _positive(x, _selu_alpha * (_exp - 1)),
        stable=_positive(_selu_scale * x, _selu_scale * _selu_alpha * call("expm1", x)), text=same("SELU"),
    ),
    Function(
        "mish", "Mish", r"\mathrm{Mish}",
        (call("tanh", _softplus) + x * (1 - call("tanh", _softplus) ** 2) * _sigmoid,),
        taught=x * call("tanh", _softplus), text=same("Mish"),
    ),
)  # fmt: skip

FUNCTIONS: Mapping[str, Function] = by_name(*_TABLE)
"""The functions that formulas of a scenario may call, by name."""

_BEHIND = (
    Function("erf", "erf", r"\mathrm{erf}", (2 * call("exp", -(x**2)) / call("sqrt", pi),), math.erf, exact=only(0, 0)),
    Function(
        "erfc", "erfc", r"\mathrm{erfc}", (-2 * call("exp", -(x**2)) / call("sqrt", pi),), math.erfc, exact=only(0, 1)
    ),
    Function("expm1", "expm1", r"\mathrm{expm1}", (_exp,), stable.expm1, _exp - 1, stable=call("expm1", x)),
    Function(
        "log1p", "log1p", r"\mathrm{log1p}", (1 / (1 + x),), stable.log1p, call("log", 1 + x), stable=call("log1p", x)
    ),
    Function("cosh", "cosh", r"\cosh", (call("sinh", x),), stable.cosh, exact=only(0, 1)),
    Function("sinh", "sinh", r"\sinh", (call("cosh", x),), stable.sinh, exact=only(0, 0)),
    Function(
        "sign",
        "sign",
        r"\mathrm{sign}",
        (zero,),
        stable.sign,
        _pieces((one, ">", zero), (Neg(one), "<", zero), otherwise=zero),
    ),
    Function("floor", "floor", r"\mathrm{floor}", (zero,), stable.floor, exact=lambda x: Fraction(math.floor(x))),
    Function("pi", "π", r"\pi", (), lambda: math.pi),
)

KNOWN: Mapping[str, Function] = by_name(*_TABLE, *_BEHIND)
"""The same, with the functions that definitions, derivatives, losses and optimizers need as well."""


@frozen(slots=True)
class Setting:
    """A constant that a function may be given by its name, as in ``leaky_relu(x, slope=0.2)``.

    `usual` is what it is where nothing is said, `written` the function with another one, as a formula in x.
    """

    of: str
    name: str
    usual: Fraction
    written: Callable[[Lit], Formula]


def _mixed(share: Lit, name: str) -> Formula:
    """share·f(x) + (1 − share)·relu(x): f times the share below 0 and x above, for a function that is x there."""
    rest, above = 1 - share.value, call("relu", x)
    f = x if name == "identity" else call(name, x)
    kept = Lit(abs(rest), _decimal(abs(rest))) * above
    return share * f + kept if rest >= 0 else share * f - kept


def _decimal(number: Fraction) -> str:
    return "" if number.denominator == 1 else repr(float(number))


SETTINGS: Mapping[str, Setting] = {
    each.of: each
    for each in (
        Setting("leaky_relu", "slope", leak.value, lambda share: _mixed(share, "identity")),
        Setting("elu", "alpha", Fraction(1), lambda share: _mixed(share, "elu")),
        Setting("celu", "alpha", Fraction(1), lambda size: size * call("celu", x / size)),
        Setting("softplus", "beta", Fraction(1), lambda size: call("softplus", size * x) / size),
        Setting("silu", "beta", Fraction(1), lambda size: x * call("sigmoid", size * x)),
    )
}
"""The functions that take a constant, by name."""


def with_setting(name: str, constant: Lit, argument: Formula) -> Formula:
    """A function with its constant, of an argument; the function itself where that is the usual one."""
    setting = SETTINGS[name]
    if constant.value == setting.usual:
        return call(name, argument)
    return substitute(setting.written(constant), {"x": argument})


def setting_of(node: Formula, argument: Formula) -> tuple[str, Lit] | None:
    """The function and the constant of which a formula was made by `with_setting`; None for any other formula."""
    constants = tuple(_constants(node))
    for name in SETTINGS:
        for constant in constants:
            if with_setting(name, constant, argument) == node:
                return name, constant
    return None


def stands_for(applied: Call, within: Formula) -> str:
    """The name that a function goes by: within ``leaky_relu(x, slope=0.2)`` a ReLU is part of that function."""
    if applied.function == "relu":
        for node in _nodes(within):
            if (known := setting_of(node, applied.arguments[0])) is not None:
                return known[0]
    return applied.function


def _nodes(node: Formula) -> Iterator[Formula]:
    yield node
    for part in children(node):
        yield from _nodes(part)


def _constants(node: Formula) -> Iterator[Lit]:
    if isinstance(node, Lit):
        yield node
    for part in children(node):
        yield from _constants(part)


def slope(applied: Call, argument: int) -> Formula:
    """The derivative of a function of the table by one of its arguments, at the arguments it is applied to.

    ``out`` becomes the call itself: the slope of σ(z) is σ(z)(1 − σ(z)). Raises KeyError for an unknown function.
    """
    places = {symbol.base: value for symbol, value in zip(ARGUMENTS, applied.arguments, strict=False)}
    return substitute(KNOWN[applied.function].slopes[argument], {**places, "out": applied})
