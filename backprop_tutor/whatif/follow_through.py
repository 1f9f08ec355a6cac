"""Error carried forward: what every number of a step is when everything before it is as somebody has it.

The step is carried out on paper once more; as soon as a number is computed it gives way to theirs, so each is computed
from their own earlier numbers and, where they left a blank, from what follows from those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Rules
from backprop_tutor.graph.textbook_rules import textbook_rules
from backprop_tutor.training.address import Address
from backprop_tutor.training.batches import data_of
from backprop_tutor.training.train_state import TrainState, initial_state, trainable
from backprop_tutor.training.train_step import update

Own: TypeAlias = Mapping[Address, float | None]
"""Their numbers; None where a number is only looked at, and what follows stands."""


def follow_through(
    scenario: Scenario, own: Own, steps: int = 1, since: TrainState | None = None
) -> dict[Address, float]:
    """What follows, in each seat of `own`, from their numbers before it."""
    position, found = since or initial_state(scenario), dict[Address, float]()
    for number in range(steps):
        follower = _Follower(scenario, position, {seat: v for seat, v in own.items() if seat.step == number})
        position = follower.step()
        found |= follower.found
    return found


@dataclass
class _Follower:
    scenario: Scenario
    position: TrainState
    own: Own
    found: dict[Address, float] = field(default_factory=dict)

    def step(self) -> TrainState:
        """The step as it goes with their numbers in it, and the position after it as they have it."""
        rules = textbook_rules(self.scenario.graph)
        data = data_of(self.scenario, self.position.updates + 1)
        with np.errstate(all="ignore"):
            values = self._forward("values", rules, {**data, **self.position.parameters})
            adjoints = self._backward(rules, values)
            after = self._moved(adjoints)
            self._forward("after", rules, {**data, **after.parameters})
        return after

    def _theirs(self, section: Section, node: int, array: Array) -> Array:
        """`array` with their numbers in it; what it held in their places is noted."""
        mine = [seat for seat in self.own if seat.section == section and seat.element.node == node]
        if not mine:
            return array
        array = np.array(array)
        for seat in mine:
            place = seat.element.place
            self.found[seat] = float(array[place])
            theirs = self.own[seat]
            array[place] = array[place] if theirs is None else theirs
        return array

    def _forward(self, section: Section, rules: Rules, given: Mapping[str, Array]) -> list[Array]:
        values: list[Array] = []
        for i, (node, rule) in enumerate(zip(self.scenario.graph.nodes, rules.forward, strict=True)):
            values.append(self._theirs(section, i, given[node.name] if rule is None else rule(values)))
        return values

    def _backward(self, rules: Rules, values: Sequence[Array]) -> list[Array]:
        nodes = self.scenario.graph.nodes
        adjoints: list[Array | None] = [None] * len(nodes)
        adjoints[-1] = np.ones_like(values[-1])
        for i in reversed(range(len(nodes))):
            known = adjoints[i]
            adjoints[i] = known = self._theirs("grads", i, np.zeros_like(values[i]) if known is None else known)
            rule = rules.backward[i]
            for j, sent in zip(nodes[i].inputs, rule(values, adjoints) if rule else (), strict=bool(rule)):
                if sent is not None:
                    before = adjoints[j]
                    adjoints[j] = sent if before is None else before + sent
        return [adjoint for adjoint in adjoints if adjoint is not None]

    def _moved(self, adjoints: Sequence[Array]) -> TrainState:
        index, number = self.scenario.graph.index, self.position.updates + 1
        parameters, state = dict(self.position.parameters), dict(self.position.state)
        for name in self.scenario.graph.parameters:
            if name in trainable(self.scenario):
                p, g, kept = parameters[name], adjoints[index[name]], state[name]
                lines = update(self.scenario.training, number, p, g, kept)
                state[name] = {each: value for each, value in lines if each in kept}
                parameters[name] = lines[-1][1]
            parameters[name] = self._theirs("updated", index[name], parameters[name])
        return TrainState(number, parameters, state)
