"""Every question of every unit held against what the quiz promises of it: right answers, wrong ones, mistakes by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.course.unit import Unit
from backprop_tutor.practice.quiz.invariants import faults, traces
from backprop_tutor.practice.quiz.plan import Turn, question
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.self_check import Fault
from backprop_tutor.text import Lang, T


@frozen
class UnitReport:
    """How many questions of a unit were checked, and what was wrong with them."""

    unit: Unit
    questions: int
    faults: tuple[Fault, ...]


def check_unit(unit: Unit, seeds: Iterable[int], lang: Lang) -> UnitReport:
    """Every question of a unit as it is planned for each seed, and as it comes again with new numbers."""
    count, broken = 0, []
    for seed in seeds:
        for index, ask in enumerate(unit.asks):
            for again in (0, 1):
                count += 1
                about = ", ".join(ask.about)
                broken += [Fault(ask.kind, seed, about, what) for what in _wrong(unit, seed, Turn(index, again), lang)]
    return UnitReport(unit, count, tuple(broken))


def _wrong(unit: Unit, seed: int, turn: Turn, lang: Lang) -> Iterator[T]:
    """What is wrong with the question of a turn; that there is none is a fault too."""
    try:
        asked: Question = question(unit.request(seed), turn, 1, lang)
    except TutorError as error:
        yield from (problem.message for problem in error.problems)
        return
    yield from faults(asked)
    if asked.kind == "value":
        yield from traces(asked)
