"""The causes of the wrong lines of a solution: as few as possible, each giving as many lines as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backprop_tutor.practice.case import Case
from backprop_tutor.practice.chance import LIKELY_SINGLE, chance
from backprop_tutor.practice.diagnosis import Explanation
from backprop_tutor.practice.hypotheses import Hypothesis, beliefs, both

Cause = tuple[Explanation, tuple[int, ...]]
"""An explanation, and the wrong lines that it gives."""


def causes(case: Case, wrong: Sequence[int]) -> Iterator[Cause]:
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
        alone = replace(explanation.hypothesis, made=explanation.hypothesis.made[-1:])
        yield Explanation(alone, explanation.numbers, explanation.chance), explained
        made, left = explanation.hypothesis, [i for i in left if i not in explained]


def _best(case: Case, among: Sequence[Hypothesis], wrong: Sequence[int]) -> Cause | None:
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
