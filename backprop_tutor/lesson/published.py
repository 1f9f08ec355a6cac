"""Published figures beside the computed ones: which are right, which are off by rounding, which are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import assert_never

from backprop_tutor.engine.machine import reached
from backprop_tutor.engine.published import Figure, Judgement, by_hand, judged
from backprop_tutor.engine.quantity import Section
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.training import Run, Step, run_scenario
from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.find import element_of, factor_of
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation

DIGITS = 6


@frozen
class Compared:
    """A figure, the number it should be, and what is to be said of it."""

    figure: Figure
    value: float
    judgement: Judgement


def compared(run: Run, figures: Iterable[Figure], notation: str | None = None) -> tuple[Compared, ...]:
    """Every figure held against `run`; their quantities are names of the contract or of the notation shown. A step after
    those of the run is reached by training on.

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
        self._run = run
        self._written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
        self._lesson = cache(self._lesson_of)
        self._by_hand = cache(lambda decimals: by_hand(run, decimals))

    def __call__(self, figure: Figure) -> Compared:
        number, name = _step_and_name(figure.quantity)
        lesson = self._lesson(number)
        element, section = element_of(lesson, name)
        rough = self._by_hand(figure.decimals) if number <= len(self._run.steps) else None
        factor = float(factor_of(lesson, name))
        value = factor * _number(lesson.step, element, section)
        hand = None if rough is None else factor * _number(rough.steps[number - 1], element, section)
        return Compared(figure, value, judged(figure, value, hand))

    def _lesson_of(self, number: int) -> Lesson:
        scenario, steps = self._run.scenario, self._run.steps
        later = () if number <= len(steps) else run_scenario(scenario, 1, reached(scenario, number - 1)).steps
        return Lesson(scenario, (later or steps[number - 1 :])[0], self._written, "en", DIGITS)


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
