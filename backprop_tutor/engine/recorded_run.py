"""A long run recorded: the parameters before each update are noted, everything else is computed when it is asked for.

From the parameters of thousands of steps one pass over arrays recovers every value and gradient of all of them, in
less time than it would take to keep them: by straight-line code fed arrays of numbers where a network is small, else by
the tape fed stacks of matrices.
"""

from __future__ import annotations

from typing import Protocol

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.batches import batch_size
from backprop_tutor.engine.large_run import large_run
from backprop_tutor.engine.machine import WORTH, work
from backprop_tutor.engine.position import Position
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.small_run import small_run


class RecordedRun(Protocol):
    """Every value and every derivative before each of many updates, an array of one number an update."""

    @property
    def end(self) -> Position:
        """Where the last update led to."""

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node."""

    def adjoint(self, node: str, row: int = 0, column: int = 0) -> Array:
        """The derivative of the reported loss with respect to it."""


def recorded_run(scenario: Scenario, position: Position, updates: int) -> RecordedRun:
    """So many updates from a position on, recorded.

    Where a number leaves what straight-line code can hold, arrays take over. Raises ValueError for a scenario in
    batches.
    """
    if batch_size(scenario) != scenario.examples:
        raise ValueError("only updates over all examples are recorded")
    if work(scenario, scenario.examples) > WORTH:
        return large_run(scenario, position, updates)
    try:
        return small_run(scenario, position, updates)
    except (ArithmeticError, ValueError):
        return large_run(scenario, position, updates)
