"""One blank of a worksheet as a standalone question: the given numbers, what is asked, the diagnosis of each answer.

A wrong number comes from the mistakes that give it, with the principles they violate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block, Drawing, Paragraph, Text
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.forward import given
from backprop_tutor.lesson.notes import conventions
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import definitions, goal, whole
from backprop_tutor.practice.worksheet.blanks import memory
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.windows import PlacedMistake, Window, Wrong, outcomes, placed_mistakes, windows
from backprop_tutor.text import T

MOST_SAID = 2
"""The number of mistakes with the same number that are named."""

SMALLEST = 1e-3
"""The smallest scale of a wrong number, relative to that of the right one: numbers left at 0, or unchanged, have one.
"""

COMES_FROM = T(
    "This is the number you get when {clause} ({where}).",
    "这样算正好得到这个数：{clause}（{where}）。",
)


def wrong_answers(sheet: Sheet) -> Mapping[str, tuple[Wrong[PlacedMistake], ...]]:
    """The number of each mistake for each line, by the line's name; where it changes nothing, the right number."""
    held = placed_mistakes(sheet.exercise.scenario)
    (numbers,) = outcomes([sheet.exercise], held)
    return {
        line.key: tuple(_wrong(sheet, line, value, placed) for value, placed in zip(column, held, strict=True))
        for line, column in zip(sheet.exercise.lines, numbers.T.tolist(), strict=True)
    }


def diagnosis(sheet: Sheet, window: Window[PlacedMistake]) -> tuple[Block, ...]:
    """The cause of a number in the window of some mistakes: the most common of them, and what they violate."""
    different = {placed.mistake.name: placed for placed in reversed(window.causes)}.values()
    named = sorted(different, key=lambda placed: -placed.mistake.seen)[:MOST_SAID]
    said = (COMES_FROM.format(clause=placed.mistake.clause, where=placed.site.where) for placed in named)
    principles = dict.fromkeys(placed.mistake.principle for placed in named)
    return tuple(Paragraph(sheet.say(text)) for text in (*said, *principles))


def _wrong(sheet: Sheet, line: Line, value: float, placed: PlacedMistake) -> Wrong[PlacedMistake]:
    """A wrong number on its own scale: its size, or its distance from the old one where a change is asked for."""
    old = sheet.exercise.values[line.before] if line.before else 0.0
    return Wrong(value, max(abs(value - old), SMALLEST * line.scale), (placed,))


FIND = T("Find {letter}. ", "求 {letter}。")
VALUE = T("Give the value with 4 significant figures.", "请给出 4 位有效数字。")
CHANGE = T(
    "Give so many digits that the change, new minus old, has 4 significant figures.",
    "请写出足够的位数，使变化量（新值减旧值）有 4 位有效数字。",
)


@frozen(eq=False)
class Numerical:
    """A question with a number as its answer: the `known` blocks are the same for all blanks of a sheet.

    `wrong` are the windows of known mistakes.
    """

    sheet: Sheet
    line: Line
    known: tuple[Block, ...]
    right: Window[PlacedMistake]
    wrong: tuple[Window[PlacedMistake], ...]

    @property
    def name(self) -> str:
        """The contract's name of the quantity asked for."""
        return self.sheet.name(self.line)

    @property
    def asked(self) -> tuple[Block, ...]:
        """The quantity that is asked for, and its precision."""
        say, letter = self.sheet.say, self.line.letter
        exactly = VALUE if self.line.scale == abs(self.line.value) else CHANGE
        asked = (*say(FIND, letter=letter), *goal(self.sheet.exercise, self.line).words)
        return (Paragraph(asked), Paragraph(say(exactly)))

    def diagnosis(self, window: Window[PlacedMistake]) -> tuple[Block, ...]:
        """The cause of an answer within a window of `wrong`."""
        return diagnosis(self.sheet, window)

    @property
    def principle(self) -> tuple[Block, ...]:
        """The principle to show for an answer that no known mistake gives."""
        return (Paragraph(self.sheet.say(self.sheet.exercise.principle(self.line.skill))),)

    @property
    def solution(self) -> tuple[Block, ...]:
        """The worked line."""
        return whole(self.line)


def numericals(sheet: Sheet) -> tuple[Numerical, ...]:
    """A question for every blank of a sheet."""
    wrong, known = wrong_answers(sheet), tuple(_known(sheet))
    return tuple(_numerical(sheet, line, known, wrong[line.key]) for line in sheet.lines)


def _known(sheet: Sheet) -> Iterator[Block]:
    """The worksheet up to its first blank, without the picture."""
    lesson = sheet.exercise.lesson
    yield Paragraph(tuple(inline for fact in facts(lesson) for inline in (Text(" · "), *fact))[1:], "muted")
    yield from conventions(lesson, in_signals=False)
    yield from (block for block in given(lesson).blocks if not isinstance(block, Drawing))
    yield from (*memory(lesson), *definitions(sheet.exercise))


def _numerical(sheet: Sheet, line: Line, known: tuple[Block, ...], wrong: Iterable[Wrong[PlacedMistake]]) -> Numerical:
    right = Window[PlacedMistake](line.value, sheet.room[line.key])
    return Numerical(sheet, line, known, right, windows(right, wrong))
