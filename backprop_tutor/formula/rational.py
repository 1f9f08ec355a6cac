"""Exact arithmetic with fractions, for figures as they are shown.

What is not rational, or would take too long (9^9^9), raises `InexactError` instead of being computed.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

LARGEST_POWER = 10_000  # bits of a power's numerator and denominator


class InexactError(ArithmeticError):
    """Raised where no exact rational value exists, or none can be computed quickly."""


def divide(a: Fraction, b: Fraction) -> Fraction:
    """``a / b``. Raises InexactError where b is 0."""
    if b == 0:
        raise InexactError
    return a / b


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """``base ** exponent`` for a whole or half exponent. Raises InexactError where that is not rational, or huge."""
    if exponent.denominator == 2:
        root = square_root(base)
        if root is None:
            raise InexactError
        return power(root, 2 * exponent)
    bits = base.numerator.bit_length() + base.denominator.bit_length()
    if exponent.denominator != 1 or bits * abs(exponent) > LARGEST_POWER or (base == 0 and exponent < 0):
        raise InexactError
    return base**exponent.numerator


def square_root(value: Fraction) -> Fraction | None:
    """The root of a perfect square, else None."""
    if value < 0:
        return None
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None


def only(point: int, result: int) -> Callable[[Fraction], Fraction | None]:
    """A function that is rational at this one rational point (e^0, ln 1, sin 0: the Lindemann–Weierstrass theorem)."""
    return lambda x: Fraction(result) if x == point else None
