"""An independent look at every derivative: nudge a quantity both ways and see how the loss moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.tape import Trace, forward
from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen

STEP = 1e-5
TOLERANCE = 1e-5
FLOOR = 1e-8


@frozen
class Difference:
    """A derivative beside what central differences make of it."""

    name: str
    row: int
    column: int
    derivative: float
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether they agree to what a central difference in floats can tell."""
        return abs(self.derivative - self.difference) <= TOLERANCE * abs(self.derivative) + FLOOR


def given_elements(trace: Trace) -> tuple[tuple[str, int, int], ...]:
    """Every given number that the loss can be differentiated by: parameters, and the inputs of an expression graph."""
    roles = (Role.WEIGHT, Role.BIAS) if trace.graph.network else (Role.WEIGHT, Role.INPUT)
    nodes = [n.name for n in trace.graph.nodes if n.op is None and n.role in roles]
    return tuple((name, *map(int, place)) for name in nodes for place in np.ndindex(*trace.value(name).shape))  # type: ignore[misc]


def differences(trace: Trace, most: int) -> Iterator[Difference]:
    """The derivatives of a trace beside their differences; evenly spread where there are more than `most`."""
    every = given_elements(trace)
    chosen = every[:: -(-len(every) // most)] if every else ()
    given = {node.name: v for node, v in zip(trace.graph.nodes, trace.values, strict=True) if node.op is None}
    for name, row, column in chosen:
        if present(trace.graph, name, row, column):
            derivative = float(trace.adjoint(name)[row, column])
            yield Difference(name, row, column, derivative, central(trace.graph, given, name, row, column))


def present(graph: Graph, name: str, row: int, column: int) -> bool:
    """Whether a weight is a connection that exists."""
    layer = graph.nodes[graph.index[name]].layer
    if graph.network is None or not layer or not name.startswith("W"):
        return True
    there = graph.network.layers[layer - 1].present
    return there is None or there[row][column]


def central(graph: Graph, given: Mapping[str, Array], name: str, row: int, column: int) -> float:
    """(4·D(h) − D(2h))/3 of central differences D of the loss by one given number: a steep curve does not matter.

    It is nan where the loss has no value beside the number.
    """
    narrow, wide = (_central(graph, given, name, (row, column), step) for step in (STEP, 2 * STEP))
    return (4 * narrow - wide) / 3


def _central(graph: Graph, given: Mapping[str, Array], name: str, place: tuple[int, int], step: float) -> float:
    """D(h) = (L(p + h) − L(p − h))/2h, with h the step on the scale of p."""
    here = float(given[name][place])
    sides = []
    for way in (1, -1):
        moved = given[name].copy()
        moved[place] = here + way * step * max(1.0, abs(here))
        try:
            sides.append((forward(graph, {**given, name: moved}).loss, float(moved[place])))
        except DomainError:
            return math.nan
    (above, right), (below, left) = sides
    return (above - below) / (right - left) if right != left else math.nan
