"""A verification as a JSON object; exact numbers are strings, which keep all their digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_tutor.formula.nodes import Sym
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.records.trace import number
from backprop_tutor.training.train_step import Run
from backprop_tutor.verify.differences import Check, Verification

VERSION = 1


def verification_record(run: Run, found: Sequence[Verification], library: str = "") -> dict[str, Any]:
    """The verdict, and each derivative under its contract name with the others; null where one cannot be computed."""
    steps = zip(run.steps, found, strict=False)  # the first steps of a long run
    return {
        "format": "backprop-tutor/verification",
        "version": VERSION,
        "verdict": "verified" if all(one.passed for one in found) else "failed",
        "steps": [_step(step.number, SymbolicTrace(step.trace, _unwritten, 1), one, library) for step, one in steps],
    }


def _unwritten(_: object) -> Sym:
    return Sym("")


def _step(step: int, reading: SymbolicTrace, found: Verification, library: str) -> dict[str, Any]:
    return {
        "step": step,
        "worst": number(found.worst),
        "derivatives": found.derivatives,
        "gradients": {str(reading.quantity(c.element, "grads")): _check(c, library) for c in found.checks},
        "values": {"checked": len(found.value_errors), "worst": number(max(found.value_errors, default=0.0))},
    }


def _check(check: Check, library: str) -> dict[str, Any]:
    error = check.relative_error
    return {
        "value": number(check.derivative),
        "difference": None if check.difference is None else number(check.difference.value),
        "exact": None if check.exact is None else str(check.exact),
        **({library: None if check.rival is None else number(check.rival)} if library else {}),
        "relative_error": None if error is None else number(error),
        "verdict": check.verdict,
    }
