"""Words as one plain string, for outputs that set no formulas: the labels of drawings."""

from __future__ import annotations

from typing import Literal, assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.document import Changed, Code, Equation, Inline, Math, Text, Words


def plain_words(words: Words) -> str:
    """`words` on one line, formulas in Unicode, control characters written out."""
    return "".join(map(_plain, words))


def _plain(inline: Inline) -> str:
    match inline:
        case Text(text=text) | Code(text=text):
            return visible(text)
        case Math(formula=formula):
            return unicode(formula)
        case Changed(words=words, change=change):
            return bracketed(plain_words(words), change)
        case _:
            assert_never(inline)


def bracketed(text: str, change: Literal["struck", "inserted"]) -> str:
    """Deleted or inserted words, where only signs can show the change."""
    sign = "-" if change == "struck" else "+"
    return f"[{sign}{text.strip()}{sign}]"


def line_length(equation: Equation) -> int:
    """The number of letters of an equation that is written on one line."""
    return len(unicode(equation.left)) + sum(len(unicode(link.right)) + 3 for link in equation.links)
