"""One number of a trace moved by hand, everything after it computed again, everything else left as it was."""

from __future__ import annotations

from backprop_tutor.engine.activations import ACTIVATIONS
from backprop_tutor.engine.array import Array
from backprop_tutor.engine.losses import LOSSES
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.tape import Forward, Rules, Trace, forward


def nudged(trace: Trace, element: Element, by: float) -> Trace:
    """The forward pass of `trace` with one element larger by `by`. Raises DomainError where a formula has no value."""
    graph, node = trace.graph, trace.graph.nodes[element.node]
    moved = trace.values[element.node].copy()
    moved[element.row, element.column] += by
    given = {n.name: v for n, v in zip(graph.nodes, trace.values, strict=True) if n.op is None}
    if node.op is None:
        return forward(graph, {**given, node.name: moved})
    return forward(graph, given, _read_from(trace, element.node).at(element.node, forward=lambda _: moved))


def _read_from(trace: Trace, node: int) -> Rules:
    """The right rules; where the outputs themselves are moved, the loss is read from them and no longer from z."""
    graph, rules = trace.graph, Rules.of(trace.graph)
    network = graph.network
    if network is None or not isinstance(network.loss, str) or node != graph.nodes[graph.losses].inputs[0]:
        return rules
    return rules.at(graph.losses, forward=_from_outputs(network.loss, graph.nodes[graph.losses].inputs))


def _from_outputs(loss: str, inputs: tuple[int, ...]) -> Forward:
    """The loss of outputs taken as they are: those of an identity, which has no way around them."""
    compute = LOSSES[loss].op(ACTIVATIONS["identity"]).forward

    def rule(values: object) -> Array:
        return compute(*(values[i] for i in inputs))  # type: ignore[index,no-any-return]

    return rule
