"""What an optimizer remembers of the steps before the one that is asked about: given, like the weights themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
    "这是第 {number} 步；优化器从前面各步留下的状态量：",
)


def memory(lesson: Lesson) -> tuple[Block, ...]:
    """A table of what is remembered of each parameter; nothing where the step is the first or there is no memory."""
    rows = tuple(remembered(lesson))
    if not rows:
        return ()
    kept = tuple(rows[0][1])
    header = (lesson.say(phrases.PARAMETER), *(math(STATE[name]) for name in kept))
    numbers: list[Align] = ["right"] * len(kept)
    table = Table(header, tuple(_row(lesson, *row) for row in rows), ("left", *numbers))
    return (Paragraph(lesson.say(STEP, number=lesson.step.number)), table)


def remembered(lesson: Lesson) -> Iterator[tuple[Element, Mapping[str, float]]]:
    """Each parameter that moves, with what is remembered of it; none where the step is the first or nothing is."""
    for parameter in lesson.elements(Role.WEIGHT, Role.BIAS) if lesson.step.number > 1 else ():
        name = lesson.graph.nodes[parameter.node].name
        state = lesson.step.before[name] if name in lesson.step.lines else {}
        if state:
            yield parameter, {key: float(array[parameter.row, parameter.column]) for key, array in state.items()}


def _row(lesson: Lesson, parameter: Element, kept: Mapping[str, float]) -> tuple[Words, ...]:
    numbers = (math(lesson.figure(number)) for number in kept.values())
    return (math(lesson.reading.letter(parameter)), *numbers)
