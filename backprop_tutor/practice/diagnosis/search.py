"""The search for a mistake: what is right, conventions, single mistakes at every place, pairs; one must cover all claims."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.graph.array import Array
from backprop_tutor.practice.diagnosis.coincidence import NEARLY, figures
from backprop_tutor.practice.diagnosis.diagnosis import (
    LIKELY_PAIR,
    LIKELY_SINGLE,
    ClaimVerdict,
    Diagnosis,
    Explanation,
    allowances,
    chance,
)
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, beliefs, pairs, placed
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.whatif.predictions import joined, matching, moved

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
    plain = Diagnosis(case, _verdicts(case, rows), len(among))
    if plain.verdict == "correct":
        return plain
    found = [*_conventions(plain, among, rows), *_explained(plain, among, rows, LIKELY_SINGLE)]
    if any(case.claims[i].is_derivative for i in plain.wrong):
        found.sort(key=lambda each: OTHER_SIGN in each[0].hypothesis.names)
    if is_close := _is_close(plain):
        found = [(explanation, explanation.is_rounding) for explanation, _ in found]
    if not found and not is_close and _worth_pairs(plain):
        two = pairs(among, case.updates)
        among, rows = (*among, *two), joined(rows, case.rows(two))
        found = _explained(plain, among, rows, LIKELY_PAIR)
    once: dict[int, tuple[Explanation, bool]] = {}
    for explanation, sure in found:
        once.setdefault(id(explanation.hypothesis), (explanation, sure))
    told = {certain: tuple(e for e, sure in once.values() if sure is certain) for certain in (True, False)}
    return Diagnosis(case, plain.verdicts, len(among), told[True], told[False], is_close)


def _is_close(plain: Diagnosis) -> bool:
    """Whether rounding on the way could have made every claim that is not right."""
    allowed, case = allowances(plain.case), plain.case
    return all(abs(case.claims[i].typed.value - case.right[i]) <= allowed[i] for i in plain.wrong)


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
    halves = [claim.typed.half_unit * (1 + NEARLY) or NEARLY * abs(claim.typed.value) for claim in claims]
    matches = matching(rows, [claim.typed.value for claim in claims], halves)
    if not matches:
        return []
    likelihood = chance(plain.case, rows, plain.wrong)
    matches.sort(key=lambda i: -sum(each.mistake.seen for each in among[i].definition) / len(among[i].definition))
    return [(Explanation(among[i], tuple(rows[i].tolist()), likelihood), likelihood <= likely) for i in matches]


def _verdicts(case: Submission, rows: Array) -> tuple[ClaimVerdict, ...]:
    return tuple(_verdict(case, rows, i) for i in range(len(case.claims)))


def _verdict(case: Submission, rows: Array, i: int) -> ClaimVerdict:
    """Too few digits has a claim that most of the mistakes which could show in it would not have changed."""
    claim = case.claims[i]
    if not claim.agrees(case.right[i]):
        return "wrong"
    other = rows[moved(rows, case.right)[:, i], i].tolist()
    alike = sum(claim.agrees(value) for value in other)
    return "too-few-digits" if 2 * alike > len(other) else "right"


def _worth_pairs(plain: Diagnosis) -> bool:
    written = sorted((figures(plain.case.claims[i].typed) for i in plain.wrong), reverse=True)
    return written[0] >= FIGURES_FOR_A_PAIR or written[1:2] >= [FIGURES_OF_SEVERAL]
