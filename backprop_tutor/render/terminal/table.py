"""A table in columns as wide as their cells.

Where it is too wide, its widest column of words is wrapped; where that leaves too little, the table is cut into groups
of columns, each beginning with the first column again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from backprop_tutor.lesson.document import Align, Table
from backprop_tutor.render.terminal.line import Line, spread
from backprop_tutor.render.terminal.pen import HEADING, Pen
from backprop_tutor.render.terminal.wrap import wrap

_GAP = 3
_READABLE = 20  # a column of words narrower than this is not worth wrapping


def table_lines(table: Table, pen: Pen, width: int) -> Iterator[Line]:
    """`table` in lines of at most `width` cells; a header without words is left out."""
    header = [pen.styled(pen.words(cell), HEADING) for cell in table.header]
    rows = [[pen.words(cell) for cell in row] for row in table.rows]
    shown = [header, *rows] if any(cell.text for cell in header) else rows
    if not shown:
        return
    widths = _fitted([max(cell.width for cell in column) for column in zip(*shown, strict=True)], width)
    for index, group in enumerate(_groups(widths, width)):
        if index:
            yield Line()
        for row in shown:
            yield from _row([(row[column], widths[column], table.align[column]) for column in group])


def _fitted(widths: list[int], width: int) -> list[int]:
    """The widths of the columns, such that the first fits into `width` beside any other."""
    room = width - _GAP * (len(widths) - 1) - sum(widths) + max(widths, default=0)
    if room >= _READABLE:
        return [min(wide, room) for wide in widths]
    first = min(widths[0], max((width - _GAP) // 2, width - _GAP - max(widths[1:], default=-_GAP)))
    return [first, *(min(wide, width - _GAP - first) for wide in widths[1:])]


def _groups(widths: list[int], width: int) -> Iterator[list[int]]:
    """The columns shown together, by number; the first column opens every group."""
    group, used = [0], widths[0]
    for column in range(1, len(widths)):
        if used + _GAP + widths[column] > width:
            yield group
            group, used = [0], widths[0]
        group.append(column)
        used += _GAP + widths[column]
    yield group


def _row(cells: list[tuple[Line, int, Align]]) -> Iterator[Line]:
    """One row of the table, as many lines high as its highest cell."""
    wrapped = [wrap(cell, width) for cell, width, _ in cells]
    for parts in zip_longest(*wrapped, fillvalue=Line()):
        yield spread((part.padded(width, align) for part, (_, width, align) in zip(parts, cells, strict=True)), _GAP)
