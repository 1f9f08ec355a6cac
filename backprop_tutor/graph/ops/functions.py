"""The values and slopes of the functions a formula may call, accurate where the naive form fails.

`formula/functions.py` contains the taught function and derivative; here the same mathematics is computed so that a
saturated unit still has accurate figures: σ′(40) = 4.2e-18, where σ(40)(1 − σ(40)) in floats is 0. A test keeps the two
equal. At the kinks the slopes are those of PyTorch: relu′(0) = 0, |x|′(0) = 0, and max and min share a tie.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul, neg, truediv
from typing import Any

from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.fold import Algebra, Of, fold
from backprop_tutor.formula.functions import ARGUMENTS, KNOWN
from backprop_tutor.formula.functions import FUNCTIONS as TAUGHT
from backprop_tutor.formula.functions import Function as TaughtFunction
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Lit,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    Written,
    formula,
)
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np, remembered
from backprop_tutor.registry import by_name


@frozen(slots=True)
class Function:
    """``value(x)`` and, for each argument, ``slope(out, x) = d value/dx``, element by element."""

    name: str
    value: Callable[..., Array]
    slopes: tuple[Callable[..., Array], ...]


FEW = 64
"""Up to this many numbers the number of calls determines the time, beyond it the work of each call (measured)."""

ZERO = np.array(0.0)
"""An array already, so that no call has to make one."""

exp, logaddexp = np.exp, np.logaddexp


def sigmoid(z: Array) -> Array:
    """σ(z) = 1/(1 + e^(−z)), accurate to the last digits however large |z| is.

    For a few numbers e^(−ln(1 + e^(−z))) is fastest; for many the exponential that cannot overflow.
    """
    if z.size <= FEW:
        return exp(-logaddexp(ZERO, -z))  # type: ignore[no-any-return]
    e = exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


@remembered
def sigmoid_complement(z: Array) -> Array:
    """1 − σ(z) = σ(−z), accurate to the last digits where σ(z) rounds to 1."""
    return sigmoid(-z) if z.size > FEW else exp(-logaddexp(ZERO, z))


def sqrt(x: Any) -> Any:
    """The square root: for numbers a number, for a formula the formula √x."""
    return Call("sqrt", (formula(x),)) if isinstance(x, Written) else np.sqrt(x)


_erfc = np.frompyfunc(math.erfc, 1, 1)


def _normal_below(z: Array) -> Array:
    """Φ(z), the probability that a standard normal number is below z."""
    return 0.5 * np.asarray(_erfc(-z / math.sqrt(2)), dtype=float)


def _normal_density(z: Array) -> Array:
    return np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def _silu_slope(_: Array, z: Array) -> Array:
    return sigmoid(z) * (1 + z * sigmoid(-z))


Arrays = Mapping[str, Array]
Compiled = Callable[[Arrays], Any]


def on_arrays(written: Formula) -> Compiled:
    """Compiles a formula to a function of arrays by name, element by element, each function by its array code.

    Of cases all branches are computed; the caller suppresses warnings from branches that are not chosen. Raises
    TypeError for a formula that is no number.
    """
    return fold(written, _Compiled())


class _Compiled(Algebra[Compiled]):
    """Functions of arrays by name."""

    def number(self, node: Lit | Num) -> Compiled:
        value = float(node.value)
        return lambda given: value

    def symbol(self, node: Sym | Partial) -> Compiled:
        if isinstance(node, Partial):
            return self.refuse(node)
        name = node.base
        return lambda given: given[name]

    def sum(self, node: Add, of: Of) -> Compiled:
        return _reduced(add, tuple(map(of, node.terms)))

    def product(self, node: Mul, of: Of) -> Compiled:
        return _reduced(mul, tuple(map(of, node.factors)))

    def negative(self, node: Neg, of: Of) -> Compiled:
        return _applied(neg, of(node.operand))

    def quotient(self, node: Div, of: Of) -> Compiled:
        return _applied(truediv, of(node.numerator), of(node.denominator))

    def power(self, node: Pow, of: Of) -> Compiled:
        return _applied(np.power, of(node.base), of(node.exponent))

    def call(self, node: Call, of: Of) -> Compiled:
        return _applied(_array_function(node.function), *map(of, node.arguments))

    def comparison(self, node: Compare, of: Of) -> Compiled:
        return _applied(RELATIONS[node.relation].holds, of(node.left), of(node.right))

    def cases(self, node: Cases, of: Of) -> Compiled:
        compiled = of(node.otherwise)
        for then, condition in reversed(node.branches):
            compiled = _applied(np.where, of(condition), of(then), compiled)
        return compiled  # type: ignore[no-any-return]


def _reduced(operator: Callable[[Any, Any], Any], parts: tuple[Compiled, ...]) -> Compiled:
    return lambda given: reduce(operator, (part(given) for part in parts))


def _applied(function: Callable[..., Any], *parts: Compiled) -> Compiled:
    return lambda given: function(*(part(given) for part in parts))


_NUMPY = ("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "cosh", "sinh", "tanh", "sqrt", "abs", "sign", "floor")


def _array_function(name: str) -> Callable[..., Any]:
    if name in _NUMPY:
        return getattr(np, name)  # type: ignore[no-any-return]
    if name in ("erf", "erfc"):
        element_by_element = _erfc if name == "erfc" else np.frompyfunc(math.erf, 1, 1)
        return lambda x: _floats(element_by_element(x))
    return lambda *given: EVERY[name].value(*given)


def _floats(found: Any) -> Any:
    """The numbers that a Python function gives, one by one, as floats."""
    return found.astype(float) if np.ndim(found) else float(found)


def _from_table(function: TaughtFunction) -> Function:
    """The array code of an entry of the table of functions, from its stable forms."""
    names = [symbol.base for symbol in ARGUMENTS[: function.arity]]
    value, slopes = on_arrays(function.computed), tuple(map(on_arrays, function.stable_slopes or function.slopes))

    def computed(*given: Array) -> Any:
        with np.errstate(all="ignore"):
            return value(dict(zip(names, given, strict=True)))

    def slope_of(slope: Compiled) -> Callable[..., Any]:
        def computed_slope(out: Array, *given: Array) -> Any:
            with np.errstate(all="ignore"):
                return slope({"out": out, **dict(zip(names, given, strict=True))}) + np.zeros_like(given[0])

        return computed_slope

    return Function(function.name, computed, tuple(map(slope_of, slopes)))


def _one(name: str, value: Callable[[Array], Any], slope: Callable[[Array, Array], Any]) -> Function:
    return Function(name, value, (slope,))


BY_HAND: Mapping[str, Function] = by_name(
    Function("pi", lambda: np.array(math.pi), ()),
    _one("exp", np.exp, lambda out, x: out),
    _one("log", np.log, lambda out, x: 1 / x),
    _one("sin", np.sin, lambda out, x: np.cos(x)),
    _one("cos", np.cos, lambda out, x: -np.sin(x)),
    _one("tan", np.tan, lambda out, x: 1 + out * out),
    _one("sqrt", np.sqrt, lambda out, x: 0.5 / out),
    _one("abs", np.abs, lambda out, x: np.sign(x)),
    Function(
        "max",
        np.maximum,
        (lambda out, x, y: np.heaviside(x - y, 0.5), lambda out, x, y: np.heaviside(y - x, 0.5)),
    ),
    Function(
        "min",
        np.minimum,
        (lambda out, x, y: np.heaviside(y - x, 0.5), lambda out, x, y: np.heaviside(x - y, 0.5)),
    ),
    _one("sigmoid", sigmoid, lambda out, z: out * sigmoid_complement(z)),
    _one("tanh", np.tanh, lambda out, z: (1 / np.cosh(z)) ** 2),
    _one("relu", lambda z: np.maximum(z, 0.0), lambda out, z: np.where(z > 0, 1.0, 0.0)),
    _one("softplus", lambda z: np.logaddexp(0.0, z), lambda out, z: sigmoid(z)),
    _one("silu", lambda z: z * sigmoid(z), _silu_slope),
    _one("gelu", lambda z: z * _normal_below(z), lambda out, z: _normal_below(z) + z * _normal_density(z)),
)
"""Functions whose array code, written by hand, is faster than that of the table; a test keeps the two equal."""

EVERY: Mapping[str, Function] = by_name(*(BY_HAND.get(name) or _from_table(f) for name, f in KNOWN.items()))
"""Every function of the table, with the functions that only computed formulas contain."""

FUNCTIONS: Mapping[str, Function] = by_name(*(EVERY[name] for name in TAUGHT))
"""What the formulas of a scenario may call."""
