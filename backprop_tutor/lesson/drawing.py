"""The picture of a network or an expression graph, as the neutral `Drawing` every renderer can draw.

A unit is a vertex and a weight an edge. What the picture tells grows with the passes: at the start what is given, after
the forward pass the values, after the backward pass the derivatives too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Role, Sym
from backprop_tutor.lesson.document import Drawing, Edge, Text, Vertex, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import math

Stage = Literal["start", "forward", "backward"]
STAGES: tuple[Stage, ...] = ("start", "forward", "backward")

LARGEST = 5  # units of a layer that can be followed by eye
MOST_NODES = LARGEST * LARGEST


def drawing(
    lesson: Lesson,
    lit: frozenset[str] = frozenset(),
    stage: Stage = "start",
    example: int = 1,
    largest: int = LARGEST,
) -> Drawing | None:
    """The picture after a pass, with the values of one example (from 1), `lit` being the keys of what is highlighted.

    None for a layer of more than `largest` units or a graph of more than `largest`² nodes.
    """
    painter = _Painter(lesson, STAGES.index(stage), example - 1)
    if size(lesson) > largest:
        return None
    return painter.network(lit) if lesson.graph.network else painter.expressions(lit)


def size(lesson: Lesson) -> int:
    """How large a picture would be: the units of the widest layer; the side of a square with as many places as nodes."""
    network = lesson.graph.network
    if network is None:
        return next(side for side in range(len(lesson.graph.nodes)) if side * side >= len(lesson.graph.nodes) - 1)
    return max(len(network.units(layer)) for layer in range(len(network.layers) + 1))


def path(lesson: Lesson, start: Element) -> frozenset[str]:
    """The keys of everything in a picture that lies on a way from `start` to the loss."""
    reached = {start}
    for i in lesson.graph.computed:
        for line in lesson.reading.elements(i):
            if not reached.isdisjoint(lesson.reading.sources(line)):
                reached.add(line)
    passed = (weight for weight in lesson.elements(Role.WEIGHT) if _below(lesson, weight) & reached)
    return frozenset(lesson.key(element) for element in (*reached, *passed))


def _below(lesson: Lesson, weight: Element) -> set[Element]:
    """The unit that a weight leads from, of every example."""
    if lesson.graph.network is None:
        return set()
    layer = (lesson.graph.nodes[weight.node].layer or 1) - 1
    node = lesson.graph.index["x" if layer == 0 else f"a{layer}"]
    return {Element(node, weight.column, example) for example in range(lesson.examples)}
