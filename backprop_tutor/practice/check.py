"""A whole written solution: every line judged against the right one and against what follows from the lines before it.

A line that is not right but follows from the learner's own earlier numbers is right from there on. What remains is
wrong in itself; of the hypotheses that give the first of those lines, the one that gives most of all is named, and the
search goes on in its world for the lines that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from backprop_tutor.engine.carried import carried
from backprop_tutor.engine.seat import Seat
from backprop_tutor.practice.case import Case
from backprop_tutor.practice.causes import causes
from backprop_tutor.practice.claim import Claim
from backprop_tutor.practice.diagnosis import Explanation
from backprop_tutor.practice.rounding import allowances

LineVerdict = Literal["right", "carried", "rounded", "wrong"]

LONGEST_LEAP = 1000.0
"""A number further from the right one is no base for what comes after."""


@dataclass(frozen=True, eq=False)
class CheckedLine:
    """A line: the claim, what is right, what follows from the lines before, the verdict, the cause if one is known."""

    claim: Claim
    right: float
    follows: float
    verdict: LineVerdict
    cause: Explanation | None = None


@dataclass(frozen=True, eq=False)
class Check:
    """The lines in the order of the computation, the causes named, and the names left blank."""

    case: Case
    lines: tuple[CheckedLine, ...]
    causes: tuple[Explanation, ...]
    blanks: tuple[str, ...]

    @property
    def first_wrong(self) -> CheckedLine | None:
        """The first line that is wrong in itself."""
        return next((line for line in self.lines if line.verdict == "wrong"), None)

    @property
    def is_right(self) -> bool:
        """Whether no line is wrong."""
        return self.first_wrong is None


def check(case: Case, blanks: tuple[str, ...] = ()) -> Check:
    """Every line of the solution in `case` judged; `blanks` are the names that were left empty."""
    judge = _Judge(case)
    wrong = tuple(i for i, verdict in judge.verdicts.items() if verdict == "wrong")
    found = tuple(causes(case, wrong))
    named = {i: explanation for explanation, explained in found for i in explained}
    lines = tuple(_line(judge, i, named.get(i)) for i in judge.order)
    return Check(case, lines, tuple(explanation for explanation, _ in found), blanks)


def _line(judge: _Judge, i: int, cause: Explanation | None) -> CheckedLine:
    verdict: LineVerdict = "rounded" if cause is not None and cause.is_rounding else judge.verdicts[i]
    return CheckedLine(judge.case.claims[i], judge.case.right[i], judge.follows[i], verdict, cause)


@dataclass(frozen=True, eq=False)
class _Judge:
    case: Case

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The claims in the order of the computation."""
        return tuple(sorted(range(len(self.case.claims)), key=lambda i: self.case.claims[i].seat.order))

    @cached_property
    def follows(self) -> tuple[float, ...]:
        """What follows, for each claim, from all the claims before it."""
        return self._carried(range(len(self.case.claims)))

    @cached_property
    def exactly(self) -> tuple[float, ...]:
        """The same where right claims stand for the unrounded numbers: nobody has to go on with the figures written."""
        told = zip(self.case.claims, self.case.right, strict=True)
        return self._carried([i for i, (claim, right) in enumerate(told) if not claim.agrees(right)])

    @cached_property
    def verdicts(self) -> dict[int, LineVerdict]:
        """The verdict on each claim, in the order of the computation."""
        wrong = [i for i in self.order if not self._stands(i)]
        from_wrong = self._carried(wrong)
        return {i: "wrong" if i in wrong else self._verdict(i, from_wrong[i]) for i in self.order}

    def _stands(self, i: int) -> bool:
        """Whether a claim is right, or follows from those before it."""
        return any(self._near(i, value) for value in (self.case.right[i], self.follows[i], self.exactly[i]))

    def _near(self, i: int, value: float) -> bool:
        """Whether `value` is what is claimed, give or take what rounding on the way can do."""
        claim = self.case.claims[i]
        return claim.agrees(value) or abs(claim.typed.value - value) <= self.allowed[i]

    @cached_property
    def allowed(self) -> tuple[float, ...]:
        """What rounding on the way can do to each claim."""
        return allowances(self.case)

    def _verdict(self, i: int, from_wrong: float) -> LineVerdict:
        claim, right = self.case.claims[i], self.case.right[i]
        if claim.agrees(right):
            return "right"
        value = claim.typed.value
        return "carried" if abs(value - from_wrong) < abs(value - right) else "rounded"

    def _carried(self, kept: Sequence[int]) -> tuple[float, ...]:
        """What follows for each claim where the claims `kept` stand, as far as they can be gone on from."""
        case = self.case
        own: dict[Seat, float | None] = {claim.seat: None for claim in case.claims}
        own |= {case.claims[i].seat: case.claims[i].typed.value for i in kept if _usable(case.claims[i], case.right[i])}
        found = carried(case.scenario, own, len(case.run.steps), case.since)
        return tuple(found[claim.seat] for claim in case.claims)


def _usable(claim: Claim, right: float) -> bool:
    """Whether a claim can be gone on from: a wrong 0 or 1, or one out of all reason, would give the rest for nothing."""
    value = claim.typed.value
    if claim.agrees(right) or value == right:
        return True
    return value not in (0.0, 1.0) and abs(right) / LONGEST_LEAP <= abs(value) <= abs(right) * LONGEST_LEAP
