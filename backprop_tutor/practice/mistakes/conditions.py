"""The conditions on a layer, or on a scenario, under which a mistake is possible, and the lines it can change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.graph import tracer as loose
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph, Group
from backprop_tutor.graph.ops.functions import FUNCTIONS
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.textbook_rules import SLOPES_IN_A
from backprop_tutor.training.batches import batch_size
from backprop_tutor.training.rule import is_clipped_by_norm
from backprop_tutor.whatif.intervention import Line
from backprop_tutor.whatif.step_context import StepContext

LineOf: TypeAlias = Callable[[Graph, int], Line | None]

OUTPUTS, FOLDED = "a", "z"
"""The arguments of a loss: the outputs, and their pre-activations, where the two derivatives are taken as one."""


def sent_to(graph: Graph, node: int, argument: str) -> Line | None:
    """The line of the cotangent from a node to its argument of that name; None where it has none."""
    op = graph.nodes[node].op
    number = op.argument(argument) if op else None
    return None if number is None else Line("sent", graph.nodes[node].name, number)


def from_loss(graph: Graph, argument: str) -> Line:
    """The line of the cotangent from the loss of each example."""
    line = sent_to(graph, graph.losses, argument)
    assert line is not None, "every loss of the table has outputs and their z"
    return line


def loss_line(graph: Graph) -> Line:
    """The line of the loss of each example."""
    return Line("forward", graph.nodes[graph.losses].name)


def layers(graph: Graph) -> tuple[Group, ...]:
    """The layers of a network, none of an expression graph."""
    return graph.layers


def is_folded(graph: Graph) -> bool:
    """Whether the derivatives of loss and output activation are taken as one."""
    return graph.nodes[graph.layers[-1].output].fused


def preactivation(graph: Graph, layer: int) -> Line | None:
    """The line of z = W a + b."""
    return Line("forward", graph.part_name(layer, "z"))


def activation(graph: Graph, layer: int) -> Line | None:
    """The line of a = f(z)."""
    return Line("forward", graph.part_name(layer, "a"))


def signal(graph: Graph, layer: int) -> Line | None:
    """The line of δ = dL/da · f′(z)."""
    top = layer == len(layers(graph))
    return from_loss(graph, FOLDED) if top and is_folded(graph) else sent_to(graph, graph.part(layer, "a"), "z")


def sent_back(graph: Graph, layer: int) -> Line | None:
    """The line of Wᵀ δ, from the layer above a hidden layer."""
    return sent_to(graph, graph.part(layer + 1, "z"), "a") if layer < len(layers(graph)) else None


def weight_gradient(graph: Graph, layer: int) -> Line | None:
    """The line of dL/dW = δ aᵀ."""
    return sent_to(graph, graph.part(layer, "z"), "W")


def bias_gradient(graph: Graph, layer: int) -> Line | None:
    """The line of dL/db, δ summed over the examples."""
    return sent_to(graph, graph.part(layer, "z"), "b")


def upstream(k: StepContext, layer: int) -> Array:
    """dL/da of a layer, at the line of its δ."""
    top = layer == len(layers(k.graph))
    return k.sends(OUTPUTS) if top and is_folded(k.graph) else k.adjoint(k.graph.part_name(layer, "a"))


def slope(k: StepContext, layer: int) -> Array:
    """f′ of a layer as it is computed on paper."""
    name = str(layers(k.graph)[layer - 1].activation)
    return SLOPES_IN_A[name](k.a(layer)) if name in SLOPES_IN_A else slope_at(k, layer, k.z(layer))


def slope_at(k: StepContext, layer: int, z: Array) -> Array:
    """f′ of a layer's function at any z."""
    name = str(layers(k.graph)[layer - 1].activation)
    return loose.slope(name, loose.function(name, z), z)


def over_units(array: Array) -> Array:
    """The sum over the units, a row."""
    return array.sum(axis=-2, keepdims=True)  # type: ignore[no-any-return]


def over_examples(array: Array) -> Array:
    """The sum over the examples, a column."""
    return array.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


InLayer: TypeAlias = Callable[[Graph, int], bool]
InScenario: TypeAlias = Callable[[Scenario], bool]

SQUARED = ("half_squared_error", "squared_error", "mean_squared_error")
ENTROPIES = ("binary_cross_entropy", "cross_entropy")


def units(graph: Graph, layer: int) -> int:
    """The number of units of a layer; layer 0 is the input."""
    return len(graph.units(layer)) if graph.layers else 0


def outputs(scenario: Scenario) -> int:
    """The number of outputs."""
    return units(scenario.graph, len(layers(scenario.graph)))


def examples(scenario: Scenario) -> int:
    """The number of examples in a batch."""
    return batch_size(scenario)


def has(*activations: str | Formula) -> InLayer:
    """The layer has one of these activations."""
    return lambda graph, layer: layers(graph)[layer - 1].activation in activations


def elementwise(graph: Graph, layer: int) -> bool:
    """The layer's function is built in, elementwise, and not just a = z."""
    return layers(graph)[layer - 1].activation in FUNCTIONS


def curved(graph: Graph, layer: int) -> bool:
    """The layer's function is one whose derivative is more than a gate."""
    return elementwise(graph, layer) and layers(graph)[layer - 1].activation != "relu"


def square(graph: Graph, layer: int) -> bool:
    """The layer has as many units as the one below."""
    return units(graph, layer) == units(graph, layer - 1) > 1


def square_above(graph: Graph, layer: int) -> bool:
    """The layer above has as many units."""
    return square(graph, layer + 1)


def several_above(graph: Graph, layer: int) -> bool:
    """The layer above has several units, so that there are several paths."""
    return units(graph, layer + 1) > 1


def has_bias(graph: Graph, layer: int) -> bool:
    """The layer has biases."""
    return "b" in graph.groups[layer].nodes


def unfolded(graph: Graph, layer: int) -> bool:
    """The layer's δ is taken as a product, dL/da · f′."""
    return not (layer == len(layers(graph)) and is_folded(graph))


def both(*conditions: InLayer) -> InLayer:
    """All of these."""
    return lambda graph, layer: all(condition(graph, layer) for condition in conditions)


def loss_is(*names: str) -> InScenario:
    """The loss is one of these."""
    return lambda s: s.graph.loss in names


def reduces_by(reduction: str) -> InScenario:
    """There are several examples, and their losses are reduced so."""
    return lambda s: examples(s) > 1 and s.graph.reduction == reduction


def optimizer_is(*names: str) -> InScenario:
    """At least one parameter is updated, by one of these optimizers."""
    return lambda s: bool(s.graph.parameters) and s.training.optimizer in names


def all_of(*conditions: InScenario) -> InScenario:
    """All of these."""
    return lambda s: all(condition(s) for condition in conditions)


def several_outputs(scenario: Scenario) -> bool:
    """There is more than one output."""
    return outputs(scenario) > 1


def layered(scenario: Scenario) -> bool:
    """The scenario is a layered network."""
    return bool(scenario.graph.layers)


def folded(scenario: Scenario) -> bool:
    """A cross-entropy follows the activation it is made for."""
    return layered(scenario) and is_folded(scenario.graph)


def output_is(*activations: str) -> InScenario:
    """The output layer has one of these activations."""
    return lambda s: layered(s) and layers(s.graph)[-1].activation in activations


def moves_part_by_part(scenario: Scenario) -> bool:
    """One parameter may be updated before the derivatives of the others are known: not where the whole gradient's norm counts."""
    return not is_clipped_by_norm(scenario.training)


def learns(scenario: Scenario) -> bool:
    """At least one parameter is updated."""
    return bool(scenario.graph.parameters)
