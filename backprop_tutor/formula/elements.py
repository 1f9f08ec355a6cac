"""A formula of matrices as a matrix of formulas, one for each element: for code that uses only numbers."""

from __future__ import annotations

from typing import TypeAlias

from backprop_tutor.formula.nodes import Formula, Hadamard, MatMul, Matrix, Transpose, children, rebuild, total

Rows: TypeAlias = "tuple[tuple[Formula, ...], ...]"


def elements(node: Formula) -> Rows:
    """The elements of a formula, row by row; a number is one row of one.

    Raises ValueError for matrices whose shapes do not fit.
    """
    match node:
        case Matrix(rows=rows):
            return rows
        case Transpose(operand=operand):
            return tuple(zip(*elements(operand), strict=True))
        case MatMul(factors=(first, *rest)):
            found = elements(first)
            for factor in rest:
                found = _product(found, elements(factor))
            return found
        case Hadamard(factors=(first, *rest)):
            found = elements(first)
            for factor in rest:
                found = _spread(found, elements(factor))
            return found
        case _:
            return _each(node)


def _product(left: Rows, right: Rows) -> Rows:
    columns = tuple(zip(*right, strict=True))
    return tuple(tuple(total(tuple(_times(row, column))) for column in columns) for row in left)


def _times(row: tuple[Formula, ...], column: tuple[Formula, ...]) -> list[Formula]:
    return [a * b for a, b in zip(row, column, strict=True)]


def _spread(left: Rows, right: Rows) -> Rows:
    pairs = zip(left, right, strict=True)
    return tuple(tuple(a * b for a, b in zip(one, other, strict=True)) for one, other in pairs)


def _each(node: Formula) -> Rows:
    """Applies an operation on numbers element by element; a single number is combined with every element."""
    parts = tuple(map(elements, children(node)))
    if all(len(part) == len(part[0]) == 1 for part in parts):
        return ((rebuild(node, tuple(part[0][0] for part in parts)) if parts else node,),)
    high, wide = (max(map(measure, parts)) for measure in (len, lambda part: len(part[0])))
    return tuple(tuple(rebuild(node, tuple(_at(p, r, c) for p in parts)) for c in range(wide)) for r in range(high))


def _at(part: Rows, row: int, column: int) -> Formula:
    return part[row if len(part) > 1 else 0][column if len(part[0]) > 1 else 0]
