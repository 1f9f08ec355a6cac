r"""A number as it was written down: its digits say how exactly it is meant.

``0.0618`` claims four decimals, so it stands for everything between 0.06175 and 0.06185; ``1/3`` is meant exactly.
A power of ten may be written as on paper, ``2.7×10⁻²`` or ``2.7 \times 10^{-2}``; what stands before the number is passed
over, as in ``L ≈ 0.03``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from unicodedata import normalize

from backprop_tutor.practice.exercise.typed import COMMA, DECIMAL_COMMA, LITERAL, MARKS, Typed, UnreadableError, number
from backprop_tutor.text import T

FRACTION = re.compile(r"[+-]?\d+\s*/\s*[+-]?\d+", re.ASCII)
SUPERSCRIPT = re.compile(r"[⁺⁻⁰¹²³⁴-⁹]+")
POWER_OF_TEN = re.compile(
    r"(?<=[\d.])\s*(?:\*|x|\\?times|\\?cdot)\s*10\s*(?:\^|\*\*)\s*\{?\s*([+-]?\d+)\s*\}?$", re.ASCII
)
AHEAD = re.compile(r"^.*(?:[=≈~≃≅]|\\?approx)\s*|(?<=^[+-])\s+")
"""What stands before a number: a name and a sign, or space after a minus."""

PERCENT = 100
NEARLY = 1e-9
"""Of half a unit: how far beyond it still counts; and of a fraction's value, for it has no last digit."""
LAST_BITS = 1e-14

NO_NUMBER = T(
    "'{text}' is not a number such as 0.0618, 6.18e-2, 1/16 or 6.18%",
    "'{text}' 不是 0.0618、6.18e-2、1/16、6.18% 这样的数",
)


def precise(text: str) -> Typed:
    """The number written as `text`: decimal, a fraction of whole numbers, or per cent.

    Raises UnreadableError, in words for the one who wrote it, for anything else.
    """
    plain = _as_typed(text)
    if DECIMAL_COMMA.fullmatch(plain.rstrip("% ")):
        raise UnreadableError(COMMA.format(meant=plain.replace(",", ".")))
    if plain.endswith("%"):
        whole = precise(plain[:-1])
        return replace(whole, text=plain, value=whole.value / PERCENT, half_unit=whole.half_unit / PERCENT)
    if plain and "," not in plain and not (LITERAL.fullmatch(plain) or FRACTION.fullmatch(plain)):
        raise UnreadableError(NO_NUMBER.format(text=plain))
    return number(plain)


def divided(typed: Typed, factor: float) -> Typed:
    """What was written as `factor` times a number, as that number, known just as well."""
    return replace(typed, value=typed.value / factor, half_unit=typed.half_unit / abs(factor))


def _as_typed(text: str) -> str:
    """``L ≈ −2.7 × 10⁻²`` as one types it: ``-2.7e-2``."""
    raised = SUPERSCRIPT.sub(lambda found: f"^{found[0]}", text).replace("⁻", "-").replace("⁺", "+")
    return POWER_OF_TEN.sub(r"e\1", AHEAD.sub("", normalize("NFKC", raised.translate(MARKS)).strip())).strip()


def agrees(typed: Typed, value: float) -> bool:
    """Whether `value` is `typed` as far as that was written: within half a unit of its last digit."""
    within = typed.half_unit * (1 + NEARLY) if typed.half_unit else NEARLY * abs(typed.value)
    return abs(value - typed.value) <= within + LAST_BITS * abs(value)


def figures(typed: Typed) -> int:
    """How many significant figures were written; of a fraction as many as a float has."""
    if not typed.half_unit:
        return 15
    digits = re.split(r"[eE%\s]", typed.text)[0].lstrip("+-").replace(".", "")
    return len(digits.lstrip("0"))
