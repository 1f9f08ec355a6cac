"""A table of the numbers that follow from many hypotheses: a row for each, from one run of all of them side by side.

It also rounds numbers as done by hand: to a number of significant figures, or of decimals.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import forward
from backprop_tutor.training.address import Address, numbers
from backprop_tutor.training.batches import data_of
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.whatif.dependence import Dependence, order
from backprop_tutor.whatif.intervention import Changes, Intervention
from backprop_tutor.whatif.staged_intervention import train_interventions


def to_decimals(values: Array, places: int) -> Array:
    """Rounds each value to a number of decimals."""
    return np.round(values, places)


def to_figures(values: Array, figures: int) -> Array:
    """Rounds each value to a number of significant figures; 0 and non-finite values are unchanged."""
    known = np.isfinite(values) & (values != 0)
    size = np.floor(np.log10(np.abs(np.where(known, values, 1.0))))
    unit = 10.0 ** (figures - 1 - size)
    return np.where(known & np.isfinite(unit), np.round(values * unit) / unit, values)


AT_ONCE, NUMBERS_AT_ONCE = 4096, 4_000_000
SECTIONS = 4
"""A step has so many numbers for each of its nodes at most: a value, a cotangent, what is sent, a value afterwards."""


@lru_cache(maxsize=4)
def numbers_of(scenario: Scenario) -> int:
    """How many numbers a step of a scenario has at most, counted at its first one; where that has no value, but a later
    one may have, the given ones count.
    """
    given = {**data_of(scenario, 1), **scenario.parameters}
    try:
        values: Collection[Array] = forward(scenario.graph, given).values
    except DomainError:
        values = given.values()
    return SECTIONS * sum(value.size for value in values)


def at_once(scenario: Scenario) -> int:
    """The number of interventions computed side by side: enough to be fast, few enough for the memory."""
    return max(1, min(AT_ONCE, NUMBERS_AT_ONCE // numbers_of(scenario)))


LAST_BITS, NOTHING = 1e-14, 1e-16
LEAST = 1e-12
"""Anything smaller is negligible beside the numbers of a lesson."""
REACH, STRAIGHT = 2, 0.2


@frozen(eq=False)
class PredictionTable:
    """A range of steps of a scenario, and the numbers of it that are examined."""

    scenario: Scenario
    seats: Sequence[Address]
    steps: int = 1
    since: TrainState | None = None

    def rows(self, hypotheses: Sequence[Sequence[Changes]], lasting: Sequence[bool] = ()) -> Array:
        """The numbers, (hypotheses, addresses); nan where a hypothesis has no such number.

        Hypotheses that are `lasting` also apply to the training before these steps; for the others, that training was
        right. What cannot reach the numbers is not computed; what begins at the same line is computed side by side, so
        that they share all that comes before.
        """
        depends = Dependence(self.scenario, self.seats, again=self.steps > 1 or self.since is not None)
        every = {id(lines): lines for each in hypotheses for lines in each}  # most are part of several hypotheses
        reaches = {name: depends.reaches([lines]) for name, lines in every.items()}
        begins = {name: order(self.scenario.graph, [lines]) for name, lines in every.items()}
        reaching = [i for i, each in enumerate(hypotheses) if any(reaches[id(lines)] for lines in each)]
        found = np.empty((len(hypotheses), len(self.seats)))
        if len(reaching) < len(hypotheses):
            found[:] = self._rows([()], lasting=False)
        first = [min((begins[id(lines)] for lines in hypotheses[i]), default=(0, 0)) for i in reaching]
        sorted_ones = np.array([i for _, i in sorted(zip(first, reaching, strict=True))], dtype=np.intp)
        lasts = np.array(lasting or [False] * len(hypotheses), dtype=bool)[sorted_ones]
        for each in (True, False):
            chosen = sorted_ones[lasts == each]
            most = at_once(self.scenario)
            for part in (chosen[i : i + most] for i in range(0, len(chosen), most)):
                found[part] = self._rows([hypotheses[i] for i in part], each)
        return found

    @property
    def _moves(self) -> bool:
        """Whether any of the numbers comes after the gradients of the last step."""
        last = self.steps - 1
        return any(each.step == last and each.section not in ("values", "grads") for each in self.seats)

    def _rows(self, hypotheses: Sequence[Sequence[Changes]], lasting: bool) -> Array:
        try:
            since = (
                train_interventions(self.scenario, hypotheses, self.since.updates)
                if self.since and lasting
                else self.since
            )
            walked = tuple(Intervention.batched(hypotheses).walk(self.scenario, self.steps, since, self._moves))
        except DomainError:
            return self._halves(hypotheses, lasting)
        return numbers(walked, self.seats, len(hypotheses))

    def _halves(self, hypotheses: Sequence[Sequence[Changes]], lasting: bool) -> Array:
        """Computes the hypotheses in two halves, so that those under which a formula has no value do not affect the
        others.
        """
        if len(hypotheses) == 1:
            return np.full((1, len(self.seats)), np.nan)
        half = len(hypotheses) // 2
        return np.concatenate([self._rows(hypotheses[:half], lasting), self._rows(hypotheses[half:], lasting)])


def joined(first: Array, second: Array) -> Array:
    """The rows of two tables, one after the other."""
    return np.concatenate([first, second])


def matching(rows: Array, targets: Sequence[float], within: Sequence[float]) -> list[int]:
    """The rows whose numbers are all within a tolerance of the targets, plus a few last bits of a float."""
    off = np.abs(rows - np.array(targets))
    near = np.isfinite(rows) & (off <= np.array(within) + LAST_BITS * np.abs(rows))
    return [int(i) for i in np.flatnonzero(near.all(axis=1))]


def moved(rows: Array, right: Sequence[float] | Array, least: float = 1e-11) -> Array:
    """Where a row differs from the right numbers by more than rounding errors."""
    target = np.array(right)
    with np.errstate(invalid="ignore"):  # what is infinite in both has not moved
        near = np.isfinite(target) & (np.abs(rows - target) <= least * np.abs(target) + NOTHING)
    differs: Array = ~(near | (np.asarray(rows) == target))
    return differs


def how_many_alike(rows: Array, right: Sequence[float], targets: Sequence[float], apart: float) -> int:
    """Counts the different rows that a slip could be taken for that moves the numbers from `right` towards `targets`.

    These rows move in the same direction, t times as far in every number, −2 ≤ t ≤ 2, with t constant to within a
    fifth; rows that differ by less than `apart` in t count once.
    """
    with np.errstate(all="ignore"):
        ways = (rows - np.array(right)) / (np.array(targets) - np.array(right))
        middle, spread = ways.mean(axis=1), np.ptp(ways, axis=1)
    alike = np.sort(middle[(np.abs(ways) <= REACH).all(axis=1) & (spread <= STRAIGHT * np.abs(middle)) & (middle != 0)])
    return int((np.diff(alike) > apart).sum()) + 1 if len(alike) else 0


def alike(rows: Array, right: Array, figures: int = 9) -> list[list[int]]:
    """Groups the rows that agree in every number to some figures; first the group that agrees with the right one.

    A row that agrees with no other is a group of one; rows without a number are in no group.
    """
    unit = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(right), LEAST))) + 1 - figures)
    with np.errstate(invalid="ignore"):  # a prediction of ∞ where the right number is ∞ is no number here
        keys = np.round((rows - right) / unit)
    groups: dict[bytes, list[int]] = {np.zeros(rows.shape[1]).tobytes(): []}
    for i, key in enumerate(keys + 0.0):
        if np.isnan(key).all():
            continue
        groups.setdefault(key.tobytes(), []).append(i)
    return list(groups.values())
