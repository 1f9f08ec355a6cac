"""A derivative from values alone: central differences with ever smaller steps, extrapolated to the step 0.

The error of (f(x + h) − f(x − h))/2h is a series in h², so two steps of different size tell what it would be without
its first term, three without its first two. Too small a step drowns in rounding, so the extrapolation whose neighbours
agree best is taken, and their disagreement tells how far it may be off.

Source: C. J. F. Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", Advances in Engineering Software 4, 1982.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from backprop_tutor.frozen import frozen

EPSILON = 2.0**-52
SHRINK = 1.4  # from one step to the next
ROUNDS = 10
FIRST_STEPS = (1e-1, 1e-3, 1e-5)  # a long one is most exact; a short one misses a kink or a pole nearby


@frozen
class Estimate:
    """A derivative as far as it can be told, and how far it may be off."""

    value: float
    error: float


def extrapolated(function: Callable[[float], float], at: float) -> Estimate | None:
    """f′(at), from the first steps that serve best; None where the function has no values around `at`.

    `function` gives nan where it has no value.
    """
    estimates = [estimate for step in FIRST_STEPS for estimate in _estimates(function, at, step * max(1.0, abs(at)))]
    return min(estimates, key=lambda estimate: estimate.error, default=None)


def _estimates(function: Callable[[float], float], at: float, step: float) -> Iterator[Estimate]:
    """Neville's table of extrapolations, row by row; each entry beside the two it is made of."""
    before: list[float] = []
    for _ in range(ROUNDS):
        first, rounding = _difference(function, at, step)
        row = [first]
        for column, older in enumerate(before):
            weight = SHRINK ** (2 * (column + 1))
            row.append((row[column] * weight - older) / (weight - 1))
            error = max(abs(row[-1] - row[column]), abs(row[-1] - older)) + rounding
            if math.isfinite(error):
                yield Estimate(row[-1], error)
        before, step = row, step / SHRINK


def _difference(function: Callable[[float], float], at: float, step: float) -> tuple[float, float]:
    """The central difference, and what the last bits of the two values make of it."""
    right, left = at + step, at - step
    above, below = function(right), function(left)
    return (above - below) / (right - left), EPSILON * (abs(above) + abs(below)) / (right - left)
