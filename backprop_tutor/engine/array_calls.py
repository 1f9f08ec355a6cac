"""The tape fed arrays that are already there: one update as a list of calls, each of which writes into one of them.

The list is made once for a size of batch; carried out, it makes no new array but where an activation, a loss or an
optimizer has no form of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import SimpleNamespace

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.graph import Network
from backprop_tutor.engine.layer_arrays import Call, LayerArrays, copied
from backprop_tutor.engine.losses import FOLDS, LOSSES, residual
from backprop_tutor.engine.optimizers import Optimizer
from backprop_tutor.frozen import frozen


@frozen(eq=False)
class Passes:
    """Forward and backward pass over the examples in x and y, by the `parameters`, into `gradients`.

    The gradients come out `scale` times what they are: those of plain gradient descent as the steps to take.
    """

    network: Network
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    examples: int
    scale: float

    @cached_property
    def x(self) -> Array:
        """The inputs, to be filled in; an example lies in a row, as BLAS takes them fastest."""
        return np.empty((len(self.network.inputs), self.examples), order="F")

    @cached_property
    def y(self) -> Array:
        """The targets, to be filled in."""
        return np.empty((len(self.network.layers[-1].units), self.examples))

    @cached_property
    def layers(self) -> tuple[LayerArrays, ...]:
        """The arrays of every layer."""
        return tuple(LayerArrays.of(layer, self.examples) for layer in self.network.layers)

    def calls(self) -> Iterator[Call]:
        """The calls of both passes, in order."""
        numbers = range(1, len(self.layers) + 1)
        for number in numbers:
            yield from self._forward(number)
        yield from self._loss()
        for number in reversed(numbers):
            yield from self._to_parameters(number)
            if number > 1:
                yield from self._below(number)

    def _input(self, number: int) -> Array:
        return self.layers[number - 2].a if number > 1 else self.x

    def _forward(self, number: int) -> Iterator[Call]:
        """Z = W a + b, a = f(z)."""
        layer = self.layers[number - 1]
        yield np.dot, (self.parameters[f"W{number}"], self._input(number), layer.z)
        if self.network.layers[number - 1].bias:
            yield np.add, (layer.z, self.parameters[f"b{number}"], layer.z)
        yield from layer.forward()

    def _loss(self) -> Iterator[Call]:
        """dL/dz of the output layer, times the share an example has in the reported loss."""
        output, loss = self.layers[-1], LOSSES[str(self.network.loss)]
        f, fold = output.activation, FOLDS.get((output.activation.name, loss.name))
        slope = fold.gradient if fold else loss.gradient
        if slope is residual:
            yield from output.residual(self.y)
        else:
            yield copied, (lambda *given: slope(f, *given), output.a, self.y, output.z, output.delta)
        among = (len(self.y) if loss.mean else 1) * (self.examples if self.network.reduction == "mean" else 1)
        yield np.multiply, (output.delta, np.array(self.scale / among), output.delta)
        if not fold:
            yield from output.backward()

    def _to_parameters(self, number: int) -> Iterator[Call]:
        """dL/dW = δ aᵀ (+ l2 W), 0 at missing connections; dL/db = δ summed over the examples."""
        delta = self.layers[number - 1].delta
        if f"W{number}" in self.gradients:
            gradient = self.gradients[f"W{number}"]
            yield np.dot, (delta, self._input(number).T, gradient)
            yield from self._masked(number, gradient)
            yield from self._decay(number, gradient)
        if f"b{number}" in self.gradients:
            yield np.dot, (delta, np.ones((self.examples, 1)), self.gradients[f"b{number}"])

    def _masked(self, number: int, gradient: Array) -> Iterator[Call]:
        present = self.network.layers[number - 1].present
        if present is not None:
            yield np.multiply, (gradient, np.array(present, dtype=float), gradient)

    def _decay(self, number: int, gradient: Array) -> Iterator[Call]:
        if self.network.l2:
            part = np.empty_like(gradient)
            yield np.multiply, (self.parameters[f"W{number}"], np.array(self.scale * self.network.l2), part)
            yield np.add, (gradient, part, gradient)

    def _below(self, number: int) -> Iterator[Call]:
        """dL/da = Wᵀ δ, and dL/dz of the layer below."""
        below = self.layers[number - 2]
        yield np.dot, (self.parameters[f"W{number}"].T, self.layers[number - 1].delta, below.delta)
        yield from below.backward()


def follow(rule: Optimizer, known: SimpleNamespace, gradient: Array, p: Array) -> None:
    """One update of the parameter in `p`, by the lines of an optimizer; `known` keeps its settings and state."""
    known.p, known.g, known.t = p, gradient, known.t + 1
    for name, line in rule.lines:
        setattr(known, name, line(known))
    p[...] = known.p
