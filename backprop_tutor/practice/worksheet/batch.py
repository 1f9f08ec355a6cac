"""Worksheets for a whole class, made by several processes and returned in order, a few at a time.

Each process gets only the scenario file and the numbers of some worksheets: so every worksheet depends on file, seed
and number alone, and no more of them are in memory than are being made.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import chain
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.exercise import refuse_large
from backprop_tutor.practice.worksheet.forms import FORMS, Pages
from backprop_tutor.practice.worksheet.sheet import Assignment, Sheet, prepared, shown_by_most
from backprop_tutor.scenario.load import build
from backprop_tutor.scenario.save import variant_text
from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.scenario.yaml.source import Source

TOGETHER = 20
"""The number of worksheets that a process makes at a time."""

COLLECTED, OLDER = 100_000, 2
"""The number of new objects after which those of a finished worksheet are collected, and of such collections after
which older ones are: so memory stays as it is.
"""

WORTH_IT = 60
"""From this many worksheets on, starting other processes is faster, with about ten worksheets each (measured)."""


People: TypeAlias = Sequence[tuple[int, str]]


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
    parts = [numbered[i : i + TOGETHER] for i in range(0, len(numbered), TOGETHER)]
    if wanted == 1:
        with rarely_collected():
            yield from chain.from_iterable(map(_maker(order), parts))
        return
    context = get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(wanted, context, _begin, (order, stop))
    try:
        with _interrupts_held():
            made = pool.map(_next, parts)
        yield from chain.from_iterable(made)
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _telling(order: Order) -> Order:
    """The order with the mistakes that every worksheet should reveal."""
    scenario = build(order.file, order.source)
    refuse_large(scenario)
    mistakes = shown_by_most(scenario)
    return replace(order, assignment=replace(order.assignment, mistakes=mistakes))


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Looks for garbage after some worksheets instead of within each, even where the program looks for none at all."""
    before, enabled = gc.get_threshold(), gc.isenabled()
    _collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        if not enabled:
            gc.disable()


def _collect_rarely() -> None:
    """Looks for garbage among what is made from now on."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(COLLECTED, OLDER, OLDER)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits for the end, and for ever in processes started meanwhile: while they start they cannot ignore it yet.

    Windows has no such mask.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(order: Order, stop: Event) -> None:
    """Prepares a process: it ignores Ctrl-C, which is the parent's, and makes nothing more once that says stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _collect_rarely()
    make = _maker(order)
    _MAKERS[:] = [lambda people: [] if stop.is_set() else make(people)]


_MAKERS: list[Callable[[People], list[Written]]] = []
"""What the process makes, where it is one of several."""


def _next(people: People) -> list[Written]:
    return _MAKERS[0](people)


def _maker(order: Order) -> Callable[[People], list[Written]]:
    """Makes the worksheets of some people from a template, prepared once, with the first of them."""
    template = cache(lambda: prepared(order.assignment, build(order.file, order.source)))
    return lambda people: [_written(order, made) for made in template().sheets(people)]


def _written(order: Order, made: Sheet) -> Written:
    fresh, step = made.exercise.scenario, made.exercise.lesson.step.number
    steps = max(step, fresh.training.steps)
    text = variant_text(order.file, fresh, made.label, order.assignment.shown, steps)
    answers = _answers(made) if order.assignment.compact else {}
    return Written(made.number, made.person, FORMS[order.form].pages(made), text, answers)


def _answers(made: Sheet) -> dict[str, str]:
    asked = {line.key for line in made.lines}
    return {made.name(line): line.shown.text if line.key in asked else "" for line in made.every_line}
