"""The end of an edge: its label on the line, then the head of the arrow."""

from __future__ import annotations

from collections.abc import Iterable

from backprop_tutor.render.columns import Arrival
from backprop_tutor.render.terminal.canvas import Canvas
from backprop_tutor.render.terminal.line import Line, join, spaces
from backprop_tutor.render.terminal.pen import Pen


def draw_arrow(canvas: Canvas, pen: Pen, arrival: Arrival, row: int, head: int, leftwards: bool = False) -> None:
    """Draw the head of the arrow in this row and cell, and the label on the line before it."""
    canvas.write(row, head, pen.marked(pen.text("◀" if leftwards else "▶"), arrival.lit))
    label = _label(arrival, pen)
    if label.text:
        canvas.write(row, head + 2 if leftwards else head - 1 - label.width, label)


def label_room(arrivals: Iterable[Arrival], pen: Pen) -> int:
    """How many cells the longest label takes on its line."""
    return max((_label(arrival, pen).width for arrival in arrivals), default=0)


def _label(arrival: Arrival, pen: Pen) -> Line:
    """The label between two spaces, or nothing."""
    if not (arrival.edge and arrival.edge.label):
        return Line()
    label = pen.dyed(pen.words(arrival.edge.label).text, arrival.edge.role)
    return join((spaces(1), pen.marked(label, arrival.lit), spaces(1)))
