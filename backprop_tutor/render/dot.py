"""A drawing in the language of Graphviz, for those who have it: ``tutor graph xor --format dot | dot -Tpdf``."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson.document import Drawing, Edge, Vertex
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.words import plain_words


def dot(drawing: Drawing) -> str:
    """`drawing` as a directed graph from left to right, each column in one rank; what is highlighted is thick."""
    return "\n".join(["digraph {", *(f"  {statement};" for statement in _statements(drawing)), "}\n"])


def _statements(drawing: Drawing) -> Iterator[str]:
    names = {vertex.key: f"v{number}" for number, vertex in enumerate(drawing.vertices)}
    yield "rankdir=LR"
    yield "node [shape=box, style=rounded]"
    for vertex in drawing.vertices:
        yield f"{names[vertex.key]} [{_look(vertex, vertex.key in drawing.lit)}]"
    for column in sorted({vertex.column for vertex in drawing.vertices}):
        same = (names[vertex.key] for vertex in drawing.vertices if vertex.column == column)
        yield f"{{rank=same; {'; '.join(same)}}}"
    for edge in drawing.edges:
        yield f"{names[edge.source]} -> {names[edge.target]} [{_line(edge, drawing.is_lit(edge))}]"


def _look(vertex: Vertex, lit: bool) -> str:
    label = _quoted(unicode(vertex.name), *map(plain_words, vertex.figures))
    return f'label={label}, color="{COLOURS[vertex.role]}"{", penwidth=3" if lit else ""}'


def _line(edge: Edge, lit: bool) -> str:
    label = _quoted(plain_words(edge.label))
    return f'label={label}, fontcolor="{COLOURS[edge.role]}"{", penwidth=3" if lit else ""}'


def _quoted(*lines: str) -> str:
    """The lines of a label; only the quotation mark and the backslash mean anything in one."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
