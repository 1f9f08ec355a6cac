"""Signs and Greek letters as they are typed, for terminals that show them wider than one cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_LETTERS = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
_SIGNS = {
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "⊙": "*", "≈": "~=", "≠": "!=", "≤": "<=", "≥": ">=",
    "←": "<-", "→": "->", "∂": "d", "∇": "grad", "∑": "sum", "√": "sqrt", "∞": "inf", "½": "1/2", "′": "'", "‖": "||",
    "ᵀ": "^T", "…": "...", "✓": "ok", "✗": "x", "•": "*", "▶": ">", "◀": "<", "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", (f"^{digit}" for digit in range(10)), strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", map(str, range(10)), strict=True))
_NAMES = {letter: unicodedata.name(letter).split()[-1] for letter in _LETTERS}
_SPELLED = {letter: name.lower() if letter.islower() else name.title() for letter, name in _NAMES.items()}

TYPED: Mapping[int, str] = MappingProxyType(str.maketrans({**_SIGNS, **_RAISED, **_LOWERED, **_SPELLED}))
