"""Exercises and questions for the tests of this room."""

from __future__ import annotations

from functools import cache

from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.quiz.kinds import KINDS, Subject
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang


@cache
def bundled_exercise(name: str = "two-two-one", lang: Lang = "en", notation: str | None = None) -> Exercise:
    """A bundled scenario as an exercise, with its own numbers."""
    return exercise(load(name), lang, notation, 1)


def ask(kind: str, quantity: str, name: str = "two-two-one", level: int = 1, lang: Lang = "en") -> Question:
    """The question of a kind about a quantity of a bundled scenario."""
    asked = bundled_exercise(name, lang)
    subject = next(s for s in KINDS[kind].subjects(asked) if s.name == quantity)
    return KINDS[kind].ask(asked, Subject(subject.skill, quantity), level)
