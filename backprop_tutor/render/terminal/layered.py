"""A drawing in columns from left to right.

Every edge has a row of its own where it arrives, with its label before the arrow. One line leaves each source; a trunk
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
two sources, so lines of different sources cross, but never run into each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.columns import columns
from backprop_tutor.render.rows import Spot, place
from backprop_tutor.render.terminal.arrow import draw_arrow, label_room
from backprop_tutor.render.terminal.canvas import Canvas
from backprop_tutor.render.terminal.frame import frame
from backprop_tutor.render.terminal.line import Line
from backprop_tutor.render.terminal.pen import Pen
from backprop_tutor.render.terminal.trunks import Trunk, ordered


def layered(drawing: Drawing, pen: Pen) -> Iterator[Line]:
    """The rows of `drawing`, as wide as it needs."""
    canvas = Canvas(pen)
    before: list[Spot] = []
    left = right = 0  # the first and the last cell of the column before
    for spots in place(columns(drawing)):
        left = _draw_channel(canvas, pen, before, spots, left, right) if before else 0
        frames = [(spot, frame(spot.item.vertex, drawing, pen)) for spot in spots if spot.item.vertex]
        right = left + max(drawn.width for _, drawn in frames) - 1
        for spot, drawn in frames:
            drawn.draw(canvas, pen, spot.top, spot.bottom, left, right)
        before = spots
    return canvas.lines()


def _draw_channel(canvas: Canvas, pen: Pen, before: list[Spot], after: list[Spot], left: int, right: int) -> int:
    """Draw what leads from one column to the next; the cell where the next column starts."""
    sources = {spot.item.source: spot for spot in before}
    trunks = _trunks(sources, after, right + 2)
    room = label_room((arrival for spot in after for _, arrival in spot.arrivals), pen)
    head = max(trunks.values(), default=right) + room + 3
    for spot in after:
        for row, arrival in spot.arrivals:
            source = sources[arrival.source]
            leave, turn = (source.exit, right if source.item.vertex else left), trunks.get(arrival.source, right)
            end = (row, head if spot.item.vertex else head + 1)
            canvas.wire([leave, (source.exit, turn), (row, turn), end], arrival.source, arrival.lit)
            if spot.item.vertex:
                draw_arrow(canvas, pen, arrival, row, head)
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
