"""Draws a drawing as lines, in the first layout that fits: in columns, in short, without spaces, or from top to bottom.

In columns from left to right, every edge has a row of its own where it arrives, with its label before the arrow. One line leaves each source; a trunk
beside the source's column takes it up and down, and a branch leaves the trunk in the row of each of its edges:

    ╭─ a ─╮                ╭─ c ─╮
    │ 0.5 ├─┬─────── 0.1 ─▶│     │
    ╰─────╯ │ ┌───── 0.7 ─▶│     │
    ╭─ b ─╮ │ │            ╰─────╯
    │ 0.8 ├─│─┤            ╭─ d ─╮
    ╰─────╯ └─│───── 0.3 ─▶│     │
              └───── 0.2 ─▶│     │
                           ╰─────╯

An edge that passes a column takes a lane there, a row between frames. In the channel between two columns no row serves
two sources, so lines of different sources cross, but never merge. The trunks of a channel are ordered such that few
branches have to cross a trunk.

From top to bottom, for narrow screens and deep graphs, frames are below each other and lines beside them:

    ╭─ a ─╮
    │ 1   ├────────┐
    ╰─────╯        │
    ╭─ p ─╮        │
    │ 3   │◀─ 1 ───┤
    │     ├──────┐ │
    ╰─────╯      │ │

Every row serves one line, so lines cross, but never merge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.layout import Arrival, Spot, arrivals_of, columns
from backprop_tutor.render.layout import place as place_nodes
from backprop_tutor.render.tables import is_dense
from backprop_tutor.render.terminal.canvas import Canvas, Frame, draw_arrow, frame, label_room
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import Line


@frozen(slots=True)
class Trunk:
    """The upright part of the lines of one source: the row where they leave it, and the rows of its branches."""

    source: str
    exit: int
    rows: tuple[int, ...]

    @property
    def straight(self) -> bool:
        """Whether every branch continues in the row it leaves from, so that no upright part is needed."""
        return set(self.rows) == {self.exit}

    def spans(self, row: int) -> bool:
        """Whether a line in `row` has to cross the trunk."""
        return min(self.exit, *self.rows) <= row <= max(self.exit, *self.rows)


def ordered(trunks: Iterable[Trunk]) -> list[Trunk]:
    """The trunks from left to right, each put where it adds the fewest crossings."""
    order: list[Trunk] = []
    for trunk in trunks:
        costs = [_cost(trunk, order[:place], order[place:]) for place in range(len(order) + 1)]
        order.insert(costs.index(min(costs)), trunk)
    return order


def _cost(trunk: Trunk, left: list[Trunk], right: list[Trunk]) -> int:
    return sum(_crossings(other, trunk) for other in left) + sum(_crossings(trunk, other) for other in right)


def _crossings(left: Trunk, right: Trunk) -> int:
    """The number of crossings of the branches of `left` with `right`, and of the line to `right` with `left`."""
    return sum(map(right.spans, left.rows)) + left.spans(right.exit)


def layered(drawing: Drawing, pen: Formatter, tight: bool = False) -> Iterator[Line]:
    """The rows of `drawing`, as wide as it needs; `tight` without spaces in its frames and beside its lines."""
    canvas = Canvas(pen)
    before: list[Spot] = []
    left = right = 0  # the first and the last cell of the column before
    for spots in place_nodes(columns(drawing)):
        left = _draw_channel(canvas, pen, before, spots, left, right, tight) if before else 0
        frames = [(spot, frame(spot.item.vertex, drawing, pen, tight)) for spot in spots if spot.item.vertex]
        right = left + max(drawn.width for _, drawn in frames) - 1
        for spot, drawn in frames:
            drawn.draw(canvas, pen, spot.top, spot.bottom, left, right)
        before = spots
    return canvas.lines()


def _draw_channel(
    canvas: Canvas, pen: Formatter, before: list[Spot], after: list[Spot], left: int, right: int, tight: bool
) -> int:
    """Draws the lines from one column to the next; the cell where the next column starts."""
    sources = {spot.item.source: spot for spot in before}
    trunks = _trunks(sources, after, right + (1 if tight and not pen.ascii else 2))
    room = label_room((arrival for spot in after for _, arrival in spot.arrivals), pen)
    head = max(trunks.values(), default=right) + (max(room, 1) + 1 if tight else room + 3)
    for spot in after:
        for row, arrival in spot.arrivals:
            source = sources[arrival.source]
            leave, turn = (source.exit, right if source.item.vertex else left), trunks.get(arrival.source, right)
            end = (row, head if spot.item.vertex else head + 1)
            canvas.wire([leave, (source.exit, turn), (row, turn), end], arrival.source, arrival.lit)
            if spot.item.vertex:
                draw_arrow(canvas, pen, arrival, row, head, tight=tight)
    return head + 1


def _trunks(sources: Mapping[str, Spot], after: list[Spot], first: int) -> dict[str, int]:
    """The cell of the trunk of every source that needs one."""
    rows: dict[str, list[int]] = {}
    for spot in after:
        for row, arrival in spot.arrivals:
            rows.setdefault(arrival.source, []).append(row)
    trunks = [Trunk(source, sources[source].exit, tuple(rows[source])) for source in sources if source in rows]
    upright = ordered(trunk for trunk in trunks if not trunk.straight)
    return {trunk.source: first + 2 * number for number, trunk in enumerate(upright)}


@frozen(slots=True)
class Place:
    """The place of a frame: its first row, those of its arrivals below, and the last one inside, where its line leaves."""

    frame: Frame
    arrivals: tuple[Arrival, ...]
    top: int
    exit: int


def tall(drawing: Drawing, pen: Formatter) -> Iterator[Line]:
    """The rows of `drawing`, as wide as it needs."""
    canvas = Canvas(pen)
    places = _places(drawing, pen)
    right = max((place.frame.width for place in places.values()), default=0) - 1
    first = right + label_room((arrival for place in places.values() for arrival in place.arrivals), pen) + 4
    trunks = {source: first + 2 * number for source, number in _vertical_trunks(places).items()}
    for place in places.values():
        place.frame.draw(canvas, pen, place.top, place.exit + 1, 0, right)
        for row, arrival in enumerate(place.arrivals, place.top + 1):
            leave, trunk = places[arrival.source].exit, trunks[arrival.source]
            points = [(leave, right), (leave, trunk), (row, trunk), (row, right + 1)]
            canvas.wire(points, arrival.source, arrival.lit)
            draw_arrow(canvas, pen, arrival, row, right + 1, leftwards=True)
    return canvas.lines()


def _places(drawing: Drawing, pen: Formatter) -> dict[str, Place]:
    """The frames below each other, by key, column after column."""
    arrivals, sources = arrivals_of(drawing), {edge.source for edge in drawing.edges}
    places: dict[str, Place] = {}
    top = 0
    for vertex in sorted(drawing.vertices, key=lambda vertex: vertex.column):
        inner = max(vertex.height, len(arrivals[vertex.key]) + (vertex.key in sources), 1)
        places[vertex.key] = Place(frame(vertex, drawing, pen), arrivals[vertex.key], top, top + inner)
        top += inner + 2
    return places


def _vertical_trunks(places: Mapping[str, Place]) -> dict[str, int]:
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


_DENSEST = 5 * 5  # edges into one column that the eye can still follow


def drawn(drawing: Drawing, pen: Formatter, width: int) -> list[Line] | None:
    """The lines of `drawing`; None where it is too dense to be followed or fits in no layout."""
    found = laid_out(drawing, pen, width)
    return found and found[1]


def laid_out(drawing: Drawing, pen: Formatter, width: int) -> tuple[Drawing, list[Line]] | None:
    """`drawing`, or its short form, with its lines in the first layout that fits."""
    if is_dense(drawing, _DENSEST):
        return None
    *_, shortest = forms = tuple(_forms(drawing))
    narrow = ((partial(layered, tight=True), shortest),) if shortest is not drawing else ()
    for layout, each in (*((layered, form) for form in forms), *narrow, (tall, drawing)):
        lines = list(layout(each, pen))
        if len(lines) <= (drawing.tallest or len(lines)) and all(line.width <= width for line in lines):
            return each, lines
    return None


def _forms(drawing: Drawing) -> Iterator[Drawing]:
    """A drawing, then its shorter forms."""
    form: Drawing | None = drawing
    while form is not None:
        yield form
        form = form.short
