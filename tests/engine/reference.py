"""A network computed a second time, sharing nothing with the engine but the plain description of it.

Every function is written out in mpmath, number by number, in so many digits that no saturated unit loses any. A
derivative is a central difference with a tiny step, which at that precision is right to a hundred digits: no rule of
calculus is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from mpmath import mp, mpf

from backprop_tutor.graph.graph import Network

DIGITS = 800  # 1 − σ(800) needs 348 of them, and a difference of losses 200 more
STEP = "1e-60"

FEW_DIGITS = 400  # enough for a network that is steep, but not that steep

Given = dict[str, np.ndarray]
Numbers = dict[tuple[str, int, int], Any]  # by node, row and column

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "tanh": lambda z: (mp.exp(z) - mp.exp(-z)) / (mp.exp(z) + mp.exp(-z)),
    "relu": lambda z: max(z, mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "elu": lambda z: z if z > 0 else mp.exp(z) - 1,
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "silu": lambda z: z / (1 + mp.exp(-z)),
    "gelu": lambda z: z * mp.erfc(-z / mp.sqrt(2)) / 2,
    "gelu_tanh": lambda z: z / (1 + mp.exp(-2 * mp.sqrt(2 / mp.pi) * (z + mpf("0.044715") * z**3))),
    "hardtanh": lambda z: max(mpf(-1), min(mpf(1), z)),
    "relu6": lambda z: max(mpf(0), min(mpf(6), z)),
    "hardsigmoid": lambda z: max(mpf(0), min(mpf(6), z + 3)) / 6,
    "hardswish": lambda z: z * max(mpf(0), min(mpf(6), z + 3)) / 6,
    "celu": lambda z: z if z > 0 else mp.exp(z) - 1,
    "selu": lambda z: mpf("1.0507009873554805") * (z if z > 0 else mpf("1.6732632423543772") * (mp.exp(z) - 1)),
    "mish": lambda z: z * mp.tanh(mp.log(1 + mp.exp(z))),
}
LOSSES = {
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "squared_error": lambda a, y: (a - y) ** 2,
    "mean_squared_error": lambda a, y: (a - y) ** 2,
    "binary_cross_entropy": lambda a, y: -(_times(y, a) + _times(1 - y, 1 - a)),
    "cross_entropy": lambda a, y: -_times(y, a),
    "huber": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - mpf(1) / 2,
    "log_cosh": lambda a, y: mp.log(mp.cosh(a - y)),
}


def _times(weight: Any, a: Any) -> Any:
    """Weight · ln a, which is 0 where the weight is."""
    return weight * mp.log(a) if weight else mpf(0)


def numbers(network: Network, given: Given, nudges: Numbers | None = None) -> Numbers:
    """Every value of a forward pass, each nudged as it comes where a nudge of that name is wanted."""
    found: Numbers = {}

    def keep(name: str, row: int, column: int, value: Any) -> Any:
        found[name, row, column] = value + (nudges or {}).get((name, row, column), 0)
        return found[name, row, column]

    for name, array in given.items():
        for (row, column), value in np.ndenumerate(array):
            keep(name, row, column, mpf(float(value)))
    examples = given["x"].shape[1]
    each = [keep("losses", 0, i, _loss_of(network, found, keep, i)) for i in range(examples)]
    share = len(each) if network.reduction == "mean" else 1
    squares = (value**2 for (name, _, _), value in found.items() if name.startswith("W"))
    keep("loss", 0, 0, sum(each) / share + mpf(repr(network.l2)) / 2 * sum(squares))
    return found


def _loss_of(network: Network, found: Numbers, keep: Any, example: int) -> Any:
    """The loss of one example, every number on the way kept."""
    a = [found["x", k, example] for k in range(len(network.inputs))]
    for number, layer in enumerate(network.layers, start=1):
        z = [
            keep(f"z{number}", j, example, sum(_terms(network, found, number, j, a), mpf(0)))
            for j in range(len(layer.units))
        ]
        a = [keep(f"a{number}", j, example, v) for j, v in enumerate(_activated(str(layer.activation), z))]
    terms = [LOSSES[str(network.loss)](v, found["y", k, example]) for k, v in enumerate(a)]
    return sum(terms) / (len(a) if network.loss == "mean_squared_error" else 1)


def _terms(network: Network, found: Numbers, number: int, j: int, a: list[Any]) -> Iterator[Any]:
    layer = network.layers[number - 1]
    for k, source in enumerate(a):
        if layer.present is None or layer.present[j][k]:
            yield found[f"W{number}", j, k] * source
    if layer.bias:
        yield found[f"b{number}", j, 0]


def _activated(activation: str, z: list[Any]) -> list[Any]:
    if activation == "softmax":
        powers = [mp.exp(v) for v in z]
        return [power / sum(powers) for power in powers]
    return [_activation(activation, v, mp.dps) for v in z]


@cache
def _activation(name: str, z: Any, digits: int) -> Any:
    """An activation in the digits that are set, which a great many networks need at the same z."""
    return ACTIVATIONS[name](z)


def derivative(network: Network, given: Given, place: tuple[str, int, int], value: Any) -> Any:
    """dLoss/d the number at `place`, by a central difference; a probability near 0 or 1 is not nudged beyond."""
    least = mpf(10) ** (-mp.dps // 2)  # what is smaller cannot be nudged with so many digits
    rooms = (room for room in (mpf(1), abs(value), abs(1 - value)) if room > least)
    h = mpf(STEP) * min(rooms)
    above, below = (numbers(network, given, {place: way * h})["loss", 0, 0] for way in (1, -1))
    return (above - below) / (2 * h)
