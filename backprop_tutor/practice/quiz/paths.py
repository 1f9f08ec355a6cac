"""The paths on which a quantity reaches the loss, and what the units on them are called."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.engine.graph import Network
from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.formula.plain import plain
from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.node_by_node import users
from backprop_tutor.lesson.routes import onward, summed
from backprop_tutor.practice.quiz.naming import typeable

MOST = 200

Way = tuple[str, ...]


def ways(lesson: Lesson, start: Element) -> tuple[Way, ...]:
    """The paths from an element to the loss, each as the names of the units, or of the nodes, that it passes."""
    found: list[Way] = []
    waiting: list[tuple[Element, Way]] = [(e, ()) for e in ahead(lesson, start)]
    while waiting and len(found) < MOST:
        element, names = waiting.pop()
        here = _name(lesson, element)
        passed = names if here is None or names[-1:] == (here,) else (*names, here)
        onwards = ahead(lesson, element)
        if onwards:
            waiting += [(e, passed) for e in reversed(onwards)]
        elif element.node == lesson.graph.losses:
            found.append(passed)
    return tuple(found)


def ahead(lesson: Lesson, element: Element) -> tuple[Element, ...]:
    """Where one step on a path leads."""
    if lesson.graph.network is None:
        return tuple(e for e in users(lesson).get(element, ()) if e.node <= lesson.graph.losses and e.column == 0)
    role = lesson.graph.nodes[element.node].role
    return (summed(lesson, element, 0),) if role in (Role.WEIGHT, Role.BIAS) else onward(lesson, element)


def _name(lesson: Lesson, element: Element) -> str | None:
    """The unit an element belongs to, or in a graph its node; nothing for the loss of a network."""
    node = lesson.graph.nodes[element.node]
    if lesson.graph.network is None:
        return node.name
    return unit(lesson, node.layer, element.row) if node.layer else None


def unit(lesson: Lesson, layer: int, row: int) -> str:
    """What a unit is called: as its author named it, else by what it gives."""
    network = lesson.graph.network
    assert network is not None, "only networks have units"
    return network.units(layer)[row] if network.named else unicode(_given_out(lesson, layer, row))


def _given_out(lesson: Lesson, layer: int, row: int) -> Formula:
    return lesson.letters.value(Quantity(f"a{layer}" if layer else "x", row + 1))


def layers(network: Network) -> range:
    """The layers by number, 0 for the inputs."""
    return range(len(network.layers) + 1)


def spellings(lesson: Lesson, start: Formula) -> Iterator[tuple[str, str]]:
    """Every other name of a unit; the ends of a path, which need not be typed, stand for nothing."""
    network = lesson.graph.network
    ends = (start, lesson.letters.loss) if network else (start,)
    yield from ((name, "") for end in ends for name in _typed(end))
    if network is None:
        return
    for layer in layers(network)[1:]:
        for row, named in enumerate(network.units(layer)):
            contract = f"a{layer}[{row + 1}]", f"z{layer}[{row + 1}]"
            written = _typed(_given_out(lesson, layer, row))
            yield from ((name, unit(lesson, layer, row)) for name in (named, *contract, *written))


def _typed(letter: Formula) -> tuple[str, ...]:
    return unicode(letter), plain(letter), typeable(letter)
