"""A document in Markdown with LaTeX mathematics, as GitHub and Jupyter show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import assert_never

from backprop_tutor.lesson.document import (
    Block,
    Document,
    Drawing,
    Equation,
    Flow,
    Paragraph,
    Row,
    Rows,
    Section,
    Table,
    Text,
    Words,
)
from backprop_tutor.render.markdown_equation import display, in_line, is_short
from backprop_tutor.render.markdown_text import cell, escaped, inline, opening
from backprop_tutor.render.mermaid import mermaid
from backprop_tutor.render.tables import in_tables, is_dense

_DEEPEST = 6  # of headings
_DENSEST = 8  # edges into one column; Mermaid leads more of them behind its boxes


def render_markdown(document: Document) -> str:
    """`document` as Markdown: LaTeX between dollar signs, pipe tables, drawings as Mermaid flowcharts."""
    facts = [opening(" · ".join(map(inline, document.facts)))] if document.facts else []
    return "\n\n".join([f"# {inline(document.title)}", *facts, *_blocks(document.blocks, 2)]) + "\n"


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    """What stands apart by empty lines; equations that follow each other share a block."""
    for is_equation, group in groupby(blocks, lambda block: isinstance(block, Equation)):
        if is_equation:
            yield from display(block for block in group if isinstance(block, Equation))
        else:
            for block in group:
                yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Section():
            return _section(block, level)
        case Paragraph(words=words, tone=tone):
            return iter([opening(inline(_strong(words) if tone == "strong" else words))])
        case Equation():
            return display([block])
        case Flow():
            return iter([opening(_flow(block))])
        case Rows(rows=rows):
            return (part for row in rows for part in _row(row, level))
        case Table():
            return iter([_table(block)])
        case Drawing():
            dense = is_dense(block, _DENSEST)
            return _blocks(in_tables(block), level) if dense else iter([f"```mermaid\n{mermaid(block)}```"])
        case _:
            assert_never(block)


def _section(section: Section, level: int) -> Iterator[str]:
    number = "" if section.number is None else f"{section.number}. "
    yield f"{'#' * min(level, _DEEPEST)} {number}{inline(section.title)}"
    yield from _blocks(section.blocks, level + 1)


def _strong(words: Words) -> Words:
    return tuple(replace(part, tone="strong") if isinstance(part, Text) else part for part in words)


def _flow(flow: Flow) -> str:
    separator = f" {escaped(flow.separator)} " if flow.separator else " &emsp; "
    return separator.join(in_line(item) if isinstance(item, Equation) else inline(item) for item in flow.items)


def _row(row: Row, level: int) -> Iterator[str]:
    """The label in bold, and what it holds behind it where that is short."""
    label = opening(inline(_strong(row.label)))
    match row.blocks:
        case (Flow() as flow,):
            yield f"{label} &emsp; {_flow(flow)}"
        case (Equation() as equation,) if is_short(equation):
            yield f"{label} &emsp; {in_line(equation)}"
        case blocks:
            yield label
            yield from _blocks(blocks, level)


def _table(table: Table) -> str:
    rule = ("---:" if align == "right" else ":---" for align in table.align)
    rows = (map(cell, table.header), rule, *(map(cell, row) for row in table.rows))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
