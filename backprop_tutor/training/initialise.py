"""Random starting values: always the same numbers for the same seed.

Sources: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010
(xavier); K. He et al., "Delving deep into rectifiers", 2015 (he).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.registry import by_name


@frozen
class Draw:
    """What a draw depends on: the shape, the units below (fan in) and of the layer (fan out), and the author's
    settings.
    """

    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    settings: Mapping[str, float]
    generator: np.random.Generator

    def uniform(self, low: float, high: float) -> Array:
        """Uniformly distributed numbers between low and high."""
        return self.generator.uniform(low, high, self.shape)

    def normal(self, deviation: float) -> Array:
        """Normally distributed numbers around 0."""
        return self.generator.normal(0.0, deviation, self.shape)


@frozen
class Initialiser:
    """An initialiser, and the settings it needs."""

    name: str
    draw: Callable[[Draw], Array]
    settings: tuple[str, ...] = ()


def _within(limit: float, draw: Draw) -> Array:
    return draw.uniform(-limit, limit)


INITIALISERS: Mapping[str, Initialiser] = by_name(
    Initialiser("zeros", lambda d: np.zeros(d.shape)),
    Initialiser("constant", lambda d: np.full(d.shape, float(d.settings["value"])), ("value",)),
    Initialiser("uniform", lambda d: d.uniform(d.settings["low"], d.settings["high"]), ("low", "high", "seed")),
    Initialiser("normal", lambda d: d.normal(d.settings["std"]), ("std", "seed")),
    Initialiser("xavier_uniform", lambda d: _within(math.sqrt(6 / (d.fan_in + d.fan_out)), d), ("seed",)),
    Initialiser("xavier_normal", lambda d: d.normal(math.sqrt(2 / (d.fan_in + d.fan_out))), ("seed",)),
    Initialiser("he_uniform", lambda d: _within(math.sqrt(6 / d.fan_in), d), ("seed",)),
    Initialiser("he_normal", lambda d: d.normal(math.sqrt(2 / d.fan_in)), ("seed",)),
)


def initialise(name: str, shape: tuple[int, ...], fans: tuple[int, int], settings: Mapping[str, float]) -> Array:
    """Starting values of `shape` by the initialiser `name`; `fans` are the units below and the units of the layer."""
    generator = np.random.default_rng(int(settings.get("seed", 0)))
    return INITIALISERS[name].draw(Draw(shape, *fans, settings, generator))
