"""The verdict on every line of a solution, one judge for all callers: `check`, `diagnose`, `verify`, quiz, worksheet.

A figure is `right` where it agrees with the right number to its precision. It is `rounded` where it does not, but
follows from the earlier submitted figures, each anywhere in its interval, and, for those not submitted, from right
numbers rounded to as many figures; `carried` where it follows in this way from earlier figures that are wrong;
`undecided` where it has so few digits that almost any number would agree; else `wrong`. A line computed from given
numbers alone is exact, so it is never `rounded`. Of two verdicts the learner gets the better one.

The steps are computed twice: once with the wrong figures corrected, once with all as they were written. Both go in the
order of the computation, so no verdict depends on the order of the submitted values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from math import isfinite
from typing import Literal, NamedTuple

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, at, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.agreement import figures
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.exercise.typed import FLOAT_DIGITS
from backprop_tutor.training.address import numbers
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.whatif.follow_through import Enough, Reach, Settled, Spot, follow

LineVerdict = Literal["right", "rounded", "carried", "wrong", "undecided"]
Verdict = Literal["correct", "explained", "unexplained", "undecided"]

STANDING = ("right", "rounded", "undecided")
"""The verdicts on figures that need no correction."""
EXACTLY, SHORT = 1e-12, 6
"""A number of so few figures is exact, and so is a submitted value of it."""
FEWEST = 2
"""A learner is assumed to calculate with at least this many figures, and with more if a single one is written."""
FEW = 3
"""With so few figures half a unit is so wide that nearly everything could be explained by it."""
DECIMALS_COST = 0.05
"""Relative to its size, the largest loss of a number by rounding to decimals."""
SINGLE, DOUBLE = 3e-7, 1e-15
"""The relative rounding error of a number that a program stores."""
UNKNOWN = float("inf")
"""The half-width of a number that was computed in steps that are not looked at."""
NEAR = 0.02
"""Relative to the largest number of its array: a float with a larger error was not merely rounded."""


class Kept(NamedTuple):
    """How numbers are rounded on the way: to so many figures, or decimals where there are decimals; or as in a program."""

    figures: int
    decimals: int = 0
    lost: float = 0.0


def overall(lines: Collection[LineVerdict], *, explained: bool) -> Verdict:
    """The verdict on a whole solution: correct with at least one line right or rounded and none wrong.

    `explained` is true where every wrong line is. The verdict is undecided where no line is known to be right.
    """
    if "wrong" in lines:
        return "explained" if explained else "unexplained"
    return "correct" if "right" in lines or "rounded" in lines else "undecided"


@frozen(eq=False)
class Judge:
    """The verdicts on the submitted values of a case.

    `stated` is the number of figures of the numbers that were given to the learner, where they did not compute them.
    """

    case: Submission
    stated: int = 0

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The submitted values in the order of the computation."""
        return tuple(sorted(range(len(self.case.claims)), key=lambda i: self.case.claims[i].seat.order))

    @cached_property
    def verdicts(self) -> dict[int, LineVerdict]:
        """The verdict on each submitted value, in the order of the computation."""
        return {i: self._judged[0][i] for i in self.order}

    @cached_property
    def follows(self) -> tuple[float, ...]:
        """The value that follows, for each submitted one, from all those before it as they were written."""
        return self._judged[1]

    @cached_property
    def _judged(self) -> tuple[dict[int, LineVerdict], tuple[float, ...]]:
        verdicts: dict[int, LineVerdict] = dict.fromkeys(self.order, "wrong")
        for i in self.order:
            if self.case.agrees(i, self.case.right[i]) and not self._is_cut(i):
                verdicts[i] = "undecided" if self._could_hardly_disagree(i) else "right"
        if "wrong" not in verdicts.values():
            return verdicts, self.case.right
        kept = self._kept(verdicts)
        follows = self._follow(verdicts, kept, carrying=False)
        if "wrong" in [verdicts[i] for i in self.order[:-1]]:  # else no line comes after a wrong figure
            follows = self._follow(verdicts, kept, carrying=True)
        return verdicts, follows

    def _is_cut(self, i: int) -> bool:
        """Whether a single figure was written for a number that has just a few more: -2 for what is -2.5 exactly."""
        typed, right = self.case.claims[i].typed, self.case.right[i]
        if figures(typed) != 1 or typed.is_float or not isfinite(right):
            return False
        off = abs(typed.value - right) > EXACTLY * abs(right)
        return off and abs(float(f"{right:.{SHORT}g}") - right) <= EXACTLY * abs(right)

    def _could_hardly_disagree(self, i: int) -> bool:
        """Whether 0, half or twice as much, or no change at all, would agree as well."""
        typed, right = self.case.claims[i].typed, self.case.right[i]
        exact = abs(typed.value - right) <= EXACTLY * abs(right)
        if exact or typed.is_float or not typed.value:
            return False
        base = right - self.change(i, right)
        return any(abs(base + part * (right - base) - typed.value) <= typed.half_unit for part in (0, 0.5, 2))

    def change(self, i: int, value: float) -> float:
        """The scale of a number: after the update its change, otherwise the number itself."""
        seat = self.case.claims[i].seat
        if seat.section in ("updated", "after"):
            before: float = numbers(self.case.run.steps, [seat._replace(section="values")])[0].item()
            return value - before or value
        return value

    def _kept(self, verdicts: Mapping[int, LineVerdict]) -> dict[Kept, int]:
        """The ways of rounding of the values that are still wrong, numbered."""
        wrong = [i for i, verdict in verdicts.items() if verdict == "wrong"]
        is_printed = any(self.case.claims[i].typed.is_float for i in wrong)
        follows = self._follow(dict(verdicts), {}, carrying=True) if is_printed else self.case.right
        open_ = [i for i in wrong if self._may_be_rounded(i, follows[i])]
        return {kept: k for k, kept in enumerate(dict.fromkeys(map(self.rounding, open_)))}

    def _may_be_rounded(self, i: int, follows: float) -> bool:
        typed, largest = self.case.claims[i].typed, self.case.largest[i]
        return not typed.is_float or any(
            abs(typed.value - value) <= NEAR * max(largest, abs(value)) for value in (self.case.right[i], follows)
        )

    def rounding(self, i: int) -> Kept:
        """The assumed rounding on the way to a submitted value."""
        typed = self.case.claims[i].typed
        if self.stated:
            return Kept(self.stated)
        if typed.coarsest:
            return Kept(max(FEWEST, typed.coarsest))
        if typed.is_float or not typed.half_unit:
            written = 0 if figures(typed) >= FLOAT_DIGITS else figures(typed)
            return Kept(written, lost=SINGLE if typed.is_single else DOUBLE)
        written = figures(typed)
        return Kept(written if written >= FEWEST else FEWEST + 1, max(0, -round(np.log10(2 * typed.half_unit))))

    def _follow(
        self, verdicts: dict[int, LineVerdict], kept: Mapping[Kept, int], *, carrying: bool
    ) -> tuple[float, ...]:
        """Computes the steps once, updating the verdicts; the value that follows for each submitted one."""
        follower = _Follower(self, verdicts, kept, carrying)
        lost = follower.lost if kept else None
        case = self.case
        follow(case.scenario, follower.settle, len(case.run.steps), case.since, lost, leads=case.leads)
        return tuple(follower.follows)

    def reached(self, i: int, value: float, slack: float, *, carrying: bool) -> LineVerdict:
        """The verdict on a value that is not right, where `value` follows for it, within `slack`."""
        is_exact = not slack and abs(value - self.case.right[i]) <= EXACTLY * abs(value)
        if is_exact or not self.case.agrees(i, value, slack):
            return "wrong"
        if slack > abs(self.change(i, value)) / 2 and not self.case.agrees(i, value):
            return "undecided"
        if self.case.claims[i].typed.is_float and not carrying:
            return "right"
        return "carried" if carrying else "rounded"


