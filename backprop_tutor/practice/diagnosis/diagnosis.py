"""The diagnosis of a learner's figures: which are right, and which mistake produces exactly the others.

It includes the probability that a random slip would be explained just as well, from the number of hypotheses as close
to the right numbers. A slip affects everything that follows from it, moving it by t times as much as the submitted
values were moved, with t equally likely anywhere from −2 to 2. Of that range, each of the n hypotheses that move the
values in the same direction covers a part as wide as the interval of the most precise value, 2h relative to its
distance d from the right number. So the probability is n·2h/4d.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array
from backprop_tutor.practice.diagnosis.agreement import NEARLY
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis
from backprop_tutor.practice.diagnosis.line_grading import LineVerdict, Verdict, overall
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.whatif.predictions import REACH, how_many_alike

if TYPE_CHECKING:
    from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions

LIKELY_SINGLE = 0.1
LIKELY_PAIR, LIKELY_PAIR_OF_ONE = 0.005, 0.0005
"""Above this probability no explanation is given: a wrong explanation does more harm than none. Two causes behind a single
figure are less likely than two behind several.
"""


def chance(case: Submission, rows: Array, wrong: Sequence[int]) -> float:
    """The probability of a coincidence for the hypotheses whose numbers are `rows`, from 0 to 1."""
    half = min(_sharpness(case, i) for i in wrong)
    right, claimed = [case.right[i] for i in wrong], [case.claims[i].typed.value for i in wrong]
    count = max(1, how_many_alike(rows[:, list(wrong)], right, claimed, half))
    return min(1.0, count * 2 * half / (2 * REACH))


def _sharpness(case: Submission, i: int) -> float:
    """Half a unit of the last digit, relative to the distance from the right number."""
    typed = case.claims[i].typed
    half = typed.half_unit or NEARLY * abs(typed.value)
    return half / abs(typed.value - case.right[i])


MOST_SHOWN = 3
ROUNDED = "rounded-early"


@frozen(eq=False)
class Explanation:
    """A hypothesis that gives every submitted value: its numbers, and the probability that a slip would do so by
    chance.

    `edited` is the change of a line that it amounts to, if it is one, in the solution of `solutions`; `sure` means that a
    coincidence is very unlikely. `parts` are two explanations that have to be taken together.
    """

    hypothesis: Hypothesis
    numbers: tuple[float, ...]
    chance: float
    edited: Edited | None = None
    solutions: EditedSolutions | None = None
    sure: bool = True
    parts: tuple[Explanation, ...] = ()

    @property
    def kind(self) -> Literal["mistake", "convention", "slip"]:
        """Its kind: a slip of the pen only where no part of it is a mistake."""
        kinds = {made.mistake.kind for made in self.hypothesis.definition}
        return "mistake" if "mistake" in kinds else "slip" if "slip" in kinds else "convention"

    @property
    def is_rounding(self) -> bool:
        """Whether it says only that digits were dropped on the way."""
        return self.hypothesis.names == (ROUNDED,)

    @property
    def is_possible(self) -> bool:
        """Whether it is merely possible: rounding, but of so few digits that a slip would fit as well."""
        return self.is_rounding and self.chance > LIKELY_SINGLE


@frozen(eq=False)
class Diagnosis:
    """The verdict on each submitted value, and every explanation that covers them all, best first.

    `doubtful` are patterns that fit as well, but the figures have too few digits to rule out chance. `tried` is the
    number of hypotheses that were compared with the values.
    """

    case: Submission
    verdicts: tuple[LineVerdict, ...]
    tried: int
    explanations: tuple[Explanation, ...] = ()
    doubtful: tuple[Explanation, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Correct where no value is wrong; else whether it is explained."""
        return overall(self.verdicts, explained=bool(self.explanations))

    @property
    def wrong(self) -> tuple[int, ...]:
        """The wrong values, in the order of the computation."""
        found = [i for i, verdict in enumerate(self.verdicts) if verdict == "wrong"]
        return tuple(sorted(found, key=lambda i: self.case.claims[i].seat.order))

    @property
    def shown(self) -> Sequence[Explanation]:
        """The explanations to show: each mistake once, at its most likely place, and three at most."""
        once: dict[object, Explanation] = {}
        for each in self.explanations:
            once.setdefault(each.hypothesis.names or (each.edited and each.edited.edit.written), each)
        return tuple(once.values())[:MOST_SHOWN]
