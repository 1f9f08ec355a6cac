"""Small networks of two layers, and their right step written out by hand in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np

import backprop_tutor as bt

Array = Any

ONE = "  - {x: [0.9, -0.4], y: [0.8, 0.1]}"
THREE = "\n".join(
    f"  - {{x: {x}, y: {y}}}" for x, y in (([0.9, -0.4], [0.8, 0.1]), ([0.3, 0.7], [0.2, 0.6]), ([-0.5, 0.2], [1, 0]))
)
TWO = "\n".join(THREE.splitlines()[:2])
CLASS = "  - {x: [0.9, -0.4], y: [0, 1, 0]}"

BELOW = "[[0.3, -0.7], [0.5, 0.2]]"
TWO_OUT, THREE_OUT, ONE_OUT = "[[0.6, -0.8], [0.4, 0.9]]", "[[0.6, -0.8], [0.4, 0.9], [-0.3, 0.7]]", "[[0.6, -0.8]]"
BIAS = {TWO_OUT: "[-0.1, 0.15]", THREE_OUT: "[-0.1, 0.15, 0.05]", ONE_OUT: "[-0.1]"}


def written(
    hidden: str = "sigmoid",
    output: str = "sigmoid",
    above: str = TWO_OUT,
    loss: str = "half_squared_error",
    data: str = ONE,
    training: str = "{learning_rate: 0.5}",
) -> str:
    """A scenario file."""
    return f"""\
title: By hand
network:
  inputs: 2
  layers:
    - {{units: 2, activation: {hidden}, weights: {BELOW}, bias: [0.25, -0.35]}}
    - {{units: {above.count("[") - 1}, activation: {output}, weights: {above}, bias: {BIAS[above]}}}
loss: {loss}
data:
{data}
training: {training}
"""


GRAPH = """\
title: By hand
graph:
  inputs: {x: 0.6, t: 1.0}
  parameters: {w: 1.5}
  nodes: {z: w*x, h: tanh(z), y: -0.8*h, L: 1/2*e^2, e: y - t}
  output: L
"""

CELLS = """\
title: Two units in one formula
graph:
  inputs: {x: 0.6, t: 1.0}
  parameters: {w: 1.5, v: -0.8}
  nodes: {z: w*x, q: v*tanh(z), y: sigmoid(q), L: 1/2*(y - t)^2}
  output: L
"""

GATES = """\
title: Gates of an array
graph:
  inputs: {x: [0.5, -0.4, 2, -1], t: [1, 1, -1, -1]}
  parameters: {w: [1.5, 0.5, 0.8, 2]}
  nodes: {a: relu(w*x), L: sum((a - t)^2)/2}
  output: L
"""

PRODUCTS = f"""\
title: Two products
graph:
  inputs: {{x: [0.9, -0.4], t: [0.8, 0.1]}}
  parameters: {{W: {BELOW}, b: [0.25, -0.35], V: {TWO_OUT}}}
  nodes: {{z: W @ x + b, a: tanh(z), o: V @ a, L: sum((o - t)^2)/2}}
  output: L
training: {{learning_rate: 0.5}}
"""

SCORES = """\
title: A softmax at the end
graph:
  inputs: {t: [0, 1, 0]}
  parameters: {s: [0.5, 1.2, 0.8]}
  nodes: {p: softmax(s), L: -sum(t * log(p))}
  output: L
"""

LINE = """\
title: A line through three points
graph:
  inputs: [x, t]
  parameters: {w: 0.7, b: -0.2}
  nodes: {y: w*x + b, L: 1/2*(y - t)^2}
  output: L
