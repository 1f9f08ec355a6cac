"""A checked solution as the JSON object other programs read."""

from __future__ import annotations

from typing import Any

from backprop_tutor.engine.record import number
from backprop_tutor.practice.check import Check, CheckedLine
from backprop_tutor.practice.diagnosis_record import explanations
from backprop_tutor.text import Lang

VERSION = 1


def check_record(found: Check, lang: Lang) -> dict[str, Any]:
    """A checked solution as a JSON object."""
    first = found.first_wrong
    return {
        "format": "backprop-tutor/check",
        "version": VERSION,
        "verdict": "right" if found.is_right else "wrong",
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
