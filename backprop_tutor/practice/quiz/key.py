"""What counts as the right answer of a question: a closed union, one record a way of answering."""

from __future__ import annotations

from typing import TypeAlias, Union

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.line import Line


@frozen
class Number:
    """The number a line of the solution computes, within 1 % of its own scale."""

    line: Line


@frozen
class Pick:
    """One of the choices, by its number from 1. `mistakes` has, where it is known, the mistake behind each wrong one."""

    right: int
    count: int
    mistakes: tuple[str, ...] = ()


@frozen
class Expression:
    """A formula worth the same as that of a line, whatever the numbers are."""

    line: Line


@frozen
class Shape:
    """Rows and columns."""

    rows: int
    columns: int


@frozen
class Count:
    """A whole number."""

    count: int


@frozen
class Ways:
    """Every path, each as the names met on it, in any order of the paths.

    `spellings` has the other names that may be typed: what they mean, or nothing for what both ends are called.
    """

    ways: frozenset[tuple[str, ...]]
    spellings: tuple[tuple[str, str], ...] = ()


@frozen
class Parts:
    """Several answers in one line, with semicolons between them."""

    parts: tuple[Number | Pick, ...]


Key: TypeAlias = Union[Number, Pick, Expression, Shape, Count, Ways, Parts]
