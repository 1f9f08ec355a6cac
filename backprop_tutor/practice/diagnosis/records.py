"""A diagnosis as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.diagnosis.explanation_text import message
from backprop_tutor.practice.diagnosis.first_line import edit_of, first_of
from backprop_tutor.practice.diagnosis.line_grading import overall
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.marked_correction import marked_correction
from backprop_tutor.records.trace import number
from backprop_tutor.text import Lang

VERSION = 1


def diagnosis_record(found: Diagnosis | Sequence[Diagnosis], lang: Lang, every: bool = False) -> dict[str, Any]:
    """The diagnosis object; its explanations are two at most, with `every` all that fit.

    Of several ranges of steps the submitted values and the explanations follow one another.
    """
    if not isinstance(found, Diagnosis):
        parts = [diagnosis_record(each, lang, every) for each in found]
        verdicts = [claim["verdict"] for each in parts for claim in each["claims"]]
        explained = all(each["verdict"] != "unexplained" for each in parts)
        joined = {part: [row for each in parts for row in each[part]] for part in ("claims", "explanations")}
        return {**parts[0], "verdict": overall(verdicts, explained=explained), **joined}
    return {
        "format": "backprop-tutor/diagnosis",
        "version": VERSION,
        "verdict": found.verdict,
        "claims": _claims(found),
        "explanations": explanations(found.case, found.explanations if every else found.shown, lang),
    }


def _claims(found: Diagnosis) -> list[dict[str, Any]]:
    judged = zip(found.case.claims, found.case.right, found.verdicts, strict=True)
    return [
        {
            "name": claim.entry.name,
            "text": claim.entry.text,
            "factor": claim.factor,
            "correct": number(claim.named(right)),
            "verdict": verdict,
        }
        for claim, right, verdict in judged
    ]


def explanations(case: Submission, found: Sequence[Explanation], lang: Lang) -> list[dict[str, Any]]:
    """Explanations as objects, in their order."""
    return [
        {
            "mistakes": list(each.hypothesis.names),
            "kind": each.kind,
            "where": each.hypothesis.where[lang],
            "chance": each.chance,
            "message": message(each)[lang],
            "sure": each.sure,
            "edit": _edit_record(case, each),
        }
        for each in found
    ]


def _edit_record(case: Submission, explanation: Explanation) -> dict[str, Any] | None:
    """The line where it first shows, before and after."""
    edited = edit_of(case, explanation, first_of(case, explanation.hypothesis))
    return marked_correction(*edited).record() if edited else None
