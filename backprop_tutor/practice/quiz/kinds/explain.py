"""A line of the worked solution: which principle justifies it?"""

from __future__ import annotations

from backprop_tutor.lesson.document import Paragraph
from backprop_tutor.practice.exercise.draw import shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.page import choose, setting, whole
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.hints import goal
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.question import Pick, Question
from backprop_tutor.text import T

ASK = T("Which principle justifies this line?", "这一行的依据是哪条原理？")
NOT = T("It is not answer {number}: look at what stands on the right.", "不是第 {number} 项：看看等号右边是什么。")
NOR = T("Nor is it answer {number}.", "也不是第 {number} 项。")
CHOICES = 4
OTHERS = (
    "forward-sum",
    "activation",
    "loss",
    "output-delta",
    "hidden-delta",
    "weight-gradient",
    "bias-gradient",
    "update",
)
IN_A_GRAPH = ("forward-sum", "activation", "chain-rule", "update")
ALSO_TRUE = {
    "softmax-cross-entropy": ("activation", "loss", "output-delta"),
    "optimizer": ("update",),
    "batch-mean": ("weight-gradient", "loss"),
    "forward-sum": ("activation",),
    "activation": ("forward-sum",),
}
"""Principles that are not wrong about a line of another skill, and so cannot be offered beside its own."""


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """The lines with enough other principles."""
    return tuple(Subject(line.skill, line.key) for line in exercise.lines if _others(exercise, line.skill))


def _others(exercise: Exercise, skill: str) -> tuple[str, ...]:
    pool = OTHERS if exercise.lesson.graph.layers else IN_A_GRAPH
    return tuple(name for name in pool if name != skill and name not in ALSO_TRUE.get(skill, ()))


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The line in full, and a few principles to choose from."""
    del level
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    others = shuffled(_others(exercise, line.skill), exercise.seed, "explain", line.key)[: CHOICES - 1]
    choices = shuffled((line.skill, *others), exercise.seed, "order", line.key)
    principle = lesson.say(exercise.principle(line.skill))
    said = {name: lesson.say(SKILLS[name].principle) for name in others} | {line.skill: principle}
    return Question(
        exercise,
        EXPLAIN.name,
        line.skill,
        line.key,
        (Paragraph(lesson.say(ASK)), *setting(exercise, (line,)), *whole(line)),
        choose(lesson, len(choices)),
        Pick(choices.index(line.skill) + 1, len(choices)),
        (
            (Paragraph(goal(exercise, line)),),
            *(
                (Paragraph(lesson.say(told, number=choices.index(name) + 1)),)
                for told, name in zip((NOT, *[NOR] * len(others)), others[:-1], strict=False)
            ),
            (Paragraph(principle),),
        ),
        (Paragraph(principle),),
        tuple(said[name] for name in choices),
    )


EXPLAIN = Kind("explain", T("which principle is at work?", "依据哪条原理"), subjects, ask)
