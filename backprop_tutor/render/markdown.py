"""Renders a document as Markdown with LaTeX mathematics, as GitHub and Jupyter show it.

GitHub reads Markdown before mathematics: inside formulas too it takes a backslash before a sign as an escape and an
underscore between signs as emphasis, and a formula opens only after a space and closes only before a sign that is no
letter. So formulas are written without any of these, and have the spaces they need. Short equations are on one row,
longer ones are written member by member with their signs aligned; a row never begins with a sign that Markdown would
take for a list or a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.formula.printing.latex import latex
from backprop_tutor.formula.printing.printer import printed_once, recurring
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
    Row,
    Rows,
    Section,
    Sign,
    Table,
    Text,
    Words,
)
from backprop_tutor.render.diagrams import mermaid
from backprop_tutor.render.tables import in_tables, is_dense

_APART = "\u200b"  # an invisible space: no formula opens at a dollar sign or bracket after it
_ESCAPES = str.maketrans(
    {sign: "\\" + sign for sign in "`*_[]|~#"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": f"{_APART}\\$", "\\": f"\\\\{_APART}"}
)
_OPENING = re.compile(r"(?:\d+(?=[.)])|(?=[-+=]))")  # before what would open a list or underline a heading
_BARE_BAR = re.compile(r"(?<!\\)\|")

# LaTeX's commands of one sign, by commands of letters; a rule looks like an underscore.
_COMMANDS = {
    r"\\": r"\cr ", r"\,": r"\mkern3mu ", r"\:": r"\mkern4mu ", r"\;": r"\mkern5mu ", r"\!": r"\mkern-3mu ",
    r"\{": r"\lbrace ", r"\}": r"\rbrace ", r"\|": r"\Vert ", r"\_": r"\rule{0.4em}{0.05em}",
    r"\$": r"\text{＄}", r"\%": r"\text{％}", r"\#": r"\text{＃}", r"\&": r"\text{＆}",
}  # fmt: skip
_COMMAND = re.compile(r"(\\[!-/:-@[-`{-~]) ?")
_EMPHASIS = re.compile(r"(?<=[^\w\s])_")
_LINK = re.compile(r"\](?=[(\[:])")


def inline(words: Words) -> str:
    """Renders `words` within a line."""
    if len(words) == 1:
        return _part(words[0])
    text = ""
    for part in filter(None, map(_part, words)):
        text += f" {part}" if text and _needs_space(text, part) else part
    return text


def opening(line: str) -> str:
    """Renders words at the start of a paragraph, so that no list, heading or block of code begins with them."""
    text = line.lstrip()
    match = _OPENING.match(text)
    return f"{text[: match.end()]}\\{text[match.end() :]}" if match else text


def cell(words: Words) -> str:
    """Renders words in a table, whose cells end at a bar, even one in code."""
    written = (_part(words[0]) if len(words) == 1 else inline(words)).strip()
    return _BARE_BAR.sub(r"\\|", written) if "|" in written else written


@recurring
def math(formula: Formula) -> str:
    """`formula` in LaTeX that Markdown does not change, without dollar signs."""
    written = latex(formula)
    if "\\" in written:
        written = _COMMAND.sub(lambda command: _COMMANDS.get(command[1], command[0]), written)
    if "_" in written:
        written = _EMPHASIS.sub("_ ", written)
    return (_LINK.sub("] ", written) if "]" in written else written).strip()


@lru_cache(maxsize=1000)
def escaped(text: str) -> str:
    """`text` with every sign of it shown as itself."""
    return visible(text).translate(_ESCAPES)


def _part(inline: Inline) -> str:
    match inline:
        case Math(formula=formula):
            return f"${math(formula)}$"
        case Text(text=text, tone=tone):
            return _bold(text) if tone == "strong" and text.strip() else escaped(text)
        case Code(text=text):
            return _code(visible(text))
        case Changed(words=words, change=change):
            mark = "~~" if change == "struck" else "**"
            return f"{mark}{''.join(map(_part, words)).strip()}{mark}"
        case _:
            assert_never(inline)


def _needs_space(left: str, right: str) -> bool:
    """Whether a formula, code or a bold word would not be recognised next to its neighbours."""
    formula = right[0] == "$" and left[-1] != " "
    behind = left[-1] == "$" and (right[0].isalnum() or right[0] in "*`")
    code = left[-1] == right[0] == "`"
    opened = right.startswith("**") and left[-1].isalnum() and not right[2].isalnum()
    closed = left.endswith("**") and right[0].isalnum() and not left[-3].isalnum()
    return formula or behind or code or opened or closed


def _bold(text: str) -> str:
    """Bold text with the spaces at its ends outside, as Markdown requires."""
    bare = text.strip()
    before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
    return f"{before}**{escaped(bare)}**{after}"


def _code(text: str) -> str:
    """`text` between more backquotes than its longest run of them."""
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


_SIGNS: Mapping[Sign, str] = MappingProxyType({"=": "=", "≈": r"\approx", "←": r"\leftarrow", "→": r"\to"})
_MOST_ROWS = 20  # in one block, which is set as a whole
_LONGEST = 72  # letters on one row
_UNSEEN = re.compile(r"\\[a-z]+|[{}_^ ]")
_LISTED = re.compile(r"[-+=#>\d]")


def display(equations: Iterable[Equation]) -> Iterator[str]:
    """Renders the equations in blocks; a remark is a paragraph after its equation."""
    rows: list[str] = []
    for equation in equations:
        rows += _rows(equation)
        if equation.remark or len(rows) >= _MOST_ROWS:
            yield _aligned(rows)
            rows = []
        if equation.remark:
            yield opening(inline(equation.remark))
    if rows:
        yield _aligned(rows)


def in_line(equation: Equation) -> str:
    """Renders the equation within a line, followed by its remark."""
    return _joined(equation, _parts(equation))


def _joined(equation: Equation, parts: list[str]) -> str:
    return " ".join([f"${' '.join(parts)}$", *([inline(equation.remark)] if equation.remark else [])])


@printed_once
def _rows(equation: Equation) -> list[str]:
    left, *members = _parts(equation)
    left = f"{{}}{left}" if _LISTED.match(left) else left
    if len(members) < 2 or _is_short([left, *members]):
        return [" ".join([f"{left} &{members[0]}" if members else left, *members[1:]])]
    return [f"{left} &{members[0]}", *(f"&{member}" for member in members[1:])]


def _parts(equation: Equation) -> list[str]:
    """The left side and the members of an equation, each with its sign."""
    return [math(equation.left), *(f"{_SIGNS[link.sign]} {math(link.right)}" for link in equation.links)]


def _is_short(parts: list[str]) -> bool:
    """Whether so many parts fit within a line, by the approximate number of visible letters."""
    return sum(map(len, parts)) <= _LONGEST or sum(map(_visible, parts)) <= _LONGEST


@lru_cache(maxsize=1000)
def _visible(part: str) -> int:
    return len(_UNSEEN.sub("", part))


def _aligned(rows: list[str]) -> str:
    return "\n".join(["$$", r"\begin{aligned}", " \\cr\n".join(rows), r"\end{aligned}", "$$"])


_DEEPEST = 6  # of headings
_DENSEST = 8  # edges into one column; Mermaid draws more of them behind its boxes


def render_markdown(document: Document) -> str:
    """`document` as Markdown: LaTeX between dollar signs, pipe tables, drawings as Mermaid flowcharts."""
    facts = [opening(" · ".join(map(inline, document.facts)))] if document.facts else []
    return "\n\n".join([f"# {inline(document.title)}", *facts, *_blocks(document.blocks, 2)]) + "\n"


def render_section(section: Section) -> str:
    """A part of a document by itself."""
    return "\n\n".join(_section(section, 2))


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    """Renders the blocks, separated by empty lines; consecutive equations share a block."""
    for is_equation, group in groupby(blocks, lambda block: isinstance(block, Equation)):
        if is_equation:
            yield from display(block for block in group if isinstance(block, Equation))
        else:
            for block in group:
                yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Section():
            return iter(_section(block, level))
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


@printed_once
def _section(section: Section, level: int) -> tuple[str, ...]:
    number = "" if section.number is None else f"{section.number}. "
    title = f"{'#' * min(level, _DEEPEST)} {number}{inline(section.title)}"
    return (title, *_blocks(section.blocks, level + 1))


def _strong(words: Words) -> Words:
    return tuple(replace(part, tone="strong") if isinstance(part, Text) else part for part in words)


@printed_once
def _flow(flow: Flow) -> str:
    separator = f" {escaped(flow.separator)} " if flow.separator else " &emsp; "
    return separator.join(in_line(item) if isinstance(item, Equation) else inline(item) for item in flow.items)


@printed_once
def _row(row: Row, level: int) -> tuple[str, ...]:
    """The label in bold, followed by its contents where they are short."""
    label = opening(inline(_strong(row.label)))
    match row.blocks:
        case (Flow() as flow,):
            return (f"{label} &emsp; {_flow(flow)}",)
        case (Equation() as equation,) if _is_short(written := _parts(equation)):
            return (f"{label} &emsp; {_joined(equation, written)}",)
        case blocks:
            return (label, *_blocks(blocks, level))


@printed_once
def _table(table: Table) -> str:
    rule = ("---:" if align == "right" else ":---" for align in table.align)
    rows = (map(cell, table.header), rule, *(map(cell, row) for row in table.rows))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
