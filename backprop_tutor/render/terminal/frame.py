"""A vertex of a drawing as a frame with its name on the upper edge and its figures inside.

    ╭─ c ──────────╮
    │ h = 0.61     │
    │ O = 0.647941 ├
    ╰──────────────╯

Its edges arrive at the left, or in a drawing from top to bottom at the right, and leave at the right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backprop_tutor.lesson.document import Drawing, Edge, Vertex
from backprop_tutor.render.terminal.canvas import Canvas
from backprop_tutor.render.terminal.line import Line, join, spaces
from backprop_tutor.render.terminal.pen import Pen

_CORNERS = {False: tuple("╭─╮╰╯"), True: tuple("┏━┓┗┛")}
_ASCII_CORNERS = {False: tuple("+-+++"), True: tuple("#=###")}


@dataclass(frozen=True, slots=True)
class Arrival:
    """An edge where it arrives: the key of its source, its label, and whether it is highlighted."""

    source: str
    label: Line
    lit: bool

    def draw(self, canvas: Canvas, pen: Pen, row: int, head: int, leftwards: bool = False) -> None:
        """Draw the head of the arrow in this row and cell, and the label on the line before it."""
        canvas.write(row, head, pen.marked(pen.text("◀" if leftwards else "▶"), self.lit))
        if self.label.text:
            column = head + 2 if leftwards else head - 3 - self.label.width
            canvas.write(row, column, join((spaces(1), self.label, spaces(1))))


@dataclass(frozen=True, slots=True)
class Frame:
    """What is written in the frame of one vertex, and the edges that arrive at it."""

    key: str
    name: Line
    figures: tuple[Line, ...]
    arrivals: tuple[Arrival, ...]
    lit: bool

    @property
    def width(self) -> int:
        """How many cells wide the frame has to be."""
        return max([self.name.width + 6, *(figure.width + 4 for figure in self.figures)])

    def draw(self, canvas: Canvas, pen: Pen, top: int, bottom: int, left: int, right: int) -> None:
        """Draw the frame with its edges in these rows and columns."""
        northwest, flat, northeast, southwest, southeast = (_ASCII_CORNERS if pen.ascii else _CORNERS)[self.lit]
        for column in (left, right):
            canvas.wire([(top, column), (bottom, column)], self.key, self.lit)
        rest = flat * (right - left - 4 - self.name.width) + northeast
        upper = (Line(f"{northwest}{flat} "), self.name, Line(f" {rest}"))
        canvas.write(top, left, pen.marked(join(upper), self.lit))
        canvas.write(bottom, left, pen.marked(Line(southwest + flat * (right - left - 1) + southeast), self.lit))
        for row, figure in enumerate(self.figures, top + 1):
            canvas.write(row, left + 2, figure)


def label_room(arrivals: Iterable[Arrival]) -> int:
    """How many cells the longest label takes on its line."""
    widest = max((arrival.label.width for arrival in arrivals), default=0)
    return widest + 2 if widest else 0


def frames(drawing: Drawing, pen: Pen) -> list[Frame]:
    """The frame of every vertex, in the order of the drawing."""
    arrivals: dict[str, list[Arrival]] = {}
    for edge in drawing.edges:
        arrivals.setdefault(edge.target, []).append(_arrival(edge, drawing, pen))
    return [_frame(vertex, tuple(arrivals.get(vertex.key, ())), drawing, pen) for vertex in drawing.vertices]


def _frame(vertex: Vertex, arrivals: tuple[Arrival, ...], drawing: Drawing, pen: Pen) -> Frame:
    lit = vertex.key in drawing.lit
    name = pen.dyed(pen.formula(vertex.name).text, vertex.role)
    return Frame(vertex.key, pen.marked(name, lit), tuple(map(pen.words, vertex.figures)), arrivals, lit)


def _arrival(edge: Edge, drawing: Drawing, pen: Pen) -> Arrival:
    lit = drawing.is_lit(edge)
    label = pen.dyed(pen.words(edge.label).text, edge.role)
    return Arrival(edge.source, pen.marked(label, lit), lit)
