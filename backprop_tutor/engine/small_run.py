"""A long run recorded by straight-line code: what an update changes is noted, and the same code, fed arrays, finds the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from struct import Struct

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.compiled import LoopKind, loop_function, record, step_function
from backprop_tutor.engine.position import Position
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.straight_line import Names, Program, program
from backprop_tutor.engine.straight_line_machine import in_a_row, numbers_at, placed
from backprop_tutor.formula.nodes import ZERO, Sym
from backprop_tutor.frozen import frozen

NOTING = LoopKind(noting=True)


@frozen(eq=False)
class SmallRun:
    """A run by straight-line code: `noted` has what an update changes, one row an update, `numbers` all at the start."""

    program: Program
    first: int
    noted: Array
    numbers: tuple[float, ...]
    end: Position

    @cached_property
    def found(self) -> Mapping[str, Array | float]:
        """Every variable of the step: an array over the updates, or a number that is always the same."""
        names, changing = self.program.moving, self.program.changing
        given = dict(zip(changing, self.numbers, strict=True)) | dict(zip(names, self.noted.T, strict=True))
        row = in_a_row(self.program.scenario.data.values())
        turns = np.arange(self.first, self.first + len(self.noted), dtype=float)
        with np.errstate(all="ignore"):
            step = step_function(self.program, arrays=True, after=False)
            found = step(turns, *row, *(given[name] for name in changing))
        outputs = zip(record(self.program, after=False), found, strict=True)
        computed = {output.base: worth for output, worth in outputs if isinstance(output, Sym)}
        return dict(zip(self.program.data, row, strict=True)) | given | computed

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node before every update."""
        return self._over(self.program.values[self.program.scenario.graph.index[node]], row, column)

    def adjoint(self, node: str, row: int = 0, column: int = 0) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        return self._over(self.program.adjoints[self.program.scenario.graph.index[node]], row, column)

    def _over(self, names: Names | None, row: int, column: int) -> Array:
        written = ZERO if names is None else names[row, column]
        worth = self.found[written.base] if isinstance(written, Sym) else float(written.value)
        return np.broadcast_to(np.asarray(worth, dtype=float), len(self.noted))


def small_run(scenario: Scenario, position: Position, updates: int) -> SmallRun:
    """So many updates from a position on, whatever the size. Raises ArithmeticError or ValueError where it cannot."""
    lines = program(scenario, scenario.examples)
    noted = np.empty((updates, len(lines.moving)))
    pack = Struct(f"{len(lines.moving)}d").pack_into
    row, numbers = in_a_row(scenario.data.values()), numbers_at(lines, position)
    after = loop_function(lines, NOTING)((row,), updates, position.updates + 1, pack, noted, *numbers)
    return SmallRun(lines, position.updates + 1, noted, numbers, placed(lines, position.updates + updates, after))
