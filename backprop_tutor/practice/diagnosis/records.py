"""A diagnosis as the JSON object other programs read (the contract, section 3).

A checked solution as the JSON object other programs read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_tutor.practice.diagnosis.check import Check, CheckedLine
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.diagnosis.explanation_text import message
from backprop_tutor.records.trace import number
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


CHECK_VERSION = 1


def check_record(found: Check, lang: Lang) -> dict[str, Any]:
    """A checked solution as a JSON object."""
    first = found.first_wrong
    return {
        "format": "backprop-tutor/check",
        "version": CHECK_VERSION,
        "verdict": found.verdict,
        "first_wrong": first and first.claim.entry.name,
        "lines": [_line_record(found, line) for line in found.lines],
        "explanations": explanations(found.causes, lang),
        "blank": list(found.blanks),
    }


def _line_record(found: Check, line: CheckedLine) -> dict[str, Any]:
    """A line; `explanation` is the position of its explanation, from 0, or null."""
    return {
        "name": line.claim.entry.name,
        "text": line.claim.entry.text,
        "correct": number(line.claim.named(line.right)),
        "follows": number(line.claim.named(line.follows)),
        "verdict": line.verdict,
        "explanation": None if line.cause is None else found.causes.index(line.cause),
    }
