"""What a kind of question is: what it could ask about, and the question it makes of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.text import T


@dataclass(frozen=True, order=True)
class Subject:
    """What a question could be about: the skill it practises, and the name of a quantity, a line or a mistake."""

    skill: str
    name: str


@frozen
class Kind:
    """A kind of question: its name, what it asks for, what it could be asked about in an exercise, and how.

    `ask` takes a level, from 1: a learner who has done well is left more to do. `stage` is 0 for what one can begin with,
    more for what asks to have seen some questions of the others.
    """

    name: str
    text: T
    subjects: Callable[[Exercise], tuple[Subject, ...]]
    ask: Callable[[Exercise, Subject, int], Question]
    stage: int = 0
