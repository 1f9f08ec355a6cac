"""Worksheets for a whole class, made by several processes and returned in order, a few at a time.

Each process gets only the scenario file and the numbers of some worksheets: so every worksheet depends on file, seed
and number alone, and no more of them are in memory than are being made.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from multiprocessing import get_context

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.exercise import refuse_large
from backprop_tutor.practice.worksheet.forms import FORMS, Pages
from backprop_tutor.practice.worksheet.sheet import Assignment, Sheet, sheet, shown_by_most
from backprop_tutor.scenario.load import build
from backprop_tutor.scenario.save import variant_text
from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.scenario.yaml.source import Source

TOGETHER = 5
"""The number of worksheets that a process makes at a time."""

WORTH_IT = 60
"""From this many worksheets on, starting other processes is faster, with about ten worksheets each (measured)."""


@frozen
class Order:
    """An assignment as it is sent to another process: with the text of the scenario file, and the form to write."""

    file: NetworkScenarioFile | GraphScenarioFile
    source: Source
    assignment: Assignment
    form: str


@frozen
class Written:
    """A worksheet as files: its number and person, its pages, and the scenario with its numbers.

    `answers` are those of a compact key by the contract's name of each number of the solution; empty where it is given.
    """

    number: int
    person: str
    pages: Pages
    scenario: str
    answers: Mapping[str, str]


def written(order: Order, people: Sequence[str], processes: int | None = None) -> Iterator[Written]:
    """Yields a worksheet for each of `people`, in their order, made by so many processes (None: as many as are useful).

    Raises TutorError where the scenario has no value, or the notation or the view does not fit.
    """
    order, numbered = _telling(order), list(enumerate(people, start=1))
    paying = os.cpu_count() or 1 if len(numbered) >= WORTH_IT else 1
    wanted = min(processes or paying, -(-len(numbered) // TOGETHER))
    if wanted == 1:
        yield from map(_maker(order), numbered)
        return
    with get_context("spawn").Pool(wanted, _begin, [order]) as pool:
        yield from pool.imap(_next, numbered, TOGETHER)


def _telling(order: Order) -> Order:
    """The order with the mistakes that every worksheet should reveal."""
    scenario = build(order.file, order.source)
    refuse_large(scenario)
    mistakes = shown_by_most(scenario)
    return replace(order, assignment=replace(order.assignment, mistakes=mistakes))


def _begin(order: Order) -> None:
    """Prepares a process; it ignores Ctrl-C, which the parent process handles and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _MAKERS[:] = [_maker(order)]


_MAKERS: list[Callable[[tuple[int, str]], Written]] = []
"""What the process makes, where it is one of several."""


def _next(numbered: tuple[int, str]) -> Written:
    return _MAKERS[0](numbered)


def _maker(order: Order) -> Callable[[tuple[int, str]], Written]:
    """Makes the worksheet of a number and a person; the scenario is built once, and its variants share its letters."""
    scenario = build(order.file, order.source)
    return lambda numbered: _written(order, sheet(order.assignment, scenario, *numbered))


def _written(order: Order, made: Sheet) -> Written:
    fresh, step = made.exercise.scenario, made.exercise.lesson.step.number
    steps = max(step, fresh.training.steps)
    text = variant_text(order.file, fresh, made.label, order.assignment.shown, steps)
    asked = {line.key for line in made.lines}
    answers = {made.name(line): line.shown.text if line.key in asked else "" for line in made.every_line}
    compact = answers if order.assignment.compact else {}
    return Written(made.number, made.person, FORMS[order.form].pages(made), text, compact)
