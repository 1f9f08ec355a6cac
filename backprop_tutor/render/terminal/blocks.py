"""Renders every block of a document as lines: one function over the closed union.

Short items follow one another, wrapped like words. A table has columns as wide as their cells; where it is too wide,
its widest column of words is wrapped, since a number is never broken; where that leaves too little room, the table is
split into groups of columns, each beginning with the first column again; a column without a heading stays beside the
one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import assert_never

from backprop_tutor.formula.nodes import Formula, Matrix, children
from backprop_tutor.lesson.document import Align, Block, Drawing, Equation, Flow, Paragraph, Rows, Section, Table
from backprop_tutor.render.tables import in_tables
from backprop_tutor.render.terminal.drawing import drawn
from backprop_tutor.render.terminal.equation import GAP, equation_lines, one_line
from backprop_tutor.render.terminal.formatter import HEADING, TONES, Formatter
from backprop_tutor.render.terminal.line import Line, hang, join, spaces, spread, wrap


def flow_lines(flow: Flow, pen: Formatter, width: int) -> Iterator[Line]:
    """The items with the separator, or three spaces, between them; a new line starts with the separator."""
    sign = pen.text(flow.separator)
    between = join((spaces(1), sign, spaces(1))) if sign.text else GAP
    line = Line()
    for index, item in enumerate(flow.items):
        written = one_line(item, pen) if isinstance(item, Equation) else pen.words(item)
        longer = join((line, between, written)) if index else written
        if index and longer.width > width:
            yield from wrap(line, width)
            longer = join((sign, spaces(1), written)) if sign.text else written
        line = longer
    yield from wrap(line, width)


_GAP = 3
_READABLE = 20  # a narrower column of words is not worth wrapping


def table_lines(table: Table, pen: Formatter, width: int) -> Iterator[Line]:
    """Renders `table` in lines of at most `width` cells; a header without words is left out."""
    header = [pen.styled(pen.words(cell), HEADING) for cell in table.header]
    rows = [[pen.words(cell) for cell in row] for row in table.rows]
    shown = [header, *rows] if any(cell.text for cell in header) else rows
    if not shown:
        return
    widths = _fitted([max(cell.width for cell in column) for column in zip(*shown, strict=True)], table.align, width)
    for index, group in enumerate(_groups(_together(header, widths, width), widths, width)):
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


def _together(header: Sequence[Line], widths: Sequence[int], width: int) -> list[list[int]]:
    """The columns after the first, by number; what has no heading of its own with the one before, if there is room."""
    found: list[list[int]] = []
    headed = any(cell.text for cell in header)
    for column in range(1, len(widths)):
        if headed and found and not header[column].text and _wide([0, *found[-1], column], widths) <= width:
            found[-1].append(column)
        else:
            found.append([column])
    return found


def _wide(columns: Iterable[int], widths: Sequence[int]) -> int:
    """How wide some columns are side by side."""
    return sum(widths[column] + _GAP for column in columns) - _GAP


def _groups(parts: list[list[int]], widths: list[int], width: int) -> list[list[int]]:
    """The columns shown together, by number; the first column opens every group, and no group is left a remnant: of the
    ways to split into so few groups, the one whose widest group is narrowest.
    """
    fewest = list(_filled(parts, widths, width))
    narrowest = max((_wide([0, *part], widths) for part in parts), default=width)
    cuts = (list(_filled(parts, widths, narrower)) for narrower in range(narrowest, width))
    return next((cut for cut in cuts if len(cut) == len(fewest)), fewest) if len(fewest) > 1 else fewest


def _filled(parts: list[list[int]], widths: list[int], width: int) -> Iterator[list[int]]:
    """The columns in groups, each as full as possible."""
    group = [0]
    for part in parts:
        if len(group) > 1 and _wide([*group, *part], widths) > width:
            yield group
            group = [0]
        group += part
    yield group


def _row(cells: list[tuple[Line, int, Align]]) -> Iterator[Line]:
    """One row of the table, as many lines high as its highest cell."""
    wrapped = [wrap(cell, width) for cell, width, _ in cells]
    for parts in zip_longest(*wrapped, fillvalue=Line()):
        yield spread((part.padded(width, align) for part, (_, width, align) in zip(parts, cells, strict=True)), _GAP)


_LABEL_GAP = 2
_NARROWEST = 16  # the room that indentation always leaves
_BESIDE = 30  # the room that blocks beside a label should have
_NOTHING = (Paragraph(()),)


def blocks_lines(blocks: Iterable[Block], pen: Formatter, width: int) -> Iterator[Line]:
    """Renders the blocks one below the other; sections, tables, drawings are set apart, tall matrices from what is
    above.
    """
    above: Block | None = None
    for block in blocks:
        lines = block_lines(block, pen, width)
        if isinstance(block, Drawing):
            lines = iter(drawing := list(lines))
            if not drawing:  # a block that repeats what was shown is left out
                continue
        if above and (_stands_apart(above) or _stands_apart(block) or _towers(block)):
            yield Line()
        yield from lines
        above = block


def block_lines(block: Block, pen: Formatter, width: int) -> Iterator[Line]:
    """One block in lines of at most `width` cells."""
    match block:
        case Section():
            return _section(block, pen, width)
        case Paragraph(words=words, tone=tone):
            return wrap(pen.styled(pen.words(words), TONES[tone]), width)
        case Equation():
            return equation_lines(block, pen, width)
        case Flow():
            return flow_lines(block, pen, width)
        case Rows():
            return _rows(block, pen, width)
        case Table():
            return table_lines(block, pen, width)
        case Drawing():
            return iter(drawn(block, pen, width) or blocks_lines(in_tables(block), pen, width))
        case _:
            assert_never(block)


def _stands_apart(block: Block) -> bool:
    return isinstance(block, Section | Table | Drawing)


def _towers(block: Block) -> bool:
    """Whether a block is an equation with a matrix of several rows: the text below belongs to it, that above does not."""
    return isinstance(block, Equation) and any(_is_tall(link.right) for link in block.links)


def _is_tall(formula: Formula) -> bool:
    return (
        len(formula.rows) > 1 and not formula.flat
        if isinstance(formula, Matrix)
        else any(map(_is_tall, children(formula)))
    )


def indented(blocks: Iterable[Block], pen: Formatter, width: int, indent: int) -> Iterator[Line]:
    """The blocks indented by `indent` cells, or by less where that would leave too little room."""
    room = max(min(width, _NARROWEST), width - indent)
    return hang(spaces(width - room), blocks_lines(blocks, pen, room))


def _section(section: Section, pen: Formatter, width: int) -> Iterator[Line]:
    number = Line("" if section.number is None else f"{section.number} ")
    title = wrap(pen.words(section.title), width - number.width)
    yield from (pen.styled(line, HEADING) for line in hang(number, title))
    yield from indented(section.blocks, pen, width, 2)


def _rows(rows: Rows, pen: Formatter, width: int) -> Iterator[Line]:
    """The labels in one column and the blocks beside them, or below them where the labels leave too little room."""
    labels = [pen.words(row.label) for row in rows.rows]
    room = max((label.width for label in labels), default=0) + _LABEL_GAP
    for label, row in zip(labels, rows.rows, strict=True):
        if width - room >= _BESIDE:
            yield from hang(label.padded(room), blocks_lines(row.blocks or _NOTHING, pen, width - room))
        else:
            yield from wrap(label, width)
            yield from indented(row.blocks, pen, width, _LABEL_GAP)
