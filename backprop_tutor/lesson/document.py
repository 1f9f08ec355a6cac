"""The tree between lessons and renderers.

A lesson is built once, in one language and one notation, as a `Document`; a renderer is one function over it and
adds neither words nor numbers. Every node is frozen, and every union is closed: renderers `match` and end in
`assert_never`, so the type checker names what a new node owes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, Union

from backprop_tutor.formula.nodes import Formula, Printed, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.text import Lang

Tone = Literal["plain", "strong", "muted", "good", "bad"]
Sign = Literal["=", "≈", "←", "→"]
Align = Literal["left", "right"]


@frozen(slots=True)
class Text:
    """Plain words; a renderer shows or escapes every character of it as text."""

    text: str
    tone: Tone = "plain"


@frozen(slots=True)
class Math:
    """A formula inside words."""

    formula: Formula


@frozen(slots=True)
class Code:
    """Code to type, such as a command."""

    text: str


@frozen(slots=True)
class Changed:
    """Words that a correction deletes or inserts."""

    words: Words
    change: Literal["struck", "inserted"]


Inline: TypeAlias = Union[Text, Math, Code, Changed]
Words: TypeAlias = tuple[Inline, ...]


@frozen(slots=True)
class Link:
    """One further member of an equation: ``= right`` or ``≈ right``."""

    sign: Sign
    right: Formula


@frozen(slots=True)
class Equation(Printed):
    """``left = formula = numbers ≈ value``.

    A `=` is exact for the figures shown; `≈` is not. `keys` names the quantities it explains, in the contract's names;
    `remark` follows it.
    """

    left: Formula
    links: tuple[Link, ...]
    keys: tuple[str, ...] = ()
    remark: Words = ()


@frozen(slots=True)
class Flow(Printed):
    """Short items in sequence, wrapped like words: givens, results, the nodes of a path."""

    items: tuple[Equation | Words, ...]
    separator: str = ""


@frozen(slots=True)
class Paragraph:
    """A sentence or more."""

    words: Words
    tone: Tone = "plain"


@frozen(slots=True)
class Row(Printed):
    """A labelled line of a derivation: its label (path, functions, chain rule, update) and its contents."""

    label: Words
    blocks: tuple[Block, ...]


@frozen(slots=True)
class Rows:
    """The labelled lines of a derivation, labels aligned."""

    rows: tuple[Row, ...]


@frozen(slots=True)
class Table(Printed):
    """A small table: one cell of words per column; `align` has one entry per column."""

    header: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    align: tuple[Align, ...]


@frozen(slots=True)
class Grid:
    """A small array as rows of numbers; of the `window`, which is outlined, the first row and column and the last."""

    rows: tuple[tuple[Formula, ...], ...]
    window: tuple[int, int, int, int] | None = None

    @property
    def height(self) -> int:
        """The number of lines it needs, those of its outline among them."""
        return len(self.rows) + (2 if self.window else 0)


@frozen(slots=True)
class Vertex:
    """A unit or node of a drawing: its name, the figures under it, its column (0 is leftmost), and its array as a grid."""

    key: str
    name: Formula
    figures: tuple[Words, ...]
    column: int
    role: Role
    grid: Grid | None = None

    @property
    def height(self) -> int:
        """The number of lines of its figures and its grid."""
        return len(self.figures) + (self.grid.height if self.grid else 0)


@frozen(slots=True)
class Edge:
    """A connection of a drawing, from one vertex to another, with its label (a weight, an operation) or none.

    `key` is what highlights it; without one it is highlighted with both its ends. `name` is the letter of a weight and
    the sign after it, for pictures that have room for them.
    """

    source: str
    target: str
    label: Words
    role: Role
    key: str = ""
    name: Words = ()


@frozen(slots=True)
class Drawing:
    """The network or the expression graph, in columns from left to right; `lit` are the keys to highlight.

    `repeats` is true where the words before it contain all its figures: then it is left out where it cannot be drawn.
    `tallest` is the maximum number of its lines of text; None for any number. `shortened` makes the same with short names
    and few figures, for outputs that are too narrow.

    Raises ValueError for an edge that does not lead from one of the vertices to another further right.
    """

    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    lit: frozenset[str] = frozenset()
    repeats: bool = False
    tallest: int | None = None
    shortened: Callable[[], Drawing] | None = None

    def __post_init__(self) -> None:
        columns = {vertex.key: vertex.column for vertex in self.vertices}
        for edge in self.edges:
            if not columns.get(edge.source, 0) < columns.get(edge.target, -1):
                raise ValueError(f"the edge from {edge.source!r} to {edge.target!r} does not lead to the right")

    @property
    def short(self) -> Drawing | None:
        """The same with short names and few figures, where there is one."""
        return self.shortened() if self.shortened else None

    def is_lit(self, edge: Edge) -> bool:
        """Whether `edge` is to be highlighted."""
        return edge.key in self.lit if edge.key else {edge.source, edge.target} <= self.lit


@frozen(slots=True)
class Section(Printed):
    """A titled part; `key` names it in every language (given, forward, loss, backward, update, after)."""

    title: Words
    blocks: tuple[Block, ...]
    key: str = ""
    number: int | None = None


Block: TypeAlias = Union[Section, Paragraph, Equation, Flow, Rows, Table, Drawing]


@frozen(slots=True)
class Document:
    """A whole lesson: its title, the conventions in force on one line, and its parts."""

    lang: Lang
    title: Words
    facts: tuple[Words, ...]
    blocks: tuple[Block, ...]
