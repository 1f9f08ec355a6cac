"""Which lines of a step some of its numbers depend on, by the edges of the graph alone.

A number of the forward pass is made of the inputs of its node. A cotangent is made of those of the nodes that use it,
of their values and of those of their inputs. A new parameter is made of the old one and its gradient, of all gradients
where their norm counts; the second forward pass of the new parameters; and the next step of what this one leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.training.address import Address
from backprop_tutor.training.rule import is_clipped_by_norm
from backprop_tutor.training.train_state import trainable
from backprop_tutor.whatif.intervention import Changes, Line, Phase

Part: TypeAlias = "tuple[Section, int]"
"""All numbers of a node in one section of a step."""
ORDER: Sequence[Phase] = ("given", "forward", "sent", "gradient", "update", "after")
"""The phases of a step, in the order of the computation."""


class Dependence:
    """What the numbers at some addresses depend on; `again` where steps before count, too."""

    def __init__(self, scenario: Scenario, addresses: Iterable[Address], again: bool) -> None:
        self._graph, self._trained = scenario.graph, trainable(scenario)
        self._all_gradients = is_clipped_by_norm(scenario.training)
        self._again = again
        self._users: defaultdict[int, list[int]] = defaultdict(list)
        for i in self._graph.computed:
            for j in self._graph.nodes[i].inputs:
                self._users[j].append(i)
        self._parts = self._behind({(_section(each), each.element.node) for each in addresses})

    def reaches(self, hypothesis: Iterable[Changes]) -> bool:
        """Whether a change of these lines can move any of the numbers."""
        return any(not self._parts.isdisjoint(_changed(self._graph, line)) for lines in hypothesis for line in lines)

    def holds(self, address: Address) -> bool:
        """Whether any of the numbers is, or depends on, one of this array."""
        return self.needs(_section(address), address.element.node)

    def needs(self, section: Section, node: int) -> bool:
        """Whether any of the numbers is, or depends on, one of a node in a section."""
        return (section, node) in self._parts

    def _behind(self, parts: set[Part]) -> set[Part]:
        pending = list(parts)
        while pending:
            fresh = {part for part in self._made_of(*pending.pop()) if part not in parts}
            parts |= fresh
            pending += fresh
        return parts

    def _made_of(self, section: Section, i: int) -> Iterator[Part]:
        node = self._graph.nodes[i]
        moves = node.name in self._trained
        match section:
            case "values":
                yield from (("values", j) for j in node.inputs)
                if moves and self._again:
                    yield "updated", i
            case "grads":
                for user in self._users[i]:
                    yield "grads", user
                    yield from (("values", j) for j in (user, *self._graph.nodes[user].inputs))
            case "after":
                yield from (("after", j) for j in node.inputs)
                if node.op is None:
                    yield ("updated" if moves else "values"), i
            case _:
                yield "values", i
                names = self._trained if self._all_gradients else (node.name,)
                yield from (("grads", self._graph.index[name]) for name in names)


def order(graph: Graph, hypothesis: Iterable[Changes]) -> tuple[int, int]:
    """Where in a step a hypothesis first changes anything: the phase, and the place in it."""
    return min((_place(graph, line) for lines in hypothesis for line in lines), default=(0, 0))


def _place(graph: Graph, line: Line) -> tuple[int, int]:
    i = graph.index[line.node]
    return ORDER.index(line.phase), -i if line.phase == "sent" else i


def _section(address: Address) -> Section:
    """What an optimizer keeps depends on what the new parameter depends on."""
    return "updated" if address.section == "state" else address.section


def _changed(graph: Graph, line: Line) -> tuple[Part, ...]:
    """The numbers that a change of a line moves at once."""
    i = graph.index[line.node]
    match line.phase:
        case "given":
            return (("values", i), ("updated", i), ("after", i))
        case "forward":
            return (("values", i), ("after", i))
        case "sent":
            return (("grads", graph.nodes[i].inputs[line.part]),)
        case "gradient":
            return (("grads", i),)
        case "update":
            return (("updated", i),)
        case "after":
            return (("after", i),)
