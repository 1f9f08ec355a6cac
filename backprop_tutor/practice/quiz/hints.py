"""The ladder of hints of a line: the goal, the principle, the formula, the formula with these numbers, the value.

They are shown one at a time, without the number of those that are left: knowing it tempts learners to go straight to
the last.
"""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.nodes import Num, Role
from backprop_tutor.lesson.document import Block, Equation, Link, Paragraph, Words
from backprop_tutor.lesson.inline import sign
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.text import T

Hint = tuple[Block, ...]

LOSS_AFTER = T(
    "{letter} is asked for once more, after the update: the forward pass again, with the new weights.",
    "要求的是更新之后的 {letter}：用新权重再做一次前向传播。",
)
UPDATED = T("The new value of {letter} is asked for, after one update.", "要求的是更新一步之后 {letter} 的新值。")
DERIVATIVE = T(
    "{letter} is asked for: how much {result} grows for each unit by which that quantity grows.",
    "要求的是 {letter}：那个量每增大一个单位，{result} 增大多少。",
)
GOALS = {
    Role.PREACTIVATION: T(
        "{letter} is what reaches the unit, before its activation function.",
        "{letter} 是到达单元的输入，还没有经过激活函数。",
    ),
    Role.ACTIVATION: T(
        "{letter} is what the unit hands on, after its activation function.", "{letter} 是单元经过激活函数之后的输出。"
    ),
    Role.LOSS: T("{letter} measures how far the outputs are from their targets.", "{letter} 衡量输出离目标值有多远。"),
}
VALUE = T("{letter} is one step of the forward computation.", "{letter} 是前向传播中的一步。")


def ladder(exercise: Exercise, line: Line) -> tuple[Hint, ...]:
    """The hints of a line, the value last."""
    return tuple(_ladder(exercise, line))


def _ladder(exercise: Exercise, line: Line) -> Iterator[Hint]:
    say = exercise.lesson.say
    yield (Paragraph(goal(exercise, line)),)
    yield (Paragraph(say(exercise.principle(line.skill))),)
    yield (in_letters(line),)
    if not isinstance(line.numbers, Num):
        yield (in_numbers(line),)
    yield (Equation(line.letter, (Link(sign(line.letter, line.shown), line.shown),)),)


def in_letters(line: Line) -> Equation:
    """The formula of a line; a new value replaces the old one."""
    return Equation(line.letter, (Link("←" if line.quantity.section == "updated" else "=", line.written),))


def in_numbers(line: Line) -> Equation:
    """The formula of a line, then the same with its numbers."""
    return Equation(line.letter, (*in_letters(line).links, Link("=", line.numbers)))


def goal(exercise: Exercise, line: Line) -> Words:
    """The goal, in words."""
    return exercise.lesson.say(_goal(exercise, line), letter=line.letter, result=exercise.lesson.letters.loss)


def _goal(exercise: Exercise, line: Line) -> T:
    match line.quantity.section:
        case "grads":
            return DERIVATIVE
        case "updated":
            return UPDATED
        case "after":
            return LOSS_AFTER
        case _:
            place, _ = exercise.lesson.graph.located(line.quantity.name, line.quantity.indices)
            node = exercise.lesson.graph.nodes[place]
            return GOALS.get(node.role, VALUE)
