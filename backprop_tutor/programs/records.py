"""The diagnosis of a program as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

from typing import Any

from backprop_tutor.programs.diagnosis import ArrayDiagnosis
from backprop_tutor.programs.naming import kind_of, names_of, said, where_of
from backprop_tutor.programs.page import distinct
from backprop_tutor.programs.relations import relation
from backprop_tutor.programs.search import Found
from backprop_tutor.text import Lang

VERSION = 1
MOST = 3


def arrays_record(found: ArrayDiagnosis, lang: Lang) -> dict[str, Any]:
    """The diagnosis object: its claims are arrays; each explanation has the edited lines."""
    return {
        "format": "backprop-tutor/diagnosis",
        "version": VERSION,
        "verdict": found.verdict,
        "layout": {"name": found.layout.name, "summed": found.summed},
        "claims": _claims(found, lang),
        "explanations": explanations(found, lang),
    }


def _claims(found: ArrayDiagnosis, lang: Lang) -> list[dict[str, Any]]:
    others = {each.name: each.right for each in found.arrays}
    return [
        {
            "name": each.called,
            "quantity": f"grads.{each.name[1:]}" if each.name.startswith("d") else f"values.{each.name}",
            "shape": list(each.given.shape),
            "precision": each.precision,
            "verdict": "right" if each.is_right else "wrong",
            "off": None if each.is_right else relation(each.given, each.right, each.off, others)[lang],
        }
        for each in found.arrays
    ]


def explanations(found: ArrayDiagnosis, lang: Lang) -> list[dict[str, Any]]:
    """The explanations as objects; where values on the way were given, one for each wrong line first."""
    of_lines = [causes[0] for _, causes in found.lines if causes]
    shown = [explanation(each, lang) for each in (*of_lines, *distinct(found.explanations))[:MOST]]
    if found.summed:
        is_mean = found.scenario.graph.reduction == "mean"
        name = "batch-sum-for-mean" if is_mean else "batch-mean-for-sum"
        shown.append({"mistakes": [name], "kind": "convention", "where": "", "edit": [], "message": ""})
    return shown


def edited_record(each: Found) -> list[dict[str, Any]]:
    """The edited lines of an explanation, wrong and right."""
    lines = each.bench.program.lines
    return [
        {
            "line": lines[edit.line].name,
            "rule": slip.rule.name,
            "right": str(lines[edit.line]),
            "wrong": f"{lines[edit.line].name} = {edit.text}",
        }
        for slip in each.slips
        for edit in slip.edits
    ]


def explanation(each: Found, lang: Lang) -> dict[str, Any]:
    """One explanation with its edited lines."""
    return {
        "mistakes": names_of(each),
        "kind": kind_of(each),
        "where": where_of(each)[lang],
        "edit": edited_record(each),
        "message": said(each)[lang],
    }
