"""What may be taken for a number: another unit, layer or example, the transposed place, the old for the new, z for a,
a gradient for its weight, the value of a node for its derivative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from backprop_tutor.formula.nodes import Call, Formula, Role, Sym
from backprop_tutor.graph.graph import Element
from backprop_tutor.practice.edits.rewrites import FIRST, OFTEN, SELDOM, SOMETIMES, Swaps
from backprop_tutor.practice.edits.solution import Step, renamed

UPSTREAM = 1.6
"""That f′ is left out is told where δ is made; here only where δ is claimed."""
FEW, MATRIX = 4, 2
"""In rows and columns of so many numbers any other may be taken, in longer ones the next."""
MANY_NODES, NEARBY = 100, 10
"""In a graph of more nodes, those so many places away at most are taken for one another."""
STEM = re.compile(r"(.*?)_?(\d+)")


class Sibling(NamedTuple):
    """What may be taken: the kind of the edit, how it is related (the same in lines of the same form), how unusual."""

    kind: str
    relation: str
    cost: float
    letter: Formula


def swaps(step: Step, name: str) -> Swaps:
    """The siblings of each number that the line of this name is made of."""
    return _Siblings(step, name).of


class _Siblings:
    def __init__(self, step: Step, name: str) -> None:
        self.step = step
        self.section, _, short = name.partition(".")
        self.own = step.elements.get(short.rpartition(".")[2])
        self.lesson, self.graph = step.lesson, step.lesson.graph

    def of(self, key: str) -> Iterator[Sibling]:
        """What may be taken for the number of this name."""
        if not key.startswith(self.step.prefix):
            return
        held, _, short = key[len(self.step.prefix) :].partition(".")
        if held in ("state", "memory"):
            yield from self._of_state(held, *short.split(".", 1))
        element = self.step.elements.get(short)
        if element is None or held not in ("values", "grads", "updated", "after"):
            return
        yield from self._of_other_time(held, element)
        yield from self._of_array(held, element)
        yield from self._of_kind(held, element)

    def _of_state(self, held: str, kept: str, parameter: str) -> Iterator[Sibling]:
        """The old state for the new one, the gradient itself, and another state of the same parameter."""
        element = self.step.elements[parameter]
        if held == "state":
            yield Sibling("state-stale", "old", OFTEN, self.step.kept_letter("memory", kept, element))
            yield Sibling("", "g", SOMETIMES, self.letter("grads", element))
        for other in self.step.states(element):
            if other != kept:
                yield Sibling("sibling-used", f"state{other}", SELDOM, self.step.kept_letter(held, other, element))

    def _is_known(self, held: str, element: Element) -> bool:
        """Whether a number can be known where the line is written: nothing is made of itself or of what comes later."""
        if self.own is None or held != self.section:
            return held != "grads" or self.section != "values"
        later = element.node < self.own.node if held == "grads" else element.node > self.own.node
        return element.node != self.own.node and not later

    def letter(self, held: str, element: Element) -> Formula:
        """The letter of an element in a section."""
        written = self.lesson.adjoint_letter(element) if held == "grads" else self.lesson.reading.letter(element)
        if held in ("updated", "after"):
            written = renamed(written, lambda key: f"{held}.{key.partition('.')[2]}")
        return renamed(written, lambda key: self.step.prefix + key)

    def _of_other_time(self, held: str, element: Element) -> Iterator[Sibling]:
        """The new for the old, the old for the new."""
        is_parameter = self.graph.nodes[element.node].name in self.graph.parameters
        if held == "values" and is_parameter and self.section == "grads":
            yield Sibling("new-for-old", "new", OFTEN, self.letter("updated", element))
        if held in ("updated", "after"):
            yield Sibling("stale-values", "old", OFTEN, self.letter("values", element))

    def _of_array(self, held: str, element: Element) -> Iterator[Sibling]:
        """Other places of the same array: other units, another example, the transposed place."""
        shape, indices = self.lesson.step.trace.values[element.node].shape, element.indices
        for axis, at in enumerate(indices):
            for other in _near(at, shape[axis]):
                moved = (*indices[:axis], other, *indices[axis + 1 :])
                yield from self._place(held, element._replace(indices=moved), f"{axis}+{other - at}", SOMETIMES)
        for other in _near(element.example, shape[-1]) if element.example is not None else ():
            kind = "index-one-off" if abs(other - (element.example or 0)) == 1 else "sibling-used"
            relation = f"@{other - (element.example or 0)}"
            yield from self._place(held, element._replace(example=other), relation, SELDOM, kind)
        if len(indices) == MATRIX and shape[0] == shape[1] and indices[0] != indices[1]:
            yield from self._place(held, element._replace(indices=indices[::-1]), "T", OFTEN)

    def _place(
        self, held: str, element: Element, relation: str, cost: float, kind: str = "sibling-used"
    ) -> Iterator[Sibling]:
        if self.lesson.reading.exists(element) and self._is_known(held, element):
            yield Sibling(kind, relation, cost, self.letter(held, element))

    def _of_kind(self, held: str, element: Element) -> Iterator[Sibling]:
        """Other quantities of the same unit or node."""
        if held == "grads":
            yield Sibling("value-for-derivative", "v", SELDOM, self.letter("values", element))
        elif self.section == "grads" and self.graph.nodes[element.node].name in self.graph.parameters:
            yield Sibling("gradient-for-value", "g", SELDOM, self.letter("grads", element))
        if not self.graph.layers:
            yield from self._of_graph(held, element)
        else:
            yield from self._of_layers(held, element)

    def _of_layers(self, held: str, element: Element) -> Iterator[Sibling]:
        node = self.graph.nodes[element.node]
        layer, top = node.layer or 0, len(self.graph.layers)
        match node.role:
            case Role.ACTIVATION if held in ("values", "after"):
                yield from self._part(held, layer, "z", element, "z", FIRST)
                yield from self._part(held, layer - 1, "a", element, "below", SELDOM)
                yield from self._part(held, layer + 1, "a", element, "above", SELDOM)
            case Role.PREACTIVATION if held == "grads":
                yield from self._part(held, layer, "a", element, "upstream", UPSTREAM)
                for other in range(1, top + 1):
                    if other != layer:
                        yield from self._part(held, other, "z", element, f"l{other - layer}", SOMETIMES)
            case Role.PREACTIVATION:
                yield from self._part(held, layer, "a", element, "a", SOMETIMES)
            case Role.INPUT:
                yield from self._part(held, 1, "a", element, "above", SELDOM)
                yield from self._part(held, 1, "z", element, "z", SELDOM)
            case _:
                return

    def _part(self, held: str, layer: int, letter: str, like: Element, relation: str, cost: float) -> Iterator[Sibling]:
        """What a letter stands for in a layer, where there is such a layer and it has that."""
        groups = self.graph.groups
        if layer < len(groups) and letter in groups[layer].nodes:
            yield from self._named(held, self.graph.part_name(layer, letter), like, relation, cost)

    def _named(self, held: str, name: str, like: Element, relation: str, cost: float) -> Iterator[Sibling]:
        """The element of the same indices and example of another node, where there is one."""
        node = self.graph.index.get(name)
        if node is None or self.graph.nodes[node].axes != len(like.indices):
            return
        if all(i < size for i, size in zip(like.indices, self.lesson.step.trace.values[node].shape, strict=False)):
            yield from self._place(held, like._replace(node=node), relation, cost)

    def _of_graph(self, held: str, element: Element) -> Iterator[Sibling]:
        """Nodes with the same stem, others of the same role, and what a function of one thing was taken of."""
        nodes, own, last = self.graph.nodes, self.graph.nodes[element.node], len(self.graph.nodes) - 1
        reach = last if last <= MANY_NODES else NEARBY
        for i in range(max(0, element.node - reach), min(last, element.node + reach + 1)):
            node = nodes[i]
            if i == element.node or node.inner or not self._has(i, element.indices):
                continue
            other = Element(i, element.indices, None if node.shared else element.example or 0)
            if not self._is_known(held, other):
                continue
            letter = self.letter(held, other)
            if (steps := _apart(own.name, node.name)) is not None:
                kind = "index-one-off" if abs(steps) == 1 else "sibling-used"
                yield Sibling(kind, f"s{steps}", SOMETIMES, letter)
            elif own.op is None and node.op is None and own.role == node.role:
                yield Sibling("sibling-used", f"n{i}", SELDOM, letter)
        inner = self._argument(own.name)
        if inner is not None and held in ("values", "after") and self._has(inner, element.indices):
            example = None if nodes[inner].shared else element.example or 0  # the mean of a batch is of every example
            yield from self._place(held, Element(inner, element.indices, example), "z", FIRST)

    def _has(self, node: int, indices: tuple[int, ...]) -> bool:
        """Whether a node has an element of these indices, no fewer and no more."""
        shape = self.lesson.step.trace.values[node].shape
        fits = all(i < size for i, size in zip(indices, shape, strict=False))
        return self.graph.nodes[node].axes == len(indices) and fits

    def _argument(self, name: str) -> int | None:
        """The node that a function was taken of, where a node is just that."""
        written = (self.graph.formulas or {}).get(name)
        if isinstance(written, Call) and len(written.arguments) == 1 and isinstance(written.arguments[0], Sym):
            return self.graph.index[written.arguments[0].base]
        return None


def _near(place: int, count: int) -> Iterator[int]:
    reach = range(count) if count <= FEW else range(max(0, place - 1), min(count, place + 2))
    return (other for other in reach if other != place)


def _apart(name: str, other: str) -> int | None:
    """How far the numbers of two names with the same stem are apart: h1 and h3."""
    own, its = STEM.fullmatch(name), STEM.fullmatch(other)
    return int(its[2]) - int(own[2]) if own and its and own[1] == its[1] else None
