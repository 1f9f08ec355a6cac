"""Random documents: Chinese, long words, deep formulas, and texts that would like to be more than text."""

from __future__ import annotations

from hypothesis import strategies as st

from backprop_tutor.formula.nodes import Add, Call, Hadamard, Matrix, Mul, Num, Partial, Role, Sym
from backprop_tutor.lesson.document import (
    Block,
    Code,
    Document,
    Drawing,
    Edge,
    Equation,
    Flow,
    Link,
    Math,
    Paragraph,
    Row,
    Rows,
    Section,
    Table,
    Text,
    Vertex,
)

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "a\rb\x07",
    "line\nbreak",
    "\u202egnp.exe",
    "[bold]markup[/bold]",
    "[link=x]y[/link]",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a & b &lt; c",
    "| cell | cell |",
    "# heading",
    "1. item",
    "- item",
    "=====",
    "---",
    "> quote",
    "`code` ```fence```",
    "**bold** _em_ ~~no~~",
    "$x$ $$y$$ \\(z\\) \\[w\\]",
    "![i](http://x)",
    "[a](javascript:alert(1))",
    "</text><script>",
    '"]; click v0 "javascript:alert(1)"',
    "%%{init: {}}%%",
    "    indented",
    "\\",
    "C:\\x",
)

_letters = st.sampled_from("abcxyz WORD 中文测试，。（）：“权重”损失 e\u0301 🙂 0.5−")
texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(_letters, max_size=90), st.text("longword", min_size=40, max_size=60)
)
roles = st.sampled_from(Role)
numbers = st.floats(-1e9, 1e9).map(lambda value: Num(value, f"{value:.6g}"))
symbols = st.builds(
    Sym,
    st.sampled_from(["W", "h", "δ", "net", "名字", "a_long_name_of_a_unit"]),
    sub=st.sampled_from(["", "ec", "1,12"]),
    role=roles,
)


def _larger(inner: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(inner, min_size=2, max_size=6).map(tuple)
    return st.one_of(
        several.map(Add),
        st.builds(Mul, several, st.booleans()),
        several.map(Hadamard),
        st.builds(lambda x: Call("sigmoid", (x,)), inner),
        st.builds(Partial, symbols, symbols),
        st.lists(several.filter(lambda row: len(row) >= 2).map(lambda row: row[:2]), min_size=1, max_size=3)
        .map(tuple)
        .map(Matrix),
    )


formulas = st.recursive(st.one_of(numbers, symbols), _larger, max_leaves=12)
inlines = st.one_of(
    st.builds(Text, texts, st.sampled_from(["plain", "strong", "muted", "good", "bad"])),
    st.builds(Math, formulas),
    st.builds(Code, texts),
)
words = st.lists(inlines, max_size=4).map(tuple)
links = st.lists(st.builds(Link, st.sampled_from("=≈←→"), formulas), max_size=4).map(tuple)
equations = st.builds(Equation, formulas, links, remark=words)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table of one to five columns."""
    columns = draw(st.integers(1, 5))
    row = st.tuples(*[words] * columns)
    align = st.tuples(*[st.sampled_from(["left", "right"])] * columns)
    return Table(draw(row), tuple(draw(st.lists(row, max_size=4))), draw(align))


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """A drawing of up to nine vertices in up to five columns, with edges to the right, some of them twice."""
    columns = draw(st.lists(st.integers(0, 4), min_size=1, max_size=9))
    pairs = [(a, b) for a in range(len(columns)) for b in range(len(columns)) if columns[a] < columns[b]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []
    figures = st.lists(st.sampled_from(["0.5", "权重 = 0.25"]).map(lambda text: (Text(text),)), max_size=3).map(tuple)
    vertices = tuple(
        Vertex(f"v{i}", Sym(f"v{i}"), draw(figures), column, draw(roles)) for i, column in enumerate(columns)
    )
    edges = tuple(Edge(f"v{a}", f"v{b}", (Text(f"<{number}>"),), Role.WEIGHT) for number, (a, b) in enumerate(chosen))
    return Drawing(vertices, edges, frozenset(draw(st.sets(st.sampled_from([vertex.key for vertex in vertices])))))


def _nested(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(blocks, max_size=3).map(tuple)
    rows = st.lists(st.builds(Row, words, several), max_size=3).map(tuple)
    return st.one_of(st.builds(Section, words, several, number=st.none() | st.integers(1, 9)), st.builds(Rows, rows))


flows = st.builds(Flow, st.lists(st.one_of(equations, words), max_size=5).map(tuple), st.sampled_from(["", "→", "·"]))
paragraphs = st.builds(Paragraph, words, st.sampled_from(["plain", "strong", "muted"]))
blocks = st.recursive(st.one_of(paragraphs, equations, flows, tables(), drawings()), _nested, max_leaves=5)
documents = st.builds(
    Document,
    st.sampled_from(["en", "zh"]),
    words,
    st.lists(words, max_size=3).map(tuple),
    st.lists(blocks, max_size=4).map(tuple),
)
