"""Prints lines on a terminal, coloured by Rich, which knows the terminal's abilities."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Document
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import GLUE, Line
from backprop_tutor.render.terminal.page import page


@frozen(slots=True)
class _Lines:
    lines: Iterable[Line]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines:
            for text, style in line.stretches():
                yield Segment(text.replace(GLUE, " "), Style.parse(style))
            yield Segment.line()


def print_document(document: Document, console: Console, ascii: bool = False) -> None:  # noqa: A002 - the option's name
    """Prints `document` as wide as `console`, in colour where it has any."""
    _print(page(document, Formatter(console.color_system is not None, ascii), console.width), console)


def coloured(lines: Iterable[Line], width: int) -> str:
    """`lines` with the control codes of a terminal of 256 colours."""
    file = StringIO()
    _print(lines, Console(file=file, width=width, color_system="256", force_terminal=True, _environ={}))
    return file.getvalue()


def _print(lines: Iterable[Line], console: Console) -> None:
    console.print(_Lines(lines), end="", soft_wrap=True)
