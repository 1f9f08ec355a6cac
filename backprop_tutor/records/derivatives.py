"""Jacobians and second derivatives as JSON objects: names of rows and columns beside the entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backprop_tutor.records.trace import number

VERSION = 1


def matrix_record(kind: str, names: Mapping[str, Sequence[str]], rows: Sequence[Sequence[float]]) -> dict[str, Any]:
    """A matrix of derivatives of one kind: what its rows and columns are, by the contract's names, and its entries."""
    return {
        "format": f"backprop-tutor/{kind}",
        "version": VERSION,
        **{axis: list(each) for axis, each in names.items()},
        kind: [[number(entry) for entry in row] for row in rows],
    }
