"""One blank of a worksheet as a question that stands on its own: what is given, what is asked, what each answer means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backprop_tutor.lesson.document import Block, Drawing, Paragraph, Text
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.forward import given
from backprop_tutor.practice.quiz.hints import goal
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.page import definitions, whole
from backprop_tutor.practice.quiz.skills import SKILLS
from backprop_tutor.practice.worksheet.answer_key import tolerance
from backprop_tutor.practice.worksheet.diagnoses import Belief, diagnosis, wrong_answers
from backprop_tutor.practice.worksheet.memory import memory
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.windows import Window, Wrong, windows
from backprop_tutor.text import T

FIND = T("Find {letter}. ", "求 {letter}。")
VALUE = T("Give the value with 4 significant figures.", "请给出 4 位有效数字。")
CHANGE = T(
    "Give so many digits that the change, new minus old, has 4 significant figures.",
    "请写到变化量（新值减旧值）有 4 位有效数字为止。",
)


@dataclass(frozen=True, eq=False)
class Numerical:
    """A question with a number as its answer; `wrong` are the windows of what known mistakes give."""

    sheet: Sheet
    line: Line
    right: Window[Belief]
    wrong: tuple[Window[Belief], ...]

    @property
    def name(self) -> str:
        """The contract's name of what is asked for."""
        return self.sheet.name(self.line)

    @property
    def prompt(self) -> tuple[Block, ...]:
        """What is given, then what is asked for and how exactly."""
        exercise, say = self.sheet.exercise, self.sheet.say
        conventions = tuple(inline for fact in facts(exercise.lesson) for inline in (Text(" · "), *fact))[1:]
        stated = (block for block in given(exercise.lesson).blocks if not isinstance(block, Drawing))
        exactly = VALUE if self.line.scale == abs(self.line.value) else CHANGE
        known = (Paragraph(conventions, "muted"), *stated, *memory(exercise.lesson), *definitions(exercise))
        letter = self.line.letter
        asked = Paragraph((*say(FIND, letter=letter), *say(goal(exercise, self.line), letter=letter)))
        return (*known, asked, Paragraph(say(exactly)))

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
    wrong = wrong_answers(sheet)
    return tuple(numerical(sheet, line, wrong[line.key]) for line in sheet.lines)


def numerical(sheet: Sheet, line: Line, wrong: Iterable[Wrong[Belief]]) -> Numerical:
    """The question for one blank, given what known mistakes make of it."""
    right = Window[Belief](line.value, tolerance(line))
    return Numerical(sheet, line, right, windows(right, wrong))
