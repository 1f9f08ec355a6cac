"""The picture of a network or an expression graph, as the neutral `Drawing` every renderer can draw."""

from __future__ import annotations

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson.document import Drawing, Edge, Vertex, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import math

LARGEST = 5


def drawing(lesson: Lesson, lit: frozenset[str] = frozenset()) -> Drawing | None:
    """The picture, with the weights on its edges; None for a layer too wide to draw or a graph of too many nodes."""
    network = lesson.graph.network
    if network is None:
        return _expression_graph(lesson, lit) if len(lesson.graph.nodes) <= LARGEST * LARGEST else None
    widest = max(len(network.units(layer)) for layer in range(len(network.layers) + 1))
    return _network(lesson, lit) if widest <= LARGEST else None


def _network(lesson: Lesson, lit: frozenset[str]) -> Drawing:
    """Units in columns by layer; a unit stands for its activation, the loss for the loss of the first example."""
    reading, letter = lesson.reading, lesson.reading.letter
    loss = Vertex("loss", lesson.letters.loss, (), 1 + len(_layers(lesson)), Role.LOSS)
    vertices, edges = [], []
    units = [e for i in lesson.nodes(Role.INPUT, Role.ACTIVATION) for e in reading.elements(i) if e.column == 0]
    for unit in units:
        node = lesson.graph.nodes[unit.node]
        figures = (math(reading.number(unit)),) if node.role == Role.INPUT and lesson.examples == 1 else ()
        vertices.append(Vertex(lesson.key(unit), letter(unit), figures, node.layer or 0, node.role))
    for weight in lesson.elements(Role.WEIGHT):
        layer = lesson.graph.nodes[weight.node].layer or 0
        below, above = _unit(lesson, layer - 1, weight.column), _unit(lesson, layer, weight.row)
        edges.append(Edge(lesson.key(below), lesson.key(above), math(reading.number(weight)), Role.WEIGHT))
    outputs = [u for u in units if lesson.graph.nodes[u.node].layer == len(_layers(lesson))]
    edges += [Edge(lesson.key(output), "loss", (), Role.LOSS) for output in outputs]
    return Drawing((*vertices, loss), tuple(edges), lit)


def _layers(lesson: Lesson) -> tuple[object, ...]:
    return lesson.graph.network.layers if lesson.graph.network else ()


def _unit(lesson: Lesson, layer: int, row: int) -> Element:
    """The element of a unit's activation (of the input in layer 0) for the first example."""
    return Element(lesson.graph.index["x" if layer == 0 else f"a{layer}"], row, 0)


def _expression_graph(lesson: Lesson, lit: frozenset[str]) -> Drawing:
    """Nodes in columns by their depth: given ones first, each other one right of everything it uses."""
    reading, depth = lesson.reading, dict[int, int]()
    vertices, edges = [], []
    for i, node in enumerate(lesson.graph.nodes[:-1]):
        element = Element(i, 0, 0)
        depth[i] = 1 + max((depth[j] for j in node.inputs), default=-1)
        figures: tuple[Words, ...] = (math(reading.number(element)),) if lesson.examples == 1 else ()
        vertices.append(Vertex(lesson.key(element), reading.letter(element), figures, depth[i], node.role))
        sources = reading.sources(element) if node.op is not None else ()
        edges += [Edge(lesson.key(source), lesson.key(element), (), Role.NODE) for source in sources]
    return Drawing(tuple(vertices), tuple(edges), lit)
