r"""Renders a document as a standalone web page, ready to print: no scripts, no fonts or pictures from elsewhere.

Every character of a document is shown as itself, never as markup. Formulas are MathML in a page of our own, and TeX
between ``\(`` and ``\)`` as part of another page, such as a course in Moodle, which sets TeX by itself. Equations are
aligned at their left sides, a long one member by member; without a style sheet the parts still follow in reading order.
The style sheet is for screens, telephones and paper, and uses the fonts of the reader's own machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.formula.printing.latex import latex
from backprop_tutor.formula.printing.mathml import breakable, mathml
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import (
    Block,
    Changed,
    Code,
    Document,
    Drawing,
    Equation,
    Flow,
    Inline,
    Link,
    Math,
    Paragraph,
    Row,
    Rows,
    Section,
    Table,
    Text,
    Words,
)
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.svg import svg
from backprop_tutor.render.tables import in_tables, is_dense
from backprop_tutor.render.words import plain_words
from backprop_tutor.text import Lang


@frozen(slots=True)
class Setter:
    """How formulas are set: `formula` as one piece, `pieces` so that a line may end between them.

    `sign` sets the sign of a member after the formula before it, `remark` the text after an equation, `mark` the
    attribute by which a script finds a section.
    """

    formula: Callable[[Formula], str]
    pieces: Callable[[Formula], tuple[str, ...]]
    sign: Callable[[Formula, Link], str] = lambda before, link: link.sign
    remark: Callable[[Equation], str] | None = None
    mark: Callable[[str], str] = lambda key: ""

    def remarked(self, equation: Equation) -> str:
        """The remark after an equation."""
        return self.remark(equation) if self.remark else self.words(equation.remark)

    def words(self, words: Words) -> str:
        """Renders words within a line."""
        return "".join(map(self._inline, words))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text(text=text, tone="plain"):
                return plain(text)
            case Text(text=text, tone="strong"):
                return f"<strong>{plain(text)}</strong>"
            case Text(text=text, tone=tone):
                return f'<span class="{tone}">{plain(text)}</span>'
            case Math(formula=formula):
                return self.formula(formula)
            case Code(text=text):
                return f"<code>{plain(text)}</code>"
            case Changed(words=words, change=change):
                tag = "del" if change == "struck" else "ins"
                return f"<{tag}>{self.words(words)}</{tag}>"
            case _:
                assert_never(inline)


def plain(text: str) -> str:
    """`text` as itself, control characters written out."""
    return escape(visible(text))


def _tex(formula: Formula) -> str:
    return escape(rf"\({latex(formula)}\)")


MATHML = Setter(mathml, breakable)
TEX = Setter(_tex, lambda formula: (_tex(formula),))

_LONGEST = 88  # letters on one line


def display(equations: Iterable[Equation], setter: Setter) -> str:
    """Renders consecutive equations, their signs aligned."""
    return f'<div class="equations">\n{"".join(_equation(equation, setter) for equation in equations)}</div>\n'


def in_line(equation: Equation, setter: Setter) -> str:
    """Renders the equation within a line, followed by its remark."""
    parts = [setter.formula(equation.left), *_members(equation, setter)]
    return " ".join([*parts, *([setter.remarked(equation)] if equation.remark else [])])


def _equation(equation: Equation, setter: Setter) -> str:
    kind = "long" if _length(equation) > _LONGEST and len(equation.links) > 1 else "short"
    is_whole = len(unicode(equation.left)) > _LONGEST // 2
    members = " ".join(f"<span>{member}</span>" for member in _members(equation, setter))
    remark = f' <span class="remark">{setter.remarked(equation)}</span>' if equation.remark else ""
    left = "<wbr>".join(setter.pieces(equation.left)) if is_whole else setter.formula(equation.left)
    kind += " whole" if is_whole else ""
    return f'<div class="equation {kind}"><div>{left}</div> <div class="members">{members}{remark}</div></div>\n'


def _members(equation: Equation, setter: Setter) -> Iterator[str]:
    befores = (equation.left, *(link.right for link in equation.links))
    return (_member(before, link, setter) for before, link in zip(befores, equation.links, strict=False))


def _member(before: Formula, link: Link, setter: Setter) -> str:
    first, *rest = setter.pieces(link.right)
    return "<wbr>".join([f"{setter.sign(before, link)}&nbsp;{first}", *rest])


def _length(equation: Equation) -> int:
    return sum(len(unicode(part)) for part in (equation.left, *(link.right for link in equation.links)))


_LAYOUT = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: #222; background: #fff; line-height: 1.55;
  font-family: system-ui, "Noto Sans", "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .6rem; border-bottom: 1px solid #ddd; padding-bottom: .2rem; }
h3, h4, h5, h6 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
p { margin: .5rem 0; }
del { color: #a33; text-decoration: line-through; } del + ins { margin-left: .4em; }
ins { color: #17692c; text-decoration: none; font-weight: bold; }
del math, ins math { text-decoration: inherit; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; background: #f3f3f3;
  padding: 0 .25em; border-radius: 3px; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "STIX Math", "XITS Math", "Libertinus Math",
  "TeX Gyre Termes Math", "DejaVu Math TeX Gyre", "Noto Sans Math", math; }
math .bold { font-weight: bold; }
.facts, .muted { color: #666; }
.good { color: #067d17; }
.bad { color: #b3261e; }
.flow { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; align-items: baseline; }
.flow.joined { gap: .3rem .5rem; }
.equations { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .45rem .4rem; margin: .6rem 0;
  align-items: baseline; }
.equation { display: contents; }
.equation math, h3 math, h4 math, h5 math { math-style: normal; }
.members { display: flex; flex-wrap: wrap; gap: .45rem .6rem; align-items: baseline; }
.long > .members { flex-direction: column; align-items: flex-start; }
.members > span, .whole > div:first-child { max-inline-size: 100%; overflow-x: auto; overflow-y: hidden; }
.whole > div:first-child, .whole > .members { grid-column: 1 / -1; }
.whole > .members { padding-left: 1rem; }
.remark { color: #666; }
.rows { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; margin: .5rem 0; }
.rows dt { color: #666; padding-top: .1rem; }
.rows dd { margin: 0; }
.rows dd > :first-child { margin-top: 0; }
table { border-collapse: collapse; margin: .8rem 0; }
th, td { padding: .2rem .8rem; border: 1px solid #ddd; text-align: left; }
th { background: #f6f6f6; font-weight: 600; }
.right { text-align: right; }
td:empty { min-width: 8rem; }
figure { margin: 1rem 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  .equations, .rows { grid-template-columns: minmax(0, 1fr); gap: .2rem; }
  .members { padding-left: 1rem; }
}
@media print {
  @page { margin: 18mm 16mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 1.4rem; }
  h2, h3, h4, h5, h6, dt { break-after: avoid; }
  .equation, .members, figure, tr, dd { break-inside: avoid; }
}
"""


