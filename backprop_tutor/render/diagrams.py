"""Renders a drawing as a Mermaid flowchart, which GitHub and Jupyter draw inside Markdown, or in Graphviz's language.

In Mermaid a label is a node on its line: Mermaid lets the labels of lines overlap, but never nodes. Vertices get names
of our own, and every text is in quotes with all but the plainest characters written as Mermaid's entities (``#34;``),
so that no text can be read as syntax, as Markdown or as HTML. Graphviz draws ``tutor graph xor --format dot | dot
-Tpdf``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.document import Drawing, Edge, Grid, Vertex
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.words import plain_words


def dot(drawing: Drawing) -> str:
    """Renders `drawing` as a directed graph from left to right, each column in one rank; highlighted parts are thick."""
    return "\n".join(["digraph {", *(f"  {statement};" for statement in _dot_statements(drawing)), "}\n"])


def _dot_statements(drawing: Drawing) -> Iterator[str]:
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
    label = _dot_quoted(*_label(vertex))
    return f'label={label}, color="{COLOURS[vertex.role]}"{", penwidth=3" if lit else ""}'


def _label(vertex: Vertex) -> tuple[str, ...]:
    """The lines of a vertex: its name, its figures, the rows of its grid, with brackets around the window in each."""
    return (unicode(vertex.name), *map(plain_words, vertex.figures), *(_rows(vertex.grid) if vertex.grid else ()))


def _rows(grid: Grid) -> Iterator[str]:
    top, left, bottom, right = grid.window or (-1, -1, -1, -1)
    for i, row in enumerate(grid.rows):
        cells = [unicode(cell) for cell in row]
        if grid.window and top <= i <= bottom:
            cells[left], cells[right] = f"[{cells[left]}", f"{cells[right]}]" if left < right else f"[{cells[right]}]"
        yield "  ".join(cells)


def _line(edge: Edge, lit: bool) -> str:
    label = _dot_quoted(plain_words(edge.label))
    return f'label={label}, fontcolor="{COLOURS[edge.role]}"{", penwidth=3" if lit else ""}'


def _dot_quoted(*lines: str) -> str:
    """The lines of a label in quotes; only the quotation mark and the backslash have a meaning in one."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'


# Letters, digits and a few signs are safe; a full stop before a space would open a list, two slashes an address.
_UNSAFE = re.compile(r"[^A-Za-z0-9 ()=,./\u0080-\U0010ffff]|\.(?= |$)|(?<=/)/")


def mermaid(drawing: Drawing) -> str:
    """Renders `drawing` as the lines of a flowchart from left to right; highlighted parts are thick."""
    return "\n".join(["flowchart LR", *(f"  {statement}" for statement in _mermaid_statements(drawing))]) + "\n"


def _mermaid_statements(drawing: Drawing) -> Iterator[str]:
    names = {vertex.key: f"v{number}" for number, vertex in enumerate(drawing.vertices)}
    for vertex in drawing.vertices:
        label = _mermaid_quoted(*_label(vertex))
        yield f"{names[vertex.key]}[{label}]:::role_{vertex.role}"
    for number, edge in enumerate(drawing.edges):
        line, arrow = ("===", "==>") if drawing.is_lit(edge) else ("---", "-->")
        label = f"{line} w{number}({_mermaid_quoted(plain_words(edge.label))}):::edge " if edge.label else ""
        yield f"{names[edge.source]} {label}{arrow} {names[edge.target]}"
    yield from _styles(drawing, [names[vertex.key] for vertex in drawing.vertices if vertex.key in drawing.lit])


def _styles(drawing: Drawing, lit: list[str]) -> Iterator[str]:
    """The colours of the roles, labels without a frame, and thick frames for highlighted vertices."""
    for role in sorted({vertex.role for vertex in drawing.vertices}):
        yield f"classDef role_{role} stroke:{COLOURS[role]}"
    yield "classDef edge fill:none,stroke:none"
    if lit:
        yield from ("classDef lit stroke-width:4px", f"class {','.join(lit)} lit")


def _mermaid_quoted(*lines: str) -> str:
    return '"' + "<br/>".join(_UNSAFE.sub(lambda found: f"#{ord(found[0])};", line) for line in lines) + '"'
