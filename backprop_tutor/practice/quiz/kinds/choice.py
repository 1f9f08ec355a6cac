"""One number of the solution, to be chosen among those of known mistakes."""

from __future__ import annotations

from functools import lru_cache

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num
from backprop_tutor.lesson.inline import math
from backprop_tutor.practice.exercise.draw import drawn, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import choose, ladder, whole
from backprop_tutor.practice.quiz.kinds import Kind, Subject
from backprop_tutor.practice.quiz.kinds.line import about, asked_for
from backprop_tutor.practice.quiz.mistaken_answers import Mistaken, apart, mistaken
from backprop_tutor.practice.quiz.question import Pick, Question
from backprop_tutor.text import T

ASK = {
    "values": T("Which is {letter}?", "{letter} 是哪个数？"),
    "grads": T("Which is {letter}?", "{letter} 是哪个数？"),
    "updated": T("Which is the new {letter}, after the update?", "更新之后的 {letter} 是哪个数？"),
    "after": T("Which is {letter} after the update?", "更新之后的 {letter} 是哪个数？"),
}
CHOICES = 4


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """The lines at which enough mistakes give numbers of their own."""
    asked = (line for line in exercise.lines if line.worth_asking)
    return about(line for line in asked if len(_distractors(exercise, line)) >= CHOICES - 1)


@lru_cache(maxsize=256)
def _distractors(exercise: Exercise, line: Line) -> tuple[Mistaken, ...]:
    """Mistaken numbers, far from the right one and from each other, in an order of the question's own."""
    chosen: list[Mistaken] = []
    for learner in shuffled(mistaken(exercise), exercise.seed, "distractors", line.key):
        others = (line.value, *(other.values[line.key] for other in chosen))
        if all(apart(learner.values[line.key], value, line) for value in others):
            chosen.append(learner)
    return tuple(chosen)


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The numbers in order of size, the right one at a place that the seed decides, as far as there are enough others."""
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    mistake_of = {learner.values[line.key]: learner.mistake.name for learner in _balanced(exercise, line)}
    values = sorted((line.value, *mistake_of))
    digits = len(line.shown.text.lstrip("-0.").replace(".", "").partition("e")[0])
    mistakes = tuple(mistake_of.get(value, "") for value in values)
    return Question(
        exercise,
        "choice",
        line.skill,
        line.key,
        asked_for(exercise, line, ASK),
        choose(lesson, len(values)),
        Pick(values.index(line.value) + 1, len(values), mistakes),
        ladder(exercise, line),
        whole(line),
        tuple(math(_shown(value, line, digits)) for value in values),
    )


def _shown(value: float, line: Line, digits: int) -> Num:
    return line.shown if value == line.value else figure(value, max(digits, 4))


def _balanced(exercise: Exercise, line: Line) -> tuple[Mistaken, ...]:
    """Distractors below and above the right number, so many of each that it is not always in the middle, nor at an end."""
    found = _distractors(exercise, line)
    below = [learner for learner in found if learner.values[line.key] < line.value]
    above = [learner for learner in found if learner.values[line.key] > line.value]
    wanted = drawn(exercise.seed, "place", line.key) % CHOICES
    fewest = max(0, CHOICES - 1 - len(above))
    count = min(max(wanted, fewest), len(below))
    return (*below[:count], *above[: CHOICES - 1 - count])


CHOICE = Kind("choice", T("choose the right number", "选出正确的数"), subjects, ask)
