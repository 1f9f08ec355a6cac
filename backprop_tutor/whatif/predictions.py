"""What many hypotheses make of some numbers: a table with a row for each, from one run of all of them side by side.

Numbers rounded as a hand does it: to so many significant figures, or to so many decimals.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.training.address import Address, numbers
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.whatif.intervention import Changes, Intervention
from backprop_tutor.whatif.staged_intervention import train_interventions


def to_decimals(values: Array, places: int) -> Array:
    """Each value to so many decimals."""
    return np.round(values, places)


def to_figures(values: Array, figures: int) -> Array:
    """Each value to so many significant figures; 0 and what is not finite stay as they are."""
    known = np.isfinite(values) & (values != 0)
    size = np.floor(np.log10(np.abs(np.where(known, values, 1.0))))
    unit = 10.0 ** (figures - 1 - size)
    return np.where(known & np.isfinite(unit), np.round(values * unit) / unit, values)


AT_ONCE = 4096
"""Worlds carried out side by side: enough to be fast, few enough to stay in the processor's cache."""

LAST_BITS, NOTHING = 1e-14, 1e-16
LEAST = 1e-12
"""What is smaller is nothing beside the numbers of a lesson."""
REACH, STRAIGHT = 2, 0.2


@frozen(eq=False)
class PredictionTable:
    """A stretch of steps of a scenario, and the numbers of it that are looked at."""

    scenario: Scenario
    seats: Sequence[Address]
    steps: int = 1
    since: TrainState | None = None

    def rows(self, hypotheses: Sequence[Sequence[Changes]], lasting: Sequence[bool] = ()) -> Array:
        """(hypotheses, seats); nan where a hypothesis has no such number.

        Those that are `lasting` hold in the training before, too; for the others that went right.
        """
        found = np.empty((len(hypotheses), len(self.seats)))
        lasts = np.array(lasting or [False] * len(hypotheses), dtype=bool)
        for each in (True, False):
            chosen = np.flatnonzero(lasts == each)
            for part in (chosen[i : i + AT_ONCE] for i in range(0, len(chosen), AT_ONCE)):
                found[part] = self._rows([hypotheses[i] for i in part], each)
        return found

    def _rows(self, hypotheses: Sequence[Sequence[Changes]], lasting: bool) -> Array:
        try:
            since = (
                train_interventions(self.scenario, hypotheses, self.since.updates)
                if self.since and lasting
                else self.since
            )
            walked = tuple(Intervention.batched(hypotheses).walk(self.scenario, self.steps, since))
        except DomainError:
            return self._halves(hypotheses, lasting)
        return numbers(walked, self.seats, len(hypotheses))

    def _halves(self, hypotheses: Sequence[Sequence[Changes]], lasting: bool) -> Array:
        """Where a formula has no value under some hypothesis, the others are carried out without it."""
        if len(hypotheses) == 1:
            return np.full((1, len(self.seats)), np.nan)
        half = len(hypotheses) // 2
        return np.concatenate([self._rows(hypotheses[:half], lasting), self._rows(hypotheses[half:], lasting)])


def joined(first: Array, second: Array) -> Array:
    """The rows of two tables, one after the other."""
    return np.concatenate([first, second])


def matching(rows: Array, targets: Sequence[float], within: Sequence[float]) -> list[int]:
    """The rows whose numbers all lie within so much of the targets, and a few last bits of a float."""
    off = np.abs(rows - np.array(targets))
    near = np.isfinite(rows) & (off <= np.array(within) + LAST_BITS * np.abs(rows))
    return [int(i) for i in np.flatnonzero(near.all(axis=1))]


def moved(rows: Array, right: Sequence[float], least: float = 1e-11) -> Array:
    """Where a row has another number than is right, by more than rounding errors."""
    target = np.array(right)
    differs: Array = ~(np.abs(rows - target) <= least * np.abs(target) + NOTHING)
    return differs


def how_many_alike(rows: Array, right: Sequence[float], targets: Sequence[float], apart: float) -> int:
    """How many different rows a slip could be taken for that moves the numbers from `right` towards `targets`.

    Those go the same way, t times as far in every number, −2 ≤ t ≤ 2, t being the same to a fifth; rows that differ by
    less than `apart` in t count once.
    """
    with np.errstate(all="ignore"):
        ways = (rows - np.array(right)) / (np.array(targets) - np.array(right))
        middle, spread = ways.mean(axis=1), np.ptp(ways, axis=1)
    alike = np.sort(middle[(np.abs(ways) <= REACH).all(axis=1) & (spread <= STRAIGHT * np.abs(middle)) & (middle != 0)])
    return int((np.diff(alike) > apart).sum()) + 1 if len(alike) else 0


def alike(rows: Array, right: Array, figures: int = 9) -> list[list[int]]:
    """The rows in groups that agree in every number to so many figures; first those that agree with the right one.

    A group of rows that stand alone has one member; rows without a number are in no group.
    """
    unit = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(right), LEAST))) + 1 - figures)
    keys = np.round((rows - right) / unit)
    groups: dict[bytes, list[int]] = {np.zeros(rows.shape[1]).tobytes(): []}
    for i, key in enumerate(keys + 0.0):
        if np.isnan(key).all():
            continue
        groups.setdefault(key.tobytes(), []).append(i)
    return list(groups.values())
