"""One blank of a worksheet as a question that stands on its own: what is given, what is asked, what each answer means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.conventions import conventions
from backprop_tutor.lesson.document import Block, Drawing, Paragraph, Text
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.forward import given
from backprop_tutor.practice.quiz.hints import goal
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.page import definitions, whole
from backprop_tutor.practice.quiz.skills import SKILLS
from backprop_tutor.practice.worksheet.beliefs import Belief
from backprop_tutor.practice.worksheet.diagnoses import diagnosis, wrong_answers
from backprop_tutor.practice.worksheet.memory import memory
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.tolerance import tolerance
from backprop_tutor.practice.worksheet.windows import Window, Wrong, windows
from backprop_tutor.text import T

FIND = T("Find {letter}. ", "求 {letter}。")
VALUE = T("Give the value with 4 significant figures.", "请给出 4 位有效数字。")
CHANGE = T(
    "Give so many digits that the change, new minus old, has 4 significant figures.",
    "请写出足够的位数，使变化量（新值减旧值）有 4 位有效数字。",
)


@frozen(eq=False)
class Numerical:
    """A question with a number as its answer: what is `known` is the same for all blanks of a sheet.

    `wrong` are the windows of what known mistakes give.
    """

    sheet: Sheet
    line: Line
    known: tuple[Block, ...]
    right: Window[Belief]
    wrong: tuple[Window[Belief], ...]

    @property
    def name(self) -> str:
        """The contract's name of what is asked for."""
        return self.sheet.name(self.line)

    @property
    def asked(self) -> tuple[Block, ...]:
        """What is asked for and how exactly."""
        say, letter = self.sheet.say, self.line.letter
        exactly = VALUE if self.line.scale == abs(self.line.value) else CHANGE
        asked = (*say(FIND, letter=letter), *say(goal(self.sheet.exercise, self.line), letter=letter))
        return (Paragraph(asked), Paragraph(say(exactly)))

    def diagnosis(self, window: Window[Belief]) -> tuple[Block, ...]:
        """What an answer within a window of `wrong` comes from."""
        return diagnosis(self.sheet, window)

    @property
    def principle(self) -> tuple[Block, ...]:
        """What to think of, for an answer that no known mistake gives."""
        return (Paragraph(self.sheet.say(SKILLS[self.line.skill].principle)),)

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


def _numerical(sheet: Sheet, line: Line, known: tuple[Block, ...], wrong: Iterable[Wrong[Belief]]) -> Numerical:
    right = Window[Belief](line.value, tolerance(line))
    return Numerical(sheet, line, known, right, windows(right, wrong))
