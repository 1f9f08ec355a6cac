"""The precision of a number as it was written, and its agreement with another one.

``0.0618`` has four decimals, so it means everything between 0.06175 and 0.06185; ``1/3`` is meant exactly, and a
written 0 means zero. A number of 9 or more figures is a float of some program: its accuracy depends on the largest
number of its array, in single precision where the figures show that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isfinite

from backprop_tutor.graph.array import np
from backprop_tutor.practice.exercise.typed import LITERAL, Typed, figures, number

__all__ = ["NEARLY", "agrees", "as_floats", "divided", "figures", "precise", "within"]

NEARLY = 1e-9
"""The tolerance beyond half a unit; for a fraction relative to its value, for floats to the largest of an array."""
NEARLY_SINGLE = 2e-5
"""The same for a float in single precision."""
LAST_BITS = 1e-14
NO_MORE_THAN = 1e-3
"""Relative to the largest number of its array: what is smaller may be written as 0."""
OF_A_FLOAT, OF_A_SINGLE, IN_DOUBT, SEVERAL = 9, 8, 6, 3
"""A decimal of 8 figures is often what a 32-bit float prints as, by chance: several of them are not."""

precise = number


def divided(typed: Typed, factor: float) -> Typed:
    """A number that was written times `factor`, without it, with the same relative precision."""
    return replace(typed, value=typed.value / factor, half_unit=typed.half_unit / abs(factor))


def agrees(typed: Typed, value: float, largest: float = 0.0, slack: float = 0.0) -> bool:
    """Whether `value` agrees with `typed` to its precision, where `largest` is the largest number of its array.

    A number that is not finite agrees only with itself. `slack` is the half-width of `value`.
    """
    if not (isfinite(typed.value) and isfinite(value)):
        return value == typed.value or (value != value and typed.value != typed.value)
    off = abs(value - typed.value)
    if not typed.value and not typed.is_float:
        small = off < typed.half_unit and off < NO_MORE_THAN * largest
        return small or off <= slack + LAST_BITS * largest
    return off <= within(typed, largest) + slack + LAST_BITS * abs(value)


def within(typed: Typed, largest: float) -> float:
    """The maximum distance of the number meant from the one written."""
    if typed.is_float:
        return max(typed.half_unit, (NEARLY_SINGLE if typed.is_single else NEARLY) * largest)
    return typed.half_unit * (1 + NEARLY) or NEARLY * abs(typed.value)


def as_floats(arrays: Iterable[Sequence[Typed]]) -> list[list[Typed]]:
    """The numbers of several arrays, with those that a program wrote marked as its floats.

    An array is one of floats where most of its numbers have 9 figures or more; all are in single precision where every
    number of 8 figures or more, of which there are several, is one that a 32-bit float prints as.
    """
    typed_arrays = [list(array) for array in arrays]
    long = [each for array in typed_arrays for each in array if _length(each) >= OF_A_SINGLE]
    many = len(long) >= SEVERAL or any(each.is_single or _length(each) >= OF_A_FLOAT for each in long)
    single = many and all(each.is_single or _is_single(each) for each in long)
    places = map(_last_place, typed_arrays)
    return [
        [_as_float(each, place, single) for each in array] for array, place in zip(typed_arrays, places, strict=True)
    ]


def _length(typed: Typed) -> int:
    return figures(typed) if LITERAL.fullmatch(typed.text) else 0


def _last_place(array: Sequence[Typed]) -> float | None:
    """Half a unit of the last place that an array of floats was written to; a short number in it ends in zeros there.

    None where it is no array of floats.
    """
    counted = [each for each in array if each.value]
    long = sum(each.is_float or _length(each) >= OF_A_FLOAT for each in counted)
    return min(each.half_unit for each in counted) if len(counted) > 1 and 2 * long > len(counted) else None


def _as_float(typed: Typed, last_place: float | None, single: bool) -> Typed:
    length = _length(typed)
    if last_place is not None and (length or not typed.value) and isfinite(typed.value):
        half = typed.half_unit if length >= OF_A_FLOAT else min(last_place, typed.half_unit)
        return replace(typed, half_unit=half, is_float=True, is_single=single)
    if typed.is_float or length >= OF_A_FLOAT or (single and length >= IN_DOUBT):
        return replace(typed, is_float=True, is_single=single or typed.is_single)
    return typed


def _is_single(typed: Typed) -> bool:
    """Whether the figures are those of a 32-bit float: all of them, or the fewest that distinguish it from its
    neighbours; or those of the square of one, as brain.js and others in JavaScript compute a loss.
    """
    with np.errstate(over="ignore"):
        near, root = np.float32(typed.value), float(np.float32(abs(typed.value) ** 0.5))
    return float(near) == typed.value or float(str(near)) == typed.value or root * root == typed.value
