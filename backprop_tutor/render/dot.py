"""A drawing in the language of Graphviz, which lays it out itself."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.words import plain_words

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "&": "&amp;"})
_LIT = ", penwidth=3"


def dot(drawing: Drawing) -> str:
    """`drawing` as a directed graph from left to right; what is highlighted is thick."""
    return "\n".join(["digraph {", *(f"  {statement}" for statement in _statements(drawing)), "}"]) + "\n"


def _statements(drawing: Drawing) -> Iterator[str]:
    names = {vertex.key: f"v{number}" for number, vertex in enumerate(drawing.vertices)}
    yield from ("rankdir=LR", "ranksep=1", "node [shape=box, style=rounded]")
    for vertex in drawing.vertices:
        label = _quoted(unicode(vertex.name), *map(plain_words, vertex.figures))
        lit = _LIT if vertex.key in drawing.lit else ""
        yield f'{names[vertex.key]} [label={label}, color="{COLOURS[vertex.role]}"{lit}]'
    for column in sorted({vertex.column for vertex in drawing.vertices}):
        yield f"{{rank=same; {'; '.join(names[v.key] for v in drawing.vertices if v.column == column)}}}"
    for edge in drawing.edges:
        label = f'label={_quoted(plain_words(edge.label))}, fontcolor="{COLOURS[edge.role]}"'
        yield f"{names[edge.source]} -> {names[edge.target]} [{label}{_LIT if drawing.is_lit(edge) else ''}]"


def _quoted(*lines: str) -> str:
    return '"' + "\\n".join(line.translate(_ESCAPES) for line in lines) + '"'
