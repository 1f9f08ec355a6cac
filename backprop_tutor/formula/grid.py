"""Matrices of numbers as nested tuples, for checking small matrix formulas without an array library.

A value is a number or a grid of rows; a function of numbers spreads over grids as in NumPy, where a side of length 1
stretches to the other side's length.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import TypeAlias, TypeVar, Union

N = TypeVar("N", float, Fraction)
Grid: TypeAlias = tuple[tuple[N, ...], ...]
Value: TypeAlias = Union[N, Grid[N]]


def spread(function: Callable[..., N], *values: Value[N]) -> Value[N]:
    """`function` of the values, cell by cell where any of them is a grid. Raises ValueError for unlike shapes."""
    grids = [value for value in values if isinstance(value, tuple)]
    if not grids:
        return function(*values)
    height, width = _side([len(grid) for grid in grids]), _side([len(grid[0]) for grid in grids])
    return tuple(
        tuple(function(*(_cell(value, row, column) for value in values)) for column in range(width))
        for row in range(height)
    )


def product(left: Value[N], right: Value[N]) -> Value[N]:
    """The matrix product; a number multiplies every cell. Raises ValueError where the inner sides differ."""
    if not isinstance(left, tuple) or not isinstance(right, tuple):
        return spread(mul, left, right)
    columns = tuple(zip(*right, strict=True))
    return tuple(tuple(_dot(row, column) for column in columns) for row in left)


def transpose(value: Value[N]) -> Value[N]:
    """Rows as columns; a number is its own transpose."""
    return tuple(zip(*value, strict=True)) if isinstance(value, tuple) else value


def _dot(row: tuple[N, ...], column: tuple[N, ...]) -> N:
    return reduce(add, (a * b for a, b in zip(row, column, strict=True)))


def _side(lengths: list[int]) -> int:
    longest = max(lengths)
    if any(length not in (1, longest) for length in lengths):
        raise ValueError(f"sides of length {lengths} do not fit together")
    return longest


def _cell(value: Value[N], row: int, column: int) -> N:
    if not isinstance(value, tuple):
        return value
    cells = value[row if len(value) > 1 else 0]
    return cells[column if len(cells) > 1 else 0]
