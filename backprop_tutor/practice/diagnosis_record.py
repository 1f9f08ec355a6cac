"""A diagnosis as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_tutor.engine.record import number
from backprop_tutor.practice.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.sayings import message
from backprop_tutor.text import Lang

VERSION = 1


def diagnosis_record(found: Diagnosis, lang: Lang, every: bool = False) -> dict[str, Any]:
    """The diagnosis object; its explanations are two at most, with `every` all that fit."""
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
