"""The picture of an expression graph: given quantities first, every other node right of all that it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson.document import Drawing, Edge, Vertex, Words
from backprop_tutor.lesson.drawing_numbers import Numbers
from backprop_tutor.lesson.words import math


def expression_drawing(numbers: Numbers, lit: frozenset[str]) -> Drawing:
    """Nodes with how they are made, their values and derivatives; on each edge what comes back along it."""
    lesson, depth = numbers.lesson, dict[int, int]()
    vertices: list[Vertex] = []
    edges: list[Edge] = []
    for i, node in enumerate(lesson.graph.nodes[: lesson.graph.losses + 1]):
        depth[i] = 1 + max((depth[j] for j in node.inputs), default=-1)
        element = numbers.of(i)
        figures = tuple(_figures(numbers, element))
        vertices.append(Vertex(lesson.key(element), lesson.reading.letter(element), figures, depth[i], node.role))
        edges += _edges(numbers, element)
    return Drawing(tuple(vertices), tuple(edges), lit)


def _figures(numbers: Numbers, element: Element) -> Iterator[Words]:
    lesson = numbers.lesson
    if lesson.graph.nodes[element.node].op is not None:
        yield math(lesson.made(element, lesson.reading.letter))
    yield from numbers.value(element)
    yield from numbers.derivative(element)


def _edges(numbers: Numbers, element: Element) -> Iterator[Edge]:
    """An edge from everything a node is made of."""
    lesson, node = numbers.lesson, numbers.lesson.graph.nodes[element.node]
    for source in lesson.reading.sources(element) if node.op else ():
        yield Edge(lesson.key(source), lesson.key(element), _sent(numbers, element, source), Role.ADJOINT)


def _sent(numbers: Numbers, element: Element, source: Element) -> Words:
    """What a node sends back to one it is made of, after the backward pass."""
    if numbers.stage != "backward":
        return ()
    lesson, sent = numbers.lesson, numbers.lesson.step.trace.sent[element.node]
    argument = lesson.graph.nodes[element.node].inputs.index(source.node)
    contribution = sent[argument] if sent is not None else None
    if contribution is None:
        return ()
    column = source.column if contribution.shape[1] > source.column else 0
    return math(lesson.figure(float(contribution[0, column])))