class _Follower:
    """One pass through the steps: values are graded and inserted as soon as their quantity is computed.

    Wrong values are corrected, unless wrong figures are carried.
    """

    def __init__(
        self, judge: Judge, verdicts: dict[int, LineVerdict], kept: Mapping[Kept, int], carrying: bool
    ) -> None:
        self.judge, self.verdicts, self.kept, self.carrying = judge, verdicts, kept, carrying
        self.follows = list(judge.case.right)
        self.claims = judge.case.claims
        self.at = judge.case.spots
        self.ahead = len(self.at)

    def settle(self, spot: Spot, reach: Reach) -> Settled:
        """The value to continue with at a quantity. Raises Enough after the last submitted one."""
        mine = self.at.get(spot, ())
        for i in mine:
            self._judge(i, reach)
        self.ahead -= bool(mine)
        if not self.ahead:
            raise Enough
        own = self._own(spot, reach) if self.kept else None
        if not mine:
            return Settled(reach.value, own)
        value, replaced = np.array(reach.value), np.zeros(reach.value.shape, bool)
        for i in sorted(mine, key=self._weight):
            place, stands = self.claims[i].seat.element.place, self.carrying or self.verdicts[i] in STANDING
            value[place] = self.claims[i].typed.value if stands else self.judge.case.right[i]
            replaced[place] = True
            if own is not None:
                own[at(place)] = self._half(i) if stands else 0.0
        return Settled(value, own, replaced)

    def _weight(self, i: int) -> tuple[bool, float, float]:
        """The rank of a verdict: of several figures for one number the best counts, the last in this order."""
        typed = self.claims[i].typed
        return self.verdicts[i] in STANDING, -typed.half_unit, typed.value

    def _judge(self, i: int, reach: Reach) -> None:
        place = self.claims[i].seat.element.place
        value = float(reach.value[place])
        self.follows[i] = value
        if self.verdicts[i] == "wrong":
            slack = self._slack(i, reach, place)
            self.verdicts[i] = self.judge.reached(i, value, slack, carrying=self.carrying)

    def _slack(self, i: int, reach: Reach, place: tuple[int, ...]) -> float:
        """The half-width of a line, from its inputs."""
        k = self.kept.get(self.judge.rounding(i))
        return 0.0 if k is None or reach.half is None else float(reach.half[k][place])

    def _half(self, i: int) -> float:
        """The half-width of a submitted number."""
        typed = self.claims[i].typed
        if typed.is_float:
            return max(typed.half_unit, (SINGLE if typed.is_single else DOUBLE) * abs(typed.value))
        return typed.half_unit if typed.value else 0.0

    def _own(self, spot: Spot, reach: Reach) -> Array:
        """The largest rounding error of a quantity that was not submitted."""
        case = self.judge.case
        if not _is_given(case.scenario, spot):
            return self.lost(reach, bool(spot.state))
        is_later = spot.step == 0 and case.since is not None and not case.is_given
        if is_later and case.scenario.graph.nodes[spot.node].name in case.scenario.graph.parameters:
            return self.lost(reach, half=UNKNOWN)
        return np.array([_lost(reach.value, 0.0, Kept(0, lost=kept.lost)) for kept in self.kept])

    def lost(self, reach: Reach, in_rule: bool = False, half: float = 0.0) -> Array:
        """The largest rounding error of some numbers, known to ±half, for each way of rounding.

        What an optimizer's rule keeps and computes is small: it is rounded to figures, never to decimals.
        """
        halves = [half] * len(self.kept) if reach.half is None else reach.half
        ways = [kept._replace(decimals=0) if in_rule else kept for kept in self.kept]
        return np.array([_lost(reach.value, known, kept) for kept, known in zip(ways, halves, strict=True)])


