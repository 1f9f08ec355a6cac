"""A question: what is asked, its key, its hints, and the worked solution.

The right answer is a closed union: one record a way of answering.
"""

from __future__ import annotations

from typing import TypeAlias, Union

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block, Paragraph, Words
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import choices
from backprop_tutor.text import T

ANSWER = T("The answer is {right}.", "答案是 {right}。")


@frozen
class Number:
    """The number that a line of the solution computes; the judge says what is right."""

    line: Line


@frozen
class Pick:
    """One of the choices, by its number from 1. `mistakes` contains, where it is known, the mistake behind each wrong
    one.
    """

    right: int
    count: int
    mistakes: tuple[str, ...] = ()


@frozen
class Expression:
    """A formula with the same value as that of a line, whatever the numbers are."""

    line: Line


@frozen
class Axes:
    """The lengths of the axes; `rank` of them must be typed, or any number. A single number is typed as 1."""

    axes: tuple[int, ...]
    rank: int | None = None

    @property
    def example(self) -> str:
        """A shape to show how one is typed, never the right one."""
        return "2x3" if self.axes != (2, 3) else "3x1"


@frozen
class Count:
    """A whole number."""

    count: int


@frozen
class Ways:
    """Every path, each as the names on it, in any order of the paths.

    `spellings` contains the other names that may be typed, with their meanings; empty for the ends of a path.
    """

    ways: frozenset[tuple[str, ...]]
    spellings: tuple[tuple[str, str], ...] = ()


@frozen
class Parts:
    """Several answers in one line, with semicolons between them."""

    parts: tuple[Number | Pick, ...]


Key: TypeAlias = Union[Number, Pick, Expression, Axes, Count, Ways, Parts]


@frozen
class Slip:
    """A wrong answer (a choice, a count, the lengths of axes) that a known slip gives, and what is said of it."""

    answer: int | tuple[int, ...]
    said: Words


def as_typed(answer: int | tuple[int, ...]) -> str:
    """A whole number, or the lengths of axes, as a learner types them; a single number has the shape 1."""
    return "x".join(map(str, answer or (1,))) if isinstance(answer, tuple) else str(answer)


@frozen(eq=False)
class Question:
    """A question made from a trace.

    `quantity` is the contract's name of the number it asks for, None where it asks for something else. `how` says what
    to type. `hints` go from the goal to the value, one at a time; `solution` is the worked solution. `mistake` is the
    mistake of the catalogue in the question, if it contains one. `slips` explain wrong answers that are no numbers of the
    solution.
    """

    exercise: Exercise
    kind: str
    skill: str
    quantity: str | None
    prompt: tuple[Block, ...]
    how: Words
    key: Key
    hints: tuple[tuple[Block, ...], ...]
    solution: tuple[Block, ...]
    choices: tuple[Words, ...] = ()
    mistake: str | None = None
    slips: tuple[Slip, ...] = ()


def worked(question: Question) -> tuple[Block, ...]:
    """The worked solution of a question that was given up; for one with choices also the right choice."""
    if not isinstance(question.key, Pick):
        return question.solution
    return (Paragraph(question.exercise.lesson.say(ANSWER, right=question.key.right)), *question.solution)


def prompt(question: Question) -> tuple[Block, ...]:
    """The question, the choices, and how to answer."""
    return (*question.prompt, *choices(question.choices), Paragraph(question.how, "muted"))
