"""The numbers behind the functions a formula may call: each value and each slope, right where the naive form fails.

`formula/functions.py` holds how a function and its derivative are taught; here the same mathematics is computed so
that a saturated unit still gives true figures: σ′(40) = 4.2e-18, where σ(40)(1 − σ(40)) in floats is 0. A test holds
the two together. At the kinks the slopes are those of PyTorch: relu′(0) = 0, |x|′(0) = 0, and max and min share a tie.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from backprop_tutor.formula.nodes import Call, Written, formula
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
"""Up to so many numbers the number of calls counts, beyond that what each of them does (measured)."""

ZERO = np.array(0.0)
"""An array already, so that no call has to make one."""


def sigmoid(z: Array) -> Array:
    """σ(z) = 1/(1 + e^(−z)), true to the last digits however far z lies out.

    For a few numbers the shortest way is e^(−ln(1 + e^(−z))); for many the exponential that cannot overflow.
    """
    if z.size <= FEW:
        return np.exp(-np.logaddexp(ZERO, -z))  # type: ignore[no-any-return]
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


@remembered
def sigmoid_complement(z: Array) -> Array:
    """1 − σ(z) = σ(−z), true to the last digits where σ(z) rounds to 1."""
    return sigmoid(-z) if z.size > FEW else np.exp(-np.logaddexp(ZERO, z))


def sqrt(x: Any) -> Any:
    """The square root: of numbers a number, of a formula the formula √x."""
    return Call("sqrt", (formula(x),)) if isinstance(x, Written) else np.sqrt(x)


_erfc = np.frompyfunc(math.erfc, 1, 1)


def _normal_below(z: Array) -> Array:
    """Φ(z), the chance that a standard normal number lies below z."""
    return 0.5 * np.asarray(_erfc(-z / math.sqrt(2)), dtype=float)


def _normal_density(z: Array) -> Array:
    return np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def _silu_slope(_: Array, z: Array) -> Array:
    return sigmoid(z) * (1 + z * sigmoid(-z))


def _one(name: str, value: Callable[[Array], Any], slope: Callable[[Array, Array], Any]) -> Function:
    return Function(name, value, (slope,))


FUNCTIONS: Mapping[str, Function] = by_name(
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
    _one("leaky_relu", lambda z: np.where(z > 0, z, 0.01 * z), lambda out, z: np.where(z > 0, 1.0, 0.01)),
    _one(
        "elu",
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda out, z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
    ),
    _one("softplus", lambda z: np.logaddexp(0.0, z), lambda out, z: sigmoid(z)),
    _one("silu", lambda z: z * sigmoid(z), _silu_slope),
    _one("gelu", lambda z: z * _normal_below(z), lambda out, z: _normal_below(z) + z * _normal_density(z)),
)

EVERY: Mapping[str, Function] = {
    **FUNCTIONS,
    "log1p": _one("log1p", np.log1p, lambda out, x: 1 / (1 + x)),
}
"""The same, with what no author can write but which an author's formula is computed by."""
