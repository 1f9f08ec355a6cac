"""What counts as the right answer of a question: a closed union, one record a way of answering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

from backprop_tutor.practice.quiz.line import Line


@dataclass(frozen=True)
class Number:
    """The number a line of the solution computes, within 1 % of its own scale."""

    line: Line


@dataclass(frozen=True)
class Pick:
    """One of the choices, by its number from 1. `mistakes` has, where it is known, the mistake behind each wrong one."""

    right: int
    count: int
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expression:
    """A formula worth the same as that of a line, whatever the numbers are."""

    line: Line


@dataclass(frozen=True)
class Shape:
    """Rows and columns."""

    rows: int
    columns: int


@dataclass(frozen=True)
class Count:
    """A whole number."""

    count: int


@dataclass(frozen=True)
class Ways:
    """Every path, each as the names met on it, in any order of the paths.

    `spellings` has the other names that may be typed: what they mean, or nothing for what both ends are called.
    """

    ways: frozenset[tuple[str, ...]]
    spellings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Parts:
    """Several answers in one line, with semicolons between them."""

    parts: tuple[Number | Pick, ...]


Key: TypeAlias = Union[Number, Pick, Expression, Shape, Count, Ways, Parts]
