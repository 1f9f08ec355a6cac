"""The figures of a number, taken apart once for every printer.

The nodes hold plain ASCII (``-3.7e-05``); a printer needs the sign, the digits and the power of ten apart, because
each is set differently in every output.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from backprop_tutor.formula.nodes import Lit, Num

VULGAR = {
    Fraction(*parts): glyph
    for glyph, parts in {
        "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
        "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    }.items()
}  # fmt: skip
"""The fractions that Unicode has as one character."""


class Figures(NamedTuple):
    """A number as it is set: ``-3.7e-05`` has sign ``-``, digits ``3.7``, exponent ``-5``; ½ has denominator ``2``.

    `sign` is ``-``, ``+`` or empty; `digits` is ``inf`` or ``nan`` where the number is not finite.
    """

    sign: str
    digits: str
    exponent: str = ""
    denominator: str = ""


def figures(number: Lit | Num) -> Figures:
    """The parts of the text that `number` is shown by."""
    if isinstance(number, Lit) and not number.text:
        return _fraction(number.value)
    sign = number.text[0] if number.text[:1] in ("+", "-") else ""
    digits, _, exponent = number.text[len(sign) :].lower().partition("e")
    return Figures(sign, digits, exponent and str(int(exponent)))


def _fraction(value: Fraction) -> Figures:
    denominator = "" if value.denominator == 1 else str(value.denominator)
    return Figures("-" if value < 0 else "", str(abs(value.numerator)), denominator=denominator)
