"""Renders a whole document as lines: its title with the conventions at the right end, then its blocks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from backprop_tutor.lesson.document import Document, Flow
from backprop_tutor.render.terminal.blocks import flow_lines, indented
from backprop_tutor.render.terminal.formatter import HEADING, Formatter
from backprop_tutor.render.terminal.line import Line, join, spaces, wrap

_LEAST_GAP = 3


def page(document: Document, pen: Formatter, width: int) -> Iterator[Line]:
    """Every line of `document`, at most `width` cells wide."""
    body = indented(document.blocks, pen, width, 1)
    between = (Line(),) if document.blocks else ()
    return (line.stripped() for line in chain(_head(document, pen, width), between, body))


def _head(document: Document, pen: Formatter, width: int) -> Iterator[Line]:
    """Title and facts on one line, or the facts below where they do not fit."""
    title = pen.styled(pen.words(document.title), HEADING)
    facts = list(flow_lines(Flow(document.facts, "|" if pen.ascii else "·"), pen, width))
    gap = width - title.width - facts[0].width
    if len(facts) == 1 and gap >= _LEAST_GAP:
        yield join((title, spaces(gap), *facts))
        return
    yield from wrap(title, width)
    yield from facts
