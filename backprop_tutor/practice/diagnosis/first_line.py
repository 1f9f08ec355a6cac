"""Finds where a mistake first shows: the first line of the solution that has another number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.diagnosis.diagnosis import Explanation
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, imagine
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions
from backprop_tutor.practice.edits.naming import edit_giving
from backprop_tutor.practice.exercise.lines import Line, lines
from backprop_tutor.training.address import Address, addresses, numbers
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.predictions import moved


@frozen(eq=False)
class Shown:
    """A line of the solution, and the wrong number in it."""

    lesson: Lesson
    line: Line
    instead: float


def shown_lines(lesson: Lesson) -> Iterator[tuple[Address, Line]]:
    """The lines of a step in the order of the solution, each with the address of its number."""
    reading = lesson.reading
    by_name = {str(reading.quantity(seat.element, seat.section)): seat for seat in addresses(reading)}
    return ((by_name[line.key], line) for line in lines(lesson) if line.key in by_name)


def first_line(lessons: Sequence[Lesson], wrong_steps: Sequence[Step]) -> Shown | None:
    """The first line whose number differs in `wrong_steps`; None where no line of the solution shows it."""
    for i, lesson in enumerate(lessons):
        shown = tuple(shown_lines(lesson))
        places = [seat._replace(step=i) for seat, _ in shown]
        right = numbers([each.step for each in lessons], places)[0].tolist()
        instead = numbers(wrong_steps, places)
        for (_, line), value, differs in zip(
            shown, instead[0].tolist(), moved(instead, right)[0].tolist(), strict=True
        ):
            if differs:
                return Shown(lesson, line, value)
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
    return next((line for place, line in shown_lines(lesson) if place[1:] == seat[1:]), None)
