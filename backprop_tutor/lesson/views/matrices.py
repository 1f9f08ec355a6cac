"""Whole matrices of a step: their letters, their figures, their shapes. Examples are columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from backprop_tutor.formula.nodes import Formula, Matrix, Neg, Role, Sym, formula
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.lesson import Lesson

LARGEST = 8  # rows or columns of a matrix that is written out whole
KEPT = 3


def letter(lesson: Lesson, name: str) -> Sym:
    """The letter of a whole vector or matrix; a capital where the notation has one for several examples."""
    return _capital(lesson, name, lesson.letters.value(Quantity(name)))


def signal_letter(lesson: Lesson, name: str) -> Formula:
    """The letter of its derivative, as in the notation: δ, dZ."""
    written = lesson.letters.signal(Quantity(name))
    return _capital(lesson, name, written) if isinstance(written, Sym) else written


def _capital(lesson: Lesson, name: str, symbol: Sym) -> Sym:
    role = lesson.graph.nodes[lesson.graph.index[name]].role
    if not lesson.notation.capitals or lesson.examples == 1 or role in (Role.WEIGHT, Role.BIAS):
        return symbol
    return replace(symbol, base=symbol.base[:-1] + symbol.base[-1].upper())


def figures(
    lesson: Lesson, name: str, of: Callable[[Element], Formula] | None = None, columns: int | None = None
) -> Matrix:
    """The figures of every element of a node, or the result of `of` for each; a large matrix is cut.

    `columns` limits the number of columns, from the left.
    """
    node, write = lesson.graph.index[name], of or lesson.reading.number
    rows, all_columns = lesson.reading.trace.values[node].shape
    columns = columns or all_columns
    kept = ([lesson.graph.element(node, (row, column)) for column in _shown(columns)] for row in _shown(rows))
    return cut(tuple(tuple(write(element) for element in row) for row in kept), rows, columns)


def square(of: Callable[[int, int], Formula], size: int) -> Matrix:
    """The result of `of` for every row and column of a square matrix; a large one is cut."""
    shown = _shown(size)
    return cut(tuple(tuple(of(row, column) for column in shown) for row in shown), size, size)


def cut(shown: tuple[tuple[Formula, ...], ...], rows: int, columns: int) -> Matrix:
    """The elements shown, with … for the rows and columns that are left out."""
    if columns > LARGEST:
        shown = tuple((*row[:KEPT], Sym("⋯"), *row[KEPT:]) for row in shown)
    if rows > LARGEST:
        gap = tuple(Sym("⋯") for _ in shown[0])
        shown = (*shown[:KEPT], gap, *shown[KEPT:])
    return Matrix(shown)


def sized(factor: Fraction, product: Formula) -> Formula:
    """A product times a factor, with the factor's sign before both."""
    written = formula(abs(factor)) * product
    return written if factor > 0 else Neg(written)


def _shown(length: int) -> tuple[int, ...]:
    return tuple(range(length)) if length <= LARGEST else (*range(KEPT), length - 1)