def _is_given(scenario: Scenario, spot: Spot) -> bool:
    """Whether a quantity is given: data, and the parameters of the first step."""
    node = scenario.graph.nodes[spot.node]
    is_free = node.name in scenario.graph.parameters and spot.step > 0
    return spot.section == "values" and node.op is None and not is_free


def _lost(value: Array, half: Array | float, kept: Kept) -> Array:
    """The largest rounding error of each number, known to ±half; 0 where it has no more figures.

    Half a unit of the last figure; with few figures, where that would be very much, the actual error if `half` leaves
    no doubt about the last figure.
    """
    finite = np.where(np.isfinite(value), value, 0.0)
    as_float = kept.lost * np.abs(finite)
    if not kept.figures:
        return as_float
    size = np.abs(np.where(finite != 0, finite, 1.0))
    fine, coarse = 10.0 ** (np.floor(np.log10(size)) + 1 - kept.figures), 10.0**-kept.decimals
    may_be_coarse = bool(kept.decimals) & (coarse / 2 <= DECIMALS_COST * size)
    off = np.maximum(_cut(finite, fine), np.where(may_be_coarse, _cut(finite, coarse), 0.0))
    most = np.where(may_be_coarse, np.maximum(fine, coarse), fine) / 2
    nothing = (finite == 0) | (off <= EXACTLY * size)
    is_sure = (kept.figures <= FEW) & (off + half < most)
    lost: Array = np.maximum(np.where(nothing, 0.0, np.where(is_sure, off, most)), as_float)
    return lost


def rounded_on_the_way(
    scenario: Scenario, figures: int, steps: int = 1, since: TrainState | None = None, *, variants: bool = False
) -> Mapping[Spot, Array]:
    """The half-width of every quantity of some steps where each one before it is written with so many figures.

    After the update the change has so many figures. The arrays of `variants` have an axis of them in front. Raises
    DomainError where one of them has no value.
    """
    kept, found, before = Kept(figures), dict[Spot, Array](), dict[tuple[int, int], Array]()

    def settle(spot: Spot, reach: Reach) -> Settled:
        found[spot] = np.zeros_like(reach.value) if reach.half is None else reach.half[0]
        is_new = spot.section in ("updated", "after")
        scale = reach.value - before[spot.step, spot.node] if is_new else reach.value
        own = None if _is_given(scenario, spot) else _lost(scale, found[spot], kept)[None]
        if spot.section == "values":
            before[spot.step, spot.node] = reach.value
        return Settled(reach.value, own)

    follow(scenario, settle, steps, since, lambda reach, _: _lost(reach.value, 0.0, kept)[None], variants=variants)
    return found


def _cut(value: Array, unit: Array | float) -> Array:
    off: Array = np.abs(np.round(value / unit) * unit - value)
    return off
