"""A drawing as a Mermaid flowchart, which GitHub and Jupyter draw inside Markdown.

A label is a node on its line: Mermaid lets the labels of lines cover each other, but never nodes.
Vertices get names of our own, and every text stands in quotes with all but the plainest characters written as Mermaid's
entities (``#34;``), so that no text can be read as syntax, as Markdown or as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.words import plain_words

# Letters, digits and a few signs are safe; a full stop before a space would open a list, two slashes an address.
_UNSAFE = re.compile(r"[^A-Za-z0-9 ()=,./\u0080-\U0010ffff]|\.(?= |$)|(?<=/)/")


def mermaid(drawing: Drawing) -> str:
    """`drawing` as the lines of a flowchart from left to right; what is highlighted is thick."""
    return "\n".join(["flowchart LR", *(f"  {statement}" for statement in _statements(drawing))]) + "\n"


def _statements(drawing: Drawing) -> Iterator[str]:
    names = {vertex.key: f"v{number}" for number, vertex in enumerate(drawing.vertices)}
    for vertex in drawing.vertices:
        label = _quoted(unicode(vertex.name), *map(plain_words, vertex.figures))
        yield f"{names[vertex.key]}[{label}]:::role_{vertex.role}"
    for number, edge in enumerate(drawing.edges):
        line, arrow = ("===", "==>") if drawing.is_lit(edge) else ("---", "-->")
        label = f"{line} w{number}({_quoted(plain_words(edge.label))}):::edge " if edge.label else ""
        yield f"{names[edge.source]} {label}{arrow} {names[edge.target]}"
    yield from _styles(drawing, [names[vertex.key] for vertex in drawing.vertices if vertex.key in drawing.lit])


def _styles(drawing: Drawing, lit: list[str]) -> Iterator[str]:
    """The colours of the roles, labels without a frame, and thick frames for what is highlighted."""
    for role in sorted({vertex.role for vertex in drawing.vertices}):
        yield f"classDef role_{role} stroke:{COLOURS[role]}"
    yield "classDef edge fill:none,stroke:none"
    if lit:
        yield from ("classDef lit stroke-width:4px", f"class {','.join(lit)} lit")


def _quoted(*lines: str) -> str:
    return '"' + "<br/>".join(_UNSAFE.sub(lambda found: f"#{ord(found[0])};", line) for line in lines) + '"'
