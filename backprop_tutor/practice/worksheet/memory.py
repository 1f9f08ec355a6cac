"""What an optimizer remembers of the steps before the one that is asked about: given, like the weights themselves."""

from __future__ import annotations

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Align, Block, Paragraph, Table, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import STATE
from backprop_tutor.lesson.words import math
from backprop_tutor.text import T

STEP = T(
    "This is step {number}; what the optimizer kept of the steps before:",
    "这是第 {number} 步；优化器从前面各步留下的记忆量：",
)


def memory(lesson: Lesson) -> tuple[Block, ...]:
    """A table of what is remembered of each parameter; nothing where the step is the first or there is no memory."""
    moving = [
        e for e in lesson.elements(Role.WEIGHT, Role.BIAS) if lesson.graph.nodes[e.node].name in lesson.step.lines
    ]
    kept = tuple(lesson.step.before[lesson.graph.nodes[moving[0].node].name]) if moving else ()
    if lesson.step.number == 1 or not kept:
        return ()
    header = (lesson.say(phrases.PARAMETER), *(math(STATE[name]) for name in kept))
    rows = tuple(_row(lesson, parameter, kept) for parameter in moving)
    numbers: list[Align] = ["right"] * len(kept)
    table = Table(header, rows, ("left", *numbers))
    return (Paragraph(lesson.say(STEP, number=lesson.step.number)), table)


def _row(lesson: Lesson, parameter: Element, kept: tuple[str, ...]) -> tuple[Words, ...]:
    state = lesson.step.before[lesson.graph.nodes[parameter.node].name]
    numbers = (float(state[name][parameter.row, parameter.column]) for name in kept)
    return (math(lesson.reading.letter(parameter)), *(math(lesson.figure(number)) for number in numbers))
