"""Real functions of floats that neither overflow nor raise.

Outside its domain a function is not a number, at a pole it is infinite, as in IEEE 754: a lesson must be able to show a
network whose weights have diverged.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def divide(a: float, b: float) -> float:
    """``a / b``, ±∞ or not a number where b is 0."""
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def power(base: float, exponent: float) -> float:
    """``base ** exponent`` over the real numbers."""
    odd = exponent % 2 == 1
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:  # a root of a negative number, or a pole at 0
        return math.nan if base < 0 else math.copysign(math.inf, base) if odd else math.inf


def exp(x: float) -> float:
    """``e ** x``, ∞ where that is too large for a float."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    """The natural logarithm: −∞ at 0, not a number below."""
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def floor(x: float) -> float:
    """The largest whole number that is not above x; what is not finite stays."""
    return float(math.floor(x)) if math.isfinite(x) else x


def expm1(x: float) -> float:
    """``e ** x − 1``, ∞ where that is too large for a float."""
    return math.expm1(x) if x < 700 else exp(x)


def log1p(x: float) -> float:
    """ln(1 + x): −∞ at −1, not a number below."""
    return math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan


def real(function: Callable[[float], float]) -> Callable[[float], float]:
    """`function`, not a number where it is not defined."""

    def defined(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return math.nan

    return defined


def sigmoid(x: float) -> float:
    """1 / (1 + e^−x), by the exponential that cannot overflow."""
    small = math.exp(-abs(x))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)


def softplus(x: float) -> float:
    """ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def elu(x: float) -> float:
    """The identity above 0, e^x − 1 below."""
    return x if x > 0 else math.expm1(x)


def gelu(x: float) -> float:
    """x·Φ(x) = ½·x·erfc(−x/√2), which keeps its figures where Φ is nearly 0."""
    return 0.5 * x * math.erfc(-x / math.sqrt(2))


def cosh(x: float) -> float:
    """(e^x + e^−x)/2, ∞ where that is too large for a float."""
    return (exp(x) + exp(-x)) / 2


def sinh(x: float) -> float:
    """(e^x − e^−x)/2, ±∞ where that is too large for a float."""
    return math.sinh(x) if abs(x) < 700 else math.copysign(math.inf, x)


def sign(x: float) -> float:
    """1, −1, or 0 at 0."""
    return float((x > 0) - (x < 0))
