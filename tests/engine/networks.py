"""Random networks to test with: any activation, loss, optimizer and batch, gently or wildly weighted."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.text import same

SIZES = (3, 2, 2)


def random_scenario(
    activation: str,
    loss: str,
    *,
    output: str | None = None,
    scale: float = 1.0,
    seed: int = 0,
    examples: int = 3,
    training: Training | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> Scenario:
    """A network with one missing connection and l2, weights and data drawn with so large a scale."""
    draw = np.random.default_rng(seed)
    layers = [
        Layer(tuple(f"u{i}" for i in range(units)), output if output and number == len(sizes) - 1 else activation, True)
        for number, units in enumerate(sizes[1:], start=1)
    ]
    layers[0] = replace(
        layers[0], present=((True,) * (sizes[0] - 1) + (False,), *((True,) * sizes[0],) * (sizes[1] - 1))
    )
    parameters = {}
    for number, (below, units) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{number}"] = draw.normal(scale=scale, size=(units, below))
        parameters[f"b{number}"] = draw.normal(scale=scale, size=(units, 1))
    parameters["W1"][0, -1] = 0.0
    y = draw.uniform(size=(sizes[-1], examples)).round(int(seed) % 2)
    network = Network(tuple(f"x{i}" for i in range(sizes[0])), tuple(layers), loss, "mean", 0.01, named=False)
    return Scenario(
        title=same("random"),
        graph=network_graph(network),
        data={"x": draw.normal(size=(sizes[0], examples)), "y": y if LOSSES[loss].probabilities else 4 * y - 2},
        parameters=parameters,
        frozen=frozenset({"b2"}),
        training=training or Training(learning_rate=0.05),
    )
