"""The state of a run between two updates: all that the next update needs to know of the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.training.optimizers import OPTIMIZERS

State: TypeAlias = Mapping[str, Mapping[str, Array]]
"""The optimizer's state, by parameter and by name."""


@frozen(eq=False)
class TrainState:
    """So many updates made, the parameters after them, and the optimizer's state."""

    updates: int
    parameters: Mapping[str, Array]
    state: State

    @property
    def finite(self) -> bool:
        """Whether every parameter is a finite number."""
        return all(bool(np.isfinite(array).all()) for array in self.parameters.values())


def initial_state(scenario: Scenario) -> TrainState:
    """The state before the first update: the scenario's parameters, and the optimizer's state, given or by its rule."""
    rule = OPTIMIZERS[scenario.training.optimizer]
    parameters = scenario.parameters
    given = {n: scenario.kept.get(n, {}) for n in trainable(scenario)}
    begun = {
        n: {s: kept.get(s, np.full_like(parameters[n], rule.start)) for s in rule.state} for n, kept in given.items()
    }
    return TrainState(0, parameters, begun)


def trainable(scenario: Scenario) -> tuple[str, ...]:
    """The parameters that updates change: none where there is no number to differentiate."""
    if scenario.graph.outputs:
        return ()
    return tuple(name for name in scenario.graph.parameters if name not in scenario.frozen)
