"""Where the columns of a drawing stand in an SVG picture, with room for the labels of what arrives in each.

Letters are all of one width, so the width of a text is known without its font.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

from backprop_tutor.formula.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Vertex
from backprop_tutor.render.columns import Arrival, columns
from backprop_tutor.render.rows import Spot, place
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
