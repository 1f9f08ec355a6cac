"""Shapes as rows and columns: of every factor under its line, of a variable beside its derivative."""

from __future__ import annotations

from typing import NamedTuple

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Math, Paragraph, Row, Rows, Text
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.matrices import letter, signal_letter
from backprop_tutor.text import COMMA


class Sized(NamedTuple):
    """A matrix or vector as it stands in a line, how many rows and columns it has, and the sign before it."""

    written: Formula
    rows: int
    columns: int
    mark: str = ""

    @property
    def transposed(self) -> Sized:
        """Its rows as columns."""
        return Sized(self.written.T, self.columns, self.rows, self.mark)

    def after(self, mark: str) -> Sized:
        """The same with a sign before it."""
        return self._replace(mark=f" {mark} ")

    @property
    def words(self) -> tuple[Text | Math, ...]:
        """``· a^[1] (2, 1)``."""
        return Text(self.mark), Math(self.written), Text(f" ({self.rows}, {self.columns})")


def value(lesson: Lesson, name: str) -> Sized:
    """A whole vector or matrix by its letter."""
    return Sized(letter(lesson, name), *lesson.reading.trace.value(name).shape)


def signal(lesson: Lesson, name: str) -> Sized:
    """Its derivative as the notation has it, which has the same shape."""
    return Sized(signal_letter(lesson, name), *lesson.reading.trace.value(name).shape)


def shapes(lesson: Lesson, *factors: Sized) -> Rows:
    """``W (2, 3) · x (3, 1) + b (2, 1) → z (2, 1)``: whether the factors fit, and what they make."""
    words = tuple(word for factor in factors for word in factor.words)
    return Rows((Row(lesson.say(book_phrases.SHAPES), (Paragraph(words, "muted"),)),))


def same_shape(lesson: Lesson, *names: str) -> Paragraph:
    """W and dW, b and db, z and dz side by side: the quickest check there is."""
    words: list[Text | Math] = []
    for name in names:
        words += [Text(COMMA[lesson.lang])] if words else []
        words += [Math(letter(lesson, name)), *signal(lesson, name).after("~").words]
    return Paragraph(lesson.say(book_phrases.SAME_SHAPE, pairs=tuple(words)), "muted")
