"""How far off a number may be that was worked out from written figures: half a unit of each of those, carried along.

Numbers that the learner wrote are known to half a unit of their last digit; those in between that they did not write were
hardly carried with fewer figures than they write.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.practice.diagnosis.agreement import NO_MORE_THAN, figures
from backprop_tutor.practice.diagnosis.agreement import within as meant
from backprop_tutor.practice.edits.claimed_solution import ClaimedSolution
from backprop_tutor.practice.exercise.typed import Typed

OFF_BY_ONE = 3.0
"""So many half units is a figure off that is one too many or too few in its last digit."""
LEAST_CARRIED, MOST_CARRIED = 2, 12
TOGETHER = 1.5


@frozen(eq=False)
class Width:
    """For each claim, how far off its figures may be, and how far off what follows may be by the rounding on the way."""

    written: Array
    carried: Array

    @property
    def whole(self) -> Array:
        """Both together."""
        return self.written + self.carried


class Slack:
    """For each claim, how far from what follows it may be and still be meant by it."""

    def __init__(self, claimed: ClaimedSolution) -> None:
        self.claimed = claimed
        claims = zip(claimed.case.claims, claimed.case.largest, strict=True)
        self.half: Array = np.array([_half(claim.typed, largest) for claim, largest in claims])

    @cached_property
    def strict(self) -> Width:
        """Half a unit of the last digit, and what the learner's own wrong figures leave open."""
        return Width(self.half, self._from(self._own, set(range(len(self.half))) - self.claimed.agreeing))

    @cached_property
    def loose(self) -> Width:
        """The same where every figure written, and every one in between, may have been gone on with as rounded."""
        between = TOGETHER * np.sqrt((self._between**2).sum(axis=0))
        return Width(OFF_BY_ONE * self.half, self._from(self._own, set(range(len(self.half)))) + between)

    @staticmethod
    def _from(effects: Array, claims: set[int]) -> Array:
        kept = sorted(claims)
        total: Array = effects[kept].sum(axis=0) if kept else np.zeros(effects.shape[1])
        return total

    @cached_property
    def _own(self) -> Array:
        """(claims, claims): what half a unit of each claim does to each other."""
        names = self.claimed.names
        return self.claimed.shifted([(name, half) for name, half in zip(names, self.half.tolist(), strict=True)])

    @cached_property
    def _between(self) -> Array:
        """(lines, claims): what rounding each line without a claim does to each claim."""
        carried = [figures(claim.typed) for claim in self.claimed.case.claims if claim.typed.half_unit]
        count = min(MOST_CARRIED, max(LEAST_CARRIED, *carried, 0)) if carried else MOST_CARRIED
        lines = [line.name for line in self.claimed.order if line.name not in self.claimed.position]
        return self.claimed.shifted([(name, _unit(self.claimed.base[name], count) / 2) for name in lines])


def _half(typed: Typed, largest: float) -> float:
    """How far the number meant may be from the one written; a written 0 means next to nothing of its array."""
    half = meant(typed, largest)
    return half if typed.value or typed.is_float else min(half, NO_MORE_THAN * largest)


def _unit(value: float, count: int) -> float:
    """A unit of the last of so many figures of a value."""
    if value == 0 or not np.isfinite(value):
        return 0.0
    return float(10.0 ** (np.floor(np.log10(abs(value))) + 1 - count))


def within(rows: Array, base: Array, typed: Sequence[float], width: Width) -> Array:
    """Where the numbers of some rows are meant by the claims; rounding on the way grows with the number it leads to."""
    with np.errstate(all="ignore"):
        grown = np.where(base != 0, np.maximum(1.0, np.abs(rows / base)), 1.0)
        most = width.written + width.carried * grown + 1e-14 * np.abs(rows)
    near: Array = np.isfinite(rows) & (np.abs(rows - np.array(typed)) <= most)
    return near
