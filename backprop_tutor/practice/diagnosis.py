"""What can be said of somebody's figures: which are right, and which mistake produces exactly those that are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.case import Case
from backprop_tutor.practice.chance import LIKELY_SINGLE
from backprop_tutor.practice.hypotheses import Hypothesis
from backprop_tutor.practice.rounding import ROUNDED

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

    case: Case
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
