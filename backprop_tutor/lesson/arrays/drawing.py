"""The picture of a graph of arrays: a box for each array with its formula and its shape, numbers with their value."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson.arrays.figures import shape_words
from backprop_tutor.lesson.arrays.forward import formula_of, shown_nodes
from backprop_tutor.lesson.document import Drawing, Edge, Text, Vertex, Words
from backprop_tutor.lesson.inline import math, sign
from backprop_tutor.lesson.lesson import Lesson


def array_drawing(lesson: Lesson, lit: frozenset[str] = frozenset(), example: int = 0) -> Drawing:
    """Arrays from left to right, each right of all that it is made of; steps that are written through have no box."""
    shown = [i for i, n in enumerate(lesson.graph.nodes) if n.op is None and n.role != Role.TARGET] + list(
        shown_nodes(lesson)
    )
    depth: dict[int, int] = {}
    for i in shown:
        depth[i] = 1 + max((depth[j] for j in _sources(lesson, i)), default=-1)
    vertices = tuple(_vertex(lesson, i, depth[i], example) for i in shown)
    edges = (Edge(_key(lesson, j), _key(lesson, i), (), Role.NODE) for i in shown for j in _sources(lesson, i))
    return Drawing(vertices, tuple(edges), lit)


def _key(lesson: Lesson, node: int) -> str:
    return f"values.{lesson.graph.nodes[node].name}"


def _sources(lesson: Lesson, node: int) -> tuple[int, ...]:
    """The arrays with boxes of their own that a node is made of, each once."""
    found: dict[int, None] = {}
    for j in lesson.graph.nodes[node].inputs:
        found |= dict.fromkeys(_sources(lesson, j) if lesson.formulas.through(j) else (j,))
    return tuple(found)


def _vertex(lesson: Lesson, node: int, depth: int, example: int) -> Vertex:
    figures = tuple(_figures(lesson, node, example))
    return Vertex(_key(lesson, node), lesson.formulas.whole(node), figures, depth, lesson.graph.nodes[node].role)


def _figures(lesson: Lesson, node: int, example: int) -> Iterator[Words]:
    written = formula_of(lesson, node) if lesson.graph.nodes[node].op is not None else None
    if written is not None:
        yield math(written)
    if lesson.formulas.shape(node):
        yield shape_words(lesson, node)
        return
    element = lesson.formulas.elements(node, example)[0]
    letter, number = lesson.formulas.letter(element), lesson.formulas.number(element)
    yield (*math(letter), Text(f" {sign(letter, number)} "), *math(number))
