"""How likely a slip of the pen would be explained just as well: by how many hypotheses lie as close to the right numbers.

A slip carries on: it moves all that follows from it, by t times as much as the claims were moved, and t is as likely as
not anywhere from −2 to 2. Of that stretch, the n hypotheses that move the claims the same way cover a part each that is
as wide as the sharpest claim was written, 2h of its distance d from the right number. So the chance is n·2h/4d.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.outcomes import REACH, how_many_alike
from backprop_tutor.practice.case import Case
from backprop_tutor.practice.precision import NEARLY

LIKELY_SINGLE = 0.1
LIKELY_PAIR = 0.005
"""Above so much chance nothing is said: a wrong explanation does more harm than none."""


def chance(case: Case, rows: Array, wrong: Sequence[int]) -> float:
    """The chance for the hypotheses whose numbers are `rows`, from 0 to 1."""
    half = min(_sharpness(case, i) for i in wrong)
    right, claimed = [case.right[i] for i in wrong], [case.claims[i].typed.value for i in wrong]
    count = max(1, how_many_alike(rows[:, list(wrong)], right, claimed, half))
    return min(1.0, count * 2 * half / (2 * REACH))


def _sharpness(case: Case, i: int) -> float:
    """Half a unit of the last digit, as a part of the distance from the right number."""
    typed = case.claims[i].typed
    half = typed.half_unit or NEARLY * abs(typed.value)
    return half / abs(typed.value - case.right[i])
