"""A drawing as an SVG document that stands alone.

Everything stands in the rows that a terminal uses: each edge arrives in a row of its own and carries its label there,
straight before its arrow, where no other line runs. So no label touches another, and each can be told to its edge.

Where the columns of a drawing stand in an SVG picture, with room for the labels of what arrives in each.

Letters are all of one width, so the width of a text is known without its font.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from unicodedata import combining, east_asian_width

from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Edge, Vertex
from backprop_tutor.render.layout import Arrival, Spot, columns, place
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.words import plain_words

ROW, LETTER = 22.0, 7.9
PAD, MARGIN = 10.0, 16.0
CURVE, ARROW, GAP = 64.0, 9.0, 6.0


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
    """How wide the label of an edge is."""
    return text_width(plain_words(arrival.edge.label)) if arrival.edge else 0.0


def text_width(text: str) -> float:
    """How wide a text is; a Chinese sign takes the room of two letters."""
    cells = (0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return LETTER * sum(cells)


def _width(vertex: Vertex) -> float:
    return 2 * PAD + max(map(text_width, (unicode(vertex.name), *map(plain_words, vertex.figures))))


FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace"
SIZE = 13
INK, FAINT = "#222", "#999"


def svg(drawing: Drawing) -> str:
    """`drawing` as an SVG document; what is highlighted is thick and dark."""
    placed = list(svg_columns(drawing))
    wide = max((column.right for column in placed), default=0.0) + MARGIN
    last = max((spot.bottom for column in placed for spot in column.spots), default=0)
    high = height(last) + 2 + MARGIN
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" font-size="{SIZE}">',
            f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#fff"/>',
            *_lines(placed),
            *_labels(placed),
            *(part for column in placed for spot in column.spots for part in _item(spot, column, drawing)),
            "</svg>\n",
        )
    )


def _lines(placed: list[Column]) -> list[str]:
    """Every line from one column to the next, those highlighted above the others."""
    lines = [line for before, after in pairwise(placed) for line in _between(before, after)]
    return [line for _, line in sorted(lines, key=lambda line: line[0])]


def _between(before: Column, after: Column) -> Iterator[tuple[bool, str]]:
    exits = {spot.item.source: spot.exit for spot in before.spots}
    for spot in after.spots:
        for row, arrival in spot.arrivals:
            line = _line((before.right, exits[arrival.source]), row, after, arrival)
            yield arrival.lit, line


def _line(start: tuple[float, int], row: int, to: Column, arrival: Arrival) -> str:
    """A curve to where the labels begin, then straight on: to an arrow, or, in a lane, past the column."""
    x, y, end = start[0], height(start[1]), height(row)
    middle = (x + to.labels) / 2
    colour, width = (INK, 2.5) if arrival.lit else (FAINT, 1.2)
    curve = f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {end:.1f} {to.labels:.1f} {end:.1f}"
    head = f"M{to.left - ARROW:.1f} {end - 4.5:.1f}L{to.left:.1f} {end:.1f}L{to.left - ARROW:.1f} {end + 4.5:.1f}Z"
    straight = f"H{to.left - ARROW if arrival.edge else to.right:.1f}"
    arrow = f'<path d="{head}" fill="{colour}"/>' if arrival.edge else ""
    return f'<path d="{curve}{straight}" fill="none" stroke="{colour}" stroke-width="{width}"/>{arrow}'


def _labels(placed: list[Column]) -> Iterator[str]:
    for column in placed:
        for spot in column.spots:
            for row, arrival in spot.arrivals:
                if arrival.edge and arrival.edge.label:
                    yield _label(arrival.edge, column.left - ARROW - GAP, height(row), arrival.lit)


def _label(edge: Edge, right: float, y: float, lit: bool) -> str:
    """A label that ends at `right`, on a white ground that covers the line."""
    text = plain_words(edge.label)
    wide = text_width(text) + GAP
    ground = f'<rect x="{right - wide:.1f}" y="{y - 9:.1f}" width="{wide + 3:.1f}" height="18" fill="#fff"/>'
    return ground + _words(right, y, text, COLOURS[edge.role], "end", bold=lit)


def _item(spot: Spot, column: Column, drawing: Drawing) -> Iterator[str]:
    vertex = spot.item.vertex
    if vertex is None:
        return
    yield _frame(vertex, spot, column, lit=vertex.key in drawing.lit)
    middle = (column.left + column.right) / 2
    yield _words(middle, height(spot.top) + 2, unicode(vertex.name), COLOURS[vertex.role], "middle", bold=True)
    for row, figure in enumerate(vertex.figures, start=spot.top + 1):
        yield _words(column.left + PAD, height(row), plain_words(figure), INK, "start")


def _frame(vertex: Vertex, spot: Spot, column: Column, *, lit: bool) -> str:
    top, bottom = height(spot.top) - ROW / 2 + 2, height(spot.bottom) + 2
    place = f'x="{column.left:.1f}" y="{top:.1f}" width="{column.right - column.left:.1f}" height="{bottom - top:.1f}"'
    return f'<rect {place} rx="8" fill="#fff" stroke="{COLOURS[vertex.role]}" stroke-width="{3.5 if lit else 1.5}"/>'


def _words(x: float, y: float, text: str, colour: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x:.1f}" y="{y + SIZE * 0.35:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{weight}>{escape(text)}</text>'
