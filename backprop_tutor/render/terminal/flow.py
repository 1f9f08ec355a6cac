"""Short items one after another, wrapped like words."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.lesson.document import Equation, Flow
from backprop_tutor.render.terminal.equation import GAP, one_line
from backprop_tutor.render.terminal.line import Line, join, spaces
from backprop_tutor.render.terminal.pen import Pen
from backprop_tutor.render.terminal.wrap import wrap


def flow_lines(flow: Flow, pen: Pen, width: int) -> Iterator[Line]:
    """The items with the separator, or three spaces, between them; a new line starts with the separator."""
    sign = pen.text(flow.separator)
    between = join((spaces(1), sign, spaces(1))) if sign.text else GAP
    line = Line()
    for index, item in enumerate(flow.items):
        written = one_line(item, pen) if isinstance(item, Equation) else pen.words(item)
        longer = join((line, between, written)) if index else written
        if index and longer.width > width:
            yield from wrap(line, width)
            longer = join((sign, spaces(1), written)) if sign.text else written
        line = longer
    yield from wrap(line, width)
