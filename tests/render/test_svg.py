"""Drawings as SVG and in Graphviz's language: geometry, escaping, highlighting."""

from __future__ import annotations

import re
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.lesson.document import Drawing, Edge, Text, Vertex
from backprop_tutor.lesson.picture import Shown, lesson_of, picture
from backprop_tutor.render.diagrams import dot
from backprop_tutor.render.drawings import DRAWINGS
from backprop_tutor.render.svg import SIZE, svg
from backprop_tutor.render.svg_text import Piece, width
from backprop_tutor.scenario.bundled import bundled

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('x')</script>&\"\x1b[31m"


class Box(NamedTuple):
    """A rectangle by its corners."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        """Whether two rectangles have a point in common."""
        apart = self.right < other.left or other.right < self.left or self.bottom < other.top or other.bottom < self.top
        return not apart


def _width(text: ElementTree.Element) -> float:
    """How wide a text is, its indices set small."""
    line = [Piece(text.text or "")]
    for part in text:
        line += [Piece(part.text or "", level="below" if part.get("font-size") else "line"), Piece(part.tail or "")]
    return width(line)


def texts(root: ElementTree.Element) -> list[Box]:
    """The rectangle of every text."""
    found = []
    for text in root.iter(f"{SVG}text"):
        x, y, wide = float(text.get("x", 0)), float(text.get("y", 0)), _width(text)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "start")]
        found.append(Box(left, y - SIZE * 0.8, left + wide, y + SIZE * 0.2))
    return found


def frames(root: ElementTree.Element) -> list[Box]:
    """The rectangle of every vertex."""
    rects = [rect for rect in root.iter(f"{SVG}rect") if rect.get("stroke")]
    sides = ([float(rect.get(key, 0)) for key in ("x", "y", "width", "height")] for rect in rects)
    return [Box(x, y, x + wide, y + high) for x, y, wide, high in sides]


def pictures() -> list[tuple[str, Drawing]]:
    """Every bundled scenario after its backward pass."""
    return [(e.name, picture(lesson_of(bt.run(bt.load(e.name)), "en"), Shown("backward"))) for e in bundled()]


@pytest.mark.parametrize(("name", "drawing"), pictures(), ids=[entry.name for entry in bundled()])
def test_nothing_touches_anything(name: str, drawing: Drawing) -> None:
    """No text touches another; a text lies within one frame or outside all of them; no frame touches another."""
    root = ElementTree.fromstring(svg(drawing))
    words, boxes = texts(root), frames(root)
    assert len(boxes) == len(drawing.vertices)
    assert not [pair for pair in combinations(words, 2) if pair[0].touches(pair[1])]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].touches(pair[1])]
    for text in words:
        around = [box for box in boxes if box.touches(text)]
        assert all(
            b.left < text.left and text.right < b.right and b.top < text.top and text.bottom < b.bottom for b in around
        )
    assert sum(any(box.touches(text) for box in boxes) for text in words) == sum(
        1 + len(v.figures) for v in drawing.vertices
    )


@pytest.mark.parametrize(("name", "drawing"), pictures(), ids=[entry.name for entry in bundled()])
def test_everything_lies_within_the_picture(name: str, drawing: Drawing) -> None:
    """No text and no frame sticks out."""
    root = ElementTree.fromstring(svg(drawing))
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    assert all(
        b.left >= 0 and b.top >= 0 and b.right <= wide and b.bottom <= high for b in (*texts(root), *frames(root))
    )


def hostile() -> Drawing:
    """A drawing every text of which tries to be something else."""
    vertices = (
        Vertex("a", Sym(HOSTILE), ((Text(HOSTILE),),), 0, Role.INPUT),
        Vertex("b", Sym("b"), (), 1, Role.NODE),
    )
    return Drawing(vertices, (Edge("a", "b", (Text(HOSTILE),), Role.WEIGHT, "w"),), frozenset({"a", "w"}))


def test_texts_stay_texts_in_svg() -> None:
    """Markup and control characters are shown, not obeyed."""
    root = ElementTree.fromstring(svg(hostile()))
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{name}" for name in ("svg", "rect", "path", "text", "tspan", "g")
    }
    assert sum("<script>" in "".join(text.itertext()) for text in root.iter(f"{SVG}text")) == 3
    assert "\x1b" not in svg(hostile())


def test_texts_stay_texts_in_dot() -> None:
    """Taking all quoted strings away leaves nothing that came from a text."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', dot(hostile()))
    assert "script" not in bare
    assert bare.count('label=""') == 3


def test_what_is_lit_is_thick() -> None:
    """The highlighted frame and line have a wider stroke, in SVG and in dot."""
    root = ElementTree.fromstring(svg(hostile()))
    widths = [rect.get("stroke-width") for rect in root.iter(f"{SVG}rect") if rect.get("stroke")]
    assert widths == ["3.5", "1.5"]
    assert dot(hostile()).count("penwidth=3") == 2


@pytest.mark.parametrize("kind", DRAWINGS)
def test_an_empty_drawing_is_drawn(kind: str) -> None:
    """Nothing is a drawing too."""
    if kind == "png":
        pytest.importorskip("resvg_py")
    assert DRAWINGS[kind](Drawing((), ()))
