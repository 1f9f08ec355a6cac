"""Words in both languages, kept beside the thing they describe.

``T(en=..., zh=...)`` needs both, so a missing translation is an error of construction. ``{holes}`` are filled when a
document is built; a test holds the holes of the two languages equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from string import Formatter
from typing import Literal

from backprop_tutor.frozen import frozen

Lang = Literal["en", "zh"]
LANGUAGES: tuple[Lang, ...] = ("en", "zh")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets compute, and what they skip before it."""

HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {ord("\u3000"): " ", ord("。"): "."}

NO_TEXT = 0xDC00
"""Where Python's `surrogateescape` keeps the bytes that are no text (PEP 383)."""

NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@frozen(slots=True)
class T:
    """A text in English and Chinese."""

    en: str
    zh: str

    def __getitem__(self, lang: Lang) -> str:
        return self.en if lang == "en" else self.zh

    def format(self, **holes: object) -> T:
        """The text with its holes filled in both languages; a `T` fills a hole with its own language,
        a path with its control characters written out.

        Without anything to fill in it stays as it is: it may be an author's title, with braces.
        """
        if not holes:
            return self
        return T(*(self[lang].format_map(_chosen(holes, lang)) for lang in LANGUAGES))

    @property
    def heading(self) -> T:
        """The text with a capital letter."""
        return T(f"{self.en[:1].upper()}{self.en[1:]}", self.zh)

    @property
    def sentence(self) -> T:
        """The text as a sentence, with a capital letter and a full stop."""
        return T(f"{self.heading.en}{STOP.en}", f"{self.zh}{STOP.zh}")

    @property
    def ended(self) -> T:
        """The text with a full stop, where it does not end with a question."""
        return T(*(self[lang] if self[lang].endswith(("?", "？")) else self[lang] + STOP[lang] for lang in LANGUAGES))

    def pieces(self, lang: Lang) -> tuple[tuple[str, str | None], ...]:
        """The text cut at its holes: (literal, name of the hole after it or None), for holes that are not text."""
        return _pieces(self[lang])


@lru_cache(maxsize=1000)
def _pieces(text: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, name) for literal, name, _, _ in Formatter().parse(text))


STOP = T(".", "。")
COMMA = T(", ", "、")
"""Between the words of a list: Chinese has a comma of its own for it."""

NOTHING = T("", "")
"""What fills a hole, such as that for a hint, where there is nothing to say."""


def _chosen(holes: Mapping[str, object], lang: Lang) -> dict[str, object]:
    return {name: _shown(value, lang) for name, value in holes.items()}


def _shown(value: object, lang: Lang) -> object:
    match value:
        case T():
            return value[lang]
        case PurePath():
            return visible(str(value))
        case _:
            return value


def visible(text: str) -> str:
    r"""`text` with control characters written out (``\x1b``), so that a file cannot drive the reader's terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    r"""A control character by its escape; a byte that was no text, which is read as a lone surrogate, as ``\xff``."""
    byte = ord(character) - NO_TEXT
    return rf"\x{byte:02x}" if 0x80 <= byte <= 0xFF else character.encode("unicode_escape").decode()


def half_width(text: str) -> str:
    """`text` with the letters, digits and marks of a Chinese keyboard in ASCII: ``２；０．５`` as ``2;0.5``."""
    return text.translate(HALF_WIDTH)


def spreadsheet_cell(text: str) -> str:
    """Text for a cell of CSV: behind an apostrophe where a spreadsheet would take it for a formula; numbers as they are."""
    return f"'{text}" if text[:1] in FORMULA_STARTS and not NUMBER.fullmatch(text) else text


def same(text: str) -> T:
    """A text that is the same in both languages: a name, a number, an author's own title."""
    return T(text, text)
