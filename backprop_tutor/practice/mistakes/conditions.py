"""What must hold of a layer, or of a scenario, for a mistake to be possible there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from backprop_tutor.engine.batches import batch_size
from backprop_tutor.engine.functions import FUNCTIONS
from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.practice.mistakes.lines import is_folded, layers

InLayer: TypeAlias = Callable[[Graph, int], bool]
InScenario: TypeAlias = Callable[[Scenario], bool]

SQUARED = ("half_squared_error", "squared_error", "mean_squared_error")
ENTROPIES = ("binary_cross_entropy", "cross_entropy")


def units(graph: Graph, layer: int) -> int:
    """How many units a layer has; layer 0 is the input."""
    return len(graph.network.units(layer)) if graph.network else 0


def outputs(scenario: Scenario) -> int:
    """How many outputs there are."""
    return units(scenario.graph, len(layers(scenario.graph)))


def examples(scenario: Scenario) -> int:
    """How many examples a batch holds."""
    return batch_size(scenario)


def has(*activations: str) -> InLayer:
    """The layer has one of these activations."""
    return lambda graph, layer: layers(graph)[layer - 1].activation in activations


def elementwise(graph: Graph, layer: int) -> bool:
    """The layer's function is one of the table, applied unit by unit, and not just a = z."""
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
    return layers(graph)[layer - 1].bias


def unfolded(graph: Graph, layer: int) -> bool:
    """The layer's δ is taken as a product, dL/da · f′."""
    return not (layer == len(layers(graph)) and is_folded(graph))


def both(*conditions: InLayer) -> InLayer:
    """All of these."""
    return lambda graph, layer: all(condition(graph, layer) for condition in conditions)


def loss_is(*names: str) -> InScenario:
    """The loss is one of these."""
    return lambda s: s.graph.network is not None and s.graph.network.loss in names


def reduces_by(reduction: str) -> InScenario:
    """There are several examples, and their losses are reduced so."""
    return lambda s: examples(s) > 1 and (s.graph.network.reduction if s.graph.network else "mean") == reduction


def optimizer_is(*names: str) -> InScenario:
    """Something is updated, by one of these optimizers."""
    return lambda s: bool(s.graph.parameters) and s.training.optimizer in names


def all_of(*conditions: InScenario) -> InScenario:
    """All of these."""
    return lambda s: all(condition(s) for condition in conditions)


def several_outputs(scenario: Scenario) -> bool:
    """There is more than one output."""
    return outputs(scenario) > 1


def layered(scenario: Scenario) -> bool:
    """The scenario is a layered network."""
    return scenario.graph.network is not None


def folded(scenario: Scenario) -> bool:
    """A cross-entropy meets the activation it is made for."""
    return layered(scenario) and is_folded(scenario.graph)


def output_is(*activations: str) -> InScenario:
    """The output layer has one of these activations."""
    return lambda s: layered(s) and layers(s.graph)[-1].activation in activations


def learns(scenario: Scenario) -> bool:
    """Something is updated."""
    return bool(scenario.graph.parameters)
