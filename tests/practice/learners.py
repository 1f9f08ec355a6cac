"""What learners with a mistake would write down: their figures for quantities that the mistake changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import backprop_tutor as bt
from backprop_tutor.graph.quantity import parse
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.notation.table import default_notation
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, changes, singles
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.diagnosis.submitted_value import Entry
from backprop_tutor.training.address import Address, addresses, numbers
from backprop_tutor.whatif.predictions import PredictionTable

LARGEST = 1e6


@dataclass(frozen=True, eq=False)
class Classroom:
    """All learners of a scenario with one mistake each: every mistake at every place."""

    scenario: Any

    @cached_property
    def run(self) -> Any:
        """The right steps."""
        return bt.run(self.scenario)

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """The right steps, ready to be told."""
        notation = default_notation(self.scenario.graph)
        return tuple(Lesson(self.scenario, step, notation, "en", 6) for step in self.run.steps)

    @cached_property
    def seats(self) -> tuple[Address, ...]:
        """Every number that has a name, in the order of the computation: not the steps inside a formula of arrays."""
        return tuple(
            seat
            for i, lesson in enumerate(self.lessons)
            for seat in addresses(lesson.reading, i)
            if parse(lesson.reading.quantity(seat.element).short) is not None
        )

    def name(self, i: int) -> str:
        """The contract name of a number."""
        seat = self.seats[i]
        quantity = self.lessons[seat.step].reading.quantity(seat.element, seat.section)
        return str(quantity._replace(step=seat.step + 1))

    @cached_property
    def right(self) -> list[float]:
        """The right numbers."""
        return list(numbers(self.run.steps, self.seats)[0])

    @cached_property
    def learners(self) -> tuple[tuple[Hypothesis, list[float]], ...]:
        """Every hypothesis and its numbers."""
        hypotheses = singles(self.scenario)
        rows = PredictionTable(self.scenario, self.seats, len(self.run.steps)).rows(
            [changes(each) for each in hypotheses]
        )
        return tuple(zip(hypotheses, rows.tolist(), strict=True))

    def first_of_each(self, figures: int) -> Iterator[tuple[Hypothesis, list[Entry]]]:
        """Each mistake at the first place where it shows, with three of the figures it changes."""
        met = set()
        for hypothesis, row in self.learners:
            entries = self.entries(row, figures)
            if entries and hypothesis.names not in met:
                met.add(hypothesis.names)
                yield hypothesis, entries

    def entries(self, row: list[float], figures: int) -> list[Entry]:
        """The first, the middle and the last figure in which `row` is wrong, to so many significant figures."""
        changed = [i for i, value in enumerate(row) if self._shows(i, value, figures)]
        chosen = sorted({changed[0], changed[len(changed) // 2], changed[-1]}) if changed else []
        return [Entry(self.name(i), written(row[i], figures)) for i in chosen]

    def _shows(self, i: int, value: float, figures: int) -> bool:
        if not isfinite(value) or abs(value) > LARGEST or abs(value - self.right[i]) < 1e-9:
            return False
        return written(value, figures) != written(self.right[i], figures)

    def diagnosis(self, entries: list[Entry]) -> Diagnosis:
        """What the program says of these figures."""
        return diagnose(case(self.scenario, entries))


def written(value: float, figures: int) -> str:
    """A value to so many significant figures, zeros kept."""
    return f"{value:.{figures - 1}e}"


def ids(explanations: Any) -> set[tuple[str, ...]]:
    """The mistakes of some explanations."""
    return {each.hypothesis.names for each in explanations}
