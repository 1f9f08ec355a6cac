"""A line of text that knows the style of its stretches and its width in terminal cells.

Layout looks at the text alone, and measures it in cells (a Chinese character takes two). So one layout serves plain and
coloured output, and without colour no line has spans and joining lines is joining strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import TypeAlias

from backprop_tutor.frozen import frozen

Span: TypeAlias = tuple[int, int, str]  # from, to, style as rich writes it

# Latin, Greek, phonetic letters, punctuation, sub- and superscripts, letter-like signs, arrows and operators, brackets
# in parts, boxes, ticks: all one cell, so that most lines need no look at each character.
_ONE_CELL = re.compile(
    "[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u1d00-\u1dbf\u2010-\u2027\u2030-\u205e\u2070-\u20bf"
    "\u2100-\u2319\u239b-\u23b3\u2500-\u25fc\u2713\u2717]*"
)


def is_narrow(text: str) -> bool:
    """Whether every character of `text` is known to take one cell."""
    return _ONE_CELL.fullmatch(text) is not None


def cells(text: str) -> int:
    """How many terminal cells `text` takes."""
    if is_narrow(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


@frozen(slots=True)
class Line:
    """A text without line breaks, and its styled stretches, outer ones first."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def width(self) -> int:
        """How many terminal cells the text takes."""
        return cells(self.text)

    def __add__(self, other: Line) -> Line:
        if self.spans or other.spans:
            return join((self, other))
        return Line(self.text + other.text)

    def __getitem__(self, part: slice) -> Line:
        start, stop, _ = part.indices(len(self.text))
        inside = ((max(a, start) - start, min(b, stop) - start, style) for a, b, style in self.spans)
        return Line(self.text[start:stop], tuple(span for span in inside if span[0] < span[1]))

    def styled(self, style: str) -> Line:
        """The line with `style` around the styles it has."""
        return Line(self.text, ((0, len(self.text), style), *self.spans)) if style and self.text else self

    def stripped(self) -> Line:
        """The line without spaces at its end."""
        return self[: len(self.text.rstrip())] if self.text.endswith(" ") else self

    def padded(self, width: int, align: str = "left") -> Line:
        """The line filled with spaces up to `width` cells."""
        room = Line(" " * (width - self.width))
        return join((room, self) if align == "right" else (self, room)) if room.text else self

    def stretches(self) -> Iterator[tuple[str, str]]:
        """The text cut where its style changes: (text, all styles there, outermost first)."""
        cuts = sorted({0, len(self.text), *(cut for span in self.spans for cut in span[:2])})
        for style, parts in groupby(pairwise(cuts), self._style):
            yield "".join(self.text[start:stop] for start, stop in parts), style

    def _style(self, stretch: tuple[int, int]) -> str:
        start, stop = stretch
        return " ".join(style for a, b, style in self.spans if a <= start and stop <= b)


def join(lines: Iterable[Line]) -> Line:
    """The lines set one after another on one line."""
    parts = tuple(lines)
    text = "".join([part.text for part in parts])
    return Line(text, _shifted(parts)) if any(part.spans for part in parts) else Line(text)


def _shifted(parts: tuple[Line, ...]) -> tuple[Span, ...]:
    spans, start = [], 0
    for part in parts:
        spans += [(a + start, b + start, style) for a, b, style in part.spans]
        start += len(part.text)
    return tuple(spans)


def spaces(width: int) -> Line:
    """A line of `width` spaces."""
    return Line(" " * width)


def hang(head: Line, lines: Iterable[Line]) -> Iterator[Line]:
    """`lines` with `head` before the first of them and as much room before the rest."""
    before, room = head, spaces(head.width)
    for line in lines:
        yield before + line
        before = room


def spread(lines: Iterable[Line], gap: int) -> Line:
    """The lines on one line with `gap` spaces between them."""
    first, *rest = lines
    return join((first, *(part for line in rest for part in (spaces(gap), line))))
