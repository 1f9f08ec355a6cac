"""The verdict on every line of a solution: right, right from the learner's own numbers, rounded, or wrong in itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.diagnosis.diagnosis import allowances, scale
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.training.address import Address
from backprop_tutor.whatif.follow_through import follow_through

LineVerdict = Literal["right", "too-few-digits", "carried", "rounded", "convention", "wrong"]

LONGEST_LEAP = 1000.0
"""A number further from the right one is no base for what comes after."""


@frozen(eq=False)
class Judge:
    """The verdicts on the claims of a case, each against the right number and against what follows from those before."""

    case: Submission

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
        return {i: "wrong" if i in wrong else self._verdict(i, from_wrong[i], bool(wrong)) for i in self.order}

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

    def _verdict(self, i: int, from_wrong: float, some_wrong: bool) -> LineVerdict:
        claim, right = self.case.claims[i], self.case.right[i]
        if self._says_nothing(i):
            return "too-few-digits"
        if claim.agrees(right):
            return "right"
        far, value = abs(claim.typed.value - right), claim.typed.value
        follow_through = abs(value - from_wrong) < far / 2 or (some_wrong and far > self.allowed[i])
        return "carried" if follow_through else "rounded"

    def _says_nothing(self, i: int) -> bool:
        """Whether the right number is, on its own scale, below the last digit written: 0 for 0.0037, 0.1 for 0.1004."""
        return self.case.claims[i].typed.half_unit > scale(self.case, i) / 2 > 0

    def _carried(self, kept: Sequence[int]) -> tuple[float, ...]:
        """What follows for each claim where the claims `kept` stand, as far as they can be gone on from."""
        case = self.case
        own: dict[Address, float | None] = {claim.seat: None for claim in case.claims}
        own |= {case.claims[i].seat: case.claims[i].typed.value for i in kept if self._usable(i)}
        found = follow_through(case.scenario, own, len(case.run.steps), case.since)
        return tuple(found[claim.seat] for claim in case.claims)

    def _usable(self, i: int) -> bool:
        """Whether a claim can be gone on from: a 0 or 1, or a number out of all reason, would give the rest for nothing."""
        value, right = self.case.claims[i].typed.value, self.case.right[i]
        if value == right:
            return True
        in_reason = abs(right) / LONGEST_LEAP <= abs(value) <= abs(right) * LONGEST_LEAP
        return value not in (0.0, 1.0) and in_reason and not self._says_nothing(i)
