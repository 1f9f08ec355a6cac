"""How likely a slip of the pen would be explained just as well: by how many hypotheses lie as close to the right number.

A slip that is off by d lands anywhere in reach of 2d around the right number. Of that stretch, 4d long, the n different
numbers that hypotheses have there cover 2h each, h being half a unit of the last digit written. So the chance is about
n·2h/4d. Figures of one solution follow from each other, and a slip carries on into all of them, so they count no more
than the sharpest of them alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.outcomes import how_many_near
from backprop_tutor.practice.case import Case
from backprop_tutor.practice.precision import NEARLY

REACH = 2
LIKELY_SINGLE = 0.05
LIKELY_PAIR = 0.005
"""Above so much chance nothing is said: a wrong explanation does more harm than none."""


def chance(case: Case, rows: Array, wrong: Sequence[int]) -> float:
    """The chance for the hypotheses whose numbers are `rows`, from 0 to 1."""
    return min(_of_claim(case, rows, i) for i in wrong)


def _of_claim(case: Case, rows: Array, i: int) -> float:
    typed, right = case.claims[i].typed, case.right[i]
    half = typed.half_unit or NEARLY * abs(typed.value)
    off = abs(typed.value - right)
    count = max(1, how_many_near(rows, i, right, REACH * off, half))
    return min(1.0, count * 2 * half / (2 * REACH * off))
