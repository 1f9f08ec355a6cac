"""The words of the formula language, each with its column.

Numbers, names, ``+ - * / ^ **``, brackets, commas and the ``=`` of a constant; anything else is an error at its column, with advice where a
character of printed mathematics was meant (``×``, ``²``, a full-width bracket).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from backprop_tutor.errors import visible
from backprop_tutor.formula.refusal import ADVICE, FOREIGN, FormulaError, clipped
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T, same


class Kind(Enum):
    """The kind of a token."""

    NUMBER = "number"
    NAME = "name"
    MARK = "mark"
    END = "end"


@frozen(slots=True)
class Token:
    """A word of a formula; `column` counts from 1."""

    kind: Kind
    text: str
    column: int


_WORD = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<mark>\*\*|[-+*/^(),=])"
    r"|(?P<name>[^\s0-9.+\-*/^(),=][^\s+\-*/^(),=]*)"
)

_ARRAY_WORD = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<mark>\*\*|\.T\b|[-+*/^(),@\[\]:=])"
    r"|(?P<name>[^\s0-9.+\-*/^(),@\[\]:=][^\s+\-*/^(),@\[\]:=.]*)"
)

_MEANT = {
    "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "：": "/", "²": "^2", "³": "^3",
    "（": "(", "）": ")", "，": ",", "[": "(", "]": ")", "{": "(", "}": ")",
}  # fmt: skip
"""Characters of printed mathematics, and their equivalents in the formula language."""


def tokens(text: str, arrays: bool = False) -> Iterator[Token]:
    """The words of `text` in sequence, followed by END. Raises FormulaError at a foreign character.

    With `arrays`, products ``A @ B``, transposes ``A.T`` and indices ``x[2:3]`` have words too.
    """
    position, words = 0, _ARRAY_WORD if arrays else _WORD
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        word = words.match(text, position)
        if word is None:
            raise foreign(text, position)
        if word.lastgroup == "name":
            _check_name(text, position, word.group())
        yield Token(Kind(word.lastgroup), word.group(), position + 1)
        position = word.end()
    yield Token(Kind.END, "", len(text) + 1)


def _check_name(text: str, start: int, name: str) -> None:
    """Refuses the middle dot, which Unicode allows in identifiers but which is meant as a sign of multiplication."""
    if name.isidentifier() and not any(character in _MEANT for character in name):
        return
    ends = range(len(name))
    raise foreign(text, start + next(end for end in ends if name[end] in _MEANT or not name[: end + 1].isidentifier()))


def foreign(text: str, position: int) -> FormulaError:
    """The error for a character that cannot be part of a formula."""
    meant = _MEANT.get(text[position])
    advice = ADVICE.format(meant=meant) if meant else same("")
    return FormulaError(FOREIGN.format(character=visible(text[position]), advice=advice), position + 1)


def at(word: Token, message: T, **holes: object) -> FormulaError:
    """The error `message` about `word`, which fills its hole of that name."""
    return FormulaError(message.format(word=clipped(word.text), **holes), word.column, len(word.text))
