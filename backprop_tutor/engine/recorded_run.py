"""A long run recorded: the parameters before each update are noted, everything else is computed when it is asked for.

From the parameters of thousands of steps one pass over arrays recovers every value and gradient of all of them, in
less time than it would take to keep them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from struct import Struct

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.batches import batch
from backprop_tutor.engine.compiled import LoopKind, loop_function, record, step_function
from backprop_tutor.engine.position import Position
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.straight_line import Program, program
from backprop_tutor.engine.straight_line_machine import in_a_row, numbers_at

NOTING = LoopKind(noting=True)


@dataclass(frozen=True, eq=False)
class RecordedRun:
    """Updates over all examples at once: `noted` has parameters and state before each, one row an update."""

    program: Program
    first: int
    noted: Array

    @cached_property
    def values(self) -> tuple[Array | float, ...]:
        """Every computed value and every adjoint, as `compiled.record` lists them, over the updates."""
        numbers = np.arange(self.first, self.first + len(self.noted), dtype=float)
        row = in_a_row(self.program.scenario.data.values())
        step = step_function(self.program, arrays=True, after=False)
        with np.errstate(all="ignore"):
            found: tuple[Array | float, ...] = step(numbers, *row, *self.noted.T)
        return found

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node that is computed, before every update. Raises ValueError for one that is not."""
        scenario = self.program.scenario
        wanted = self.program.values[scenario.graph.index[node]][row, column]
        found = self.values[record(self.program, after=False).index(wanted)]
        return np.broadcast_to(np.asarray(found, dtype=float), len(self.noted))


def recorded_run(scenario: Scenario, position: Position, updates: int) -> RecordedRun:
    """So many updates from a position on, recorded.

    Raises ValueError for a scenario in batches, and ArithmeticError where a number is too large for plain floats.
    """
    if batch(scenario, 1) is not None:
        raise ValueError("only updates over all examples are recorded")
    lines = program(scenario, scenario.examples)
    noted = np.empty((updates, len(lines.changing)))
    pack = Struct(f"{len(lines.changing)}d").pack_into
    row = in_a_row(scenario.data.values())
    loop_function(lines, NOTING)((row,), updates, position.updates + 1, pack, noted, *numbers_at(lines, position))
    return RecordedRun(lines, position.updates + 1, noted)
