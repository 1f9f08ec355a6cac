"""What can be said of somebody's figures: which are right, and which mistake produces exactly those that are not.

How far rounding on the way can carry a correct solution: about as far as cutting every intermediate result does.

Someone who writes k significant figures is taken to carry no fewer than that. Twice what the whole step is off by when
it is carried out so, and two units of the last digit, is allowed for.

How likely a slip of the pen would be explained just as well: by how many hypotheses lie as close to the right numbers.

A slip carries on: it moves all that follows from it, by t times as much as the claims were moved, and t is as likely as
not anywhere from −2 to 2. Of that stretch, the n hypotheses that move the claims the same way cover a part each that is
as wide as the sharpest claim was written, 2h of its distance d from the right number. So the chance is n·2h/4d.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Literal

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array
from backprop_tutor.practice.diagnosis.coincidence import NEARLY, figures
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, singles
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue
from backprop_tutor.practice.mistakes.conventions import FIGURES, LEAST, MOST
from backprop_tutor.text import T
from backprop_tutor.training.address import numbers
from backprop_tutor.whatif.predictions import REACH, how_many_alike

ROUNDED = "rounded-early"
TWICE, UNITS = 2, 2
MOST_LOST = 0.1
"""Of its own scale, more than this is not lost by rounding alone: 4 decimals cost a gradient so much."""


def allowances(case: Submission) -> tuple[float, ...]:
    """How far off each claim may be and still be put down to rounding."""
    among = singles(case.scenario)
    told = zip(among, case.rows(among).tolist(), strict=True)
    rows = {each.where: row for each, row in told if each.names == (ROUNDED,)}
    return tuple(
        min(_most(case, i), _allowance(claim, case.right[i], [rows[w][i] for w in _carried(claim) if w in rows]))
        for i, claim in enumerate(case.claims)
    )


def _allowance(claim: SubmittedValue, right: float, rounded: list[float]) -> float:
    off = [abs(value - right) for value in rounded if isfinite(value)]
    return TWICE * max(off, default=0.0) + UNITS * 2 * claim.typed.half_unit


def _most(case: Submission, i: int) -> float:
    """A part of the claim's own scale, and of a number with any digits of its own the last two units."""
    half = case.claims[i].typed.half_unit
    return max(MOST_LOST * scale(case, i), UNITS * 2 * half if half <= abs(case.right[i]) / 2 else 0.0)


def scale(case: Submission, i: int) -> float:
    """The size a claim is measured by: of what comes after the update that of its change, otherwise its own."""
    seat, right = case.claims[i].seat, case.right[i]
    if seat.section in ("updated", "after"):
        before = numbers(case.run.steps, [seat._replace(section="values")])[0].item()
        return abs(right - before) or abs(right)
    return abs(right)


def _carried(claim: SubmittedValue) -> Iterator[T]:
    """The ways to round that someone may have carried who writes this claim."""
    if claim.typed.half_unit:
        yield from (FIGURES.format(count=count) for count in range(max(LEAST, figures(claim.typed)), MOST + 1))


LIKELY_SINGLE = 0.1
LIKELY_PAIR = 0.005
"""Above so much chance nothing is said: a wrong explanation does more harm than none."""


def chance(case: Submission, rows: Array, wrong: Sequence[int]) -> float:
    """The chance for the hypotheses whose numbers are `rows`, from 0 to 1."""
    half = min(_sharpness(case, i) for i in wrong)
    right, claimed = [case.right[i] for i in wrong], [case.claims[i].typed.value for i in wrong]
    count = max(1, how_many_alike(rows[:, list(wrong)], right, claimed, half))
    return min(1.0, count * 2 * half / (2 * REACH))


def _sharpness(case: Submission, i: int) -> float:
    """Half a unit of the last digit, as a part of the distance from the right number."""
    typed = case.claims[i].typed
    half = typed.half_unit or NEARLY * abs(typed.value)
    return half / abs(typed.value - case.right[i])


Verdict = Literal["correct", "explained", "unexplained"]
ClaimVerdict = Literal["right", "wrong", "too-few-digits"]

MOST_SHOWN = 2


@frozen(eq=False)
class Explanation:
    """A hypothesis that gives every claim: its numbers for them, and how likely a slip would do as well by chance."""

    hypothesis: Hypothesis
    numbers: tuple[float, ...]
    chance: float

    @property
    def is_rounding(self) -> bool:
        """Whether nothing is said but that digits were dropped on the way."""
        return self.hypothesis.names == (ROUNDED,)

    @property
    def is_possible(self) -> bool:
        """Whether it is no more than possible: rounding, but of so few digits that a slip would do as well."""
        return self.is_rounding and self.chance > LIKELY_SINGLE


@frozen(eq=False)
class Diagnosis:
    """The verdict on each claim, and every explanation that covers them all, best first.

    `doubtful` are patterns that fit as well, but the figures have too few digits to tell them from chance. `worlds`
    tells how many hypotheses were held against the claims, `is_close` whether rounding on the way could have done it.
    """

    case: Submission
    verdicts: tuple[ClaimVerdict, ...]
    worlds: int
    explanations: tuple[Explanation, ...] = ()
    doubtful: tuple[Explanation, ...] = ()
    is_close: bool = False

    @property
    def verdict(self) -> Verdict:
        """Correct where no claim is wrong; else whether it is explained."""
        if "wrong" not in self.verdicts:
            return "correct"
        return "explained" if self.explanations else "unexplained"

    @property
    def wrong(self) -> tuple[int, ...]:
        """The claims that are wrong, in the order of the computation."""
        found = [i for i, verdict in enumerate(self.verdicts) if verdict == "wrong"]
        return tuple(sorted(found, key=lambda i: self.case.claims[i].seat.order))

    @property
    def shown(self) -> Sequence[Explanation]:
        """The explanations worth saying: each mistake once, at its most likely place, and two at most."""
        once: dict[tuple[str, ...], Explanation] = {}
        for explanation in self.explanations:
            once.setdefault(explanation.hypothesis.names, explanation)
        return tuple(once.values())[:MOST_SHOWN]
