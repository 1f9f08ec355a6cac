"""Random networks and graphs, and random wrong numbers among right ones: what must stay unexplained."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.checks.validate import validated
from backprop_tutor.scenario.load import build
from backprop_tutor.scenario.yaml.source import source_of
from tests.recognition.questions import graph, layer, net, written

GRAPHS = (
    ("{{x: {}, t: {}}}", "{{w: {}, u: {}}}", "z: w*x; h: tanh(z); y: u*h; L: (y - t)^2/2", "L"),
    ("{{a: {}, b: {}, c: {}}}", "", "p: a + b; q: b*c; f: p*q", "f"),
    ("{{x: {}, t: {}}}", "{{w: {}, b: {}}}", "z: w*x + b; p: sigmoid(z); L: -(t*log(p) + (1 - t)*log(1 - p))", "L"),
    ("{{x1: {}, x2: {}, t: {}}}", "{{w: {}, u: {}}}", "z1: w*x1; h1: tanh(z1); z2: w*x2 + u*h1; h2: tanh(z2); L: (h2 - t)^2/2", "L"),
    ("{{x: {}}}", "{{a: {}, b: {}}}", "s: sin(a*x); e: exp(b*x); y: s*e; L: y^2", "L"),
)  # fmt: skip
SIZES = ((2, 2, 1), (2, 3, 2), (3, 2, 2), (2, 2, 2, 1), (1, 3, 1))
CURVED = ("sigmoid", "tanh", "relu")


def scenario_of(text: str) -> Scenario:
    """The scenario of a file's text."""
    source = source_of("question.yaml", text.encode())
    return build(*validated(source))


@cache
def networks(count: int) -> tuple[Scenario, ...]:
    """Random small networks, one-decimal weights, some with several examples."""
    return tuple(scenario_of(_network(np.random.default_rng(i))) for i in range(count))


def _network(rng: Any) -> str:
    sizes = SIZES[rng.integers(len(SIZES))]
    hidden, soft = CURVED[rng.integers(3)], sizes[-1] > 1 and rng.random() < 0.5
    layers = []
    for n, (below, above) in enumerate(pairwise(sizes)):
        last = n == len(sizes) - 2
        kind = ("softmax" if soft else ("sigmoid", "identity")[rng.integers(2)]) if last else hidden
        layers.append(layer(kind, rng.uniform(-1, 1, (above, below)).round(2), rng.uniform(-0.5, 0.5, above).round(2)))
    examples = []
    for _ in range((1, 1, 3)[rng.integers(3)]):
        target = np.eye(sizes[-1])[rng.integers(sizes[-1])] if soft else rng.uniform(0, 1, sizes[-1]).round(1)
        examples.append(f"{{x: {rng.uniform(-1.5, 1.5, sizes[0]).round(1).tolist()}, y: {target.tolist()}}}")
    return net(", ".join(layers), ", ".join(examples), "cross_entropy" if soft else "half_squared_error")


@cache
def graphs(count: int) -> tuple[Scenario, ...]:
    """Random numbers in a few expression graphs."""
    return tuple(scenario_of(_graph(i)) for i in range(count))


def _graph(i: int) -> str:
    rng = np.random.default_rng(1000 + i)
    inputs, parameters, nodes, output = GRAPHS[i % len(GRAPHS)]
    draw = [f"{v:.2f}" for v in rng.uniform(0.2, 0.9, 10)]
    return graph(inputs.format(*draw[:5]), parameters.format(*draw[5:]), nodes, output)


def random_wrong(rng: Any, right: dict[str, float], digits: int) -> Iterator[tuple[str, str]]:
    """Three right figures, one of them replaced by a random number of the same size."""
    names = rng.choice(list(right), 3, replace=False)
    wrong = rng.integers(3)
    for i, name in enumerate(names):
        value = right[name] * (rng.uniform(-2, 2) if i == wrong else 1.0)
        yield name, written(value, digits)
