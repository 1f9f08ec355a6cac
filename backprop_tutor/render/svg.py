"""Renders a drawing as a standalone SVG document.

Everything is placed in the rows that a terminal uses: each edge arrives in a row of its own and has its label there,
above the straight end of its line, where no other line runs. So no label touches another, and each can be matched to
its edge. The columns leave room for the labels of the edges that arrive. The parts have classes, for a page that
highlights them; colours are attributes of the parts themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from itertools import accumulate, pairwise

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Edge, Grid, Vertex
from backprop_tutor.render.layout import Arrival, Spot, columns, place
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.svg_text import SIZE, Piece, heading, of_formula, pieces, text, width

ROW = 24.0
PAD, MARGIN = 12.0, 16.0
CURVE, ARROW, GAP, ABOVE = 64.0, 9.0, 4.0, 11.0


@frozen
class Column:
    """The spots of one column; where the labels before it begin, where its vertices do, and where they end."""

    spots: tuple[Spot, ...]
    labels: float
    left: float
    right: float


def svg_columns(drawing: Drawing) -> Iterator[Column]:
    """The columns of `drawing` from left to right; between two, lines curve and then run straight by their labels."""
    labels = MARGIN
    for spots in place(columns(drawing)):
        arrivals = [arrival for spot in spots for _, arrival in spot.arrivals]
        room = ARROW + 2 * GAP + max(map(label_width, arrivals)) if arrivals else 0.0
        left = labels + room
        right = left + max((_width(spot.item.vertex) for spot in spots if spot.item.vertex), default=0.0)
        yield Column(tuple(spots), labels, left, right)
        labels = right + CURVE


def height(y: int) -> float:
    """The middle of a row."""
    return MARGIN + ROW * (y + 0.5)


def label_width(arrival: Arrival) -> float:
    """The width of an edge's label."""
    return width(label(arrival.edge)) if arrival.edge else 0.0


def _width(vertex: Vertex) -> float:
    lines = (heading(vertex.name), *map(pieces, vertex.figures))
    return 2 * PAD + max(*map(width, lines), _ends(vertex.grid)[-1] if vertex.grid else 0.0)


def _ends(grid: Grid) -> list[float]:
    """Where each column of a grid ends, from its left edge."""
    widths = (max(width(of_formula(cell)) for cell in column) for column in zip(*grid.rows, strict=True))
    return list(accumulate(BETWEEN * (number > 0) + wide for number, wide in enumerate(widths)))


FONT = "'STIX Two Text', 'Libertinus Serif', Cambria, 'Times New Roman', 'Liberation Serif', 'Noto Serif CJK SC', 'Songti SC', SimSun, serif"
PIXELS = 2  # of a PNG for each of the SVG
INK, FAINT, PAPER, WINDOW = "#222222", "#8a8a8a", "#ffffff", "#c2410c"
BETWEEN, ROOM = 12.0, 0.6
"""Between two columns of a grid; above and below its window, in rows."""


@frozen
class Timing:
    """When the parts of an animated picture appear; `style` is their style sheet.

    `figure` and `label` set the time of a row of a vertex and of the label of an edge, `line` writes the attributes of
    an edge's line by the column that it leads to.
    """

    style: str
    figure: Callable[[Vertex, int, tuple[Piece, ...]], tuple[Piece, ...]]
    label: Callable[[Edge, tuple[Piece, ...]], tuple[Piece, ...]]
    line: Callable[[int], str]


STILL = Timing("", lambda vertex, row, line: line, lambda edge, line: line, lambda column: "")


def png(drawing: Drawing) -> bytes:
    """`drawing` as a PNG image, by resvg-py. Raises ImportError where that is not installed."""
    from resvg_py import svg_to_bytes

    return bytes(svg_to_bytes(svg_string=svg(drawing), zoom=PIXELS))


def svg(drawing: Drawing, timing: Timing = STILL) -> str:
    """Renders `drawing` as an SVG document; highlighted parts are thick and dark."""
    placed = list(svg_columns(drawing))
    wide = max((column.right for column in placed), default=0.0) + MARGIN
    last = max((spot.bottom for column in placed for spot in column.spots), default=0)
    high = height(last) + 2 + MARGIN
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" {size} font-family="{escape(FONT)}" font-size="{SIZE}">',
            *([f"<style>{timing.style}</style>"] if timing.style else []),
            f'<rect class="paper" width="{wide:.0f}" height="{high:.0f}" fill="{PAPER}"/>',
            *_lines(placed, timing),
            *(part for column in placed for spot in column.spots for part in _item(spot, column, drawing, timing)),
            "</svg>\n",
        )
    )


def _lines(placed: list[Column], timing: Timing) -> list[str]:
    """Every line from one column to the next, those highlighted above the others, each with its label."""
    pairs = enumerate(pairwise(placed), start=1)
    lines = [line for number, (before, after) in pairs for line in _between(before, after, number, timing)]
    return [line for _, line in sorted(lines, key=lambda line: line[0])]


