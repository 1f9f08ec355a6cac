"""What carries a long training on: so many epochs from one position to another.

A machine keeps nothing between calls; from the same position every machine comes to the same next one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import NamedTuple, Protocol

from backprop_tutor.engine.batches import batch_size, data_of, updates_in
from backprop_tutor.engine.criteria import WITHOUT_END, Goal
from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.network import affine
from backprop_tutor.engine.position import Position, start
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.tape import Rules, run, standard
from backprop_tutor.engine.training import moved, no_value
from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T


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


@lru_cache(maxsize=8)
def lean(graph: Graph) -> Rules:
    """The right rules, but that nothing is sent to the data: no update asks for it."""
    rules = standard(graph)
    if graph.network is None:
        return rules
    first = graph.index["z1"]
    op, inputs = affine(graph.network.layers[0], sends_on=False), graph.nodes[first].inputs
    return rules.at(first, backward=lambda values, sent: op.vjp(sent[first], None, *(values[i] for i in inputs)))


@frozen(eq=False)
class TapeMachine:
    """Every update by the tape: for networks of any size, and for numbers that nothing else can hold."""

    scenario: Scenario

    def advance(self, position: Position, epochs: int, goal: Goal = WITHOUT_END) -> Position:
        """So many epochs further, or fewer where the goal is reached before one of them."""
        for _ in range(epochs):
            if goal.asked and goal.reached(*self.look(position)):
                break
            for _ in range(updates_in(self.scenario)):
                position = self.step(position)
        return position

    def step(self, position: Position) -> Position:
        """One update further."""
        graph, data = self.scenario.graph, data_of(self.scenario, position.updates + 1)
        return moved(self.scenario, position, run(graph, {**data, **position.parameters}, lean(graph)))[1]

    def look(self, position: Position) -> Look:
        """The loss and the norm of its gradient at a position."""
        trace = run(self.scenario.graph, {**self.scenario.data, **position.parameters})
        return Look(trace.loss, math.hypot(*(g for name in position.state for g in trace.adjoint(name).flat)))


NOTHING_TO_TRAIN = T(
    "there is nothing to train: this scenario has no parameter that an update changes",
    "没有可训练的参数：这个场景里没有任何会被更新的参数",
)
LOST = T(
    "the training diverged before step {number}; a smaller learning rate than {rate} may help",
    "训练在第 {number} 步之前就已发散；可试比 {rate} 更小的学习率",
)

WORTH = 160
"""Straight-line code is faster than arrays up to about so many connections times examples of a batch (measured)."""

GLIMPSES = 1000
"""How often a long way to a position is looked at."""

WORTH_COMPILING = 3_000_000
"""From so many updates on native code, which takes seconds to compile, is done first (measured)."""


def machine(scenario: Scenario, epochs: int | None = 0) -> Machine:
    """The fastest machine for so many epochs (None: no end): straight-line code where there is little to compute.

    For more, arrays in place; the tape for what they do not fit, an author's own functions and expression graphs.
    Where Numba is installed and there is enough to do for its compiler to be worth while, the code is native.
    Raises TutorError where no update changes anything.
    """
    if not start(scenario).state:
        raise TutorError(NOTHING_TO_TRAIN)
    if work(scenario, batch_size(scenario)) > WORTH:
        return _large(scenario)
    from backprop_tutor.engine.straight_line_machine import StraightLineMachine

    long = epochs is None or epochs * updates_in(scenario) >= WORTH_COMPILING
    return StraightLineMachine(scenario, native=long and find_spec("numba") is not None)


def _large(scenario: Scenario) -> Machine:
    from backprop_tutor.engine.array_machine import ArrayMachine, fits

    network = scenario.graph.network
    return ArrayMachine(scenario, network) if network is not None and fits(network) else TapeMachine(scenario)


def work(scenario: Scenario, examples: int) -> int:
    """How much one update computes: connections, or nodes of an expression graph, times examples."""
    network = scenario.graph.network
    if network is None:
        return len(scenario.graph.nodes) * examples
    return examples * sum(scenario.parameters[f"W{layer}"].size for layer in range(1, len(network.layers) + 1))


def reached(scenario: Scenario, updates: int) -> Position:
    """The position after so many updates. Raises TutorError where the training diverges on the way."""
    *_, position = approach(scenario, updates)
    return position


def approach(scenario: Scenario, updates: int) -> Iterator[Position]:
    """Positions on the way to the one after so many updates, which is the last. Raises TutorError as `reached` does."""
    epochs, rest = divmod(updates, updates_in(scenario))
    position, carries = start(scenario), machine(scenario, epochs)
    try:
        for done in range(0, epochs, pace := max(1, epochs // GLIMPSES)):
            position = _finite(scenario, carries.advance(position, min(pace, epochs - done)), updates)
            yield position
        for _ in range(rest):
            position = TapeMachine(scenario).step(position)
    except DomainError as error:
        raise TutorError(no_value(scenario, error)) from error
    yield _finite(scenario, position, updates)


def _finite(scenario: Scenario, position: Position, updates: int) -> Position:
    if not position.finite:
        raise TutorError(LOST.format(number=updates + 1, rate=scenario.training.learning_rate))
    return position
