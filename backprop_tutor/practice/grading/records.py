"""A checked solution, and published figures compared with the run, as the JSON objects other programs read."""

from __future__ import annotations

from typing import Any

from backprop_tutor.practice.diagnosis.records import explanations
from backprop_tutor.practice.grading.check import Check, CheckedLine, Graded
from backprop_tutor.records.trace import number
from backprop_tutor.text import Lang

VERSION = 1


def check_record(found: Graded, lang: Lang) -> dict[str, Any]:
    """A checked solution as a JSON object."""
    first = next((each.first_wrong for each in found.checks if each.first_wrong), None)
    return {
        "format": "backprop-tutor/check",
        "version": VERSION,
        "verdict": found.verdict,
        "first_wrong": first and first.claim.entry.name,
        "lines": [_line(found, check, line) for check in found.checks for line in check.lines],
        "explanations": _explanations(found, lang),
        "blank": [name for check in found.checks for name in check.blanks],
    }


def _line(found: Graded, check: Check, line: CheckedLine) -> dict[str, Any]:
    """A line; `explanation` is the position of its explanation, from 0, or null."""
    return {
        "name": line.claim.entry.name,
        "text": line.claim.entry.text,
        "factor": line.claim.factor,
        "correct": number(line.claim.named(line.right)),
        "follows": number(line.claim.named(line.follows)),
        "verdict": line.verdict,
        "explanation": _position(found, check, line),
    }


def _explanations(found: Graded, lang: Lang) -> list[dict[str, Any]]:
    return [row for check in found.checks for row in explanations(check.case, check.causes, lang)]


def _position(found: Graded, check: Check, line: CheckedLine) -> int | None:
    if line.cause is None:
        return None
    return sum(len(each.causes) for each in found.checks[: found.checks.index(check)]) + check.causes.index(line.cause)


def comparison_record(found: Graded, lang: Lang) -> dict[str, Any]:
    """Published figures compared with the run, as a JSON object, in the order of the file."""
    judged = [(check, line) for check in found.checks for line in check.lines]
    judged.sort(key=lambda each: each[1].claim.entry.named.line if each[1].claim.entry.named else 0)
    return {
        "format": "backprop-tutor/comparison",
        "version": VERSION,
        "verdict": found.verdict,
        "figures": [
            {
                "name": line.claim.entry.name,
                "printed": line.claim.entry.text,
                "factor": line.claim.factor,
                "correct": number(line.claim.named(line.right)),
                "verdict": line.verdict,
                "explanation": _position(found, check, line),
                "note": line.claim.entry.note and line.claim.entry.note[lang],
            }
            for check, line in judged
        ],
        "explanations": _explanations(found, lang),
    }
