"""The worked solution of one quantity with its last lines blank: one at first, more as the learner improves."""

from __future__ import annotations

from dataclasses import replace

from backprop_tutor.formula.nodes import Num, Sym
from backprop_tutor.lesson.document import Block, Equation, Link, Paragraph, Section, Words
from backprop_tutor.lesson.inline import sign
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line, is_readable
from backprop_tutor.practice.exercise.page import how_many_figures, known, setting, to_its_value, whole
from backprop_tutor.practice.quiz.hints import Hint, in_letters, in_numbers, ladder
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.kinds.value import worth_asking
from backprop_tutor.practice.quiz.question import Number, Parts, Question
from backprop_tutor.text import T

MOST_OPERANDS = 8
"""A line of more operands is not written out: what is known would fill the screen."""

MOST_SHOWN = 2
"""So many lines are written out before the blanks, for a screen; of what is before them the numbers are given."""

FILL = T("Complete the solution: the last line is missing.", "补全解答：缺最后一行。")
FILL_SOME = T("Complete the solution: the last {count} lines are missing.", "补全解答：缺最后 {count} 行。")
TOGETHER = T(
    "Type the {count} numbers in this order, with semicolons between them. ",
    "按这个顺序输入 {count} 个数，用分号隔开。",
)
THE_LAST = T("Before the last: 4 significant figures. The last: ", "最后一个之前的数：4 位有效数字。最后一个：")
SOLUTION = T("Solution", "解答")


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """The targets whose solution has several lines."""
    return tuple(Subject(line.skill, line.key) for line in exercise.targets if _fits(exercise, line))


def _fits(exercise: Exercise, line: Line) -> bool:
    steps = solution(exercise, line)
    return steps[-1:] == (line,) and len(steps) > 1 and worth_asking(line) and worth_asking(steps[-2])


def solution(exercise: Exercise, line: Line) -> tuple[Line, ...]:
    """The lines that lead to a line, and itself; the results of lines with very many operands are among what is known."""
    return tuple(step for step in exercise.closure(line) if len(step.needs) <= MOST_OPERANDS)


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The solution of a line with its last `level` lines blank, as far as they are worth asking for."""
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    steps = solution(exercise, line)
    blanks = _last(steps, level)
    shown = steps[: len(steps) - len(blanks)][-MOST_SHOWN:]
    there = {step.key for step in (*shown, *blanks)}
    page: tuple[Block, ...] = tuple(map(in_short, shown))
    title = lesson.say(FILL if len(blanks) == 1 else FILL_SOME, count=len(blanks))
    given = [key for step in (*shown, *blanks) for key in step.needs if key not in there]
    return Question(
        exercise,
        COMPLETE.name,
        line.skill,
        line.key,
        (
            Paragraph(title),
            *setting(exercise, steps),
            *known(exercise, given),
            Section(lesson.say(SOLUTION), (*page, *map(_blank, blanks)), "solution"),
        ),
        _how(lesson, blanks),
        Number(line) if len(blanks) == 1 else Parts(tuple(map(Number, blanks))),
        _hints(exercise, blanks),
        tuple(block for step in blanks for block in whole(step)),
    )


def _how(lesson: Lesson, blanks: tuple[Line, ...]) -> Words:
    """How the numbers are typed; a new value at the end has a scale of its own."""
    exactly = how_many_figures(lesson, blanks[-1])
    if len(blanks) == 1:
        return exactly
    apart = blanks[-1].quantity.section == "updated"
    figures = (*lesson.say(THE_LAST), *exactly) if apart else exactly
    return (*lesson.say(TOGETHER, count=len(blanks)), *figures)


def _last(steps: tuple[Line, ...], level: int) -> tuple[Line, ...]:
    """The last lines, at most `level` of them and never all; a line not worth asking for ends the row."""
    count = 1
    while count < min(level, len(steps) - 1) and worth_asking(steps[-count - 1]):
        count += 1
    return steps[-count:]


def in_short(line: Line) -> Equation:
    """``z = w·x + b = 0.1·0.5 + 0.3 = 0.35``: a line without the steps between, which a screen has no room for; of one
    with very many letters its number.
    """
    if not is_readable(line.written):
        return Equation(line.letter, (Link(sign(line.letter, line.shown), line.shown),), (line.key,))
    equation = in_letters(line) if isinstance(line.numbers, Num) else in_numbers(line)
    return replace(to_its_value(equation, line.shown), keys=(line.key,))


def _blank(line: Line) -> Block:
    return Equation(line.letter, (Link("=", Sym("?")),), (line.key,))


def _hints(exercise: Exercise, blanks: tuple[Line, ...]) -> tuple[Hint, ...]:
    """The hints of every blank side by side, all values last; no numbers of a line that needs another blank."""
    ladders = [ladder(exercise, line) for line in blanks]
    words = [_unique([ladder[rung] for ladder in ladders]) for rung in (0, 1, 2)]
    missing = {line.key for line in blanks}
    free = [line for line in blanks if not missing.intersection(line.needs) and not isinstance(line.numbers, Num)]
    numbers = (tuple(map(in_numbers, free)),) if free else ()
    return (*words, *numbers, _unique([ladder[-1] for ladder in ladders]))


def _unique(hints: list[Hint]) -> Hint:
    return tuple(dict.fromkeys(block for hint in hints for block in hint))


COMPLETE = Kind("complete", T("complete the worked solution", "补全解答"), subjects, ask, stage=1)
