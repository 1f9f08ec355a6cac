"""A question: what is asked, what counts as right, the help there is, and the worked solution behind it."""

from __future__ import annotations

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block, Words
from backprop_tutor.practice.quiz.exercise import Exercise
from backprop_tutor.practice.quiz.key import Key


@frozen(eq=False)
class Question:
    """A question made from a trace.

    `quantity` is the contract's name of the number it asks for, None where it asks for something else. `how` says what
    to type. `hints` go from the goal to the value, one at a time; `solution` is the worked solution. `mistake` is the
    mistake of the catalogue that was put into the question, where one was.
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
