"""What known mistakes make of every blank of a worksheet: one run of the step, a world for each mistake.

Only mistakes made throughout or in a whole layer: those of a single unit, or of a single number misread, are so many
that nearly any number would be one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backprop_tutor.engine.outcomes import Table
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.seat import Seat
from backprop_tutor.lesson.document import Block, Paragraph
from backprop_tutor.lesson.find import known_names
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.windows import Window, Wrong
from backprop_tutor.text import T

MOST_SAID = 2
"""How many mistakes that give the same number are named."""

SMALLEST = 1e-3
"""The smallest scale of a wrong number, in that of the right one: what a mistake leaves at 0, or unchanged, has one."""

COMES_FROM = T(
    "This is the number you get when {clause} ({where}).",
    "如果{clause}（{where}），就会得到这个数。",
)


@dataclass(frozen=True, eq=False)
class Belief:
    """A mistake made at a place."""

    mistake: Mistake
    site: Site


def wrong_answers(sheet: Sheet) -> Mapping[str, tuple[Wrong[Belief], ...]]:
    """What each mistake gives for each line, by the line's name; where it changes nothing, the right number."""
    beliefs = tuple(_beliefs(sheet.exercise.scenario))
    table = Table(sheet.exercise.scenario, _seats(sheet), sheet.exercise.lesson.step.number)
    columns = table.rows([(belief.site.changes,) for belief in beliefs]).T.tolist()
    return {
        line.key: tuple(_wrong(sheet, line, value, belief) for value, belief in zip(column, beliefs, strict=True))
        for line, column in zip(sheet.lines, columns, strict=True)
    }


def _beliefs(scenario: Scenario) -> Iterator[Belief]:
    for mistake in MISTAKES.values():
        yield from (Belief(mistake, site) for site in mistake.sites(scenario) if site.broad and mistake.pairs)


def diagnosis(sheet: Sheet, window: Window[Belief]) -> tuple[Block, ...]:
    """What a number in the window of some mistakes comes from: the most common of them, and what they violate."""
    different = {belief.mistake.name: belief for belief in reversed(window.causes)}.values()
    named = sorted(different, key=lambda belief: -belief.mistake.seen)[:MOST_SAID]
    said = (COMES_FROM.format(clause=belief.mistake.clause, where=belief.site.where) for belief in named)
    principles = dict.fromkeys(belief.mistake.principle for belief in named)
    return tuple(Paragraph(sheet.say(text)) for text in (*said, *principles))


def _seats(sheet: Sheet) -> tuple[Seat, ...]:
    """Where the lines' numbers stand in the steps."""
    lesson = sheet.exercise.lesson
    names = known_names(lesson)
    elements = (names[str(line.quantity.within("values"))][0] for line in sheet.lines)
    last = lesson.step.number - 1
    return tuple(Seat(last, line.quantity.section, e) for line, e in zip(sheet.lines, elements, strict=True))


def _wrong(sheet: Sheet, line: Line, value: float, belief: Belief) -> Wrong[Belief]:
    """A wrong number on its own scale: its size, or how far it is from the old one where a change is asked for."""
    changed = line.quantity.section in ("updated", "after")
    old = sheet.exercise.values[str(line.quantity.within("values"))] if changed else 0.0
    return Wrong(value, max(abs(value - old), SMALLEST * line.scale), (belief,))
