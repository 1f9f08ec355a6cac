"""The problems a trace shows: units that are alike, saturated or dead, errors that vanish from layer to layer, sums that cancel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Add, Div, Formula
from backprop_tutor.graph.array import Array, euclidean_norm, np
from backprop_tutor.graph.graph import Element, Graph, Node
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace
from backprop_tutor.graph.well_conditioned import well_conditioned

FLAT = 0.01
"""A unit is saturated where the slope of its activation is at most this for every example."""

RIGHT = 0.1
"""An output this near to its target is right."""

SATURATING = ("sigmoid", "tanh")


TINY, LOST, LOOKED_AT = 1e-12, 2e-15, 4
"""A sum smaller than `TINY` is looked at; it is a rest of rounding where it is at most `LOST` of its terms' sizes. So many
numbers of a node are looked at."""


class Saturated(NamedTuple):
    """A unit of a layer (from 1), its row (from 0), and the largest slope it has for any example."""

    layer: int
    row: int
    slope: float


MOST_TERMS = 100_000
"""The numbers of an array whose sums are not looked at: to write one of them out takes seconds."""


def rounding_rests(reading: SymbolicTrace) -> Iterator[Element]:
    """Sums whose terms cancel, so that what is left is rounding alone: 0.5·1 − 0.2·3 + 0.1·1, which is -8·10⁻¹⁷ in floats."""
    for node, values in enumerate(reading.trace.values):
        if max((reading.trace.values[i].size for i in reading.graph.nodes[node].inputs), default=0) > MOST_TERMS:
            continue
        tiny = (values != 0) & (abs(values) < TINY)
        if not tiny.any():
            continue
        places = {tuple(place) for place in np.argwhere(tiny)[:LOOKED_AT].tolist()}
        found = (e for e in reading.each_element(node) if e.place in places)
        yield from (element for element in found if rounding_rest(reading, element))


def rounding_rest(reading: SymbolicTrace, element: Element) -> float:
    """How far rounding may have moved a sum from 0, where what is left of it is no more than that; else 0."""
    value = abs(reading.value(element))
    if not 0 < value < TINY or reading.graph.nodes[element.node].op is None:
        return 0.0
    lost = LOST * _size(well_conditioned(reading.definition(element, reading.number)))
    return lost if value <= lost else 0.0


def _size(formula: Formula) -> float:
    """The sizes of the terms of a sum or of a part of one, added up; 0 for anything else."""
    match formula:
        case Add(terms):
            return float(sum(np.abs(evaluate(term, {})) for term in terms))
        case Div(numerator, denominator):
            return _size(numerator) / float(np.abs(evaluate(denominator, {})))
        case _:
            return 0.0


def alike(trace: Trace, updated: Mapping[str, Array]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Layer by layer the hidden units with the same weights in and out, before the update and after it.

    Weights that are not finite are not compared: their problem is another one.
    """
    for layer in range(1, _layers(trace)):
        before = _around(trace.graph, {name: trace.value(name) for name in updated}, layer)
        both = np.hstack([before, _around(trace.graph, updated, layer)])
        groups: dict[bytes, list[int]] = {}
        for row, weights in enumerate(both + 0.0):
            if not np.isfinite(weights).all():
                continue
            groups.setdefault(weights.tobytes(), []).append(row)
        yield from ((layer, tuple(rows)) for rows in groups.values() if len(rows) > 1)


def _around(graph: Graph, parameters: Mapping[str, Array], layer: int) -> Array:
    """Row by row the weights into a unit and the weights out of it."""
    found = [parameters[graph.part_name(layer, "W")], parameters[graph.part_name(layer + 1, "W")].T]
    if "b" in graph.groups[layer].nodes:
        found.append(parameters[graph.part_name(layer, "b")])
    return np.hstack(found)


def saturated(trace: Trace) -> Iterator[Saturated]:
    """The units whose activation is flat for every example, layer by layer.

    Left out are outputs that are right, and those whose activation is fused with the loss: their gradient does not
    vanish.
    """
    for layer in range(1, _layers(trace) + 1):
        node, a, z = _unit_parts(trace, layer)
        if node.op is None or node.fused or node.op.name not in SATURATING:
            continue
        with np.errstate(all="ignore"):
            slopes = node.op.vjp(np.ones_like(a), a, z)[0].max(axis=1)
        wrong = np.ones(len(a)) if layer < _layers(trace) else np.abs(a - trace.values[trace.graph.target]).max(axis=1)
        yield from (Saturated(layer, row, float(s)) for row, s in enumerate(slopes) if s <= FLAT and wrong[row] > RIGHT)


def dead(trace: Trace) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Layer by layer the ReLU units that are 0 for every example."""
    for layer in range(1, _layers(trace) + 1):
        node, _, z = _unit_parts(trace, layer)
        if node.op is not None and node.op.name == "relu":
            rows = np.flatnonzero((z <= 0).all(axis=1))
            if rows.size:
                yield layer, tuple(int(row) for row in rows)


def error_norms(trace: Trace) -> tuple[float, ...]:
    """The norm of dLoss/dz of every layer, from the first."""
    names = (trace.graph.part_name(layer, "z") for layer in range(1, _layers(trace) + 1))
    return tuple(euclidean_norm(trace.adjoint(name)) for name in names)


def gradient_norms(trace: Trace) -> tuple[float, ...]:
    """The norm of the gradient by all parameters of every layer, from the first."""
    return tuple(
        euclidean_norm(np.concatenate([trace.adjoint(name).ravel() for name in names])) for names in _parameters(trace)
    )


def _parameters(trace: Trace) -> Iterator[tuple[str, ...]]:
    for layer in range(1, _layers(trace) + 1):
        graph = trace.graph
        yield tuple(name for name in graph.parameters if graph.nodes[graph.index[name]].layer == layer)


def _layers(trace: Trace) -> int:
    return len(trace.graph.layers)


def _unit_parts(trace: Trace, layer: int) -> tuple[Node, Array, Array]:
    """The node of the activations of a layer, their values, those of the pre-activations."""
    a, z = trace.graph.part(layer, "a"), trace.graph.part(layer, "z")
    return trace.graph.nodes[a], trace.values[a], trace.values[z]