def style_sheet() -> str:
    """The style sheet of a page, with one colour for each kind of quantity."""
    roles = "\n".join(f".{role.value} {{ color: {colour}; }}" for role, colour in COLOURS.items())
    return f"{_LAYOUT.strip()}\n{roles}\n"


_DEEPEST = 6  # of headings
_DENSEST = 30  # edges into one column; more of them make a picture too tall to read
LANGUAGE_TAGS: dict[Lang, str] = {"en": "en", "zh": "zh-Hans"}
_NOTHING_FROM_ELSEWHERE = "default-src 'none'; style-src 'unsafe-inline'"


def render_html(document: Document) -> str:
    """`document` as an HTML page with MathML and SVG."""
    facts = f'<p class="facts">{" · ".join(map(MATHML.words, document.facts))}</p>\n' if document.facts else ""
    body = f"<h1>{MATHML.words(document.title)}</h1>\n{facts}{blocks(document.blocks, 2, MATHML)}"
    lines = "\n".join(head(document, _NOTHING_FROM_ELSEWHERE, style_sheet()))
    return f"{lines}\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"


def head(document: Document, policy: str, style: str) -> tuple[str, ...]:
    """The lines that open a page; `policy` says what it may load and run."""
    return (
        f'<!DOCTYPE html>\n<html lang="{LANGUAGE_TAGS[document.lang]}">\n<head>',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{plain(plain_words(document.title))}</title>",
        f"<style>\n{style}</style>",
    )


def fragment(parts: Iterable[Block]) -> str:
    """Renders blocks as HTML for another page that sets TeX by itself."""
    return blocks(parts, 3, TEX)


def blocks(parts: Iterable[Block], level: int, setter: Setter) -> str:
    """Renders the blocks in sequence; consecutive equations are aligned together."""
    written = []
    for is_equation, group in groupby(parts, lambda block: isinstance(block, Equation)):
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
            return blocks(in_tables(block), level, setter)
        case Drawing():
            return f"<figure>\n{svg(block)}</figure>\n"
        case _:
            assert_never(block)


def _section(section: Section, level: int, setter: Setter) -> str:
    number = "" if section.number is None else f"{section.number}. "
    tag = f"h{min(level, _DEEPEST)}"
    spoken = f' aria-label="{plain(plain_words(section.title))}"' if any(map(_is_math, section.title)) else ""
    title = f"<{tag}{spoken}>{number}{setter.words(section.title)}</{tag}>\n"
    return f"<section{setter.mark(section.key)}>\n{title}{blocks(section.blocks, level + 1, setter)}</section>\n"


def _is_math(inline: Inline) -> bool:
    """Whether a heading needs its words as a label: not every program reads the formulas of one."""
    return isinstance(inline, Math)


def _flow(flow: Flow, setter: Setter) -> str:
    """Renders items side by side; a separator stays with the item before it."""
    items = [in_line(item, setter) if isinstance(item, Equation) else setter.words(item) for item in flow.items]
    joint = f" {plain(flow.separator)}" if flow.separator else ""
    spans = (f"<span>{item}{joint if number < len(items) else ''}</span>" for number, item in enumerate(items, 1))
    return f'<div class="flow{" joined" if joint else ""}">{" ".join(spans)}</div>\n'


def _row(row: Row, level: int, setter: Setter) -> str:
    return f"<dt>{setter.words(row.label)}</dt>\n<dd>\n{blocks(row.blocks, level, setter)}</dd>\n"


def _table(table: Table, setter: Setter) -> str:
    def cells(tag: str, row: tuple[Words, ...]) -> str:
        aligned = zip(row, table.align, strict=True)
        named = ((tag if words else "td", words, align) for words, align in aligned)  # a heading without words is none
        return "".join(f'<{tag} class="{align}">{setter.words(words)}</{tag}>' for tag, words, align in named)

    body = "".join(f"<tr>{cells('td', row)}</tr>\n" for row in table.rows)
    return f"<table>\n<thead><tr>{cells('th', table.header)}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
