"""The figures of a number: how a measured value is shown, and the parts a printer sets separately.

`digits` counts significant figures. A value that needs fewer is shown by those it needs (0.61); one that needs more is
rounded and keeps its trailing zeros (0.646870), so that the reader sees the precision. The nodes store plain ASCII
(``-3.7e-05``); a printer needs the sign, the digits and the power of ten separately, because each is set differently in
every output.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple

from backprop_tutor.formula.nodes import Lit, Num

SMALLEST_PLAIN = -5
LARGEST_PLAIN = 7
FEWEST_FIGURES, FLOAT_FIGURES = 2, 15
"""So many significant figures can be shown: one tells too little, more than a float has tell nothing."""
FEW_FIGURES, LAST_BITS = 10, 16
"""So few figures are not equal by chance within so many units in the last place; each figure less allows ten times more."""
MOST_BITS = 512
"""The most such units that rounding leaves, as after a sum whose terms cancel."""


def figure(value: float, digits: int) -> Num:
    """`value` rounded to so many significant figures, as a number of a formula."""
    return Num(value, rounded(value, digits))


@lru_cache(maxsize=5000)
def rounded(value: float, digits: int) -> str:
    """The figures of `value`: fixed point from 1e-5 on, else scientific (``3.68017e-6``)."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    scientific = f"{value:.{digits - 1}e}"
    first, _, power = scientific.partition("e")
    exponent = int(power)
    if not _is_near(value, float(scientific)):
        is_plain = SMALLEST_PLAIN <= exponent < digits
        return f"{value:.{digits - 1 - exponent}f}" if is_plain else f"{first}e{exponent}"
    shown = _context(digits).create_decimal(Decimal(value))
    exact = _is_all(value, shown)
    shown = shown.normalize() if exact else shown
    largest = LARGEST_PLAIN if exact else digits
    return f"{shown:f}" if SMALLEST_PLAIN <= shown.adjusted() < largest else _scientific(shown)


def is_whole(number: Num) -> bool:
    """Whether the figures shown are the whole value, as far as a float can represent it."""
    value, shown = number.value, float(number.text)
    return shown == value or (_is_near(value, shown) and _is_all(value, Decimal(number.text)))


def _is_near(value: float, shown: float) -> bool:
    """Whether figures are so near a value that they may be all of it: any others are certainly rounded."""
    return math.isfinite(value) and abs(shown - value) <= MOST_BITS * math.ulp(value)


def _is_all(value: float, shown: Decimal) -> bool:
    """Whether `shown` is the whole value, apart from the last bits of a float after a few operations.

    0.61 of 0.6100000000000001, 0.0576 of 0.96·(1 − 0.94), 0.03 of 0.9 − 0.87; many figures are compared to the full
    precision of a float.
    """
    if shown == _context(FLOAT_FIGURES).create_decimal(repr(value)):
        return True
    spare = FEW_FIGURES - len(shown.normalize().as_tuple().digits)
    return spare >= 0 and abs(float(shown) - value) <= min(LAST_BITS * 10**spare, MOST_BITS) * math.ulp(value)


@cache
def _context(digits: int) -> Context:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN)


def _scientific(shown: Decimal) -> str:
    sign, digits, _ = shown.as_tuple()
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{'-' if sign else ''}{first}{'.' + rest if rest else ''}e{shown.adjusted()}"


VULGAR = {
    Fraction(*parts): glyph
    for glyph, parts in {
        "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
        "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    }.items()
}  # fmt: skip
"""The fractions that Unicode has as one character."""


class Figures(NamedTuple):
    """The parts of a number: ``-3.7e-05`` has sign ``-``, digits ``3.7``, exponent ``-5``; ½ has denominator ``2``.

    `sign` is ``-``, ``+`` or empty; `digits` is ``inf`` or ``nan`` where the number is not finite.
    """

    sign: str
    digits: str
    exponent: str = ""
    denominator: str = ""


def figures(number: Lit | Num) -> Figures:
    """The parts of the text that `number` is shown by."""
    return _fraction(number.value) if isinstance(number, Lit) and not number.text else _parts(number.text)


@lru_cache(maxsize=5000)
def _parts(text: str) -> Figures:
    sign = text[0] if text[:1] in ("+", "-") else ""
    digits, _, exponent = text[len(sign) :].lower().partition("e")
    return Figures(sign, digits, exponent and str(int(exponent)))


@lru_cache(maxsize=1000)
def _fraction(value: Fraction) -> Figures:
    denominator = "" if value.denominator == 1 else str(value.denominator)
    return Figures("-" if value < 0 else "", str(abs(value.numerator)), denominator=denominator)
