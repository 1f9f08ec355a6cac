"""A training as a table: every value and every gradient before every update, one row an update.

It is computed in stretches, each continuing from the one before, so that a million rows take no more memory than a
thousand: as a recorded run where every update sees all examples, else by the tape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from backprop_tutor.fast.history import RecordedRun, recorded_run
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace, forward, run
from backprop_tutor.records.trace import back, forth
from backprop_tutor.text import spreadsheet_cell
from backprop_tutor.training.batches import batch_size, data_of, examples_of
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.train_step import apply_update, values_of

NUMBERS = 100_000
"""The number of rows computed together."""

DIGITS = 17

Rows: TypeAlias = Iterable[Iterable[str]]


class Stretch(NamedTuple):
    """Some rows as CSV, up to that of an update."""

    until: int
    text: str


@frozen(eq=False)
class RecordedTable:
    """The first so many updates of a training; a missing connection has no column.

    Where an update sees a batch of the examples, each row names them; z1[2]@3 is then the third of them, and empty in a
    batch of two.
    """

    scenario: Scenario
    updates: int
    columns: tuple[tuple[Section, Element], ...]
    headings: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario, updates: int) -> RecordedTable:
        """The table of a scenario, its columns under the contract's names."""
        graph = scenario.graph
        trace = forward(graph, {**data_of(scenario, 1), **scenario.parameters})
        reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity)), DIGITS)
        columns: tuple[tuple[Section, Element], ...] = (
            *(("values", e) for node in forth(graph) for e in reading.elements(graph.index[node.name])),
            *(("grads", e) for node in back(graph) for e in reading.elements(graph.index[node.name])),
        )
        return cls(scenario, updates, columns, tuple(str(reading.quantity(e, section)) for section, e in columns))

    @property
    def head(self) -> str:
        """The header as CSV; a name that contains a comma is in quotation marks."""
        names = map(_heading, self.headings)
        return ",".join(("step", *(("examples",) if self._in_batches else ()), *names)) + "\n"

    def stretches(self) -> Iterator[Stretch]:
        """Yields the rows in stretches, each row with the number of its update first."""
        position, many = initial_state(self.scenario), max(1, NUMBERS // len(self.columns))
        carry_out = self._one_by_one if self._in_batches else self._together
        while position.updates < self.updates:
            first = position.updates + 1
            rows, position = carry_out(position, min(many, self.updates - position.updates))
            text = "".join(f"{number},{','.join(row)}\n" for number, row in enumerate(rows, first))
            yield Stretch(position.updates, text)

    @property
    def _in_batches(self) -> bool:
        return batch_size(self.scenario) != self.scenario.examples

    def _together(self, position: TrainState, updates: int) -> tuple[Rows, TrainState]:
        """The rows of so many updates over all examples."""
        recorded = recorded_run(self.scenario, position, updates)
        rows = np.column_stack([self._column(recorded, *column) for column in self.columns]).tolist()
        return (map(repr, row) for row in rows), recorded.end

    def _column(self, recorded: RecordedRun, section: Section, element: Element) -> Array:
        read = recorded.value if section == "values" else recorded.adjoint
        return read(self.scenario.graph.nodes[element.node].name, element.place)

    def _one_by_one(self, position: TrainState, updates: int) -> tuple[Rows, TrainState]:
        """The rows of so many updates over a batch each, with the examples in it first."""
        rows = []
        for number in range(position.updates + 1, position.updates + updates + 1):
            seen = " ".join(map(str, examples_of(self.scenario, number)))
            with values_of(self.scenario):
                trace = run(self.scenario.graph, {**data_of(self.scenario, number), **position.parameters})
            rows.append((seen, *(_cell(trace, *column) for column in self.columns)))
            position = apply_update(self.scenario, position, trace)[1]
        return rows, position


def _heading(name: str) -> str:
    """A name as a cell: no formula of a spreadsheet, in quotation marks where it has a comma or one of those in it."""
    cell = spreadsheet_cell(name)
    return '"{}"'.format(cell.replace('"', '""')) if "," in cell or '"' in cell else cell


def _cell(trace: Trace, section: Section, element: Element) -> str:
    """A number of a trace, empty where its batch has no such example."""
    name = trace.graph.nodes[element.node].name
    array = trace.value(name) if section == "values" else trace.adjoint(name)
    return repr(float(array[element.place])) if (element.example or 0) < array.shape[-1] else ""
