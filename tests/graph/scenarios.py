"""Scenarios with graphs of arrays, as texts of files, for the tests of every room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.load import load

ARRAY_FILES: Mapping[str, str] = {
    "convolution": """
title: Convolution, pooling, a squared error
graph:
  inputs: {x: [[1, 2, 0], [0, 1, 3], [2, 1, 1]]}
  parameters: {k: [[1, 0.5], [-1, 2]], b: 0.5, W: {init: he_normal, shape: [2, 4], seed: 3}}
  nodes:
    z: conv2d(x, k) + b
    a: relu(z)
    m: max_pool2d(z, 2)
    o: W @ flatten(a)
    L: sum((o - 1)^2) / 2 + sum(m)
  output: L
""",
    "channels": """
title: Two channels, two examples
graph:
  inputs: [x, c]
  parameters:
    k: {init: normal, std: 0.5, shape: [2, 1, 2, 2], seed: 1}
    W: {init: xavier_uniform, shape: [3, 2], seed: 2}
  nodes:
    z: conv2d(x, k, stride=1, padding=0)
    p: avg_pool2d(tanh(z), 2)
    s: W @ flatten(p)
    L: cross_entropy(s, c)
  output: L
data: [{x: [[[1, 2, 0], [0, 1, 3], [2, 1, 1]]], c: 1}, {x: [[[0, 1, 1], [2, 1, 0], [1, 1, 3]]], c: 3}]
training: {optimizer: adam, learning_rate: 0.1, steps: 2}
""",
    "layer-norm": """
title: A norm with an upstream gradient
graph:
  inputs: {x: [1, 2, 6]}
  parameters: {gain: [1, 1.5, 1], shift: [0, 0, 0.5]}
  nodes: {y: "layer_norm(x, gain, shift)", idle: x * 2}
  output: y
  upstream: [1, 0, -2]
""",
    "batch-norm": """
title: A norm over the examples
graph:
  inputs: [x]
  parameters: {gain: 1.5, shift: 0.5}
  nodes: {y: "batch_norm(x, gain, shift)"}
  output: y
  upstream: [1, 0, -2]
data: [{x: 1}, {x: 2}, {x: 6}]
""",
    "attention": """
title: One head
graph:
  inputs: {x: [[1, 0], [0, 2], [1, 1]]}
  parameters: {Wq: [[1, 0.5], [0, 1]], Wk: [[0.5, 1], [1, 0]], Wv: [[1, -1], [0.5, 2]]}
  nodes:
    Q: x @ Wq
    K: x @ Wk
    V: x @ Wv
    P: softmax(causal(Q @ K.T / sqrt(2)))
    O: P @ V
    L: mean((O - 1)^2)
  output: L
""",
    "embedding": """
title: A repeated word
graph:
  inputs: {ids: [2, 1, 2]}
  parameters: {E: [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], w: [1, -1]}
  nodes: {h: "embedding(E, ids)", s: h @ w, L: "logsumexp(s) - s[1] + norm(w) + max(s)"}
  output: L
""",
    "several-outputs": """
title: Two outputs
graph: {inputs: {x: [1, 2]}, parameters: {A: [[1, 2], [3, 4]]}, nodes: {p: A @ x, q: sum(x)}, output: [p, q]}
""",
}


def array_scenario(name: str, folder: Path) -> Scenario:
    """One of these scenarios, read from a file in a folder."""
    path = folder / f"{name}.yaml"
    path.write_text(ARRAY_FILES[name].lstrip(), encoding="utf-8")
    return load(path)
