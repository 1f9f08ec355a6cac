"""Quantities and numbers on one line of Unicode: ``w²₁₂``, ``W_ec``, ``W_(o1,h1)``, ``h(c)``, ``−3.7·10⁻⁵``.

Whole-number indices are set as Unicode digits. Unicode has too few letters to raise or lower, so any other index
follows ``_`` or ``^``, in brackets where it would not end by itself.
"""

from __future__ import annotations

import re

from backprop_tutor.errors import visible
from backprop_tutor.formula.figures import VULGAR, figures
from backprop_tutor.formula.nodes import Lit, Num, Sym

RAISED = str.maketrans("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_RAISABLE, _LOWERABLE = re.compile(r"[()]*[0-9]+[()]*"), re.compile("[0-9]+(?:,[0-9]+)*")
_NOT_FINITE = {"inf": "∞", "nan": "NaN"}


def lettered(symbol: Sym) -> str:
    """`symbol` as it is written on one line; control characters of its name are written out."""
    of = f"({symbol.of})" if symbol.of else ""
    example = "" if symbol.example is None else f"@{symbol.example}"
    return visible(symbol.base + _upper(symbol.sup) + _lower(symbol.sub) + of + example)


def numbered(number: Lit | Num) -> str:
    """`number` with a real minus sign: ``−0.35``, ``3.7·10⁻⁵``, ``½``, ``∞``."""
    parts = figures(number)
    sign = parts.sign.replace("-", "−")
    if isinstance(number, Lit) and parts.denominator and abs(number.value) in VULGAR:
        return sign + VULGAR[abs(number.value)]
    digits = _NOT_FINITE.get(parts.digits, parts.digits)
    power = f"·10{parts.exponent.translate(RAISED)}" if parts.exponent else ""
    return sign + digits + power + (f"/{parts.denominator}" if parts.denominator else "")


def _upper(index: str) -> str:
    return index.translate(RAISED) if _RAISABLE.fullmatch(index) else _marked("^", index)


def _lower(index: str) -> str:
    return index.translate(LOWERED) if _LOWERABLE.fullmatch(index) else _marked("_", index)


def _marked(mark: str, index: str) -> str:
    if not index:
        return ""
    closed = index.isalnum() or (index[0], index[-1]) in (("[", "]"), ("(", ")"))
    return f"{mark}{index}" if closed else f"{mark}({index})"