def _between(before: Column, after: Column, number: int, timing: Timing) -> Iterator[tuple[bool, str]]:
    exits = {spot.item.source: spot.exit for spot in before.spots}
    for spot in after.spots:
        for row, arrival in spot.arrivals:
            line = _line((before.right, exits[arrival.source]), row, after, arrival, timing.line(number))
            yield arrival.lit, f'<g class="edge">{line}{_label(arrival, row, after, timing)}</g>'


def _line(start: tuple[float, int], row: int, to: Column, arrival: Arrival, more: str) -> str:
    """A curve to where the labels begin, then straight on: to an arrow, or, in a lane, past the column."""
    x, y, end = start[0], height(start[1]), height(row)
    middle = (x + to.labels) / 2
    colour, thick = (INK, 2.5) if arrival.lit else (FAINT, 1.3)
    curve = f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {end:.1f} {to.labels:.1f} {end:.1f}"
    head = f"M{to.left - ARROW:.1f} {end - 4.5:.1f}L{to.left:.1f} {end:.1f}L{to.left - ARROW:.1f} {end + 4.5:.1f}Z"
    straight = f"H{to.left - ARROW if arrival.edge else to.right:.1f}"
    arrow = f'<path class="head" d="{head}" fill="{colour}"/>' if arrival.edge else ""
    return (
        f'<path class="line" d="{curve}{straight}" fill="none" stroke="{colour}" stroke-width="{thick}"{more}/>{arrow}'
    )


def _label(arrival: Arrival, row: int, to: Column, timing: Timing) -> str:
    """The label of an edge, on the straight end of its line."""
    edge, place = arrival.edge, (to.left - ARROW - GAP, height(row) - ABOVE)
    if edge is None or not edge.label:
        return ""
    line = timing.label(edge, label(edge))
    return _words(place, line, edge.role.value, COLOURS[edge.role], "end", bold=arrival.lit)


def label(edge: Edge) -> tuple[Piece, ...]:
    """The label of an edge: ``W_ec = 0.4``, or its contribution."""
    return pieces((*edge.name, *edge.label)) if edge.label else ()


def _item(spot: Spot, column: Column, drawing: Drawing, timing: Timing) -> Iterator[str]:
    vertex = spot.item.vertex
    if vertex is None:
        return
    middle, colour = (column.left + column.right) / 2, COLOURS[vertex.role]
    yield '<g class="vertex">'
    yield _frame(vertex, spot, column, lit=vertex.key in drawing.lit)
    name = heading(vertex.name)
    yield _words((middle, height(spot.top) + 2), name, vertex.role.value, colour, "middle", bold=True)
    for row, figure in enumerate(vertex.figures):
        line = timing.figure(vertex, row, pieces(figure))
        yield _words((column.left + PAD, height(spot.top + 1 + row)), line, "ink", INK, "start")
    if vertex.grid:
        yield from _grid(vertex.grid, column.left + PAD, spot.top + 1 + len(vertex.figures))
    yield "</g>"


def _grid(grid: Grid, left: float, top: int) -> Iterator[str]:
    """The numbers of a grid, right-aligned in their columns, and a frame around its window, with room of its own."""
    ends = _ends(grid)
    first, start, last, end = grid.window or (len(grid.rows), 0, len(grid.rows), 0)
    rows = [height(top) + ROW * (row + ROOM * ((row >= first) + (row > last))) for row in range(len(grid.rows))]
    for y, row in zip(rows, grid.rows, strict=True):
        for x, cell in zip(ends, row, strict=True):
            yield _words((left + x, y), of_formula(cell), "ink", INK, "end")
    if grid.window:
        beside = ends[start - 1] + BETWEEN / 2 if start else -BETWEEN / 2
        wide, high = ends[end] + BETWEEN / 2 - beside, rows[last] - rows[first] + ROW
        place = f'x="{left + beside:.1f}" y="{rows[first] - ROW / 2:.1f}" width="{wide:.1f}" height="{high:.1f}"'
        yield f'<rect class="window" {place} fill="none" stroke="{WINDOW}" stroke-width="2"/>'


def _frame(vertex: Vertex, spot: Spot, column: Column, *, lit: bool) -> str:
    top, bottom = height(spot.top) - ROW / 2 + 2, height(spot.bottom) + 2
    place = f'x="{column.left:.1f}" y="{top:.1f}" width="{column.right - column.left:.1f}" height="{bottom - top:.1f}"'
    look = f'rx="10" fill="{PAPER}" stroke="{COLOURS[vertex.role]}" stroke-width="{3.5 if lit else 1.5}"'
    return f'<rect class="frame {vertex.role.value}" {place} {look}/>'


def _words(
    place: tuple[float, float], line: tuple[Piece, ...], role: str, colour: str, anchor: str, *, bold: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    at = f'x="{place[0]:.1f}" y="{place[1] + SIZE * 0.35:.1f}"{anchored}'
    return f'<text class="{role}" {at} fill="{colour}"{weight}>{text(line)}</text>'
