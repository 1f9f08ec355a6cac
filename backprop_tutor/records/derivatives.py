"""Jacobians and costs as JSON objects, under the contract's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backprop_tutor.graph.derivatives.costs import Checkpointed, Factor, NodeCost
from backprop_tutor.graph.graph import Graph
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


def tangents_record(of: Sequence[str], wrt: Sequence[str], rows: Sequence[Sequence[float]]) -> dict[str, Any]:
    """The derivatives that forward mode gives, and how many sweeps each mode takes."""
    record = matrix_record("tangents", {"of": of, "wrt": wrt}, rows)
    return {**record, "sweeps": {"forward": len(wrt), "reverse": len(of)}}


def costs_record(
    graph: Graph, nodes: Sequence[NodeCost], checkpoints: Checkpointed | None, factors: Sequence[Factor]
) -> dict[str, Any]:
    """What every node costs, in all, with checkpoints where they were asked for, and the layers' derivatives.

    `multiplications` is null where they are too many to be counted.
    """
    record = {
        "format": "backprop-tutor/costs",
        "version": VERSION,
        "nodes": {graph.nodes[cost.node].name: _cost(cost) for cost in nodes},
        "total": {
            "parameters": sum(cost.parameters for cost in nodes),
            "multiplications": sum(cost.multiplications or 0 for cost in nodes),
            "kept": sum(cost.numbers for cost in nodes if cost.kept),
        },
        "layers": [{"layer": f.layer, "local": number(f.local), "product": number(f.product)} for f in factors],
    }
    if checkpoints is not None:
        kept, again = ([graph.nodes[i].name for i in each] for each in (checkpoints.kept, checkpoints.recomputed))
        record["checkpoints"] = {"kept": kept, "stored": checkpoints.stored, "recomputed": again}
    return record


def _cost(cost: NodeCost) -> dict[str, Any]:
    return {
        "shape": list(cost.shape),
        "numbers": cost.numbers,
        "parameters": cost.parameters,
        "multiplications": cost.multiplications,
        "kept": cost.kept,
    }
