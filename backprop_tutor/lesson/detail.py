"""Shortens a lesson to its results and the lines they follow from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, assert_never

from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import (
    Block,
    Document,
    Drawing,
    Equation,
    Flow,
    Link,
    Paragraph,
    Row,
    Rows,
    Section,
    Table,
    Words,
)
from backprop_tutor.lesson.inline import say, sign
from backprop_tutor.text import Lang

Detail = Literal["brief", "normal", "full"]
LEFT_OUT = (phrases.FUNCTIONS, phrases.KEPT)


def brief(document: Document) -> Document:
    """`document` with each equation reduced to its formula and value, without drawings, and without sentences except
    warnings.
    """
    return replace(document, blocks=_blocks(document.blocks, document.lang))


def _blocks(blocks: tuple[Block, ...], lang: Lang) -> tuple[Block, ...]:
    return tuple(kept for block in blocks for kept in _kept(block, lang))


def _kept(block: Block, lang: Lang) -> Iterator[Block]:
    match block:
        case Section():
            inside = _blocks(block.blocks, lang)
            yield from (replace(block, blocks=inside),) if inside else ()
        case Rows():
            rows = tuple(row for each in block.rows for row in _row(each, lang))
            yield from (Rows(rows),) if rows else ()
        case Equation():
            yield _cut(block)
        case Flow():
            yield replace(block, items=tuple(map(_item, block.items)))
        case Paragraph():
            yield from (block,) if block.tone == "bad" else ()
        case Table():
            yield block
        case Drawing():
            pass
        case _:
            assert_never(block)


def _row(row: Row, lang: Lang) -> Iterator[Row]:
    inside = _blocks(row.blocks, lang)
    if inside and row.label not in (say(label, lang) for label in LEFT_OUT):
        yield replace(row, blocks=inside)


def _item(item: Equation | Words) -> Equation | Words:
    return _cut(item) if isinstance(item, Equation) else item


def _cut(equation: Equation) -> Equation:
    """The first member and the last; a rounded step left out between them makes the `=` a `≈`."""
    first, *rest = equation.links
    if not rest or rest[-1].sign == "→":  # the old and the new value are both results
        return replace(equation, remark=())
    rounded = any(link.sign == "≈" for link in rest) or sign(first.right, rest[-1].right) == "≈"
    return replace(equation, links=(first, Link("≈" if rounded else rest[-1].sign, rest[-1].right)), remark=())
