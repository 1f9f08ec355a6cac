"""Renders a document for a terminal: plain text of a given width, or in colour.

Plain text is built from strings; Rich, which would take ten times as long for a lesson of thousands of lines, only
writes the colours.
"""

from __future__ import annotations

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Document
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import GLUE
from backprop_tutor.render.terminal.page import page
from backprop_tutor.text import T

NARROWEST = 20


def render_text(document: Document, width: int = 100, colour: bool = False, ascii: bool = False) -> str:  # noqa: A002 - the option's name
    """Renders `document` as text whose lines are at most `width` cells wide.

    `colour` adds terminal colours; `ascii` writes formulas, signs and drawings in ASCII, for terminals that show some
    Unicode signs too wide. Raises TutorError for a width below 20.
    """
    if width < NARROWEST:
        raise TutorError(_TOO_NARROW.format(width=width, least=NARROWEST))
    lines = page(document, Formatter(colour, ascii), width)
    if colour:
        from backprop_tutor.render.terminal.screen import coloured  # Rich's console is loaded where it is used

        return coloured(lines, width)
    return "".join([line.text + "\n" for line in lines]).replace(GLUE, " ")


_TOO_NARROW = T(
    en="a width of {width} is too narrow; at least {least} columns are needed",
    zh="宽度 {width} 太窄；至少需要 {least} 列",
)
