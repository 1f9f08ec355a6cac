"""How a measured value is shown: the one place that turns a float into figures.

`digits` counts significant figures. A value that needs fewer is shown by those it needs (0.61); one that needs more
is rounded and keeps its trailing zeros (0.646870), so that the reader sees how far it was taken.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

from backprop_tutor.formula.nodes import Num

SMALLEST_PLAIN = -5
LARGEST_PLAIN = 7
FLOAT_FIGURES = 15


def figure(value: float, digits: int) -> Num:
    """`value` to so many significant figures, as a number of a formula."""
    return Num(value, rounded(value, digits))


def rounded(value: float, digits: int) -> str:
    """The figures of `value`: fixed point from 1e-5 on, else scientific (``3.68017e-6``)."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    known = _known(value)
    exact = len(known.as_tuple().digits) <= digits
    shown = known if exact else _context(digits).create_decimal(Decimal(value))
    largest = LARGEST_PLAIN if exact else digits
    return f"{shown:f}" if SMALLEST_PLAIN <= shown.adjusted() < largest else _scientific(shown)


def is_whole(number: Num) -> bool:
    """Whether the figures shown are all of the value, as far as a float knows it."""
    return float(number.text) == number.value or (
        math.isfinite(number.value) and Decimal(number.text) == _known(number.value)
    )


def _known(value: float) -> Decimal:
    """All figures of `value` that a float carries through a few operations: 0.61 of 0.6100000000000001."""
    return _context(FLOAT_FIGURES).create_decimal(repr(value)).normalize()


@cache
def _context(digits: int) -> Context:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN)


def _scientific(shown: Decimal) -> str:
    sign, digits, _ = shown.as_tuple()
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{'-' if sign else ''}{first}{'.' + rest if rest else ''}e{shown.adjusted()}"
