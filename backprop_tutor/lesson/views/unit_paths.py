"""The paths through a network: which elements lead from a weight to the loss, and how many paths there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TypeVar

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.lesson import Lesson

MOST_PATHS = 6

Place = TypeVar("Place")


def summed(lesson: Lesson, parameter: Element, column: int) -> Element:
    """The pre-activation a weight or bias goes into, for one example; the first where several share it."""
    return Element(lesson.graph.beside(parameter.node, "z"), parameter.indices[:1], column)


def uses(lesson: Lesson, parameter: Element) -> tuple[Element, ...]:
    """Every pre-activation a weight or bias goes into: of each example, and of each unit that shares it."""
    same = lesson.graph.nodes[parameter.node].same
    units = dict.fromkeys(
        (parameter.indices[0], *(place[0] for place, own in same.items() if own == parameter.indices))
    )
    return tuple(
        Element(lesson.graph.beside(parameter.node, "z"), (unit,), column)
        for column in range(lesson.examples)
        for unit in units
    )


def is_shared(lesson: Lesson, parameter: Element) -> bool:
    """Whether a weight or bias goes into several units, or more than once into one."""
    return parameter.indices in lesson.graph.nodes[parameter.node].same.values()


def activation_of(lesson: Lesson, z: Element) -> Element:
    """The activation of the unit whose pre-activation is z, for the same example."""
    return Element(lesson.graph.beside(z.node, "a"), z.indices, z.example)


def parameters_of(lesson: Lesson, layer: int, unit: int) -> tuple[Element, ...]:
    """The weights into a unit that exist, then its bias."""
    nodes = (i for i in lesson.nodes(Role.WEIGHT, Role.BIAS) if lesson.graph.nodes[i].layer == layer)
    return tuple(e for i in nodes for e in lesson.reading.row(i, unit))


def joint(lesson: Lesson) -> bool:
    """Whether every output depends on every z of its layer, as in a softmax."""
    layers = lesson.graph.layers
    return bool(layers) and not lesson.graph.by_unit(layers[-1].output)


def reached_by(lesson: Lesson, z: Element) -> tuple[Element, ...]:
    """The activations that depend on z: its own unit's, or in a softmax every one of the layer."""
    own = activation_of(lesson, z)
    if lesson.graph.by_unit(own.node):
        return (own,)
    return lesson.reading.of_example(own.node, z.example or 0)


def units_above(lesson: Lesson, a: Element) -> tuple[Element, ...]:
    """The pre-activations of the next layer that depend on a."""
    layer = (lesson.graph.nodes[a.node].layer or 0) + 1
    above = lesson.reading.of_example(lesson.graph.part(layer, "z"), a.example or 0)
    weight = lesson.graph.part(layer, "W")
    return tuple(z for z in above if lesson.graph.is_connected(Element(weight, (*z.indices, *a.indices))))


def is_output(lesson: Lesson, a: Element) -> bool:
    """Whether the loss depends directly on an activation."""
    return a.node in lesson.graph.nodes[lesson.graph.losses].inputs


def onward(lesson: Lesson, element: Element) -> tuple[Element, ...]:
    """The next elements on the path to the loss: z to a, a to every z above or to the loss."""
    if element.node == lesson.graph.losses:
        return ()
    if lesson.graph.nodes[element.node].role == Role.PREACTIVATION:
        return reached_by(lesson, element)
    if is_output(lesson, element):
        return (lesson.graph.example_loss(element.example),)
    return units_above(lesson, element)


def paths(lesson: Lesson, z: Element) -> tuple[tuple[Element, ...], ...]:
    """The paths from a pre-activation to the loss, each as its elements; at most `MOST_PATHS` of them."""
    return paths_between(z, partial(onward, lesson), lambda element: element.node == lesson.graph.losses, MOST_PATHS)


def paths_between(
    start: Place, ahead: Callable[[Place], Sequence[Place]], is_end: Callable[[Place], bool], most: int
) -> tuple[tuple[Place, ...], ...]:
    """The paths from `start` to an end with nothing ahead of it, each with both, in order; at most so many."""
    found: list[tuple[Place, ...]] = []
    waiting: list[tuple[Place, ...]] = [(start,)]
    while waiting and len(found) < most:
        path = waiting.pop()
        if onwards := ahead(path[-1]):
            waiting += [(*path, each) for each in reversed(onwards)]
        elif is_end(path[-1]):
            found.append(path)
    return tuple(found)


def count_paths(lesson: Lesson, element: Element) -> int:
    """The number of paths from a pre-activation to the loss, the same for every example."""
    return _ways(lesson)[element._replace(example=0)]


@lru_cache(maxsize=1)
def _ways(lesson: Lesson) -> Mapping[Element, int]:
    """The number of paths to the loss from every unit of the first example, counted from the loss back."""
    loss = lesson.graph.example_loss()
    ways = {loss: 1}
    for node in reversed(lesson.nodes(Role.PREACTIVATION, Role.ACTIVATION)):
        for element in lesson.reading.of_example(node, 0):
            ways[element] = sum(ways[ahead] for ahead in onward(lesson, element))
    return ways


def signals_above(lesson: Lesson, z: Element) -> tuple[Element, ...]:
    """The pre-activations above one on whose derivatives its own depends, from the output layer down."""
    found: dict[Element, None] = {}
    layer = {z}
    while layer:
        layer = {above for unit in layer for a in reached_by(lesson, unit) for above in _next(lesson, a)}
        found |= dict.fromkeys(sorted(layer))
    return tuple(sorted(found, key=lambda element: (-element.node, element.indices)))


def _next(lesson: Lesson, a: Element) -> tuple[Element, ...]:
    return () if is_output(lesson, a) else units_above(lesson, a)
