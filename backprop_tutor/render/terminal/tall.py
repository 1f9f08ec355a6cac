"""A drawing from top to bottom, for narrow screens and deep graphs: frames below each other, lines beside them.

    ╭─ a ─╮
    │ 1   ├────────┐
    ╰─────╯        │
    ╭─ p ─╮        │
    │ 3   │◀─ 1 ───┤
    │     ├──────┐ │
    ╰─────╯      │ │

Every row serves one line, so lines cross, but never run into each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.columns import Arrival, arrivals_of
from backprop_tutor.render.terminal.arrow import draw_arrow, label_room
from backprop_tutor.render.terminal.canvas import Canvas
from backprop_tutor.render.terminal.frame import Frame, frame
from backprop_tutor.render.terminal.line import Line
from backprop_tutor.render.terminal.pen import Pen


@frozen(slots=True)
class Place:
    """Where a frame stands: its first row, those of its arrivals below, and the last one inside, where it is left."""

    frame: Frame
    arrivals: tuple[Arrival, ...]
    top: int
    exit: int


def tall(drawing: Drawing, pen: Pen) -> Iterator[Line]:
    """The rows of `drawing`, as wide as it needs."""
    canvas = Canvas(pen)
    places = _places(drawing, pen)
    right = max((place.frame.width for place in places.values()), default=0) - 1
    first = right + label_room((arrival for place in places.values() for arrival in place.arrivals), pen) + 4
    trunks = {source: first + 2 * number for source, number in _trunks(places).items()}
    for place in places.values():
        place.frame.draw(canvas, pen, place.top, place.exit + 1, 0, right)
        for row, arrival in enumerate(place.arrivals, place.top + 1):
            leave, trunk = places[arrival.source].exit, trunks[arrival.source]
            points = [(leave, right), (leave, trunk), (row, trunk), (row, right + 1)]
            canvas.wire(points, arrival.source, arrival.lit)
            draw_arrow(canvas, pen, arrival, row, right + 1, leftwards=True)
    return canvas.lines()


def _places(drawing: Drawing, pen: Pen) -> dict[str, Place]:
    """The frames below each other, by key, column after column."""
    arrivals, sources = arrivals_of(drawing), {edge.source for edge in drawing.edges}
    places: dict[str, Place] = {}
    top = 0
    for vertex in sorted(drawing.vertices, key=lambda vertex: vertex.column):
        inner = max(len(vertex.figures), len(arrivals[vertex.key]) + (vertex.key in sources), 1)
        places[vertex.key] = Place(frame(vertex, drawing, pen), arrivals[vertex.key], top, top + inner)
        top += inner + 2
    return places


def _trunks(places: Mapping[str, Place]) -> dict[str, int]:
    """A number for the trunk of every source, shared by trunks with a free row between them."""
    ends: dict[str, int] = {}  # the last row of each trunk
    for place in places.values():
        ends |= {arrival.source: row for row, arrival in enumerate(place.arrivals, place.top + 1)}
    free: list[int] = []  # the last row of the last trunk with each number
    numbers: dict[str, int] = {}
    for key, place in places.items():
        if key in ends:
            number = next((n for n, end in enumerate(free) if end < place.exit - 1), len(free))
            free[number : number + 1] = [ends[key]]
            numbers[key] = number
    return numbers
