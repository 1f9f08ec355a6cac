"""The rules of pencil and paper: derivatives written in a, losses from a and y alone.

The ops compute from z wherever that keeps a saturated unit accurate. A learner who works by hand does not: their a(1 −
a) uses the a they wrote, right or not. So interventions use these rules; where nothing saturates and nothing is wrong
they give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.activations import Activation, activation_of
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.graph.tape import Adjoints, Rules, Values
from backprop_tutor.graph.tracer import from_tracers, to_tracers

SLOPES_IN_A: Mapping[str, Callable[[Array], Array]] = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a * a}
"""f′ written in a = f(z), for the functions that are taught so."""


@lru_cache(maxsize=64)
def textbook_rules(graph: Graph) -> Rules:
    """The textbook rules of `graph`; those of an expression graph are its ops'."""
    if graph.loss is None:
        return Rules.of(graph)
    activation = activation_of(graph.layers[-1].activation)
    return on_paper(graph, Rules.of(graph), loss_of(graph.loss).op(from_a(activation)))


def on_paper(graph: Graph, rules: Rules, loss: Op) -> Rules:
    """Rules with the derivatives written in a, and with that op for the loss."""
    for layer in graph.layers:
        i = layer.output
        if layer.activation in SLOPES_IN_A and not graph.nodes[i].fused:
            rules = rules.at(i, backward=_slope_in_a(i, SLOPES_IN_A[str(layer.activation)]))
    return _with_op(rules, graph, graph.losses, loss)


def _slope_in_a(i: int, slope: Callable[[Array], Array]) -> Callable[[Values, Adjoints], tuple[Array]]:
    def backward(values: Values, adjoints: Adjoints) -> tuple[Array]:
        upstream = adjoints[i]
        assert upstream is not None, "a node is asked only after it got its adjoint"
        return (upstream * slope(values[i]),)

    return backward


def from_a(activation: Activation) -> Activation:
    """The activation whose 1 − a, ln a and ln(1 − a) are computed from a; ln a is nan where a ≤ 0."""
    return replace(
        activation,
        complement=lambda z, a: 1 - a,
        log=lambda z, a: from_tracers(np.log(to_tracers(a))),
        log_complement=lambda z, a: from_tracers(np.log1p(-to_tracers(a))),
        symmetric=False,
        on_paper=True,
    )


def _with_op(rules: Rules, graph: Graph, i: int, op: Op) -> Rules:
    inputs = graph.nodes[i].inputs
    return rules.at(
        i,
        lambda values: op.forward(*(values[j] for j in inputs)),
        lambda values, adjoints: op.vjp(adjoints[i], values[i], *(values[j] for j in inputs)),
    )
