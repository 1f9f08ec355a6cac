"""Two small scenario files, one of each kind, to be spoilt by the tests."""

NETWORK = """\
title: A network
network:
  inputs: [a, b]
  layers:
    - units: [c, d]
      activation: sigmoid
      weights: [[0.1, 0.7], [0.3, 0.2]]
      bias: [0.35, 0.35]
    - units: [e]
      activation: sigmoid
      weights: [[0.4, 0.6]]
loss: half_squared_error
data:
  - {x: [0.5, 0.8], y: [1]}
training:
  learning_rate: 0.1
"""

GRAPH = """\
title: A graph
graph:
  inputs: {a: 1, b: 2}
  parameters: {w: 0.5}
  nodes:
    p: a + b
    q: w * b
    y: p * q
  output: y
"""


def spoilt(text: str, old: str, new: str) -> str:
    """`text` with one passage replaced, which must stand in it exactly once."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)
