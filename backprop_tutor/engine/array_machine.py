"""A long training by NumPy in place: the machine for networks too large for straight-line code.

Everything an update computes has its place from the start; however many updates, no more memory is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import TypeAlias

from backprop_tutor.engine.activations import ACTIVATIONS
from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.array_calls import Passes, follow
from backprop_tutor.engine.batches import Columns, batch_size, epoch_of, updates_in
from backprop_tutor.engine.criteria import WITHOUT_END, Goal
from backprop_tutor.engine.graph import Network
from backprop_tutor.engine.layer_arrays import Call
from backprop_tutor.engine.losses import LOSSES
from backprop_tutor.engine.machine import Look, TapeMachine
from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.engine.position import Position, moving
from backprop_tutor.engine.scenario import Scenario


def fits(network: Network) -> bool:
    """Whether arrays in place can train a network: its functions are of the tables, its loss has a value everywhere.

    A cross-entropy behind an output that is no probability may have none, and the tape says of which number.
    """
    names = [layer.activation for layer in network.layers]
    if not all(isinstance(name, str) for name in (network.loss, *names)):
        return False
    return ACTIVATIONS[str(names[-1])].gives_probabilities or not LOSSES[str(network.loss)].probabilities


Note: TypeAlias = Callable[[Mapping[str, Array]], object]
"""What is to be done with the parameters before every update."""


class ArrayMachine:
    """Every update by a list of calls on arrays that are kept, of a network that `fits`."""

    def __init__(self, scenario: Scenario, network: Network, note: Note | None = None) -> None:
        self.scenario, self.network = scenario, network
        self._tape = TapeMachine(scenario)
        self._rule = OPTIMIZERS[scenario.training.optimizer]
        self._plain = scenario.training.optimizer == "sgd"
        self._parameters = {name: np.array(array, dtype=float) for name, array in scenario.parameters.items()}
        self._gradients = {name: np.empty_like(self._parameters[name]) for name in moving(scenario)}
        self._before: tuple[Call, ...] = ((note, (self._parameters,)),) if note else ()
        self._known = {name: SimpleNamespace() for name in self._gradients}
        self._data = {name: np.asfortranarray(array) for name, array in scenario.data.items()}
        self._passes = lru_cache(maxsize=2)(self._of_size)

    def advance(self, position: Position, epochs: int, goal: Goal = WITHOUT_END) -> Position:
        """So many epochs further, or fewer where the goal is reached before one of them."""
        if not goal.asked:
            return self._onwards(position, epochs)
        for _ in range(epochs):
            if goal.reached(*self.look(position)):
                break
            position = self._onwards(position, 1)
        return position

    def look(self, position: Position) -> Look:
        """The loss and the norm of its gradient at a position."""
        return self._tape.look(position)

    def _onwards(self, position: Position, epochs: int) -> Position:
        self._begin(position)
        updates = updates_in(self.scenario)
        end = position.updates + epochs * updates
        with np.errstate(all="ignore"):
            for first in range(position.updates + 1, end + 1, updates):
                self._epoch(first)
        return self._position(end)

    def _epoch(self, first: int) -> None:
        """All updates from update `first` to the end of its epoch."""
        for size, columns in self._batches(first):
            passes, calls = self._passes(size)
            np.copyto(passes.x, self._data["x"][:, columns])
            np.copyto(passes.y, self._data["y"][:, columns])
            for function, given in calls:
                function(*given)

    def _batches(self, first: int) -> Iterator[tuple[int, Columns]]:
        """The size and the examples of each batch of the epoch that begins with update `first`."""
        examples, size = self.scenario.examples, batch_size(self.scenario)
        order = None if self.scenario.training.shuffle is None else epoch_of(self.scenario, first)
        for at in range(0, examples, size):
            columns = slice(at, at + size)
            yield min(size, examples - at), columns if order is None else order[columns]

    def _of_size(self, size: int) -> tuple[Passes, tuple[Call, ...]]:
        """The arrays for batches of that size, and all calls of an update."""
        scale = self.scenario.training.learning_rate if self._plain else 1.0
        passes = Passes(self.network, self._parameters, self._gradients, size, scale)
        return passes, (*self._before, *passes.calls(), *self._updates())

    def _updates(self) -> Iterator[Call]:
        """The change of every parameter, of plain gradient descent by the step that its gradient already is."""
        for name, gradient in self._gradients.items():
            p = self._parameters[name]
            if self._plain:
                yield np.subtract, (p, gradient, p)
            else:
                yield follow, (self._rule, self._known[name], gradient, p)

    def _begin(self, position: Position) -> None:
        training = self.scenario.training
        for name, array in position.parameters.items():
            np.copyto(self._parameters[name], array)
        for name, kept in position.state.items():
            vars(self._known[name]).update(self._rule.constants(training), t=position.updates, **kept)

    def _position(self, updates: int) -> Position:
        parameters: dict[str, Array] = {name: array.copy() for name, array in self._parameters.items()}
        state = {name: {s: getattr(self._known[name], s) for s in self._rule.state} for name in self._gradients}
        return Position(updates, parameters, state)
