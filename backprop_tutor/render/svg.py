"""A drawing as an SVG picture, in columns from left to right.

Rows and lanes are those of the terminal's drawing: every edge has a row of its own where it arrives, and there its label
stands on the straight end of its line. So labels never touch, and only its own line passes a label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson.document import Drawing, Vertex
from backprop_tutor.render.columns import Arrival, columns
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.rows import Spot, place
from backprop_tutor.render.words import plain_words

_ROW, _LETTER, _MARGIN = 24, 8, 12  # the height of a row, the width of a letter, the white around everything
_PAD = 10  # inside a box, beside its words
_HEAD = 10  # the head of an arrow
_BEND = 90  # the room in which lines go up and down
_THIN, _THICK = 1.2, 3.2


@dataclass(frozen=True, slots=True)
class Strip:
    """A column on the page: its spots, its sides, and where the straight ends of its lines begin."""

    spots: list[Spot]
    straight: float
    left: float
    right: float


def svg(drawing: Drawing) -> str:
    """`drawing` as an SVG document that stands alone."""
    strips = _strips(drawing)
    width = max((strip.right for strip in strips), default=0) + _MARGIN
    height = _ROW * max((spot.bottom + 1 for strip in strips for spot in strip.spots), default=0) + 2 * _MARGIN
    body = [*_lines(strips), *_boxes(strips, drawing), *_labels(strips)]
    ...
