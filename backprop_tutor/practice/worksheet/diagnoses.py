"""What a wrong number on a worksheet comes from: the mistakes that give it, and what they violate."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.lesson.document import Block, Paragraph
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.worksheet.beliefs import Belief, beliefs, outcomes
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.windows import Window, Wrong
from backprop_tutor.text import T

MOST_SAID = 2
"""How many mistakes that give the same number are named."""

SMALLEST = 1e-3
"""The smallest scale of a wrong number, in that of the right one: what a mistake leaves at 0, or unchanged, has one."""

COMES_FROM = T(
    "This is the number you get when {clause} ({where}).",
    "这样算正好得到这个数：{clause}（{where}）。",
)


def wrong_answers(sheet: Sheet) -> Mapping[str, tuple[Wrong[Belief], ...]]:
    """What each mistake gives for each line, by the line's name; where it changes nothing, the right number."""
    held = beliefs(sheet.exercise.scenario)
    columns = outcomes(sheet.exercise, held).T.tolist()
    return {
        line.key: tuple(_wrong(sheet, line, value, belief) for value, belief in zip(column, held, strict=True))
        for line, column in zip(sheet.exercise.lines, columns, strict=True)
    }


def diagnosis(sheet: Sheet, window: Window[Belief]) -> tuple[Block, ...]:
    """What a number in the window of some mistakes comes from: the most common of them, and what they violate."""
    different = {belief.mistake.name: belief for belief in reversed(window.causes)}.values()
    named = sorted(different, key=lambda belief: -belief.mistake.seen)[:MOST_SAID]
    said = (COMES_FROM.format(clause=belief.mistake.clause, where=belief.site.where) for belief in named)
    principles = dict.fromkeys(belief.mistake.principle for belief in named)
    return tuple(Paragraph(sheet.say(text)) for text in (*said, *principles))


def _wrong(sheet: Sheet, line: Line, value: float, belief: Belief) -> Wrong[Belief]:
    """A wrong number on its own scale: its size, or how far it is from the old one where a change is asked for."""
    changed = line.quantity.section in ("updated", "after")
    old = sheet.exercise.values[str(line.quantity.within("values"))] if changed else 0.0
    return Wrong(value, max(abs(value - old), SMALLEST * line.scale), (belief,))
