"""A question that was chosen beforehand: which kind, on which scenario, about what.

A session has either what its request draws from kinds and skills, or a list of these, as a unit of a course does. They
are questions as all others: asked anew, they have new numbers.
"""

from __future__ import annotations

from functools import lru_cache

from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.draw import drawn, pick
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.practice.quiz.kinds.kind import Subject
from backprop_tutor.practice.quiz.kinds.table import KINDS
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

DRAWS = 20
"""So many fresh numbers are tried until the question can be asked of them."""

NOT_THERE = T(
    "{scenario} has no question of the kind {kind} about {about}", "{scenario} 没有关于 {about} 的 {kind} 类题目"
)


@frozen
class Ask:
    """A chosen question: its kind, its scenario, what it may be about, and whether it takes fresh numbers.

    `stage` is where in a unit it belongs; `level` is how many lines a solution to be completed lacks.
    """

    kind: str
    scenario: str
    about: tuple[str, ...]
    fresh: bool
    stage: str
    level: int = 1


def chosen(ask: Ask, seed: int, again: int, lang: Lang, notation: str | None) -> tuple[Subject, Exercise]:
    """What the question is about and its numbers. Raises TutorError where the scenario has no such question."""
    for draw in range(DRAWS if ask.fresh or again else 1):
        numbers = drawn(seed, "asked", again, draw)
        asked = _numbers(ask.scenario, numbers, fresh=ask.fresh or again > 0, lang=lang, named=notation)
        fitting = [subject for subject in KINDS[ask.kind].subjects(asked) if subject.name in ask.about]
        if fitting:
            return pick(fitting, seed, again, "about"), asked
    raise TutorError(NOT_THERE.format(scenario=ask.scenario, kind=ask.kind, about=", ".join(ask.about)))


@lru_cache(maxsize=32)
def _numbers(scenario: str, seed: int, *, fresh: bool, lang: Lang, named: str | None) -> Exercise:
    """The scenario's own numbers or fresh ones: the questions of a stage share them."""
    own = _loaded(scenario)
    return exercise(variant(own, seed) if fresh else own, lang, named, seed)


_loaded = lru_cache(maxsize=16)(load)
"""A bundled scenario, read once."""
