"""Finds where a mistake first shows: the first line of the solution that has another number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.diagnosis.diagnosis import Explanation
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, imagine
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.claimed_solution import ClaimedSolution
from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions
from backprop_tutor.practice.edits.naming import edit_giving
from backprop_tutor.practice.exercise.lines import Line, planned
from backprop_tutor.training.address import Address, addresses, array_at, numbers
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.dependence import Dependence
from backprop_tutor.whatif.predictions import moved


@frozen(eq=False)
class Shown:
    """A line of the solution, and the wrong number in it."""

    lesson: Lesson
    line: Line
    instead: float


@lru_cache(maxsize=4)
def shown_lines(lesson: Lesson) -> tuple[tuple[Address, Callable[[], Line]], ...]:
    """The lines of a step in the order of the solution, each with the address of its number, to be written when asked for."""
    reading, lines = lesson.reading, tuple(planned(lesson))
    nodes = {lesson.graph.located(quantity.name, quantity.indices)[0] for quantity, _ in lines}
    seats = {reading.quantity(seat.element, seat.section): seat for seat in addresses(reading, nodes=nodes)}
    named = ((quantity._replace(step=1, state=""), write) for quantity, write in lines)
    return tuple((seats[quantity], write) for quantity, write in named if quantity in seats)


def first_line(lessons: Sequence[Lesson], wrong_steps: Sequence[Step], leads: Dependence) -> Shown | None:
    """The first line that leads to a claim and has another number in `wrong_steps`; None where no line shows it."""
    for i, lesson in enumerate(lessons):
        differs = _Differing(lesson.step, wrong_steps[i])
        lines = ((seat, write) for seat, write in shown_lines(lesson) if leads.holds(seat))
        found = next(((seat, write) for seat, write in lines if differs.at(seat)), None)
        if found:
            seat, write = found
            return Shown(lesson, write(), float(numbers([wrong_steps[i]], [seat])[0, 0]))
    return None


class _Differing:
    """Where two steps have other numbers: their arrays are compared once each, as they are asked about."""

    def __init__(self, right: Step, wrong: Step) -> None:
        self._right, self._wrong = right, wrong
        self._arrays: dict[tuple[str, int, str], AnyArray | None] = {}

    def at(self, seat: Address) -> bool:
        """Whether the number at an address differs, or is missing."""
        key = (seat.section, seat.element.node, seat.state)
        if key not in self._arrays:
            right, wrong = array_at(self._right, seat), array_at(self._wrong, seat)
            self._arrays[key] = moved(wrong, right) if right.shape == wrong.shape else None
        differs = self._arrays[key]
        if differs is not None:
            return bool(differs[seat.element.place])
        right, wrong = (numbers([step], [seat]) for step in (self._right, self._wrong))
        return bool(moved(wrong, right).any())


@lru_cache(maxsize=4)
def first_of(case: Submission, hypothesis: Hypothesis) -> Shown | None:
    """Where an explanation first shows: for a mistake made in every step, in the first steps of all."""
    lessons, since = (case.opening, None) if hypothesis.lasting else (case.lessons, case.since)
    return first_line(lessons, imagine(case.scenario, hypothesis, len(lessons), since), case.leads)


def edit_of(case: Submission, explanation: Explanation, shown: Shown | None) -> tuple[EditedSolutions, Edited] | None:
    """The edit of the line where an explanation first shows, or its own; None for a rounding, and where there is none.

    For a mistake made in the steps before, the first line is in another step than those of the case.
    """
    if explanation.is_rounding:
        return None
    solutions = explanation.solutions or EditedSolutions(ClaimedSolution(case))
    if shown is None or (explanation.edited and explanation.edited.edit.parts):
        return (solutions, explanation.edited) if explanation.edited else None
    if shown.lesson not in case.lessons:
        return None
    name = str(shown.line.quantity._replace(step=shown.lesson.step.number))
    own = explanation.edited if explanation.edited and explanation.edited.name == name else None
    edited = own or edit_giving(solutions, name, shown.instead)
    return (solutions, edited) if edited else None


def line_of(lesson: Lesson, seat: Address) -> Line | None:
    """The line with the number of an address, None where there is none."""
    if seat.state:
        return None
    asked = lesson.reading.quantity(seat.element, seat.section)
    named = ((quantity._replace(step=1, state=""), write) for quantity, write in planned(lesson))
    return next((write() for quantity, write in named if quantity == asked), None)