data: [{x: 0.5, t: 1}, {x: -1, t: 0.4}, {x: 2, t: -0.3}]
training: {learning_rate: 0.5}
"""


FILES = {
    "products": PRODUCTS,
    "scores": SCORES,
    "line": LINE,
    "cells": CELLS,
    "gates": GATES,
    "sigmoids": written(),
    "tanh": written(hidden="tanh", output="tanh"),
    "relu": written(hidden="relu", output="identity"),
    "softmax": written(output="softmax", above=THREE_OUT, loss="cross_entropy", data=CLASS),
    "logistic": written(above=ONE_OUT, loss="binary_cross_entropy", data="  - {x: [0.9, -0.4], y: [0.8]}"),
    "mean": written(above=THREE_OUT, loss="mean_squared_error", data="  - {x: [0.9, -0.4], y: [0.8, 0.1, 0.3]}"),
    "batch": written(data=THREE),
    "square": written(data=TWO),
    "summed": written(data=THREE, loss="{function: half_squared_error, reduction: sum}"),
    "two steps": written(training="{learning_rate: 0.5, steps: 2}"),
    "classes": written(
        output="softmax",
        above=THREE_OUT,
        loss="cross_entropy",
        data=f"{CLASS}\n  - {{x: [0.3, 0.7], y: [1, 0, 0]}}",
    ),
    "graph": GRAPH,
    "penalised": written(data=THREE, loss="{function: half_squared_error, l2: 0.3}"),
    **{
        name: written(training=f"{{optimizer: {{kind: {name}, {settings}}}, learning_rate: 0.1, steps: 2}}")
        for name, settings in (
            ("momentum", "momentum: 0.6"),
            ("nesterov", "momentum: 0.6"),
            ("adam", "beta1: 0.7, beta2: 0.9, epsilon: 1e-3"),
            ("adamw", "beta1: 0.7, beta2: 0.9, epsilon: 1e-3, weight_decay: 0.2"),
            ("adagrad", "epsilon: 1e-3"),
            ("adadelta", "rho: 0.9"),
            ("rmsprop", "rho: 0.9, epsilon: 1e-3"),
        )
    },
    **{
        name: written(training=f"{{learning_rate: 0.1, {how}, steps: 2}}")
        for name, how in (
            ("decaying", "schedule: {kind: exponential, decay: 0.5}"),
            ("warming", "schedule: {kind: constant, warm_up: 2}"),
            ("clipped", "clip: {kind: norm, limit: 0.01}"),
        )
    },
    **{
        f"three steps, {name}": written(training=f"{{learning_rate: 0.1, {how}, steps: 3}}")
        for name, how in (("adam", "optimizer: adam"), ("warming", "schedule: {kind: constant, warm_up: 4}"))
    },
}


@cache
def scenario(name: str) -> Any:
    """One of the scenarios, or a bundled one."""
    if name not in FILES:
        return bt.load(name)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(FILES[name], encoding="utf-8")
        return bt.load(path)


def sigmoid(z: Array) -> Array:
    """1/(1 + e^(−z))."""
    return 1 / (1 + np.exp(-z))


VALUE: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "identity": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=0),
}
SLOPE: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
    "identity": np.ones_like,
}


def step(given: Any, W1: Array, b1: Array, W2: Array, b2: Array) -> SimpleNamespace:
    """Forward and backward by hand; `share` is what one example counts, e is a − y, d1 and d2 are the error signals."""
    network = given.graph.dense
    h = SimpleNamespace(x=given.data["x"], y=given.data["y"], W1=W1, b1=b1, W2=W2, b2=b2)
    h.f1, h.f2 = (layer.activation for layer in network.layers)
    h.m = h.x.shape[1]
    h.share = 1 / h.m if network.reduction == "mean" else 1.0
    h.z1 = W1 @ h.x + b1
    h.a1 = VALUE[h.f1](h.z1)
    h.z2 = W2 @ h.a1 + b2
    h.a2 = VALUE[h.f2](h.z2)
    h.e = h.a2 - h.y
    factor = {"half_squared_error": 1.0, "mean_squared_error": 2 / len(h.y)}.get(network.loss)
    h.to_a2 = None if factor is None else h.share * factor * h.e
    h.d2 = h.e * h.share if factor is None else h.to_a2 * SLOPE[h.f2](h.z2)
    h.back = W2.T @ h.d2
    h.s1 = SLOPE[h.f1](h.z1)
    h.d1 = h.back * h.s1
    h.dW2, h.dW1 = h.d2 @ h.a1.T + network.l2 * W2, h.d1 @ h.x.T + network.l2 * W1
    h.db2, h.db1 = h.d2.sum(axis=1, keepdims=True), h.d1.sum(axis=1, keepdims=True)
    h.rate = given.training.learning_rate
    return h


def by_hand(name: str) -> SimpleNamespace:
    """The first step of one of the scenarios, by hand."""
    given = scenario(name)
    if name not in FILES:
        return given_arrays(given)
    if name == "products":
        h = given_arrays(given)
        h.z = h.W @ h.x + h.b
        h.a = np.tanh(h.z)
        h.e = h.V @ h.a - h.t
        h.back, h.dV = h.V.T @ h.e, np.outer(h.e, h.a)
        return h
    if name == "scores":
        return given_arrays(given)
    if name == "line":
        h = SimpleNamespace(x=np.array([0.5, -1, 2]), t=np.array([1, 0.4, -0.3]))
        h.e = 0.7 * h.x - 0.2 - h.t
        return h
    if name == "gates":
        h = given_arrays(given)
        return SimpleNamespace(**vars(h), e=np.maximum(h.w * h.x, 0) - h.t)
    if not given.graph.layers:
        h = np.tanh(1.5 * 0.6)
        y = sigmoid(-0.8 * h)
        return SimpleNamespace(z=0.9, h=h, e=-0.8 * h - 1.0, v=-0.8, dL=y - 1.0, s_prime=y * (1 - y))
    return step(given, *(given.parameters[p] for p in ("W1", "b1", "W2", "b2")))


def given_arrays(given: Any) -> SimpleNamespace:
    """The given numbers of a graph with one example, each array in its own axes."""
    graph, found = given.graph, {}
    for name, array in {**given.data, **given.parameters}.items():
        node = graph.nodes[graph.index[name]]
        found[name] = (array if node.shared else array[..., 0]).reshape(array.shape[: node.axes])
    return SimpleNamespace(**found)
