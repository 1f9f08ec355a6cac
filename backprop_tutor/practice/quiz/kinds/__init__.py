"""The kinds of question, one entry each: what a kind can ask about, and the question it makes of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backprop_tutor.frozen import frozen
from backprop_tutor.registry import OnUse
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.practice.exercise.exercise import Exercise
    from backprop_tutor.practice.quiz.question import Question


@dataclass(frozen=True, order=True)
class Subject:
    """What a question could be about: the skill it practises, and the name of a quantity, a line or a mistake."""

    skill: str
    name: str


@frozen
class Kind:
    """A kind of question: its name, its request, its possible subjects in an exercise, and how it asks.

    `ask` takes a level, from 1: a learner who does well gets more to do. `stage` is 0 for kinds to begin with, more for
    kinds that need some questions of the others before.
    """

    name: str
    text: T
    subjects: Callable[[Exercise], tuple[Subject, ...]]
    ask: Callable[[Exercise, Subject, int], Question]
    stage: int = 0


KINDS: Mapping[str, Kind] = OnUse(
    "backprop_tutor.practice.quiz.kinds",
    "value:line",
    "complete:line",
    "find-error:flawed",
    "formula:line",
    "path",
    "sign:line",
    "shape",
    "choice",
    "explain:line",
    "which-mistake:flawed",
    "wrong-line:flawed",
    "parameters:shape",
)
