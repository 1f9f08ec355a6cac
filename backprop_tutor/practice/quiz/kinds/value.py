"""Type one number of the worked solution."""

from __future__ import annotations

from backprop_tutor.lesson.document import Paragraph
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import around, how_many_figures, known, setting, whole
from backprop_tutor.practice.quiz.hints import ladder
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.question import Number, Question
from backprop_tutor.text import T

COMPUTE = {
    "values": T("Compute {letter}.", "计算 {letter}。"),
    "grads": T("Compute {letter}.", "计算 {letter}。"),
    "updated": T("Compute the new {letter}, after the update.", "计算更新之后的 {letter}。"),
    "after": T("Compute {letter} after the update.", "计算更新之后的 {letter}。"),
}
SMALLEST = 1e-7


def worth_asking(line: Line) -> bool:
    """Whether a number is worth computing: not almost 0, and with a visible change."""
    return abs(line.value) > SMALLEST and line.scale > SMALLEST * max(1.0, abs(line.value))


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every line that is worth computing."""
    return tuple(Subject(line.skill, line.key) for line in exercise.lines if worth_asking(line))


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The number of a line, given the numbers around it."""
    del level
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    return Question(
        exercise,
        VALUE.name,
        line.skill,
        line.key,
        (
            Paragraph(lesson.say(COMPUTE[line.quantity.section], letter=line.letter)),
            *setting(exercise, (line,)),
            *known(exercise, around(exercise, line)),
        ),
        how_many_figures(lesson, line),
        Number(line),
        ladder(exercise, line),
        whole(line),
    )


VALUE = Kind("value", T("compute one number", "计算一个数"), subjects, ask)
