"""Checks every kind of question of a scenario against its invariants: on its own numbers and on fresh ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.exercise.draw import pick
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.practice.quiz.invariants import faults, traces
from backprop_tutor.practice.quiz.kinds.kind import Kind
from backprop_tutor.practice.quiz.kinds.table import KINDS
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.text import Lang, T

LEVELS = 4


@frozen
class Fault:
    """An invariant that a question violates."""

    kind: str
    seed: int
    subject: str
    what: T


@frozen
class Report:
    """The number of questions of each kind that were checked, of mistakes that were traced, and the faults."""

    questions: dict[str, int]
    traced: int
    faults: tuple[Fault, ...]


def self_check(scenario: Scenario, seeds: Iterable[int], lang: Lang, notation: str | None = None) -> Report:
    """Checks the questions of every kind on `scenario`, on its own numbers and on fresh ones for each seed."""
    asked = ((each, seed) for seed in seeds for each in (scenario, variant(scenario, seed)))
    reports = [check_numbers(numbers, seed, lang, notation) for numbers, seed in asked]
    return Report(
        {kind: sum(report.questions[kind] for report in reports) for kind in KINDS},
        sum(report.traced for report in reports),
        tuple(fault for report in reports for fault in report.faults),
    )


def check_numbers(numbers: Scenario, seed: int, lang: Lang, notation: str | None = None) -> Report:
    """Checks a question of every kind on the numbers of this scenario alone."""
    counts = dict.fromkeys(KINDS, 0)
    broken: list[Fault] = []
    for kind, question, subject in _questions(exercise(numbers, lang, notation, seed), seed):
        counts[kind.name] += 1
        found = [*faults(question), *(traces(question) if kind.name == "value" else ())]
        broken += [Fault(kind.name, seed, subject, what) for what in found]
    return Report(counts, counts["value"], tuple(broken))


def _questions(asked: Exercise, seed: int) -> Iterator[tuple[Kind, Question, str]]:
    """One question of every kind that is possible on these numbers."""
    for kind in KINDS.values():
        subjects = kind.subjects(asked)
        if subjects:
            subject = pick(subjects, seed, "checked", kind.name)
            yield kind, kind.ask(asked, subject, 1 + seed % LEVELS), subject.name
