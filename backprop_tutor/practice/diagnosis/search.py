"""The search for a mistake: right values, conventions, single mistakes at every place, pairs; one must cover all
values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backprop_tutor.graph.array import Array, np
from backprop_tutor.practice.diagnosis.agreement import figures, within
from backprop_tutor.practice.diagnosis.diagnosis import LIKELY_PAIR, Diagnosis, Explanation, chance
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, hypotheses_after, is_at, pairs, placed
from backprop_tutor.practice.diagnosis.line_grading import STANDING, Judge
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.explain import Search
from backprop_tutor.whatif.predictions import joined, matching

FIGURES_FOR_A_PAIR, FIGURES_OF_SEVERAL = 5, 4
"""One value must have this many figures, or two values each, before pairs of mistakes are considered."""


@np.errstate(all="ignore")
def diagnose(case: Submission, where: str | None = None) -> Diagnosis:
    """The diagnosis of the submitted values of `case`; `where` keeps only places with that in their name.

    Raises TutorError for an unknown place.
    """
    among = placed(hypotheses_after(case.scenario, case.updates), where)
    rows = case.rows(among)
    judged = Judge(case).verdicts
    plain = Diagnosis(case, tuple(judged[i] for i in range(len(case.claims))), len(among))
    if not plain.wrong:
        return plain
    search = Search(case, plain.wrong, [i for i in judged if judged[i] in STANDING], among, rows)
    found = [each for each in search.found() if where is None or is_at(each.hypothesis, where)]
    sure = [each for each in found if search.is_sure(each) or (each.is_rounding and search.is_near)]
    if not found and _worth_pairs(plain):
        two = pairs(among, case.updates)
        among, rows = (*among, *two), joined(rows, case.rows(two))
        sure = _explained(plain, among, rows, LIKELY_PAIR)
    sure = sure or search.likeliest(found)
    named = {id(each.hypothesis) for each in sure}
    doubtful = tuple(replace(each, sure=False) for each in found if id(each.hypothesis) not in named)
    tried = len(among) + len(search.solutions.edited)
    return Diagnosis(case, plain.verdicts, tried, tuple(sure), doubtful)


def _explained(plain: Diagnosis, among: Sequence[Hypothesis], rows: Array, likely: float) -> list[Explanation]:
    """The hypotheses that cover all values, the most common first, where that is unlikely to be chance."""
    claims = plain.case.claims
    halves = [within(claim.typed, largest) for claim, largest in zip(claims, plain.case.largest, strict=True)]
    matches = matching(rows, [claim.typed.value for claim in claims], halves)
    likelihood = chance(plain.case, rows, plain.wrong) if matches else 1.0
    if likelihood > likely:
        return []
    matches.sort(key=lambda i: -sum(each.mistake.seen for each in among[i].definition) / len(among[i].definition))
    return [Explanation(among[i], tuple(rows[i].tolist()), likelihood) for i in matches]


def _worth_pairs(plain: Diagnosis) -> bool:
    written = sorted((figures(plain.case.claims[i].typed) for i in plain.wrong), reverse=True)
    return written[0] >= FIGURES_FOR_A_PAIR or written[1:2] >= [FIGURES_OF_SEVERAL]
