"""A whole written solution: every line judged against the right one and against what follows from the lines before it.

A line that is not right but follows from the learner's own earlier numbers is right from there on. What remains is
wrong in itself; of the hypotheses that give the first of those lines, the one that gives most of all is named, and the
search goes on in its world for the lines that are left.
"""

from __future__ import annotations

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.case import Case
from backprop_tutor.practice.causes import causes
from backprop_tutor.practice.claim import Claim
from backprop_tutor.practice.diagnosis import Explanation
from backprop_tutor.practice.judge import Judge, LineVerdict


@frozen(eq=False)
class CheckedLine:
    """A line: the claim, what is right, what follows from the lines before, the verdict, the cause if one is known."""

    claim: Claim
    right: float
    follows: float
    verdict: LineVerdict
    cause: Explanation | None = None


@frozen(eq=False)
class Check:
    """The lines in the order of the computation, the causes named, and the names left blank."""

    case: Case
    lines: tuple[CheckedLine, ...]
    causes: tuple[Explanation, ...]
    blanks: tuple[str, ...]

    @property
    def first_wrong(self) -> CheckedLine | None:
        """The first line that is wrong in itself, or comes from another convention than the stated one."""
        return next((line for line in self.lines if line.verdict in ("wrong", "convention")), None)

    @property
    def is_right(self) -> bool:
        """Whether every line is right, as far as rounding lets it be."""
        return all(line.verdict in ("right", "rounded") for line in self.lines)


def check(case: Case, blanks: tuple[str, ...] = ()) -> Check:
    """Every line of the solution in `case` judged; `blanks` are the names that were left empty."""
    judge = Judge(case)
    wrong = tuple(i for i, verdict in judge.verdicts.items() if verdict == "wrong")
    found = tuple(causes(case, wrong))
    named = {i: explanation for explanation, explained in found for i in explained}
    lines = tuple(_line(judge, i, named.get(i)) for i in judge.order)
    return Check(case, lines, tuple(explanation for explanation, _ in found), blanks)


def _line(judge: Judge, i: int, cause: Explanation | None) -> CheckedLine:
    return CheckedLine(judge.case.claims[i], judge.case.right[i], judge.follows[i], _verdict(judge, i, cause), cause)


def _verdict(judge: Judge, i: int, cause: Explanation | None) -> LineVerdict:
    if cause is None:
        return judge.verdicts[i]
    if cause.is_rounding:
        return "rounded"
    return "convention" if cause.hypothesis.is_convention else "wrong"
