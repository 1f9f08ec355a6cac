"""A whole written solution: every line judged against the right one and against what follows from the lines before it.

A line that is not right but follows from the learner's own earlier numbers is right from there on. What remains is
wrong in itself; of the hypotheses that give the first of those lines, the one that gives most of all is named, and the
search goes on in its world for the lines that are left.

The causes of the wrong lines of a solution: as few as possible, each giving as many lines as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.diagnosis.diagnosis import LIKELY_SINGLE, Explanation, chance
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, beliefs, both
from backprop_tutor.practice.diagnosis.line_grading import Judge, LineVerdict, Verdict, overall
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue

Cause = tuple[Explanation, tuple[int, ...]]
"""An explanation, and the wrong lines that it gives."""


def causes(case: Submission, wrong: Sequence[int]) -> Iterator[Cause]:
    """The causes of the claims `wrong`, in the order of the computation; lines without a known cause are passed over.

    A line is looked at in the world of the causes found so far, then in the right one: a slip in one example, say,
    leaves the numbers of the others as they were.
    """
    among, left = beliefs(case.scenario, case.updates), list(wrong)
    made: Hypothesis | None = None
    while left:
        together = () if made is None else tuple(both(made, each) for each in among if each.lasting is made.lasting)
        found = _best(case, together, left) or _best(case, among, left)
        if found is None:
            left = left[1:]
            continue
        explanation, explained = found
        alone = replace(explanation.hypothesis, definition=explanation.hypothesis.definition[-1:])
        yield Explanation(alone, explanation.numbers, explanation.chance), explained
        made, left = explanation.hypothesis, [i for i in left if i not in explained]


def _best(case: Submission, among: Sequence[Hypothesis], wrong: Sequence[int]) -> Cause | None:
    """The hypothesis that gives the first wrong line and most of all lines, where that can hardly be chance."""
    if not among:
        return None
    rows = case.rows(among)
    numbers, best, most = rows.tolist(), None, 0
    for h, row in enumerate(numbers):
        gives = [i for i, claim in enumerate(case.claims) if claim.agrees(row[i])]
        if wrong[0] in gives and len(gives) > most:
            best, most = h, len(gives)
    if best is None:
        return None
    explained = tuple(i for i in wrong if case.claims[i].agrees(numbers[best][i]))
    likelihood = chance(case, rows, explained)
    return (
        (Explanation(among[best], tuple(numbers[best]), likelihood), explained) if likelihood <= LIKELY_SINGLE else None
    )


@frozen(eq=False)
class CheckedLine:
    """A line: the claim, what is right, what follows from the lines before, the verdict, the cause if one is known."""

    claim: SubmittedValue
    right: float
    follows: float
    verdict: LineVerdict
    cause: Explanation | None = None


@frozen(eq=False)
class Check:
    """The lines in the order of the computation, the causes named, and the names left blank."""

    case: Submission
    lines: tuple[CheckedLine, ...]
    causes: tuple[Explanation, ...]
    blanks: tuple[str, ...]

    @property
    def first_wrong(self) -> CheckedLine | None:
        """The first line that is wrong in itself, or comes from another convention than the stated one."""
        return next((line for line in self.lines if line.verdict == "wrong"), None)

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the whole."""
        explained = all(line.cause is not None for line in self.lines if line.verdict == "wrong")
        return overall([line.verdict for line in self.lines], explained=explained)


def check(case: Submission, blanks: tuple[str, ...] = ()) -> Check:
    """Every line of the solution in `case` judged; `blanks` are the names that were left empty."""
    judge = Judge(case)
    wrong = tuple(i for i, verdict in judge.verdicts.items() if verdict == "wrong")
    found = tuple(causes(case, wrong))
    named = {i: explanation for explanation, explained in found for i in explained}
    lines = tuple(_line(judge, i, named.get(i)) for i in judge.order)
    return Check(case, lines, tuple(explanation for explanation, _ in found), blanks)


def _line(judge: Judge, i: int, cause: Explanation | None) -> CheckedLine:
    return CheckedLine(judge.case.claims[i], judge.case.right[i], judge.follows[i], judge.verdicts[i], cause)
