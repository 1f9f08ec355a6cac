"""A vertex of a drawing as a frame with its name on the upper edge and its figures inside.

    ╭─ c ──────────╮
    │ h = 0.61     │
    │ O = 0.647941 ├
    ╰──────────────╯

Its line leaves at the right; edges arrive at the left, or at the right in a drawing from top to bottom.
"""

from __future__ import annotations

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Vertex
from backprop_tutor.render.terminal.canvas import Canvas
from backprop_tutor.render.terminal.line import Line, join
from backprop_tutor.render.terminal.pen import Pen

_CORNERS = {False: tuple("╭─╮╰╯"), True: tuple("┏━┓┗┛")}
_ASCII_CORNERS = {False: tuple("+-+++"), True: tuple("#=###")}


@frozen(slots=True)
class Frame:
    """What is written in the frame of one vertex, and whether it is highlighted."""

    key: str
    name: Line
    figures: tuple[Line, ...]
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


def frame(vertex: Vertex, drawing: Drawing, pen: Pen) -> Frame:
    """The frame of `vertex`."""
    lit = vertex.key in drawing.lit
    name = pen.dyed(pen.formula(vertex.name).text, vertex.role)
    return Frame(vertex.key, pen.marked(name, lit), tuple(map(pen.words, vertex.figures)), lit)
