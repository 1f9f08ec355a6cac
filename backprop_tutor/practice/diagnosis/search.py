"""The search for a mistake: what is right, conventions, single mistakes at every place, pairs; one must cover all claims."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.graph.array import Array
from backprop_tutor.practice.diagnosis.agreement import figures, within
from backprop_tutor.practice.diagnosis.diagnosis import LIKELY_PAIR, LIKELY_SINGLE, Diagnosis, Explanation, chance
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, beliefs, pairs, placed
from backprop_tutor.practice.diagnosis.line_grading import Judge
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.whatif.predictions import joined, matching

FIGURES_FOR_A_PAIR, FIGURES_OF_SEVERAL = 5, 4
"""So many figures must one claim have, or two claims each, before two mistakes at once are thought of."""

OTHER_SIGN = "delta-with-other-sign"
"""A convention about δ, not about a derivative: after all others where something is claimed as one."""


def diagnose(case: Submission, where: str | None = None) -> Diagnosis:
    """What the claims of `case` come from; `where` keeps to places with that in their name.

    Raises TutorError where no place is called so.
    """
    among = placed(beliefs(case.scenario, case.updates), where)
    rows = case.rows(among)
    judged = Judge(case).verdicts
    plain = Diagnosis(case, tuple(judged[i] for i in range(len(case.claims))), len(among))
    if not plain.wrong:
        return plain
    found = [*_conventions(plain, among, rows), *_explained(plain, among, rows, LIKELY_SINGLE)]
    if any(case.claims[i].is_derivative for i in plain.wrong):
        found.sort(key=lambda each: OTHER_SIGN in each[0].hypothesis.names)
    if not found and _worth_pairs(plain):
        two = pairs(among, case.updates)
        among, rows = (*among, *two), joined(rows, case.rows(two))
        found = _explained(plain, among, rows, LIKELY_PAIR)
    once: dict[int, tuple[Explanation, bool]] = {}
    for explanation, sure in found:
        once.setdefault(id(explanation.hypothesis), (explanation, sure))
    told = {certain: tuple(e for e, sure in once.values() if sure is certain) for certain in (True, False)}
    return Diagnosis(case, plain.verdicts, len(among), told[True], told[False])


def _conventions(plain: Diagnosis, among: Sequence[Hypothesis], rows: Array) -> list[tuple[Explanation, bool]]:
    """Conventions are few, so a match says more; and that digits were dropped may always be said."""
    kept = [i for i, each in enumerate(among) if each.is_convention]
    found = _explained(plain, [among[i] for i in kept], rows[kept], LIKELY_SINGLE)
    return [(explanation, sure or explanation.is_rounding) for explanation, sure in found]


def _explained(
    plain: Diagnosis, among: Sequence[Hypothesis], rows: Array, likely: float
) -> list[tuple[Explanation, bool]]:
    """The hypotheses that cover all claims, those met most often first, and whether that can hardly be chance."""
    claims = plain.case.claims
    halves = [within(claim.typed, largest) for claim, largest in zip(claims, plain.case.largest, strict=True)]
    matches = matching(rows, [claim.typed.value for claim in claims], halves)
    if not matches:
        return []
    likelihood = chance(plain.case, rows, plain.wrong)
    matches.sort(key=lambda i: -sum(each.mistake.seen for each in among[i].definition) / len(among[i].definition))
    return [(Explanation(among[i], tuple(rows[i].tolist()), likelihood), likelihood <= likely) for i in matches]


def _worth_pairs(plain: Diagnosis) -> bool:
    written = sorted((figures(plain.case.claims[i].typed) for i in plain.wrong), reverse=True)
    return written[0] >= FIGURES_FOR_A_PAIR or written[1:2] >= [FIGURES_OF_SEVERAL]
