"""What known mistakes make of every blank of a worksheet: one run of the step, a world for each mistake.

Only mistakes made throughout or in a whole layer: those of a single unit, or of a single number misread, are so many
that nearly any number would be one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.seat import Seat, numbers
from backprop_tutor.engine.world import World
from backprop_tutor.lesson.find import known_names
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.windows import Wrong


@dataclass(frozen=True, eq=False)
class Cause:
    """A mistake at a place."""

    mistake: Mistake
    site: Site


def wrong_answers(sheet: Sheet) -> Mapping[str, tuple[Wrong[Cause], ...]]:
    """What each mistake gives for each line, by the line's name; what it leaves right is among it."""
    causes = tuple(_causes(sheet.exercise.scenario))
    if not causes:
        return {line.key: () for line in sheet.lines}
    number = sheet.exercise.lesson.step.number
    world = World.side_by_side([(cause.site.changes,) for cause in causes])
    steps = tuple(world.walk(sheet.exercise.scenario, number))
    columns = numbers(steps, _seats(sheet), len(causes)).T.tolist()
    return {
        line.key: tuple(_wrong(sheet, line, value, cause) for value, cause in zip(column, causes, strict=True))
        for line, column in zip(sheet.lines, columns, strict=True)
    }


def _causes(scenario: Scenario) -> Iterator[Cause]:
    for mistake in MISTAKES.values():
        yield from (Cause(mistake, site) for site in mistake.sites(scenario) if site.broad and mistake.pairs)


def _seats(sheet: Sheet) -> tuple[Seat, ...]:
    """Where the lines' numbers stand in the steps."""
    lesson = sheet.exercise.lesson
    names = known_names(lesson)
    elements = (names[str(line.quantity.within("values"))][0] for line in sheet.lines)
    last = lesson.step.number - 1
    return tuple(Seat(last, line.quantity.section, e) for line, e in zip(sheet.lines, elements, strict=True))


def _wrong(sheet: Sheet, line: Line, value: float, cause: Cause) -> Wrong[Cause]:
    """A wrong number on its own scale: its size, or how far it is from the old one where a change is asked for."""
    changed = line.quantity.section in ("updated", "after")
    old = sheet.exercise.values[str(line.quantity.within("values"))] if changed else 0.0
    return Wrong(value, abs(value - old), (cause,))
