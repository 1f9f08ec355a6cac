"""A network with numbers at which mistakes show: no ties, no kinks, no square layers, no equal upstream gradients."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.text import same

ONE_HOT = {"cross_entropy"}


def example_network(
    sizes: Sequence[int],
    activations: Sequence[str],
    loss: str = "half_squared_error",
    *,
    reduction: str = "mean",
    examples: int = 5,
    seed: int = 0,
    bias: bool = True,
    l2: float = 0.0,
) -> Scenario:
    """A network of `sizes` units with drawn parameters and examples; the same numbers for the same seed."""
    random = np.random.default_rng(seed)
    units = [tuple(f"u{i}_{j}" for j in range(1, n + 1)) for i, n in enumerate(sizes)]
    inputs = tuple(f"x{j}" for j in range(1, sizes[0] + 1))
    layers = tuple(Layer(names, activation, bias) for names, activation in zip(units[1:], activations, strict=True))
    network = Network(inputs, layers, loss, reduction, l2, named=False)
    parameters: dict[str, Array] = {}
    for i in range(1, len(sizes)):
        parameters[f"W{i}"] = random.normal(0, 1 / np.sqrt(sizes[i - 1]), (sizes[i], sizes[i - 1]))
        if bias:
            parameters[f"b{i}"] = random.normal(0, 0.3, (sizes[i], 1))
    x = random.normal(0, 1, (sizes[0], examples))
    data = {"x": x, "y": _targets(loss, sizes[-1], examples, random)}
    title = same(f"{'-'.join(map(str, sizes))} network")
    return Scenario(title, network_graph(network), data, parameters, training=Training())


def _targets(loss: str, outputs: int, examples: int, random: np.random.Generator) -> Array:
    """Targets the loss allows: one class of each example, zeros and ones, or any numbers."""
    if loss in ONE_HOT:
        found: Array = np.eye(outputs)[random.permutation(np.arange(examples) % outputs)].T
        return found
    if LOSSES[loss].probabilities:
        drawn = random.integers(0, 2, (outputs, examples)).astype(float)
        drawn[:, -1] = 1 - drawn[:, 0]  # read backwards they are others
        return drawn
    return random.normal(0, 1, (outputs, examples))
