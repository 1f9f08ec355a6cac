"""A worked solution with one mistake in it: which line is the first wrong one, which mistake is it, what is right?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num
from backprop_tutor.lesson.document import Block, Equation, Link, Paragraph, Row, Rows
from backprop_tutor.lesson.inline import plain, sign
from backprop_tutor.practice.exercise.draw import pick, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import FIGURES, Line
from backprop_tutor.practice.exercise.page import how_many_figures, known, setting, whole
from backprop_tutor.practice.quiz.hints import Hint, ladder
from backprop_tutor.practice.quiz.kinds.complete import solution
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.kinds.value import worth_asking
from backprop_tutor.practice.quiz.mistaken_answers import Mistaken, apart, mistaken
from backprop_tutor.practice.quiz.question import Number, Parts, Pick, Question
from backprop_tutor.text import T

FIND = T(
    "Somebody made one mistake here, and the lines after it follow from it. Which line is wrong first, which mistake "
    "below is it, and what should the line say?",
    "有人这样解题，犯了一个错误，后面各行都受它影响。最先出错的是哪一行？是下面哪一种错误？那一行应该是多少？",
)
HOW = T(
    "Type line; mistake; right number, with semicolons, such as 5; 2; 0.1234. ",
    "依次输入：行号; 错误编号; 正确的数，用分号隔开，如 5; 2; 0.1234。",
)
LOOK = T(
    "Check the lines one by one, from the top, against what stands above them.", "从上往下，用上面已有的数逐行核对。"
)
AMONG: Mapping[str, T] = {
    "values": T("The mistake is made on the way forward.", "错误出在前向传播中。"),
    "grads": T("The mistake is made on the way back.", "错误出在反向传播中。"),
    "updated": T("The mistake is made in the update.", "错误出在更新这一步。"),
    "after": T("The mistake is made after the update.", "错误出在更新之后。"),
}
"""The part of the solution that contains the mistake: a hint that does not reveal the line."""

FIRST = T("The first wrong line is line {number}.", "最先出错的是第 {number} 行。")
IT_IS = T("The mistake: {mistake}.", "错误是：{mistake}。")
MISTAKES = T("The mistakes to choose from:", "可选的错误：")
CHOICES = 4
FEWEST, MOST_LINES = 3, 5
"""So many lines fit a screen with the choices; of what is before them the numbers are given, which are right."""


class Flawed(NamedTuple):
    """A solution with a mistake: its lines, and the first wrong one."""

    learner: Mistaken
    lines: tuple[Line, ...]
    wrong: Line


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every mistake that shows in a solution, and differs from three others there."""
    return tuple(Subject(f.wrong.skill, name) for name, f in flawed(exercise).items())


@lru_cache(maxsize=16)
def flawed(exercise: Exercise) -> dict[str, Flawed]:
    """For each mistake the first solution that is wrong by it, by name."""
    found: dict[str, Flawed] = {}
    for learner in mistaken(exercise):
        if learner.mistake.name in found:
            continue
        for lines in solutions(exercise):
            wrong = learner.first_wrong(lines)
            part = _part(exercise, lines, wrong) if wrong else ()
            if wrong and shows(learner, wrong) and len(others(exercise, learner, part)) >= CHOICES - 1:
                found[learner.mistake.name] = Flawed(learner, part, wrong)
                break
    return found


def _part(exercise: Exercise, lines: tuple[Line, ...], wrong: Line) -> tuple[Line, ...]:
    """Of a long solution the lines around the first wrong one, which may stand anywhere in them."""
    place, last = lines.index(wrong), max(0, len(lines) - MOST_LINES)
    starts = range(max(0, place - MOST_LINES + 1), min(place, last) + 1)
    start = pick(starts, exercise.seed, "part", wrong.key)
    return lines[start : start + MOST_LINES]


