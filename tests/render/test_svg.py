"""Drawings as SVG and in Graphviz's language: geometry, escaping, highlighting."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain, combinations
from operator import itemgetter
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.lesson.arrays.drawing import window_drawing
from backprop_tutor.lesson.document import Drawing, Edge, Grid, Text, Vertex
from backprop_tutor.lesson.picture import Shown, lesson_of, picture
from backprop_tutor.render.diagrams import dot
from backprop_tutor.render.drawings import DRAWINGS
from backprop_tutor.render.svg import BETWEEN, ROW, svg
from backprop_tutor.render.svg_text import SIZE, Level, Piece, heading, of_formula, pieces, width
from backprop_tutor.scenario.bundled import bundled

SVG = "{http://www.w3.org/2000/svg}"
ROUNDING = 0.25
"""Places are written to a tenth, a side of an outline as the sum of two."""
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

    def contains(self, other: Box) -> bool:
        """Whether the other rectangle lies inside this one, away from its sides."""
        beside = self.left < other.left and other.right < self.right
        return beside and self.top < other.top and other.bottom < self.bottom

    def overlaps(self, other: Box, slack: float) -> bool:
        """Whether two rectangles have more in common than a border of the width `slack`."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        return wide > slack and min(self.bottom, other.bottom) - max(self.top, other.top) > slack


def _width(text: ElementTree.Element) -> float:
    """How wide a text is, its indices set small, with the room of numbers that a page computes again."""
    line = [Piece(text.text or "")]
    for part in text:
        level: Level = "below" if part.get("font-size") else "line"
        line += [Piece(part.text or "", level=level, slot=part.get("data-v", "")), Piece(part.tail or "")]
    return width(line)


def texts(root: ElementTree.Element) -> list[Box]:
    """The rectangle of every text."""
    found = []
    for text in root.iter(f"{SVG}text"):
        x, y, wide = float(text.get("x", 0)), float(text.get("y", 0)), _width(text)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "start")]
        found.append(Box(left, y - SIZE * 0.8, left + wide, y + SIZE * 0.2))
    return found


def outlines(root: ElementTree.Element, kind: str = "frame") -> list[Box]:
    """The outline of every vertex, or of every window."""
    rects = [rect for rect in root.iter(f"{SVG}rect") if kind in rect.get("class", "").split()]
    sides = ([float(rect.get(key, 0)) for key in ("x", "y", "width", "height")] for rect in rects)
    return [Box(x, y, x + wide, y + high) for x, y, wide, high in sides]


