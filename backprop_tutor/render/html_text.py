r"""Words and formulas in HTML; every character of a document is shown as itself, never as markup.

Formulas are MathML in a page of our own, and TeX between ``\(`` and ``\)`` where a page belongs to somebody else,
such as a course in Moodle, which sets TeX by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.latex import latex
from backprop_tutor.formula.mathml import breakable, mathml
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Code, Inline, Math, Text, Words


@frozen(slots=True)
class Setter:
    """How formulas are set: `formula` as one piece, `pieces` so that a line may end between them."""

    formula: Callable[[Formula], str]
    pieces: Callable[[Formula], tuple[str, ...]]

    def words(self, words: Words) -> str:
        """Words within a line."""
        return "".join(map(self._inline, words))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text(text=text, tone="plain"):
                return plain(text)
            case Text(text=text, tone="strong"):
                return f"<strong>{plain(text)}</strong>"
            case Text(text=text, tone=tone):
                return f'<span class="{tone}">{plain(text)}</span>'
            case Math(formula=formula):
                return self.formula(formula)
            case Code(text=text):
                return f"<code>{plain(text)}</code>"
            case _:
                assert_never(inline)


def plain(text: str) -> str:
    """`text` as itself, control characters written out."""
    return escape(visible(text))


def _tex(formula: Formula) -> str:
    return escape(rf"\({latex(formula)}\)")


MATHML = Setter(mathml, breakable)
TEX = Setter(_tex, lambda formula: (_tex(formula),))
