"""A layer of a network on preallocated arrays: its formulas as calls that write into them.

An activation without an in-place form is computed by its definition and copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Layer
from backprop_tutor.graph.ops.activations import ACTIVATIONS, Activation
from backprop_tutor.graph.ops.losses import residual

Call: TypeAlias = tuple[Callable[..., object], tuple[Any, ...]]
"""A function and its arguments; it writes into the last of them, or into its `out`."""

ONE, ZERO = np.array(1.0), np.array(0.0)
HUGE = np.array(1e300)
"""Replaces every larger e^z, so that e^z / (1 + e^z) is 1 where e^z overflows."""


def copied(compute: Callable[..., Array], *arrays: Array) -> None:
    """Computes a value from all arrays but the last, and copies it into the last.

    The arrays are passed as views of their own, since caches compare arrays by identity.
    """
    *given, into = arrays
    into[...] = compute(*(array[...] for array in given))


@frozen(eq=False)
class LayerArrays:
    """The arrays of one layer over a batch: z, a, dL/da that becomes dL/dz, and what the slope needs besides a.

    In memory each example is a row, which is fastest for BLAS: a product is written as that of the transposes.
    """

    activation: Activation
    z: Array
    a: Array
    delta: Array
    rest: Array

    @classmethod
    def of(cls, layer: Layer, examples: int) -> LayerArrays:
        """The arrays for a layer of a network with built-in activations."""
        z, a, delta, rest = (np.empty((len(layer.units), examples), order="F") for _ in range(4))
        return cls(ACTIVATIONS[str(layer.activation)], z, a, delta, rest)

    def forward(self) -> Iterator[Call]:
        """Computes a = f(z). For a sigmoid, 1 − a = 1/(1 + e^z) and a = e^z (1 − a): neither loses figures."""
        z, a, rest = self.z, self.a, self.rest
        match self.activation.name:
            case "sigmoid":
                yield np.exp, (z, a)
                yield partial(np.minimum, out=a), (a, HUGE)
                yield np.add, (a, ONE, rest)
                yield np.reciprocal, (rest, rest)
                yield np.multiply, (a, rest, a)
            case "tanh":
                yield np.tanh, (z, a)
            case "relu":
                yield partial(np.maximum, out=a), (z, ZERO)
            case _:
                yield copied, (self.activation.op.forward, z, a)

    def backward(self) -> Iterator[Call]:
        """Computes dL/dz = dL/da ⊙ f′(z), with the slopes a(1 − a), 1/cosh² z and [z > 0]."""
        z, a, delta, rest = self.z, self.a, self.delta, self.rest
        match self.activation.name:
            case "identity":
                return
            case "sigmoid":
                yield np.multiply, (delta, a, delta)
                yield np.multiply, (delta, rest, delta)
            case "tanh":
                yield np.cosh, (z, rest)
                yield np.divide, (delta, rest, delta)
                yield np.divide, (delta, rest, delta)
            case "relu":
                yield np.greater, (z, ZERO, rest)
                yield np.multiply, (delta, rest, delta)
            case _:
                vjp = self.activation.op.vjp
                yield copied, (lambda *given: vjp(*given)[0], delta, a, z, delta)

    def residual(self, y: Array) -> Iterator[Call]:
        """Computes a − y; for a sigmoid a(1 − y) − y(1 − a), accurate even where a rounds to its target."""
        f, a, delta, rest = self.activation, self.a, self.delta, self.rest
        if f.name == "sigmoid":
            part = np.empty_like(a)
            yield np.subtract, (ONE, y, delta)
            yield np.multiply, (delta, a, delta)
            yield np.multiply, (y, rest, part)
            yield np.subtract, (delta, part, delta)
        elif f.gives_probabilities or f.symmetric:
            yield copied, (lambda *given: residual(f, *given), a, y, self.z, delta)
        else:
            yield np.subtract, (a, y, delta)
