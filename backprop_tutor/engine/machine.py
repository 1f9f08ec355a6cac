"""What carries a long training on: so many epochs from one position to another.

A machine keeps nothing between calls; from the same position every machine comes to the same next one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from backprop_tutor.engine.batches import data_of, updates_in
from backprop_tutor.engine.criteria import Goal
from backprop_tutor.engine.position import Position
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.tape import run
from backprop_tutor.engine.training import moved


class Look(NamedTuple):
    """The loss over all examples at a position, and the norm of its gradient by the parameters that move."""

    loss: float
    gradient_norm: float


class Machine(Protocol):
    """A way to compute the updates of one scenario."""

    def advance(self, position: Position, epochs: int, goal: Goal = ...) -> Position:
        """So many epochs further, or fewer: up to the first between two epochs where the goal is reached."""

    def look(self, position: Position) -> Look:
        """The loss and the norm of its gradient at a position."""


@dataclass(frozen=True, eq=False)
class TapeMachine:
    """Every update by the tape: for networks of any size, and for numbers that nothing else can hold."""

    scenario: Scenario

    def advance(self, position: Position, epochs: int, goal: Goal = Goal()) -> Position:
        """So many epochs further, or fewer where the goal is reached before one of them."""
        for _ in range(epochs):
            if goal.asked and goal.reached(*self.look(position)):
                break
            for _ in range(updates_in(self.scenario)):
                position = self.step(position)
        return position

    def step(self, position: Position) -> Position:
        """One update further."""
        data = data_of(self.scenario, position.updates + 1)
        return moved(self.scenario, position, run(self.scenario.graph, {**data, **position.parameters}))[1]

    def look(self, position: Position) -> Look:
        """The loss and the norm of its gradient at a position."""
        trace = run(self.scenario.graph, {**self.scenario.data, **position.parameters})
        return Look(trace.loss, math.hypot(*(g for name in position.state for g in trace.adjoint(name).flat)))


def machine(scenario: Scenario) -> Machine:
    """The fastest machine for a scenario."""
    return TapeMachine(scenario)