@lru_cache(maxsize=16)
def solutions(exercise: Exercise) -> tuple[tuple[Line, ...], ...]:
    """The solutions of the targets that have some lines; shuffled for the exercise."""
    fitting = (lines for line in exercise.targets if len(lines := solution(exercise, line)) >= FEWEST)
    return shuffled(tuple(fitting), exercise.seed, "solutions")


def shows(learner: Mistaken, line: Line) -> bool:
    """Whether the wrong number clearly differs from the right one."""
    return worth_asking(line) and apart(learner.values[line.key], line.value, line)


def others(exercise: Exercise, learner: Mistaken, lines: Sequence[Line]) -> tuple[Mistaken, ...]:
    """Other mistakes, one of each name, that would give other numbers in these lines."""
    found: dict[str, Mistaken] = {}
    mine = [each for each in mistaken(exercise) if each.mistake.name == learner.mistake.name]
    for other in mistaken(exercise):
        wrong = other.first_wrong(lines)
        if wrong and shows(other, wrong) and not any(_alike(other, me, lines) for me in mine):
            found.setdefault(other.mistake.name, other)
    found.pop(learner.mistake.name, None)
    return tuple(found.values())


def _alike(first: Mistaken, second: Mistaken, lines: Sequence[Line]) -> bool:
    return not any(apart(first.values[line.key], second.values[line.key], line) for line in lines)


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The solution with its lines numbered, and mistakes to choose from."""
    del level
    lesson, (learner, lines, wrong) = exercise.lesson, flawed(exercise)[subject.name]
    among = shuffled(others(exercise, learner, lines), exercise.seed, "others", subject.name)[: CHOICES - 1]
    choices = shuffled((learner, *among), exercise.seed, "order", subject.name)
    there = {line.key for line in lines}
    given = [key for line in lines for key in line.needs if key not in there]
    place = lines.index(wrong) + 1
    answer = (
        Paragraph(lesson.say(FIRST, number=place)),
        Paragraph(lesson.say(IT_IS, mistake=learner.mistake.clause)),
    )
    return Question(
        exercise,
        FIND_ERROR.name,
        wrong.skill,
        None,
        (
            Paragraph(lesson.say(FIND)),
            *setting(exercise, lines),
            *known(exercise, given),
            _numbered(learner, lines),
            Paragraph(lesson.say(MISTAKES)),
        ),
        (*lesson.say(HOW), *how_many_figures(lesson, wrong)),
        Parts((Pick(place, len(lines)), Pick(choices.index(learner) + 1, len(choices)), Number(wrong))),
        _hints(exercise, wrong, answer),
        (*answer, Paragraph(lesson.say(learner.mistake.principle)), *whole(wrong)),
        tuple(lesson.say(each.mistake.clause) for each in choices),
        learner.mistake.name,
    )


def _numbered(learner: Mistaken, lines: Sequence[Line]) -> Rows:
    """The lines as they were worked out, numbered from 1."""
    return Rows(tuple(Row(plain(str(i)), (as_worked(learner, line),)) for i, line in enumerate(lines, start=1)))


def as_worked(learner: Mistaken, line: Line) -> Equation:
    """``δ = 0.1234``, with the mistaken value."""
    number = mistaken_number(learner, line)
    return Equation(line.letter, (Link(sign(line.letter, number), number),))


def mistaken_number(learner: Mistaken, line: Line) -> Num:
    """The number of a line under a mistake, as it is shown."""
    return figure(learner.values[line.key], FIGURES) if learner.wrong_at(line) else line.shown


def _hints(exercise: Exercise, wrong: Line, answer: tuple[Block, ...]) -> tuple[Hint, ...]:
    say = exercise.lesson.say
    *words, value = ladder(exercise, wrong)
    return ((Paragraph(say(LOOK)),), (Paragraph(say(AMONG[wrong.quantity.section])),), *words, (*answer, *value))


FIND_ERROR = Kind("find-error", T("find the mistake in a solution", "找出解答中的错误"), subjects, ask, stage=2)
