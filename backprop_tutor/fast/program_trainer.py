"""Trains by straight-line code: the trainer for small networks.

Where a number cannot be computed by the code (an exponential overflows, a formula has no value), the tape takes over
for that stretch: it handles such numbers, or reports them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from backprop_tutor.fast.jit import LoopKind, loop_function
from backprop_tutor.fast.program import Program, program
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.training.batches import batch_size, epoch_of, updates_in
from backprop_tutor.training.stopping import WITHOUT_END, Goal
from backprop_tutor.training.train_state import State, TrainState
from backprop_tutor.training.trainer import WORTH, Evaluation, TapeTrainer, Trainer, work

LARGEST = sys.float_info.max
"""A bound that every square too large for a float reaches."""

NOTHING = -math.inf
"""A bound that every loss and every norm reaches."""


SAMPLED = LoopKind(sampled=True)


class ProgramTrainer(Trainer):
    """Computes every update by straight-line code, written for each batch size; `native` code is compiled by Numba.

    `write` gives the program for a batch size, where it is not the right one.
    """

    def __init__(
        self, scenario: Scenario, *, native: bool = False, write: Callable[[int], Program] | None = None
    ) -> None:
        self.scenario, self.native = scenario, native
        self._tape = TapeTrainer(scenario)
        self._program = write or partial(program, scenario)
        self._usual = self._program(batch_size(scenario))
        self._row = in_a_row(scenario.data.values())

    def run_epochs(self, position: TrainState, epochs: int, goal: Goal = WITHOUT_END) -> TrainState:
        """Trains for so many epochs, or fewer if the goal is reached before one of them."""
        try:
            return self.straight(position, epochs, goal)
        except (ArithmeticError, ValueError):
            return self._tape.run_epochs(position, epochs, goal)

    def straight(self, position: TrainState, epochs: int, goal: Goal = WITHOUT_END) -> TrainState:
        """The same by the code alone. Raises ArithmeticError or ValueError where a number cannot be computed."""
        carry_on = self._repeated if updates_in(self.scenario) == 1 else self._in_batches
        return carry_on(position, epochs, goal)

    def evaluate(self, position: TrainState) -> Evaluation:
        """The loss and the norm of its gradient at a train state."""
        if work(self.scenario, self.scenario.examples) > WORTH:
            return self._tape.evaluate(position)
        try:
            _, loss, square, *_ = self._watched(position, 1, math.inf, math.inf)
            return Evaluation(loss, math.sqrt(square))
        except (ArithmeticError, ValueError):
            return self._tape.evaluate(position)

    def sample(self, position: TrainState, epochs: int, times: int) -> tuple[TrainState, list[float]]:
        """Trains so many times for so many epochs; the train state after it, and the loss before each time."""
        if self.native or updates_in(self.scenario) > 1:
            return super().sample(position, epochs, times)
        losses: list[float] = []
        given, loop = numbers_at(self._usual, position), loop_function(self._usual, SAMPLED)
        try:
            numbers = loop([self._row], epochs - 1, position.updates + 1, times, losses.append, *given)
        except (ArithmeticError, ValueError):
            return super().sample(position, epochs, times)
        return placed(self._usual, position.updates + epochs * times, numbers), losses

    def _repeated(self, position: TrainState, epochs: int, goal: Goal) -> TrainState:
        """Makes the same update every epoch, over all examples."""
        if goal.asked:
            loss, norm = (NOTHING if each is None else each for each in (goal.loss, goal.gradient_norm))
            number, _, _, *rest = self._watched(position, epochs, loss, min(norm * abs(norm), LARGEST))
            return placed(self._usual, number - 1, rest)
        given = numbers_at(self._usual, position)
        numbers = self._looped(self._usual, [self._row], epochs, position.updates + 1, *given)
        return placed(self._usual, position.updates + epochs, numbers)

    def _watched(self, position: TrainState, epochs: int, loss: float, square: float) -> Sequence[Any]:
        """The result of a watched loop: the number of the next update, the last loss and squared norm, the numbers."""
        whole = self._program(self.scenario.examples)
        given = position.updates + 1, float(loss), float(square), *numbers_at(whole, position)
        return self._looped(whole, [self._row], epochs, *given, watched=True)

    def _looped(
        self, program: Program, rows: Sequence[Sequence[float]], again: int, *given: float, watched: bool = False
    ) -> Sequence[Any]:
        """The result of the loop over some rows. Raises ArithmeticError where native code met a value that is not a
        number.
        """
        loop = loop_function(program, LoopKind(watched=watched, native=self.native))
        if not self.native:
            found: Sequence[Any] = loop(rows, again, *given)
            return found
        found = loop(np.array(rows), again, *given)
        if not np.isfinite(found).all():
            raise ArithmeticError("native code says nothing of what it cannot hold")
        return found

    def _in_batches(self, position: TrainState, epochs: int, goal: Goal) -> TrainState:
        for _ in range(epochs):
            if goal.asked and goal.reached(*self.evaluate(position)):
                break
            numbers: Sequence[float]
            numbers, number = numbers_at(self._usual, position), position.updates + 1
            for size, rows in self._epoch(number):
                numbers = self._looped(self._program(size), rows, 1, number, *numbers)
                number += len(rows)
            position = placed(self._usual, number - 1, numbers)
        return position

    def _epoch(self, first: int) -> Iterator[tuple[int, list[list[float]]]]:
        """The rows of the epoch that begins with update `first`, grouped by batch size."""
        order, size = epoch_of(self.scenario, first), batch_size(self.scenario)
        rest = len(order) % size
        for columns, each in ((order[: len(order) - rest], size), (order[len(order) - rest :], rest)):
            if len(columns):
                yield each, _rows(self.scenario.data.values(), columns, each)


def _rows(arrays: Iterable[Array], columns: Any, size: int) -> list[list[float]]:
    """For each batch of so many of the columns, in order, the numbers of the arrays one after another."""
    parts = (array[:, columns].reshape(len(array), -1, size).swapaxes(0, 1) for array in arrays)
    rows: list[list[float]] = np.hstack([part.reshape(len(columns) // size, -1) for part in parts]).tolist()
    return rows


def in_a_row(arrays: Iterable[Array]) -> tuple[float, ...]:
    """The numbers of some arrays in sequence, row by row."""
    return tuple(number for array in arrays for number in array.ravel().tolist())


def numbers_at(program: Program, position: TrainState) -> tuple[float, ...]:
    """Parameters and state at a train state, in the order of the program's variables."""
    state = (position.state[name][kept] for name, arrays in program.kept.items() for kept in arrays)
    arrays = (*(position.parameters[name] for name in program.scenario.parameters), *state)
    return tuple(n for array, there in zip(arrays, program.homes, strict=True) for n in array[there].tolist())


