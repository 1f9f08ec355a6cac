"""The lines of a layer that a mistake can change, and how each is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from backprop_tutor.engine import loose
from backprop_tutor.engine.array import Array
from backprop_tutor.engine.graph import Graph, Layer
from backprop_tutor.engine.known import Known
from backprop_tutor.engine.taught import SLOPES_IN_A
from backprop_tutor.engine.world import Line

LineOf: TypeAlias = Callable[[Graph, int], Line | None]

TO_WEIGHTS, TO_INPUTS, TO_BIASES = 0, 1, 2
TO_OUTPUTS, FOLDED = 0, 2


def layers(graph: Graph) -> tuple[Layer, ...]:
    """The layers of a network, none of an expression graph."""
    return graph.network.layers if graph.network else ()


def is_folded(graph: Graph) -> bool:
    """Whether the derivatives of loss and output activation are taken as one."""
    return graph.nodes[graph.index[f"a{len(layers(graph))}"]].folded


def preactivation(graph: Graph, layer: int) -> Line | None:
    """Where z = W a + b is made."""
    return Line("forward", f"z{layer}")


def activation(graph: Graph, layer: int) -> Line | None:
    """Where a = f(z) is made."""
    return Line("forward", f"a{layer}")


def signal(graph: Graph, layer: int) -> Line | None:
    """Where δ = dL/da · f′(z) is made."""
    top = layer == len(layers(graph))
    return Line("sent", "losses", FOLDED) if top and is_folded(graph) else Line("sent", f"a{layer}")


def sent_back(graph: Graph, layer: int) -> Line | None:
    """Where a hidden layer gets Wᵀ δ back from the layer above."""
    return Line("sent", f"z{layer + 1}", TO_INPUTS) if layer < len(layers(graph)) else None


def weight_gradient(graph: Graph, layer: int) -> Line | None:
    """Where dL/dW = δ aᵀ is made."""
    return Line("sent", f"z{layer}", TO_WEIGHTS)


def bias_gradient(graph: Graph, layer: int) -> Line | None:
    """Where dL/db is made, δ summed over the examples."""
    return Line("sent", f"z{layer}", TO_BIASES) if layers(graph)[layer - 1].bias else None


def upstream(k: Known, layer: int) -> Array:
    """dL/da of a layer, at the line of its δ."""
    top = layer == len(layers(k.graph))
    return k.sends(TO_OUTPUTS) if top and is_folded(k.graph) else k.adjoint(f"a{layer}")


def slope(k: Known, layer: int) -> Array:
    """f′ of a layer as it is taken on paper."""
    name = str(layers(k.graph)[layer - 1].activation)
    return SLOPES_IN_A[name](k.a(layer)) if name in SLOPES_IN_A else slope_at(k, layer, k.z(layer))


def slope_at(k: Known, layer: int, z: Array) -> Array:
    """f′ of a layer's function at any z."""
    name = str(layers(k.graph)[layer - 1].activation)
    return loose.slope(name, loose.function(name, z), z)


def over_units(array: Array) -> Array:
    """The sum over the units, a row."""
    return array.sum(axis=-2, keepdims=True)  # type: ignore[no-any-return]


def over_examples(array: Array) -> Array:
    """The sum over the examples, a column."""
    return array.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]
