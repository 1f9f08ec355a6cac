"""The picture of a network or an expression graph, as the neutral `Drawing` every renderer can draw."""

from __future__ import annotations

from math import isqrt

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.lesson.drawing_expressions import expression_drawing
from backprop_tutor.lesson.drawing_network import network_drawing
from backprop_tutor.lesson.drawing_numbers import Numbers, Stage
from backprop_tutor.lesson.lesson import Lesson

LARGEST = 5  # units of a layer whose connections can be followed by eye


def drawing(
    lesson: Lesson,
    lit: frozenset[str] = frozenset(),
    stage: Stage = "start",
    example: int = 1,
    largest: int = LARGEST,
) -> Drawing | None:
    """The picture after a pass, with the values of one example (from 1); `lit` are the keys of what is highlighted.

    None for a layer of more than `largest` units, or a graph of more than `largest` rows of as many nodes.
    """
    if size(lesson) > largest:
        return None
    numbers, network = Numbers(lesson, stage, example - 1), lesson.graph.network
    return network_drawing(numbers, network, lit) if network else expression_drawing(numbers, lit)


def size(lesson: Lesson) -> int:
    """How large a picture would be: units of the widest layer, or the side of a square with a place for each node."""
    network = lesson.graph.network
    if network is None:
        return isqrt(lesson.graph.losses) + 1
    return max(len(network.units(layer)) for layer in range(len(network.layers) + 1))


def path(lesson: Lesson, start: Element) -> frozenset[str]:
    """The keys of everything in a picture that lies on a way from `start` to the loss."""
    reached = {start}
    for i in lesson.graph.computed:
        for line in lesson.reading.elements(i):
            if not reached.isdisjoint(lesson.reading.sources(line)):
                reached.add(line)
    passed = (weight for weight in lesson.elements(Role.WEIGHT) if not reached.isdisjoint(_below(lesson, weight)))
    return frozenset(lesson.key(element) for element in (*reached, *passed))


def _below(lesson: Lesson, weight: Element) -> set[Element]:
    """What a weight multiplies, of every example; nothing for a parameter of an expression graph."""
    layer = lesson.graph.nodes[weight.node].layer
    if layer is None:
        return set()
    node = lesson.graph.index["x" if layer == 1 else f"a{layer - 1}"]
    return {Element(node, weight.column, example) for example in range(lesson.examples)}