def side_by_side(program: Program, given: Sequence[tuple[Scenario, TrainState]], updates: int) -> Iterator[TrainState]:
    """The train states after so many updates over all examples, of scenarios that differ only in their numbers.

    Where one of them overflows, its numbers are not finite.
    """
    row = np.array([in_a_row(scenario.data.values()) for scenario, _ in given]).T
    columns = np.array([numbers_at(program, position) for _, position in given]).T
    number = given[0][1].updates
    with np.errstate(all="ignore"):
        found = loop_function(program, LoopKind(arrays=True))([row], updates, number + 1, *columns)
    for numbers in np.stack(np.broadcast_arrays(*found)).T:
        yield placed(program, number + updates, numbers)


def placed(program: Program, updates: int, numbers: Iterable[float]) -> TrainState:
    """The train state with these numbers, the inverse of `numbers_at`."""
    rest = iter(numbers)
    arrays = iter([_filled(there, rest) for there in program.homes])
    parameters = dict(zip(program.scenario.parameters, arrays, strict=False))
    state: State = {name: {kept: next(arrays) for kept in kinds} for name, kinds in program.kept.items()}
    return TrainState(updates, parameters, state)


def _filled(there: Array, numbers: Iterator[float]) -> Array:
    """The next numbers at the existing elements, 0 at missing connections."""
    array = np.zeros(there.shape)
    array[there] = list(islice(numbers, int(there.sum())))
    return array
