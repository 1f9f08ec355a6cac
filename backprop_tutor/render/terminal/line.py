"""A line of text with the styles of its parts and its width in terminal cells, and how it is wrapped.

Layout uses only the text, and measures it in cells (a Chinese character takes two). So one layout serves plain and
coloured output, and without colour no line has spans and joining lines is joining strings.

Western words are split at spaces, but not at those around an operator, as in z(1 − z) or O(e) = 0.65, nor before a
shape or inside it, as in W (2, 1). Chinese is split between any two characters, but no line starts with a closing mark
such as ``，`` or ends with an opening one. A formula is split before a sign, a sum rather than a product, outside
brackets rather than inside. What is still too wide, a long name or number, is cut by cells.
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
    """The number of terminal cells of `text`."""
    if is_narrow(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


@frozen(slots=True)
class Line:
    """A text without line breaks, and its styled parts, outer ones first."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def width(self) -> int:
        """The number of terminal cells of the text."""
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
        """The line with `style` around its styles."""
        return Line(self.text, ((0, len(self.text), style), *self.spans)) if style and self.text else self

    def stripped(self) -> Line:
        """The line without spaces at its end."""
        return self[: len(self.text.rstrip())] if self.text.endswith(" ") else self

    def padded(self, width: int, align: str = "left") -> Line:
        """The line filled with spaces up to `width` cells."""
        room = Line(" " * (width - self.width))
        return join((room, self) if align == "right" else (self, room)) if room.text else self

    def stretches(self) -> Iterator[tuple[str, str]]:
        """The text split where its style changes: (text, all styles there, outermost first)."""
        cuts = sorted({0, len(self.text), *(cut for span in self.spans for cut in span[:2])})
        for style, parts in groupby(pairwise(cuts), self._style):
            yield "".join(self.text[start:stop] for start, stop in parts), style

    def _style(self, stretch: tuple[int, int]) -> str:
        start, stop = stretch
        return " ".join(style for a, b, style in self.spans if a <= start and stop <= b)


def join(lines: Iterable[Line]) -> Line:
    """The lines joined on one line."""
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
    """`lines` with `head` before the first of them and an equal indentation before the rest."""
    before, room = head, spaces(head.width)
    for line in lines:
        yield before + line
        before = room


def spread(lines: Iterable[Line], gap: int) -> Line:
    """The lines on one line with `gap` spaces between them."""
    first, *rest = lines
    return join((first, *(part for line in rest for part in (spaces(gap), line))))


GLUE = "\xa0"  # a space at which words are not split, inside a formula; it is printed as a space

_OPENING, _CLOSING = r"[(\[{（《「『【〔“‘]", r"[)\]}.,;:!?，。、；：！？）》」』】〕”’…％]"
_WESTERN = "[!-\u2017\u2019-\u201b\u201d-\u2e7f]+"  # all before the Chinese characters but a space and opening quotes
_ATOM = re.compile(f"{_OPENING}*(?:{_WESTERN}|[^ ]){_CLOSING}*")
_SIDE = "[!-\u2e7f]"
_OPERATOR = re.compile(f"(?<={_SIDE}) ([=≈≠≤≥<>+−·×⊙←/*-]|[<>~!]=|<-) (?={_SIDE})")  # a formula in the middle of words
_SHAPE = re.compile(r" ?\([0-9]+, [0-9]+\)")  # after the matrix that has it
_SPACE = f"[ {GLUE}]"
_SIGN = re.compile(
    rf"(?P<open>[(\[])|(?P<close>[)\]])"
    rf"|(?P<sum>{_SPACE}[+−-]{_SPACE})|(?P<product>{_SPACE}?[·⊙×*]{_SPACE}?)|(?P<space>{_SPACE})"
)
_LOOSEST = ("sum", "product", "space")  # where a formula is split first


def wrap(line: Line, width: int) -> Iterator[Line]:
    """Words as lines of at most `width` cells (at least 2); words that fit, and no words at all, are one line."""
    if line.width <= width:
        yield line
        return
    glued = _SHAPE.sub(lambda shape: shape[0].replace(" ", GLUE), _OPERATOR.sub(rf"{GLUE}\1{GLUE}", line.text))
    line = Line(glued, line.spans)
    start = end = 0
    for atom in _ATOM.finditer(line.text):
        if end > start and cells(line.text[start : atom.end()]) > width:
            yield line[start:end]
            start = end = atom.start()
        end = atom.end()
        while cells(line.text[start:end]) > width:
            cut = start + _cut(line.text[start:end], width)
            yield line[start:cut]
            start = cut
    yield line[start:end]


def part(formula: Line, width: int) -> Iterator[Line]:
    """A formula as lines of at most `width` cells (at least 2), each after the first starting with its sign."""
    while _exceeds(formula.text, width):
        cut = _cut(formula.text, width)
        yield formula[:cut]
        formula = formula[cut:]
        formula = formula[len(formula.text) - len(formula.text.lstrip()) :]
    yield formula


def _exceeds(text: str, width: int) -> bool:
    """Whether `text`, which may be very long, is wider than `width`."""
    return cells(text[: 2 * width]) > width or (len(text) > 2 * width and cells(text) > width)


def _cut(text: str, width: int) -> int:
    """Where to split a text wider than `width`: before its best sign, or else where the width ends."""
    end = _fitting(text, width)
    signs = [sign for sign in _signs(text[: end + 2]) if 0 < sign[2] <= end]
    late = [sign for sign in signs if sign[2] >= width // 4]
    return min(late or signs, key=lambda sign: (sign[0], sign[1], -sign[2]))[2] if signs else end


def _signs(text: str) -> Iterator[tuple[int, int, int]]:
    """The signs of a formula: (depth in brackets, binding strength, position)."""
    depth = 0
    for match in _SIGN.finditer(text):
        if match.lastgroup in _LOOSEST:
            yield depth, _LOOSEST.index(match.lastgroup), match.start()
        else:
            depth += 1 if match.lastgroup == "open" else -1


def _fitting(text: str, width: int) -> int:
    """The number of characters of `text` that fit in `width` cells, at least one."""
    if is_narrow(text[: width + 1]):
        return min(len(text), width)
    used = 0
    for index, character in enumerate(text):
        used += cells(character)
        if used > width:
            return max(1, index)
    return len(text)
