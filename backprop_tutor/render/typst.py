"""Renders a document in Typst, for paper, and as PDF by the ``typst`` package.

Every word of the document is a string of Typst inserted by ``#``, never markup. An equation is a grid: its left side,
and its members below each other, each broken over lines where it is long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.printing.typst import quoted, typst
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.document import (
    Block,
    Changed,
    Code,
    Document,
    Drawing,
    Equation,
    Flow,
    Inline,
    Math,
    Paragraph,
    Rows,
    Section,
    Table,
    Text,
    Words,
)
from backprop_tutor.render.svg import svg
from backprop_tutor.render.tables import in_tables, is_dense
from backprop_tutor.render.words import line_length
from backprop_tutor.text import T

NO_TYPST = T(
    "a PDF needs the package typst: pip install typst; without it, write .typ or .tex",
    "写 PDF 需要 typst 包：pip install typst；没有它也可以写 .typ 或 .tex",
)
LONGEST, LONGEST_LEFT = 78, 30
"""The most letters of an equation on one line, and of a left side that has its members beside it."""

MOST_EDGES = 25
PREAMBLE = """#set document(date: none)
#set page(paper: "a4", margin: 2cm, numbering: "1")
#set text(size: 10pt, lang: "{lang}", font: ("Libertinus Serif", "Noto Serif CJK SC", "Source Han Serif SC"), fallback: true)
#set par(justify: false)
#set heading(numbering: none)
#show heading: set block(above: 1.2em, below: 0.6em)
#show raw: set text(size: 9pt)
#show math.frac: math.display
#show math.equation: set text(top-edge: "bounds", bottom-edge: "bounds")
#set table(inset: (x: 5pt, y: 3.5pt))
#let muted(body) = text(fill: rgb("#555555"), body)
#let bad(body) = text(fill: rgb("#b00000"), body)
#let good(body) = text(fill: rgb("#006b2d"), body)
"""


def render_typst(document: Document) -> str:
    """Renders `document` as the source of a Typst document on A4."""
    facts = " · ".join(map(_words, document.facts))
    head = f"= {_words(document.title)}\n\n#muted[{facts}]"
    return "\n\n".join((PREAMBLE.replace("{lang}", document.lang), head, *_blocks(document.blocks, 2))) + "\n"


def pdf(source: str) -> bytes:
    """Renders the pages of a Typst document. Raises TutorError where the package ``typst`` is not installed."""
    try:
        import typst as compiler
    except ImportError:
        raise TutorError(NO_TYPST) from None
    pages: bytes = compiler.compile(source.encode(), format="pdf")
    return pages


def _words(words: Words) -> str:
    return "".join(map(_inline, words))


def _inline(inline: Inline) -> str:
    match inline:
        case Text(text=text, tone="plain"):
            return f"#{quoted(text)}"
        case Text(text=text, tone="strong"):
            return f"#strong({quoted(text)})"
        case Text(text=text, tone=tone):
            return f"#{tone}({quoted(text)})"
        case Math(formula=formula):
            return f"${typst(formula)}$"
        case Code(text=text):
            return f"#raw({quoted(text)})"
        case Changed(words=changed, change=change):
            inside = "".join(map(_inline, changed))
            return f"#strike[{inside}]" if change == "struck" else f"#strong[{inside}]"
        case _:
            assert_never(inline)


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Section():
            number = "" if block.number is None else f"#{quoted(f'{block.number}. ')}"
            yield f"{'=' * min(level, 5)} {number}{_words(block.title)}"
            yield from _blocks(block.blocks, level + 1)
        case Paragraph(words=words, tone=tone):
            yield _words(words) if tone == "plain" else f"#{_tone(tone)}[{_words(words)}]"
        case Equation():
            yield _equation(block)
        case Flow(items=items, separator=separator):
            joined = f" #h(0.4em) #{quoted(separator)} #h(0.4em) " if separator else " #h(1em) "
            yield joined.join(_unbroken(item) if isinstance(item, Equation) else _words(item) for item in items)
        case Rows(rows=rows):
            for row in rows:
                inside = "\n\n".join(_blocks(row.blocks, level)) or "#[]"
                yield f"#grid(columns: (6em, 1fr), [#strong[{_words(row.label)}]], [{inside}])"
        case Table():
            yield _table(block)
        case Drawing():
            yield from _drawing(block, level)
        case _:
            assert_never(block)


def _tone(tone: str) -> str:
    return tone if tone in ("strong", "muted", "good", "bad") else "muted"


def _equation(equation: Equation) -> str:
    """The equation on one line where it is short, else member below member, followed by its remark."""
    remark = f" #h(0.8em) #muted[{_words(equation.remark)}]" if equation.remark else ""
    members = [f"{link.sign} {typst(link.right)}" for link in equation.links]
    if line_length(equation) <= LONGEST or len(members) < 2:
        return f"{_on_a_line(equation)}{remark}"
    rows = ", [], ".join(f"[${member}$]" for member in members)
    left, column = f"[${typst(equation.left)}$]", "auto"
    if len(unicode(equation.left)) > LONGEST_LEFT:
        left, column = f"grid.cell(colspan: 2, {left}), []", "1em"
    return (
        f"#grid(columns: ({column}, 1fr), column-gutter: 0.3em, row-gutter: 0.7em, {left}, {rows})\n{remark}".rstrip()
    )


def _on_a_line(equation: Equation) -> str:
    return f"${' '.join((typst(equation.left), *(f'{link.sign} {typst(link.right)}' for link in equation.links)))}$"


def _unbroken(equation: Equation) -> str:
    """An equation of a flow: a short one is not parted from its value at the end of a line."""
    return f"#box[{_on_a_line(equation)}]" if line_length(equation) <= LONGEST else _on_a_line(equation)


def _table(table: Table) -> str:
    align = ", ".join(f"{side} + horizon" for side in table.align)
    rows = (table.header, *table.rows) if any(table.header) else table.rows
    cells = ", ".join(f"[{_words(cell)}]" for row in rows for cell in row)
    return f"#table(columns: {len(table.align)}, align: ({align},), stroke: 0.4pt + luma(180), {cells})"


def _drawing(drawing: Drawing, level: int) -> Iterator[str]:
    if is_dense(drawing, MOST_EDGES):
        yield from _blocks(in_tables(drawing), level)
        return
    picture = quoted(svg(drawing).replace("\n", " "))
    yield f'#box(width: 100%, image(bytes({picture}), format: "svg", width: 70%, fit: "contain"))'
