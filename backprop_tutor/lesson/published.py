"""Published figures beside the computed ones: which are right, which are off by rounding, which are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import assert_never

from backprop_tutor.engine.published import Figure, Judgement, by_hand, judged
from backprop_tutor.engine.quantity import Section
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.training import Run, Step
from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.lesson.find import element_of
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.text import T

DIGITS = 6

NO_STEP = T("there is no step {number}; the scenario has {count}", "没有第 {number} 步；该场景共 {count} 步")


@dataclass(frozen=True)
class Compared:
    """A figure, the number it should be, and what is to be said of it."""

    figure: Figure
    value: float
    judgement: Judgement


def compared(run: Run, figures: Iterable[Figure], notation: str | None = None) -> tuple[Compared, ...]:
    """Every figure held against `run`; their quantities are names of the contract or of the notation shown.

    Raises TutorError for every name that is not there, at its place.
    """
    compare, found, problems = _Comparer(run, notation), [], []
    for figure in figures:
        try:
            found.append(compare(figure))
        except TutorError as error:
            problems += [Problem(problem.message, figure.place) for problem in error.problems]
    if problems:
        raise TutorError(problems)
    return tuple(found)


class _Comparer:
    """A run, read in a notation, and the same run computed by people who round."""

    def __init__(self, run: Run, notation: str | None) -> None:
        written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
        self._lessons = {step.number: Lesson(run.scenario, step, written, "en", DIGITS) for step in run.steps}
        self._by_hand = cache(lambda decimals: by_hand(run, decimals))

    def __call__(self, figure: Figure) -> Compared:
        number, name = _step_and_name(figure.quantity)
        if number not in self._lessons:
            raise TutorError(NO_STEP.format(number=number, count=len(self._lessons)))
        lesson = self._lessons[number]
        element, section = element_of(lesson, name)
        rough = self._by_hand(figure.decimals)
        value = _number(lesson.step, element, section)
        hand = None if rough is None else _number(rough.steps[number - 1], element, section)
        return Compared(figure, value, judged(figure, value, hand))


def _step_and_name(quantity: str) -> tuple[int, str]:
    found = re.fullmatch(r"step([1-9]\d*)\.(.+)", quantity)
    return (int(found[1]), found[2]) if found else (1, quantity)


def _number(step: Step, element: Element, section: Section) -> float:
    place = element.row, element.column
    match section:
        case "values":
            return float(step.trace.values[element.node][place])
        case "after":
            return float(step.after.values[element.node][place])
        case "grads":
            adjoint = step.trace.adjoints[element.node]
            return 0.0 if adjoint is None else float(adjoint[place])
        case "updated":
            return float(step.updated[step.trace.graph.nodes[element.node].name][place])
        case _:
            assert_never(section)
