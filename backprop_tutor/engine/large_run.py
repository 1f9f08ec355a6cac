"""A long run recorded by arrays: the parameters before each update are noted, and the tape, fed stacks of them, finds the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import NamedTuple

from backprop_tutor.engine.array import Array, np, product, transposed
from backprop_tutor.engine.array_machine import ArrayMachine, fits
from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.machine import TapeMachine
from backprop_tutor.engine.position import Position, moving
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.tape import Adjoints, Backward, Contributions, Rules, Values, run, standard
from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen

PAIR = 2

AT_HAND, FEWEST = 300_000, 4
"""Numbers that a pass over many updates goes through together, and the fewest updates (measured)."""


class Both(NamedTuple):
    """Values and derivatives of a node, stacked along a first axis."""

    value: Array
    adjoint: Array


@frozen(eq=False)
class LargeRun:
    """A run by arrays: `noted` has the parameters that updates change, stacked along a first axis over the updates."""

    scenario: Scenario
    updates: int
    noted: Mapping[str, Array]
    end: Position

    @cached_property
    def found(self) -> Mapping[str, Both]:
        """Values and derivatives of everything but weights and data, stacked along a first axis over the updates.

        Nothing else depends on what is sent to those, and δ aᵀ is more numbers than all others together.
        """
        graph = self.scenario.graph
        ends = (Role.WEIGHT, Role.INPUT) if graph.network else ()
        rules, told = _but_for_ends(graph), [node for node in graph.nodes if node.role not in ends]
        traces = [run(graph, given, rules) for given in self._stacks()]
        return {node.name: _both([(t.value(node.name), t.adjoint(node.name)) for t in traces]) for node in told}

    def _stacks(self) -> Iterator[Mapping[str, Array]]:
        """Data and parameters before every update, so many updates together as a processor has at hand."""
        given = {**self.scenario.data, **self.scenario.parameters}
        room = sum(array.size for array in self.scenario.parameters.values())
        many = max(FEWEST, AT_HAND // max(room, 1))
        over = {name: self.noted.get(name, np.broadcast_to(a, (self.updates, *a.shape))) for name, a in given.items()}
        for first in range(0, self.updates, many):
            yield {name: stack[first : first + many] for name, stack in over.items()}

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node before every update."""
        if node in self.found:
            return self._over(self.found[node].value[..., row, column])
        if node in self.noted:
            return self.noted[node][:, row, column]
        return self._over({**self.scenario.data, **self.scenario.parameters}[node][row, column])

    def adjoint(self, node: str, row: int = 0, column: int = 0) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        if node in self.found:
            return self._over(self.found[node].adjoint[..., row, column])
        if node == "x":
            units = range(len(self.scenario.parameters["W1"]))
            return np.sum([self.value("W1", j, row) * self.adjoint("z1", j, column) for j in units], axis=0)  # type: ignore[no-any-return]
        return self._sent_to_weight(node, row, column)

    def _sent_to_weight(self, node: str, row: int, column: int) -> Array:
        """An element of δ aᵀ + l2 W, 0 at a missing connection."""
        network, layer = self.scenario.graph.network, int(node[1:])
        assert network is not None, "weights belong to a network"
        present = network.layers[layer - 1].present
        if present is not None and not present[row][column]:
            return np.zeros(self.updates)
        below = self.found[f"a{layer - 1}"].value if layer > 1 else self.scenario.data["x"]
        products: Array = (self.found[f"z{layer}"].adjoint[..., row, :] * below[..., column, :]).sum(axis=-1)
        return products + network.l2 * self.value(node, row, column)

    def _over(self, numbers: Array) -> Array:
        return np.broadcast_to(numbers, self.updates)


def _both(pairs: Sequence[tuple[Array, Array]]) -> Both:
    return Both(*(np.concatenate(arrays) for arrays in zip(*pairs, strict=True)))


def _but_for_ends(graph: Graph) -> Rules:
    """The right rules, but that a pre-activation sends nothing to its weights, the first nothing to the data."""
    rules = standard(graph)
    for layer in range(1, len(graph.network.layers) + 1) if graph.network else ():
        i = graph.index[f"z{layer}"]
        rules = rules.at(i, backward=_to_units(graph.nodes[i].inputs, i, sends_on=layer > 1))
    return rules


def _to_units(inputs: tuple[int, ...], i: int, *, sends_on: bool) -> Backward:
    def rule(values: Values, adjoints: Adjoints) -> Contributions:
        delta = adjoints[i]
        assert delta is not None, "a rule is asked where something was sent"
        sent = None, product(transposed(values[inputs[0]]), delta) if sends_on else None
        return sent if len(inputs) == PAIR else (*sent, delta.sum(axis=-1, keepdims=True))

    return rule


def large_run(scenario: Scenario, position: Position, updates: int) -> LargeRun:
    """So many updates from a position on, whatever the size."""
    noted = {name: np.empty((updates, *scenario.parameters[name].shape)) for name in moving(scenario)}
    turns = count()

    def note(parameters: Mapping[str, Array]) -> None:
        turn = next(turns)
        for name, stack in noted.items():
            stack[turn] = parameters[name]

    network = scenario.graph.network
    if network is not None and fits(network):
        position = ArrayMachine(scenario, network, note).advance(position, updates)
    else:
        tape = TapeMachine(scenario)
        for _ in range(updates):
            note(position.parameters)
            position = tape.step(position)
    return LargeRun(scenario, updates, noted, position)
