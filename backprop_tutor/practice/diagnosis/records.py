"""A diagnosis as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.diagnosis.explanation_text import message
from backprop_tutor.practice.diagnosis.line_grading import overall
from backprop_tutor.records.trace import number
from backprop_tutor.text import Lang

VERSION = 1


def diagnosis_record(found: Diagnosis | Sequence[Diagnosis], lang: Lang, every: bool = False) -> dict[str, Any]:
    """The diagnosis object; its explanations are two at most, with `every` all that fit.

    Of several stretches of steps the claims and the explanations follow one another.
    """
    if not isinstance(found, Diagnosis):
        told = [diagnosis_record(each, lang, every) for each in found]
        verdicts = [claim["verdict"] for each in told for claim in each["claims"]]
        explained = all(each["verdict"] != "unexplained" for each in told)
        joined = {part: [row for each in told for row in each[part]] for part in ("claims", "explanations")}
        return {**told[0], "verdict": overall(verdicts, explained=explained), **joined}
    return {
        "format": "backprop-tutor/diagnosis",
        "version": VERSION,
        "verdict": found.verdict,
        "claims": _claims(found),
        "explanations": explanations(found.explanations if every else found.shown, lang),
    }


def _claims(found: Diagnosis) -> list[dict[str, Any]]:
    told = zip(found.case.claims, found.case.right, found.verdicts, strict=True)
    return [
        {"name": claim.entry.name, "text": claim.entry.text, "correct": number(claim.named(right)), "verdict": verdict}
        for claim, right, verdict in told
    ]


def explanations(found: Sequence[Explanation], lang: Lang) -> list[dict[str, Any]]:
    """Explanations as objects, in their order."""
    return [
        {
            "mistakes": list(each.hypothesis.names),
            "kind": "convention" if each.hypothesis.is_convention else "mistake",
            "where": each.hypothesis.where[lang],
            "chance": each.chance,
            "message": message(each)[lang],
        }
        for each in found
    ]
