"""A training as a table: every value and every gradient before every update, one row an update.

It is computed stretch by stretch, each a recorded run that goes on where the one before ended, so that a million rows
take no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.batches import batch_size
from backprop_tutor.engine.position import start
from backprop_tutor.engine.quantity import Section
from backprop_tutor.engine.reading import Element, Reading
from backprop_tutor.engine.record import back, forth
from backprop_tutor.engine.recorded_run import RecordedRun, recorded_run
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.tape import forward
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T

IN_BATCHES = T(
    "a recording has a row for every update over all {examples} examples, and these updates see {batch} of them; write "
    "batch: full, or look at single steps with 'tutor run --at-step N'",
    "记录的每一行是一次使用全部 {examples} 个样本的更新，而这里每次更新只看其中 {batch} 个；可把 batch 写成 full，"
    "或用 'tutor run --at-step N' 逐步查看",
)
NUMBERS = 100_000
"""So many are written together."""

DIGITS = 17


class Stretch(NamedTuple):
    """Some rows as CSV, up to that of an update."""

    until: int
    text: str


def recordable(scenario: Scenario) -> None:
    """Make sure that the updates of a training can be recorded. Raises TutorError where they see parts of the data."""
    if batch_size(scenario) != scenario.examples:
        raise TutorError(IN_BATCHES.format(examples=scenario.examples, batch=batch_size(scenario)))


@frozen(eq=False)
class RecordedTable:
    """The first so many updates of a training over all examples; a missing connection has no column."""

    scenario: Scenario
    updates: int
    columns: tuple[tuple[Section, Element], ...]
    headings: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario, updates: int) -> RecordedTable:
        """The table of a scenario, its columns under the contract's names."""
        graph = scenario.graph
        trace = forward(graph, {**scenario.data, **scenario.parameters})
        reading = Reading(trace, lambda quantity: Sym(str(quantity)), DIGITS)
        columns: tuple[tuple[Section, Element], ...] = (
            *(("values", e) for node in forth(graph) for e in reading.elements(graph.index[node.name])),
            *(("grads", e) for node in back(graph) for e in reading.elements(graph.index[node.name])),
        )
        return cls(scenario, updates, columns, tuple(str(reading.quantity(e, section)) for section, e in columns))

    @property
    def head(self) -> str:
        """The headings as CSV; a name with a comma in it stands in quotation marks."""
        return ",".join(("step", *(f'"{name}"' if "," in name else name for name in self.headings))) + "\n"

    def stretches(self) -> Iterator[Stretch]:
        """The rows some at a time, each with the number of its update in front."""
        position, many = start(self.scenario), max(1, NUMBERS // len(self.columns))
        while position.updates < self.updates:
            run = recorded_run(self.scenario, position, min(many, self.updates - position.updates))
            rows = np.column_stack([self._column(run, *column) for column in self.columns]).tolist()
            text = "".join(f"{i},{','.join(map(repr, row))}\n" for i, row in enumerate(rows, position.updates + 1))
            position = run.end
            yield Stretch(position.updates, text)

    def _column(self, run: RecordedRun, section: Section, element: Element) -> Array:
        read = run.value if section == "values" else run.adjoint
        return read(self.scenario.graph.nodes[element.node].name, element.row, element.column)
