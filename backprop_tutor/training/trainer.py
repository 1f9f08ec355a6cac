"""What computes a long training: so many epochs from one train state to another.

A trainer keeps nothing between calls; from the same state every trainer comes to the same next one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, euclidean_norm
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.affine import affine
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Rules, run, standard
from backprop_tutor.training.batches import data_of, updates_in
from backprop_tutor.training.stopping import WITHOUT_END, Goal
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.training.train_step import apply_update


class Evaluation(NamedTuple):
    """The loss over all examples at a train state, and the norm of its gradient by the trainable parameters."""

    loss: float
    gradient_norm: float


class Trainer(Protocol):
    """A way to compute the updates of one scenario."""

    def run_epochs(self, position: TrainState, epochs: int, goal: Goal = ...) -> TrainState:
        """Trains for so many epochs, or fewer: to the first point between two epochs where the goal is reached."""

    def evaluate(self, position: TrainState) -> Evaluation:
        """The loss and the norm of its gradient at a train state."""

    def sample(self, position: TrainState, epochs: int, times: int) -> tuple[TrainState, list[float]]:
        """Trains so many times for so many epochs; the train state after it, and the loss before each time."""
        losses = []
        for _ in range(times):
            losses.append(self.evaluate(position).loss)
            position = self.run_epochs(position, epochs)
        return position, losses


def towards(
    goal: Goal,
    evaluate: Callable[[TrainState], Evaluation],
    onwards: Callable[[TrainState, int], TrainState],
    position: TrainState,
    epochs: int,
) -> TrainState:
    """So many epochs onwards at once; with a goal one by one, to the first point where it is reached."""
    if not goal.asked:
        return onwards(position, epochs)
    for _ in range(epochs):
        if goal.reached(*evaluate(position)):
            break
        position = onwards(position, 1)
    return position


Note: TypeAlias = Callable[[Mapping[str, Array]], object]
"""What is called with the parameters before every update."""

WORTH = 160
"""Straight-line code is faster than arrays up to about so many connections times examples of a batch (measured)."""


@lru_cache(maxsize=8)
def without_input_gradients(graph: Graph) -> Rules:
    """The right rules, without the contributions to the data: no update needs them."""
    rules = standard(graph)
    if graph.dense is None:  # only z = W a + b can leave out a contribution
        return rules
    first = graph.part(1, "z")
    op, inputs = affine(graph.dense.layers[0], sends_on=False), graph.nodes[first].inputs
    return rules.at(first, backward=lambda values, sent: op.vjp(sent[first], None, *(values[i] for i in inputs)))


@frozen(eq=False)
class TapeTrainer(Trainer):
    """Computes every update by the tape: for networks of any size, and for numbers that the other trainers cannot
    compute. `note` is called with the parameters before every update.
    """

    scenario: Scenario
    note: Note | None = None

    def run_epochs(self, position: TrainState, epochs: int, goal: Goal = WITHOUT_END) -> TrainState:
        """Trains for so many epochs, or fewer if the goal is reached before one of them."""
        return towards(goal, self.evaluate, self._onwards, position, epochs)

    def _onwards(self, position: TrainState, epochs: int) -> TrainState:
        for _ in range(epochs * updates_in(self.scenario)):
            position = self.step(position)
        return position

    def step(self, position: TrainState) -> TrainState:
        """One update further."""
        if self.note is not None:
            self.note(position.parameters)
        graph, data = self.scenario.graph, data_of(self.scenario, position.updates + 1)
        return apply_update(
            self.scenario, position, run(graph, {**data, **position.parameters}, without_input_gradients(graph))
        )[1]

    def evaluate(self, position: TrainState) -> Evaluation:
        """The loss and the norm of its gradient at a train state."""
        trace = run(self.scenario.graph, {**self.scenario.data, **position.parameters})
        return Evaluation(trace.loss, math.hypot(*(euclidean_norm(trace.adjoint(name)) for name in position.state)))


def work(scenario: Scenario, examples: int) -> int:
    """The amount of work of an update: connections, or nodes of an expression graph, times examples.

    Each unit of a softmax is connected with every other one, too.
    """
    graph = scenario.graph
    weights = (n.name for n in graph.nodes if n.role == Role.WEIGHT and n.axes > 1)
    inside = sum(len(group.units) ** 2 for group in graph.layers if group.activation == "softmax")
    return examples * ((sum(scenario.parameters[name].size for name in weights) or len(graph.nodes)) + inside)