def groups(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    """The parts of every vertex, or of every edge."""
    return [group for group in root.iter(f"{SVG}g") if group.get("class") == kind]


def written(vertex: Vertex) -> list[str]:
    """The texts of a vertex from top to bottom: its name, its figures, the cells of its grid."""
    cells = [of_formula(cell) for row in vertex.grid.rows for cell in row] if vertex.grid else []
    lines = [of_formula(vertex.name), *map(pieces, vertex.figures), *cells]
    return ["".join(piece.text for piece in line) for line in lines]


def matched(root: ElementTree.Element, drawing: Drawing) -> list[tuple[Vertex, ElementTree.Element]]:
    """Every vertex with its parts, which are those with its texts."""
    shown = [
        (["".join(text.itertext()) for text in group.iter(f"{SVG}text")], group) for group in groups(root, "vertex")
    ]
    shown.sort(key=itemgetter(0))
    vertices = sorted(drawing.vertices, key=written)
    assert [words for words, _ in shown] == [written(vertex) for vertex in vertices]
    return [(vertex, group) for vertex, (_, group) in zip(vertices, shown, strict=True)]


def cells(grid: Grid, words: list[Box]) -> list[list[Box]]:
    """The cells of a grid, as wide as the widest text of their column; rows and columns are in line and in order."""
    wide = len(grid.rows[0])
    rows = [words[i : i + wide] for i in range(0, len(words), wide)]
    columns = list(zip(*rows, strict=True))
    assert all(box.top == row[0].top for row in rows for box in row)
    assert all(box.right == pytest.approx(column[0].right) for column in columns for box in column)
    sides = [(min(box.left for box in column) - BETWEEN / 2, column[0].right + BETWEEN / 2) for column in columns]
    middles = [row[0].bottom - SIZE * (0.2 + 0.35) for row in rows]
    return [[Box(left, y - ROW / 2, right, y + ROW / 2) for left, right in sides] for y in middles]


@cache
def pictures(name: str) -> list[Drawing]:
    """A scenario after its forward and its backward pass, in full and in short, and its windows."""
    lesson = lesson_of(bt.run(bt.load(name)), "en")
    passes = [picture(lesson, Shown(shown)) for shown in ("forward", "backward")]
    places = range(len(lesson.graph.nodes)) if lesson.graph.shapes is not None else ()
    drawn = (*passes, *(full.short for full in passes), *(window_drawing(lesson, node) for node in places))
    return [drawing for drawing in drawn if drawing]


each_scenario = pytest.mark.parametrize("name", [entry.name for entry in bundled()])


@each_scenario
def test_nothing_touches_anything(name: str) -> None:
    """No text and no frame touches another; a vertex's texts lie within its frame, the labels outside all frames."""
    for drawing in pictures(name):
        root = ElementTree.fromstring(svg(drawing))
        frames, labels = outlines(root), [label for edge in groups(root, "edge") for label in texts(edge)]
        assert len(frames) == len(drawing.vertices)
        assert len(labels) == sum(bool(edge.label) for edge in drawing.edges)
        assert not [pair for pair in combinations(texts(root), 2) if pair[0].touches(pair[1])]
        assert not [pair for pair in combinations(frames, 2) if pair[0].touches(pair[1])]
        assert not [label for label in labels if any(frame.touches(label) for frame in frames)]
        for _, group in matched(root, drawing):
            (frame,) = outlines(group)
            assert all(frame.contains(text) for text in texts(group))


@each_scenario
def test_a_window_is_outlined_along_the_borders_of_its_cells(name: str) -> None:
    """The cells of a grid lie within the frame and share at most borders, which are those of its window, where it has one."""
    for drawing in pictures(name):
        root = ElementTree.fromstring(svg(drawing))
        for vertex, group in matched(root, drawing):
            (frame,), windows, words = outlines(group), outlines(group, "window"), texts(group)
            assert len(windows) == bool(vertex.grid and vertex.grid.window)
            if not vertex.grid:
                continue
            above = 1 + len(vertex.figures)
            grid = cells(vertex.grid, words[above:])
            assert all(frame.contains(cell) for row in grid for cell in row)
            assert not [pair for pair in combinations(chain(*grid), 2) if pair[0].overlaps(pair[1], ROUNDING)]
            for window in windows:
                top, left, bottom, right = vertex.grid.window or ()
                first, last = grid[top][left], grid[bottom][right]
                assert window == pytest.approx((first.left, first.top, last.right, last.bottom), abs=ROUNDING)
                inside = [row[left : right + 1] for row in vertex.grid.rows[top : bottom + 1]]
                assert sum(window.contains(text) for text in words) == sum(map(len, inside))
                assert sum(window.touches(text) for text in words) == sum(map(len, inside))


@each_scenario
def test_everything_lies_within_the_picture(name: str) -> None:
    """No text and no frame sticks out."""
    for drawing in pictures(name):
        root = ElementTree.fromstring(svg(drawing))
        wide, high = float(root.get("width", 0)), float(root.get("height", 0))
        assert all(
            b.left >= 0 and b.top >= 0 and b.right <= wide and b.bottom <= high for b in (*texts(root), *outlines(root))
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


@pytest.mark.parametrize("sign", "∂∇≈≤≥≠×→∈√∞⊙…∑")
def test_signs_have_the_room_that_a_chinese_font_needs(sign: str) -> None:
    """Noto Serif CJK, by which a PNG is often set, makes these as wide as the letters are high."""
    assert width([Piece(sign)]) >= SIZE


def test_the_name_of_a_unit_stands_as_its_author_wrote_it() -> None:
    """h1 over its box, as in h(h1) within it, while a node of a graph is a letter with its index."""
    root = ElementTree.fromstring(svg(picture(lesson_of(bt.run("mazur-two-two-two"), "en"))))
    titles = ["".join(text.itertext()) for text in root.iter(f"{SVG}text") if text.get("class") == "activation"]
    assert titles == ["h1", "h2", "o1", "o2"]
    assert [(piece.text, piece.level) for piece in heading(Sym("x1", key="values.x1"))] == [
        ("x", "line"),
        ("1", "below"),
    ]
