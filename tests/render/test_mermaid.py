"""A drawing as a Mermaid flowchart."""

from __future__ import annotations

import re

import pytest

from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.lesson.document import Drawing, Edge, Vertex
from backprop_tutor.render.diagrams import mermaid
from tests.render.parts import words
from tests.render.pictures import network_drawing
from tests.render.strategies import HOSTILE

_LABEL = re.compile(r"(a<br/>)?([\w ()=,./\u0080-\U0010ffff]|#\d+;)*")
_STATEMENT = re.compile(
    r'  v\d+\["(?P<vertex>[^"]*)"\]:::role_\w+'
    r'|  v\d+ (--- w\d+\("(?P<edge>[^"]*)"\):::edge )?--> v\d+|  classDef [\w :,#-]+'
)


def test_a_network_is_a_flowchart() -> None:
    """Vertices, edges with their labels, and the highlighted path in thick lines."""
    lines = mermaid(network_drawing()).splitlines()

    assert lines[:2] == ["flowchart LR", '  v0["x#95;a<br/>0.5"]:::role_input']
    assert '  v0 === w0("0.1"):::edge ==> v2' in lines
    assert '  v1 --- w1("0.7"):::edge --> v2' in lines
    assert "  v4 ==> v5" in lines
    assert lines[-1] == "  class v0,v2,v4,v5 lit"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_syntax(text: str) -> None:
    """A text in a label is a row of letters, safe signs and entities, inside its quotes."""
    vertices = (Vertex(text, Sym("a"), (words(text),), 0, Role.NODE), Vertex("b", Sym("b"), (), 1, Role.NODE))
    lines = mermaid(Drawing(vertices, (Edge(text, "b", words(text), Role.NODE),))).splitlines()
    matches = [_STATEMENT.fullmatch(line) for line in lines[1:]]

    labels = [match[group] or "" for match in matches if match for group in ("vertex", "edge")]

    assert all(matches)
    assert all(map(_LABEL.fullmatch, labels))
