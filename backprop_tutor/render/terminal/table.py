"""A table in columns as wide as their cells.

Where it is too wide, its widest column of words is wrapped, for a number is never broken; where that leaves too little,
the table is cut into groups of columns, each beginning with the first column again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    widths = _fitted([max(cell.width for cell in column) for column in zip(*shown, strict=True)], table.align, width)
    for index, group in enumerate(_groups(widths, width)):
        if index:
            yield Line()
        for row in shown:
            yield from _row([(row[column], widths[column], table.align[column]) for column in group])


def _fitted(widths: list[int], align: Sequence[Align], width: int) -> list[int]:
    """The widths of the columns, such that the first fits into `width` beside any other."""
    words = max((column for column, side in enumerate(align) if side == "left"), key=widths.__getitem__, default=None)
    left = width - _GAP * (len(widths) - 1) - sum(widths)
    if left >= 0:
        return widths
    if words is not None and left + widths[words] >= min(widths[words], _READABLE):
        return [wide + left if column == words else wide for column, wide in enumerate(widths)]
    first = min(widths[0], max((width - _GAP) // 2, width - _GAP - max(widths[1:], default=-_GAP)))
    return [first, *(min(wide, width - _GAP - first) for wide in widths[1:])]


def _groups(widths: list[int], width: int) -> list[list[int]]:
    """The columns shown together, by number; the first column opens every group, and no group is left a remnant:
    of the ways to cut into so few groups, the one whose widest group is narrowest.
    """
    fewest = list(_filled(widths, width))
    cuts = (list(_filled(widths, narrower)) for narrower in range(max(widths), width))
    return next((cut for cut in cuts if len(cut) == len(fewest)), fewest) if len(fewest) > 1 else fewest


def _filled(widths: list[int], width: int) -> Iterator[list[int]]:
    """The columns in groups, each as full as it goes."""
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
