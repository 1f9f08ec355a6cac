"""Finds where a mistake first shows: the first line of the solution that has another number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.diagnosis.diagnosis import Explanation
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, imagine
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions
from backprop_tutor.practice.edits.naming import edit_giving
from backprop_tutor.practice.exercise.lines import Line, planned
from backprop_tutor.training.address import Address, addresses, numbers
from backprop_tutor.training.train_step import Step
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
    by_name = {str(reading.quantity(seat.element, seat.section)): seat for seat in addresses(reading, nodes=nodes)}
    named = ((str(quantity), write) for quantity, write in lines)
    return tuple((by_name[name], write) for name, write in named if name in by_name)


def first_line(lessons: Sequence[Lesson], wrong_steps: Sequence[Step]) -> Shown | None:
    """The first line whose number differs in `wrong_steps`; None where no line of the solution shows it."""
    for i, lesson in enumerate(lessons):
        shown = shown_lines(lesson)
        places = [seat._replace(step=i) for seat, _ in shown]
        right, instead = (numbers(steps, places) for steps in ([each.step for each in lessons], wrong_steps))
        differs = np.flatnonzero(moved(instead, right[0].tolist())[0])
        if len(differs):
            return Shown(lesson, shown[differs[0]][1](), float(instead[0, differs[0]]))
    return None


def first_of(case: Submission, hypothesis: Hypothesis) -> Shown | None:
    """Where an explanation first shows: for a mistake made in every step, in the first steps of all."""
    lessons, since = (case.opening, None) if hypothesis.lasting else (case.lessons, case.since)
    return first_line(lessons, imagine(case.scenario, hypothesis, len(lessons), since))


def edit_of(case: Submission, explanation: Explanation, shown: Shown | None) -> tuple[EditedSolutions, Edited] | None:
    """The edit of the line where an explanation first shows, or its own; None for a rounding, and where there is none.

    For a mistake made in the steps before, the first line is in another step than those of the case.
    """
    if explanation.is_rounding:
        return None
    solutions = explanation.solutions or EditedSolutions(case)
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
    return next((write() for place, write in shown_lines(lesson) if place[1:] == seat[1:]), None)
