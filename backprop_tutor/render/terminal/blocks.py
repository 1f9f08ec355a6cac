"""Every block of a document as lines: one function over the closed union."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from backprop_tutor.formula.nodes import Formula, Matrix, children
from backprop_tutor.lesson.document import Block, Drawing, Equation, Flow, Paragraph, Rows, Section, Table
from backprop_tutor.render.tables import in_tables
from backprop_tutor.render.terminal.drawing import drawn
from backprop_tutor.render.terminal.equation import equation_lines
from backprop_tutor.render.terminal.flow import flow_lines
from backprop_tutor.render.terminal.line import Line, hang, spaces
from backprop_tutor.render.terminal.pen import HEADING, TONES, Pen
from backprop_tutor.render.terminal.table import table_lines
from backprop_tutor.render.terminal.wrap import wrap

_LABEL_GAP = 2
_NARROWEST = 16  # room that indentation always leaves
_BESIDE = 30  # room that blocks beside a label should have
_NOTHING = (Paragraph(()),)


def blocks_lines(blocks: Iterable[Block], pen: Pen, width: int) -> Iterator[Line]:
    """The blocks one below the other; sections, tables, drawings stand apart, tall matrices from what is above."""
    above: Block | None = None
    for block in blocks:
        if above and (_stands_apart(above) or _stands_apart(block) or _towers(block)):
            yield Line()
        yield from block_lines(block, pen, width)
        above = block


def block_lines(block: Block, pen: Pen, width: int) -> Iterator[Line]:
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
    """Whether a block is an equation with a matrix of several rows: what is below it belongs to it, what is above not."""
    return isinstance(block, Equation) and any(_is_tall(link.right) for link in block.links)


def _is_tall(formula: Formula) -> bool:
    return len(formula.rows) > 1 if isinstance(formula, Matrix) else any(map(_is_tall, children(formula)))


def indented(blocks: Iterable[Block], pen: Pen, width: int, indent: int) -> Iterator[Line]:
    """The blocks set in by `indent` cells, or by less where that would leave too little room."""
    room = max(min(width, _NARROWEST), width - indent)
    return hang(spaces(width - room), blocks_lines(blocks, pen, room))


def _section(section: Section, pen: Pen, width: int) -> Iterator[Line]:
    number = Line("" if section.number is None else f"{section.number} ")
    title = wrap(pen.words(section.title), width - number.width)
    yield from (pen.styled(line, HEADING) for line in hang(number, title))
    yield from indented(section.blocks, pen, width, 2)


def _rows(rows: Rows, pen: Pen, width: int) -> Iterator[Line]:
    """The labels in one column and the blocks beside them, or below them where the labels leave too little room."""
    labels = [pen.words(row.label) for row in rows.rows]
    room = max((label.width for label in labels), default=0) + _LABEL_GAP
    for label, row in zip(labels, rows.rows, strict=True):
        if width - room >= _BESIDE:
            yield from hang(label.padded(room), blocks_lines(row.blocks or _NOTHING, pen, width - room))
        else:
            yield from wrap(label, width)
            yield from indented(row.blocks, pen, width, _LABEL_GAP)
