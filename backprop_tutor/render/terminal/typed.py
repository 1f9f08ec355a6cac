"""Signs and Greek letters as they are typed, for terminals that show them wider than one cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_LETTERS = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
_SIGNS = {
    "−": "-", "·": "*", "×": "*", "⊙": "*", "≈": "~=", "≠": "!=", "≤": "<=", "≥": ">=", "←": "<-", "→": "->",
    "∂": "d", "∇": "grad", "∑": "sum", "½": "1/2", "∞": "inf", "²": "^2", "…": "...", "✓": "ok", "✗": "x", "•": "*",
    "▶": ">", "◀": "<",
}  # fmt: skip
_NAMES = {letter: unicodedata.name(letter).split()[-1] for letter in _LETTERS}

TYPED: Mapping[int, str] = MappingProxyType(
    {ord(sign): typed for sign, typed in _SIGNS.items()}
    | {ord(letter): name.lower() if letter.islower() else name.title() for letter, name in _NAMES.items()}
)
