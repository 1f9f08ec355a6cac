"""A document as a web page that stands alone: no scripts, no fonts or pictures from elsewhere, ready to print."""

from __future__ import annotations

from collections.abc import Iterable
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
    Words,
)
from backprop_tutor.render.html_equation import display, in_line
from backprop_tutor.render.html_style import style_sheet
from backprop_tutor.render.html_text import MATHML, TEX, Setter, plain
from backprop_tutor.render.svg import svg
from backprop_tutor.render.tables import in_tables, is_dense
from backprop_tutor.render.words import plain_words
from backprop_tutor.text import Lang

_DEEPEST = 6  # of headings
_DENSEST = 30  # edges into one column; more of them make a picture too tall to be taken in
_LANGUAGES: dict[Lang, str] = {"en": "en", "zh": "zh-Hans"}
_NOTHING_FROM_ELSEWHERE = "default-src 'none'; style-src 'unsafe-inline'"


def render_html(document: Document) -> str:
    """`document` as an HTML page with MathML and SVG."""
    facts = f'<p class="facts">{" · ".join(map(MATHML.words, document.facts))}</p>\n' if document.facts else ""
    body = f"<h1>{MATHML.words(document.title)}</h1>\n{facts}{_blocks(document.blocks, 2, MATHML)}"
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_ELSEWHERE}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{plain(plain_words(document.title))}</title>",
        f"<style>\n{style_sheet()}</style>",
    )
    lines = "\n".join(head)
    opened = f'<!DOCTYPE html>\n<html lang="{_LANGUAGES[document.lang]}">\n<head>\n'
    return f"{opened}{lines}\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"


def fragment(blocks: Iterable[Block]) -> str:
    """Blocks as HTML for a page of somebody else that sets TeX by itself."""
    return _blocks(blocks, 3, TEX)


def _blocks(blocks: Iterable[Block], level: int, setter: Setter) -> str:
    """The blocks one after the other; equations that follow each other share their alignment."""
    written = []
    for is_equation, group in groupby(blocks, lambda block: isinstance(block, Equation)):
        if is_equation:
            written.append(display((block for block in group if isinstance(block, Equation)), setter))
        else:
            written += [_block(block, level, setter) for block in group]
    return "".join(written)


def _block(block: Block, level: int, setter: Setter) -> str:
    match block:
        case Section():
            return _section(block, level, setter)
        case Paragraph(words=words, tone="plain"):
            return f"<p>{setter.words(words)}</p>\n"
        case Paragraph(words=words, tone=tone):
            return f'<p class="{tone}">{setter.words(words)}</p>\n'
        case Equation():
            return display([block], setter)
        case Flow():
            return _flow(block, setter)
        case Rows(rows=rows):
            return f'<dl class="rows">\n{"".join(_row(row, level, setter) for row in rows)}</dl>\n'
        case Table():
            return _table(block, setter)
        case Drawing() if is_dense(block, _DENSEST):
            return _blocks(in_tables(block), level, setter)
        case Drawing():
            return f"<figure>\n{svg(block)}</figure>\n"
        case _:
            assert_never(block)


def _section(section: Section, level: int, setter: Setter) -> str:
    number = "" if section.number is None else f"{section.number}. "
    tag = f"h{min(level, _DEEPEST)}"
    title = f"<{tag}>{number}{setter.words(section.title)}</{tag}>\n"
    return f"<section>\n{title}{_blocks(section.blocks, level + 1, setter)}</section>\n"


def _flow(flow: Flow, setter: Setter) -> str:
    """Items side by side; a separator stays with the item before it."""
    items = [in_line(item, setter) if isinstance(item, Equation) else setter.words(item) for item in flow.items]
    joint = f" {plain(flow.separator)}" if flow.separator else ""
    spans = (f"<span>{item}{joint if number < len(items) else ''}</span>" for number, item in enumerate(items, 1))
    return f'<div class="flow{" joined" if joint else ""}">{" ".join(spans)}</div>\n'


def _row(row: Row, level: int, setter: Setter) -> str:
    return f"<dt>{setter.words(row.label)}</dt>\n<dd>\n{_blocks(row.blocks, level, setter)}</dd>\n"


def _table(table: Table, setter: Setter) -> str:
    def cells(tag: str, row: tuple[Words, ...]) -> str:
        aligned = zip(row, table.align, strict=True)
        return "".join(f'<{tag} class="{align}">{setter.words(words)}</{tag}>' for words, align in aligned)

    body = "".join(f"<tr>{cells('td', row)}</tr>\n" for row in table.rows)
    return f"<table>\n<thead><tr>{cells('th', table.header)}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
