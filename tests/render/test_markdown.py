"""A document in Markdown: what it looks like, and that no text in it is anything but text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Sym, chain
from backprop_tutor.lesson.document import Code, Document, Equation, Flow, Math, Paragraph, Section, Table, Text, Words
from backprop_tutor.render.markdown import cell, display, in_line, inline, math, opening, render_markdown
from backprop_tutor.render.tables import in_tables
from backprop_tutor.text import LANGUAGES, Lang
from tests.render.documents import two_two_one
from tests.render.golden import golden
from tests.render.parts import words
from tests.render.pictures import layers
from tests.render.strategies import HOSTILE, documents, equations

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MATH = re.compile(r"\$\$\n.*?\n\$\$|(?<!\\)\$[^$\n]+\$", re.DOTALL)


def tokens(markdown: str) -> Iterator[Token]:
    """Everything that a Markdown parser finds, outer things first."""
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def kinds(markdown: str) -> set[str]:
    """The kinds of things that a Markdown parser finds."""
    return {token.type.removesuffix("_open").removesuffix("_close") for token in tokens(markdown)}


def shown(markdown: str) -> str:
    """The words of a Markdown text as a reader sees them, without the invisible spaces."""
    return "".join(token.content for token in tokens(markdown) if token.type in ("text", "code_inline")).replace(
        "\u200b", ""
    )


def lesson(title: Words, *paragraphs: Words) -> Document:
    """A document of a title, a section of the same title and some paragraphs."""
    return Document("en", title, (title,), (Section(title, tuple(map(Paragraph, paragraphs))),))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_block_reads_as_in_the_golden_file(lang: Lang) -> None:
    """Every kind of block comes out as in the golden file, in each language."""
    text = render_markdown(two_two_one(lang))

    assert golden(f"{lang}.md", text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_markdown_or_html(text: str) -> None:
    """Whatever stands in a title or a paragraph is words: no list, link, code, emphasis, heading or HTML."""
    markdown = render_markdown(lesson(words(text), words(text)))

    assert kinds(markdown) <= {"heading", "paragraph", "inline", "text", "text_special"}
    assert [token.markup for token in tokens(markdown) if token.type == "heading_open"] == ["#", "##"]


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_every_text_is_shown_as_it_is(text: str) -> None:
    """What a reader sees of a text is that text, but for spaces at its ends."""
    plain = MarkdownIt("commonmark").render(opening(inline(words(text))))

    assert _without_tags(plain) == text.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_stays_one_cell(text: str) -> None:
    """A text with bars or backquotes is one cell of its table, as words and as code."""
    table = Table((words(text), words("b")), ((words(text), (Code(text),)),), ("left", "right"))
    found = kinds(markdown := render_markdown(Document("en", (), (), (table,))))

    assert found <= {
        "heading",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "inline",
        "text",
        "text_special",
        "code_inline",
    }
    assert sum(token.type == "td_open" for token in tokens(markdown)) == 2


@settings(max_examples=40, deadline=None)
@given(documents)
def test_no_document_brings_html_or_links(document: Document) -> None:
    """No document gives raw HTML, a link or a picture."""
    found = kinds(_MATH.sub("x", render_markdown(document)))

    assert not found & {"html_block", "html_inline", "link", "image", "blockquote", "hr", "code_block"}


@settings(max_examples=40, deadline=None)
@given(equations)
def test_formulas_hold_nothing_that_markdown_takes_away(equation: Equation) -> None:
    """No formula holds an escape, an underscore between signs, an emphasis, a link, a bar, HTML or an empty line."""
    written = [in_line(replace(equation, remark=())), *display([replace(equation, remark=())])]

    assert not any(re.search(r"\\[!-/:-@\[-`{-~]|[^\w\s]_\S|[*<>|`~]|\]\(|\n\s*\n|\n[-+=#]", text) for text in written)


def test_formulas_stand_apart_from_words() -> None:
    """There is a space before each formula, behind it before letters, and around bold words that need it."""
    x = Math(Sym("x"))

    assert inline((Text("其中"), x, Text("是输入（"), x, Text("），即"), x)) == "其中 $x$ 是输入（ $x$），即 $x$"
    assert inline((Text("if ("), x, Text(") is "), x, Text(", then "), x, Text("."))) == "if ( $x$) is $x$, then $x$."
    assert inline((Text("a"), Text(" bold: ", "strong"), Text("b"))) == "a **bold:** b"
    assert (
        inline((Text("这"), Text("每个", "strong"), Text("权重"), Text("：", "strong"), Text("值")))
        == "这**每个**权重 **：** 值"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1. x", r"1\. x"),
        ("12) x", r"12\) x"),
        ("- x", r"\- x"),
        ("+ x", r"\+ x"),
        ("===", r"\==="),
        ("0.5 x", r"0\.5 x"),
    ],
)
def test_a_paragraph_never_begins_as_a_list(text: str, written: str) -> None:
    """What would begin a list or underline a heading is escaped, at the beginning only."""
    assert opening(inline(words(text))) == written
    assert inline((Text("a "), Text(text))) == f"a {text}"


@pytest.mark.parametrize("code", ["a", "a`b", "``", "`a`", "a|b"])
def test_code_is_shown_as_it_is(code: str) -> None:
    """Code with backquotes comes out as itself, and in a table with bars too."""
    assert shown(inline((Code(code),))) == code
    assert shown(inline((Code(code), Code(""), Code(code)))) == f"{code} {code}"
    assert shown(f"| {cell((Code(code),))} |\n|---|\n").strip() == code


def test_commands_of_one_sign_become_commands_of_letters() -> None:
    """LaTeX's escapes are written as commands of letters, so that GitHub leaves them alone."""
    product = chain(Sym("a") + 1, Sym("b", sub="d_e"))

    assert math(product) == r"(a + 1) \mkern5mu \cdot\mkern5mu b_{d{\rule{0.4em}{0.05em}}e}"
    assert math(Sym("net", sub="1")) == r"\mathrm{net}_ {1}"


def test_a_dense_drawing_becomes_tables() -> None:
    """The weights of a 3-3 network stand in a table, those of a 2-3-2 network in a flowchart."""
    assert "mermaid" not in render_markdown(Document("en", (), (), (layers(3, 3),)))
    assert "mermaid" in render_markdown(Document("en", (), (), (layers(2, 3, 2),)))


def test_each_column_of_a_drawing_in_tables_stands_by_itself() -> None:
    """No line mixes inputs and units, and the figures of a unit have commas between them."""
    flows = [block for block in in_tables(layers(3, 4, 2)) if isinstance(block, Flow)]
    assert [len(flow.items) for flow in flows] == [3, 4, 2]
    assert ", $O(a)$ ≈ " in render_markdown(bt.teach(bt.run(bt.load("five-three"))))


def test_tables_hold_nothing_twice_and_no_bare_connections() -> None:
    """Where the words before it say it all, no table stands in for a drawing; else a name is written once."""
    text = render_markdown(bt.teach(bt.run(bt.load("five-three"))))
    given, _, rest = text.partition("## Results")
    assert "|" not in given
    assert given.count("$x_{p} = 0.6$") == 1
    assert "$x_{p}$ = $0.6$ &emsp;" in rest
    assert "$x_{p}$: " not in rest
    assert "•" not in rest


def _without_tags(html: str) -> str:
    text = re.sub(r"</?p>|\n", "", html).replace("\u200b", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
