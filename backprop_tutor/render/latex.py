r"""Renders a document as a LaTeX article, for LuaLaTeX and XeLaTeX, and for pdfLaTeX too where the words are English.

Every sign of a word that LaTeX would read as a command is escaped; every other sign is set in mathematics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.printing.latex import breakable, latex
from backprop_tutor.formula.printing.latex import escaped as in_mathematics
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
from backprop_tutor.render.tables import in_tables
from backprop_tutor.render.words import line_length, plain_words

LONGEST, WIDEST = 72, 90
"""The most letters of an equation on one line, and of a row of one that is aligned at its signs."""
MOST_COLUMNS = 7
"""The most columns of a table that is not set closely."""
SENTENCES = r">{\raggedright\arraybackslash}p{.45\linewidth}"
"""The last column of a wide table, where it has nothing but words: they are broken into lines."""
SIGNS = {"=": "=", "≈": r"\approx", "←": r"\leftarrow", "→": r"\to"}
ESCAPES = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "#$%&_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"$<$",
        ">": r"$>$",
        "|": r"$|$",
        '"': r"\char34{}",
        "−": "$-$",
        "½": r"$\tfrac{1}{2}$",
        "✓": r"$\surd$",
        "✗": r"$\times$",
        "…": r"\dots{}",
        "⋯": r"$\cdots$",
        "′": "$'$",
        "`": r"\textasciigrave{}",
    }
)
SYMBOL = re.compile(r"[\u00b2\u00b3\u00b9\u0370-\u03ff\u2070-\u23ff\u2500-\u2bff]+")
ACCENTED = re.compile(r"\w[\u0300-\u036f]+")
JOINED = re.compile(r"([-',])(?=\1)")
"""Signs that fonts join with the same sign after them: two hyphens would become a dash."""
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
RAISED = re.compile("[⁰¹²³⁴-⁹]+")
CJK = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
COMMANDS = {
    "≈": "approx", "→": "to", "←": "leftarrow", "·": "cdot", "×": "times", "⊙": "odot", "⋅": "cdot", "≤": "le", "≥": "ge",
    "≠": "ne", "∞": "infty", "∂": "partial", "Σ": "Sigma", "√": "surd", "⟨": "langle", "⟩": "rangle", "⋯": "cdots",
    "⋮": "vdots", "∘": "circ", "−": "mathord{-}", "±": "pm", "↦": "mapsto", "⇒": "Rightarrow", "∇": "nabla", "ℓ": "ell",
    "‖": "Vert", "²": "textsuperscript{2}", "³": "textsuperscript{3}", "ᵀ": "textsuperscript{T}", "°": "textdegree",
}  # fmt: skip
"""Signs of mathematics that only some fonts contain, by the commands that every LaTeX knows."""

SPOKEN = str.maketrans({sign: rf"\ensuremath{{\{command}}}" for sign, command in COMMANDS.items()})
HEADINGS = ("section", "subsection", "subsubsection", "paragraph")
PREAMBLE = r"""\documentclass[a4paper]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,amssymb,longtable,array}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}\else\usepackage[no-math]{fontspec}\fi
\usepackage{parskip}
\setcounter{secnumdepth}{0}
\setlength{\emergencystretch}{3em}
\allowdisplaybreaks
\providecommand{\lt}{<}\providecommand{\gt}{>}
\AtBeginDocument{\setlength{\abovedisplayskip}{2pt plus 2pt}\setlength{\belowdisplayskip}{2pt plus 2pt}}
"""
CHINESE = "\\usepackage[UTF8,scheme=plain]{ctex}\n"


def render_latex(document: Document) -> str:
    """`document` as the source of an article."""
    body = "\n\n".join((rf"\section*{{{_words(document.title)}}}", _facts(document), *_blocks(document.blocks, 1)))
    chinese = CHINESE if document.lang == "zh" or CJK.search(body) else ""
    return f"{PREAMBLE}{chinese}\\begin{{document}}\n\n{body.translate(SPOKEN)}\n\n\\end{{document}}\n"


def _facts(document: Document) -> str:
    return r" $\cdot$ ".join(map(_words, document.facts))


def text(words: str) -> str:
    """Renders `words` with every sign shown as itself."""
    escaped = JOINED.sub(r"\1{}", visible(words).translate(ESCAPES))
    return SYMBOL.sub(_symbols, ACCENTED.sub(lambda found: f"${in_mathematics(found[0])}$", escaped))


def _symbols(found: re.Match[str]) -> str:
    signs = RAISED.sub(lambda power: f"^{{{power[0].translate(POWERS)}}}", found[0])
    return f"${''.join(in_mathematics(s) if not s.isascii() else s for s in signs)}$"


def _words(words: Words) -> str:
    return "".join(map(_inline, words))


def _inline(inline: Inline) -> str:
    match inline:
        case Text(text=said, tone="strong"):
            return rf"\textbf{{{text(said)}}}"
        case Text(text=said):
            return text(said)
        case Math(formula=formula):
            return rf"\({latex(formula)}\)"
        case Code(text=said):
            return rf"\texttt{{{text(said)}}}"
        case Changed(words=changed, change=change):
            inside = "".join(map(_inline, changed))
            return rf"[$-${inside}$-$]" if change == "struck" else rf"\textbf{{[$+${inside}$+$]}}"
        case _:
            assert_never(inline)


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Section():
            number = "" if block.number is None else f"{block.number}. "
            yield rf"\{HEADINGS[min(level, len(HEADINGS) - 1)]}{{{number}{_words(block.title)}}}"
            yield from _blocks(block.blocks, level + 1)
        case Paragraph(words=words, tone=tone):
            yield rf"\textbf{{{_words(words)}}}" if tone == "strong" else _words(words)
        case Equation():
            yield _equation(block)
        case Flow(items=items, separator=separator):
            joined = f" {text(separator)} " if separator else r" \quad "
            yield joined.join(_on_a_line(item) if isinstance(item, Equation) else _words(item) for item in items)
        case Rows(rows=rows):
            for row in rows:
                yield rf"\textbf{{{_words(row.label)}}}"
                yield from _blocks(row.blocks, level)
        case Table():
            yield _table(block)
        case Drawing():
            yield from _blocks(in_tables(block), level)
        case _:
            assert_never(block)


def _equation(equation: Equation) -> str:
    remark = rf"\quad {_words(equation.remark)}" if equation.remark else ""
    if line_length(equation) <= LONGEST or len(equation.links) < 2:
        return f"{_on_a_line(equation)} {remark}".rstrip()
    is_wide = len(unicode(equation.left)) + max(len(unicode(link.right)) for link in equation.links) > WIDEST
    written = breakable if is_wide else latex
    left, members = latex(equation.left), tuple(f"{SIGNS[link.sign]} {written(link.right)}" for link in equation.links)
    if is_wide:
        rows = r"\par\leftskip=2em".join(rf"\(\displaystyle {row}\)" for row in (left, *members))
        return rf"{{\raggedright{rows}{remark}\par}}"
    rows = " \\\\\n".join((f"{left} &{members[0]}", *(f"&{member}" for member in members[1:])))
    return f"\\begin{{flalign*}}\n{_last_column(rows)}\n\\end{{flalign*}}\n{remark}".rstrip()


def _last_column(rows: str) -> str:
    """The last column of left-aligned rows: an empty column that takes the rest of the line."""
    return rows.replace(" \\\\\n", " & \\\\\n") + " &"


def _on_a_line(equation: Equation) -> str:
    members = (f"{SIGNS[link.sign]} {latex(link.right)}" for link in equation.links)
    return rf"\({' '.join((latex(equation.left), *members))}\)"


def _table(table: Table) -> str:
    align = "".join(side[0] for side in table.align)
    rows = (table.header, *table.rows) if any(table.header) else table.rows
    wide = max(sum(len(plain_words(cell)) for cell in row) for row in rows) > WIDEST
    if wide and align[-1] == "l" and all(isinstance(part, Text) for row in rows for part in row[-1]):
        align = align[:-1] + SENTENCES
    body = " \\\\\n".join(" & ".join(map(_words, row)) for row in rows)
    longtable = f"\\begin{{longtable}}[l]{{{align}}}\n{body}\n\\end{{longtable}}"
    close = r"\small\tabcolsep=3pt" if len(table.align) > MOST_COLUMNS else ""
    return f"{{\\renewcommand{{\\arraystretch}}{{1.5}}{close}\n{longtable}}}"
