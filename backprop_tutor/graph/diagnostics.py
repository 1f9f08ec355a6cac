"""The troubles a trace shows: units that are alike, saturated or dead, and errors that fade from layer to layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.tape import Trace

FLAT = 0.01
"""A unit is saturated where the slope of its activation is at most this for every example."""

RIGHT = 0.1
"""An output so near its target is right."""

SATURATING = ("sigmoid", "tanh")


class Saturated(NamedTuple):
    """A unit of a layer (from 1), its row (from 0), and the largest slope it has for any example."""

    layer: int
    row: int
    slope: float


def alike(trace: Trace, updated: Mapping[str, Array]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Layer by layer the hidden units with the same weights in and out, before the update and after it.

    Weights that are no numbers any more are not compared: their trouble is another.
    """
    for layer in range(1, _layers(trace)):
        before = _around({name: trace.value(name) for name in updated}, layer)
        both = np.hstack([before, _around(updated, layer)])
        groups: dict[bytes, list[int]] = {}
        for row, weights in enumerate(both + 0.0):
            if not np.isfinite(weights).all():
                continue
            groups.setdefault(weights.tobytes(), []).append(row)
        yield from ((layer, tuple(rows)) for rows in groups.values() if len(rows) > 1)


def _around(parameters: Mapping[str, Array], layer: int) -> Array:
    """Row by row what leads to a unit and what leads on from it."""
    found = [parameters[f"W{layer}"], parameters[f"W{layer + 1}"].T]
    return np.hstack([*found, parameters[f"b{layer}"]] if f"b{layer}" in parameters else found)


def saturated(trace: Trace) -> Iterator[Saturated]:
    """The units whose activation is flat for every example, layer by layer.

    Left out are outputs that are right, and those whose activation folds with the loss: nothing is in their way.
    """
    for layer in range(1, _layers(trace) + 1):
        node = trace.graph.nodes[trace.graph.index[f"a{layer}"]]
        if node.op is None or node.fused or node.op.name not in SATURATING:
            continue
        a, z = trace.value(f"a{layer}"), trace.value(f"z{layer}")
        with np.errstate(all="ignore"):
            slopes = node.op.vjp(np.ones_like(a), a, z)[0].max(axis=1)
        wrong = np.ones(len(a)) if layer < _layers(trace) else np.abs(a - trace.value("y")).max(axis=1)
        yield from (Saturated(layer, row, float(s)) for row, s in enumerate(slopes) if s <= FLAT and wrong[row] > RIGHT)


def dead(trace: Trace) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Layer by layer the ReLU units that no example switches on."""
    for layer in range(1, _layers(trace) + 1):
        op = trace.graph.nodes[trace.graph.index[f"a{layer}"]].op
        if op is not None and op.name == "relu":
            rows = np.flatnonzero((trace.value(f"z{layer}") <= 0).all(axis=1))
            if rows.size:
                yield layer, tuple(int(row) for row in rows)


def error_norms(trace: Trace) -> tuple[float, ...]:
    """The norm of dLoss/dz of every layer, from the first."""
    return tuple(float(np.linalg.norm(trace.adjoint(f"z{layer}"))) for layer in range(1, _layers(trace) + 1))


def gradient_norms(trace: Trace) -> tuple[float, ...]:
    """The norm of the gradient by all parameters of every layer, from the first."""
    return tuple(
        float(np.linalg.norm(np.concatenate([trace.adjoint(name).ravel() for name in names])))
        for names in _parameters(trace)
    )


def _parameters(trace: Trace) -> Iterator[tuple[str, ...]]:
    for layer in range(1, _layers(trace) + 1):
        yield tuple(name for name in (f"W{layer}", f"b{layer}") if name in trace.graph.index)


def _layers(trace: Trace) -> int:
    assert trace.graph.network is not None, "an expression graph has no layers"
    return len(trace.graph.network.layers)
