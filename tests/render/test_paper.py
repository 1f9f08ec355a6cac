"""Paper: documents in Typst and LaTeX, set by the programs they are for, and as PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typst as compiler

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Add, Call, Div, Lit, Mul, Neg, Num, Partial, Pow, Sym
from backprop_tutor.formula.printing.latex import breakable, latex
from backprop_tutor.formula.printing.typst import typst
from backprop_tutor.lesson.document import Code, Document, Equation, Link, Math, Paragraph, Section, Table, Text
from backprop_tutor.lesson.views.table import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.render import render
from backprop_tutor.render.latex import text
from backprop_tutor.render.typst import pdf
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import LANGUAGES
from tests.conftest import some
from tests.render.documents import two_two_one

HOSTILE = (
    r"#panic(\"x\") $x$ \\input{/etc/passwd} \\end{document} % & _ ^ ~ { } [ ] \"; #let x = 1 // /* @a <b> `c` ==="
)


def hostile() -> Document:
    """A document whose every text is a piece of another language."""
    words = (Text(HOSTILE), Code(HOSTILE), Math(Sym(HOSTILE, sub=HOSTILE, of=HOSTILE)))
    equation = Equation(Sym(HOSTILE), (Link("=", Sym("a", sup=HOSTILE)), Link("≈", Num(0.5, "0.5"))), remark=words)
    table = Table((words, words), ((words, ()),), ("left", "right"))
    return Document("en", words, (words,), (Section(words, (Paragraph(words, "bad"), equation, table)),))


A4_WIDTH, MARGIN = 595, 57
"""In points."""
IN_LATIN_MODERN = re.compile("[\x00-\x7fÀ-ſ•\u2e80-\u9fff\uff00-\uffef]*")
"""What every LaTeX sets: the letters of its fonts, and Chinese by the package for it; all else is a command."""


@pytest.mark.parametrize(("name", "lang"), some(((entry.name, lang) for entry in bundled() for lang in LANGUAGES), 3))
def test_every_lesson_is_set_as_pages(name: str, lang: str) -> None:
    """Typst takes the source of every bundled lesson without an error, and gives a PDF; LaTeX's fonts have its signs."""
    lesson = bt.teach(bt.run(bt.load(name)), lang, detail="normal")  # type: ignore[arg-type]
    assert pdf(bt.render(lesson, "typst")).startswith(b"%PDF-")
    source = bt.render(lesson, "latex")
    assert source[IN_LATIN_MODERN.match(source).end() :] == ""  # type: ignore[union-attr]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext of poppler is not installed")
def test_long_lines_stay_on_the_page(tmp_path: Path) -> None:
    """A long left side has a line of its own, so that its members have the breadth of the page."""
    lesson = bt.teach(bt.run(bt.load("layer-norm-backward")), detail="normal")
    (tmp_path / "x.pdf").write_bytes(pdf(bt.render(lesson, "typst")))
    call = ["pdftotext", "-bbox", str(tmp_path / "x.pdf"), "-"]
    found = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    ends = [float(end) for end in re.findall(r'<word .*xMax="([\d.]+)"', found)]
    assert max(ends) < A4_WIDTH - MARGIN / 2


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_notation_and_view_is_set(notation: str, view: str) -> None:
    """Matrices, Hadamard products, transposes, primes and hats among them."""
    assert pdf(bt.render(bt.teach(bt.run(bt.load("two-two-one"), 1), notation=notation, view=view), "typst"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_block_is_set(lang: str) -> None:
    """The document that has one of each."""
    assert pdf(render(two_two_one(lang), "typst"))  # type: ignore[arg-type]


def test_formulas_are_written_in_the_mathematics_of_typst() -> None:
    """Fractions, powers, indices, names as strings."""
    w = Sym("W", sub="ec")
    assert typst(Partial(Sym("L"), w)) == 'frac(∂ L, ∂ W_("ec"))'
    assert typst(Pow(Sym("a"), Lit(2))) == "a^(2)"
    assert typst(Mul((Sym("net", sub="1"), Num(-0.5, "-0.5")))) == '"net"_(1) dot.op (-0.5)'
    assert typst(Sym("m\u0302")) == "hat(m)"
    assert typst(Sym("x\u0302(x)")) == 'hat(upright(x)) "(x)"'


def test_what_strangers_write_is_text_in_typst() -> None:
    """No call, no formula, no file: every sign of it stands on the page."""
    source = render(hostile(), "typst")
    shown = compiler.query(source.encode(), "heading", field="body")
    assert "panic" in shown
    assert pdf(source)


def test_what_strangers_write_is_text_in_latex() -> None:
    """No command of theirs is left: every backslash is one of ours."""
    source = render(hostile(), "latex")
    assert "\\input{" not in source
    assert source.count("\\end{document}") == 1
    assert text("--help, f''") == "-{}-help, f'{}'"
    assert not re.search(r"(?<!\\)%", source.partition("\\begin{document}")[2])


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
@pytest.mark.parametrize(
    "name",
    [
        "two-two-one",
        "softmax-classifier",
        "circuits-max",
        "tied-autoencoder",
        "gru-step",
        "adam-two-steps",
        "transformer-step",
        "hostile",
    ],
)
def test_latex_sets_it_without_an_error(name: str, tmp_path: Path) -> None:
    """pdfLaTeX, which stops at the first error; no line of a lesson leaves the page by more than the breadth of a letter."""
    document = hostile() if name == "hostile" else bt.teach(bt.run(bt.load(name)))
    (tmp_path / "x.tex").write_text(render(document, "latex"), encoding="utf-8")
    call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "x.tex"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-800:]
    assert name == "hostile" or not re.search(r"Overfull \\hbox \(\d\d", done.stdout)


def test_a_line_may_end_within_long_brackets_and_quotients() -> None:
    r"""Not between ``\left(`` and ``\right)``, nor in a fraction or an exponent: what is long has none of them."""
    terms = tuple(Mul((Sym("W", sub=f"1{i}"), Sym("x", sub=str(i)))) for i in range(10, 22))
    written = " + ".join(rf"W_{{1{i}}} \cdot x_{{{i}}}" for i in range(10, 22))
    long, short = Add(terms), Div(Add(terms[:2]), Sym("n"))
    assert breakable(Div(long, Num(1.5, "1.5"))) == rf"\bigl({written}\bigr)/1.5"
    assert breakable(Call("exp", (Neg(long),))) == rf"\exp\bigl(-\bigl({written}\bigr)\bigr)"
    assert breakable(short) == latex(short)


def test_pages_have_no_date() -> None:
    """The same document gives the same bytes on any day."""
    assert b"CreationDate" not in pdf(render(two_two_one("en"), "typst"))


def test_a_given_number_stays_beside_its_letter() -> None:
    """In a line that flows over the width of the page, no break comes between ``W ≈`` and the number."""
    source = render(two_two_one("en"), "typst")
    given = next(line for line in source.splitlines() if "#h(1em)" in line)
    assert all(item.startswith("#box[$") for item in given.split(" #h(1em) "))
