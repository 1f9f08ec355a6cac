"""Trains with NumPy arrays in place: the trainer for networks too large for straight-line code.

One update is a list of calls, each of which writes into an array that already exists. The list is made once for a batch
size; running it allocates nothing, except where an activation, a loss or an optimizer has no in-place form of its own.
Memory stays the same however many updates are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from types import SimpleNamespace

from backprop_tutor.fast.layer_arrays import Call, LayerArrays, copied
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Network
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import FUSED_GRADIENTS, LOSSES, residual
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.layers.dense import node_name
from backprop_tutor.training.batches import Columns, batch_size, epoch_of, updates_in
from backprop_tutor.training.optimizers import Optimizer
from backprop_tutor.training.rule import is_clipped_by_norm, rule_of
from backprop_tutor.training.stopping import WITHOUT_END, Goal
from backprop_tutor.training.train_state import TrainState, trainable
from backprop_tutor.training.train_step import whole_norm
from backprop_tutor.training.trainer import Evaluation, Note, TapeTrainer, Trainer, towards


@frozen(eq=False)
class Passes:
    """The forward and backward pass over the examples in x and y, by the `parameters`, into `gradients`.

    The gradients come out multiplied by `scale`: with plain gradient descent they are then the steps to take.
    """

    network: Network
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    examples: int
    scale: float

    @cached_property
    def x(self) -> Array:
        """The inputs, to be filled in."""
        return np.empty((len(self.network.inputs), self.examples), order="F")

    @cached_property
    def y(self) -> Array:
        """The targets, to be filled in."""
        return np.empty((len(self.network.layers[-1].units), self.examples), order="F")

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
        yield np.dot, (self._input(number).T, self.parameters[node_name("W", number)].T, layer.z.T)
        if self.network.layers[number - 1].bias:
            yield np.add, (layer.z, self.parameters[node_name("b", number)], layer.z)
        yield from layer.forward()

    def _loss(self) -> Iterator[Call]:
        """dL/dz of the output layer, times the weight of an example in the reported loss."""
        output, loss = self.layers[-1], LOSSES[str(self.network.loss)]
        f, fold = output.activation, FUSED_GRADIENTS.get((output.activation.name, loss.name))
        slope = fold.gradient if fold else loss.computed[1]
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
        if node_name("W", number) in self.gradients:
            gradient = self.gradients[node_name("W", number)]
            yield np.dot, (delta, self._input(number).T, gradient)
            yield from self._masked(number, gradient)
            yield from self._decay(number, gradient)
        if node_name("b", number) in self.gradients:
            yield np.dot, (delta, np.ones((self.examples, 1)), self.gradients[node_name("b", number)])

    def _masked(self, number: int, gradient: Array) -> Iterator[Call]:
        present = self.network.layers[number - 1].present
        if present is not None:
            yield np.multiply, (gradient, np.array(present, dtype=float), gradient)

    def _decay(self, number: int, gradient: Array) -> Iterator[Call]:
        if self.network.l2:
            part = np.empty_like(gradient)
            yield np.multiply, (self.parameters[node_name("W", number)], np.array(self.scale * self.network.l2), part)
            yield np.add, (gradient, part, gradient)

    def _below(self, number: int) -> Iterator[Call]:
        """dL/da = Wᵀ δ, and dL/dz of the layer below."""
        below = self.layers[number - 2]
        yield np.dot, (self.layers[number - 1].delta.T, self.parameters[node_name("W", number)], below.delta.T)
        yield from below.backward()


def follow(rule: Optimizer, known: SimpleNamespace, gradient: Array, p: Array, constants: Mapping[str, float]) -> None:
    """Updates the parameter in `p` by the lines of a rule with these constants; `known` contains its state."""
    vars(known).update(constants, p=p, g=gradient, t=known.t + 1)
    for name, line in rule.lines:
        setattr(known, name, line(known))
    p[...] = known.p


def fits(network: Network) -> bool:
    """Whether this trainer can train a network: its functions are built in, its loss always has a value, and every number
    of W and b is a parameter of its own.

    A cross-entropy of outputs that are no probabilities may have none, and the tape reports for which number.
    """
    names = [layer.activation for layer in network.layers]
    if network.shares or not all(isinstance(name, str) for name in (network.loss, *names)):
        return False
    return ACTIVATIONS[str(names[-1])].gives_probabilities or not LOSSES[str(network.loss)].probabilities


class ArrayTrainer(Trainer):
    """Computes every update by a list of calls on arrays that are reused, for a network that `fits`."""

    def __init__(self, scenario: Scenario, network: Network, note: Note | None = None) -> None:
        self.scenario, self.network = scenario, network
        self._tape = TapeTrainer(scenario)
        self._rule = rule_of(scenario.training)
        self._plain = self._rule.name == "sgd" and len(self._rule.lines) == 1
        self._parameters = {name: np.array(array, dtype=float) for name, array in scenario.parameters.items()}
        self._gradients = {name: np.empty_like(self._parameters[name]) for name in trainable(scenario)}
        self._before: tuple[Call, ...] = ((note, (self._parameters,)),) if note else ()
        self._known = {name: SimpleNamespace() for name in self._gradients}
        self._data = {name: np.asfortranarray(array) for name, array in scenario.data.items()}
        self._passes = lru_cache(maxsize=2)(self._of_size)

    def run_epochs(self, position: TrainState, epochs: int, goal: Goal = WITHOUT_END) -> TrainState:
        """Trains for so many epochs, or fewer if the goal is reached before one of them."""
        return towards(goal, self.evaluate, self._onwards, position, epochs)

    def evaluate(self, position: TrainState) -> Evaluation:
        """The loss and the norm of its gradient at a train state."""
        return self._tape.evaluate(position)

    def _onwards(self, position: TrainState, epochs: int) -> TrainState:
        self._begin(position)
        updates = updates_in(self.scenario)
        end = position.updates + epochs * updates
        with np.errstate(all="ignore"):
            for first in range(position.updates + 1, end + 1, updates):
                self._epoch(first)
        return self._position(end)

    def _epoch(self, first: int) -> None:
        """Makes all updates from update `first` to the end of its epoch."""
        for size, columns in self._batches(first):
            passes, calls = self._passes(size)
            np.copyto(passes.x, self._data["x"][:, columns])
            np.copyto(passes.y, self._data["y"][:, columns])
            for function, given in calls:
                function(*given)

    def _batches(self, first: int) -> Iterator[tuple[int, Columns]]:
        """The size and the examples of each batch of the epoch that begins with update `first`."""
        examples, size = self.scenario.examples, batch_size(self.scenario)
        order = None if self.scenario.training.shuffle is None else epoch_of(self.scenario, first)
        for at in range(0, examples, size):
            columns = slice(at, at + size)
            yield min(size, examples - at), columns if order is None else order[columns]

    def _of_size(self, size: int) -> tuple[Passes, tuple[Call, ...]]:
        """The arrays for a batch size, and all calls of an update."""
        scale = self.scenario.training.learning_rate if self._plain else 1.0
        passes = Passes(self.network, self._parameters, self._gradients, size, scale)
        return passes, (*self._before, *passes.calls(), *self._updates())

    def _updates(self) -> Iterator[Call]:
        """Changes every parameter: for plain gradient descent by its gradient, which is already scaled to the step."""
        if is_clipped_by_norm(self.scenario.training):
            yield self._measure, ()
        for name, gradient in self._gradients.items():
            p = self._parameters[name]
            if self._plain:
                yield np.subtract, (p, gradient, p)
            else:
                yield follow, (self._rule, self._known[name], gradient, p, self._rule.constants(self.scenario.training))

    def _measure(self) -> None:
        norm = whole_norm(self.scenario, self._gradients)
        for known in self._known.values():
            known.norm = norm

    def _begin(self, position: TrainState) -> None:
        for name, array in position.parameters.items():
            np.copyto(self._parameters[name], array)
        for name, kept in position.state.items():
            vars(self._known[name]).update(t=self.scenario.training.count(position.updates), **kept)

    def _position(self, updates: int) -> TrainState:
        parameters: dict[str, Array] = {name: array.copy() for name, array in self._parameters.items()}
        state = {name: {s: getattr(self._known[name], s) for s in self._rule.state} for name in self._gradients}
        return TrainState(updates, parameters, state)
