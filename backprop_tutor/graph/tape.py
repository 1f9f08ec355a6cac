"""Forward and backward over a graph, every value stored.

``run(graph, given, rules)`` takes its rules as data: for each node, how its value is made and what it sends back. The
right rules are those of the ops; a mistake is a change of them (`Rules -> Rules`), and running the tape with it gives
every number that a learner with this mistake computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import UNIT, Array, np, quietly
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.graph import Graph

PAIR = 2

Values: TypeAlias = Sequence[Array]
Adjoints: TypeAlias = Sequence["Array | None"]
Contributions: TypeAlias = "tuple[Array | None, ...]"
Forward: TypeAlias = Callable[[Values], Array]
Backward: TypeAlias = Callable[[Values, Adjoints], Contributions]


@frozen
class Rules:
    """How each node gets its value and what it sends back to its inputs; None for a given node."""

    forward: tuple[Forward | None, ...]
    backward: tuple[Backward | None, ...]

    @classmethod
    def of(cls, graph: Graph) -> Rules:
        """The right rules of `graph`: those of its ops."""
        return cls(
            tuple(_forward(graph, i) for i in range(len(graph.nodes))),
            tuple(_backward(graph, i) for i in range(len(graph.nodes))),
        )

    def at(self, i: int, forward: Forward | None = None, backward: Backward | None = None) -> Rules:
        """These rules with those of node i replaced."""
        return Rules(
            (*self.forward[:i], forward or self.forward[i], *self.forward[i + 1 :]),
            (*self.backward[:i], backward or self.backward[i], *self.backward[i + 1 :]),
        )


class Contribution(NamedTuple):
    """One edge of the chain rule: what node `consumer` sends back to node `wrt`, its input number `argument`."""

    consumer: int
    argument: int
    wrt: int
    value: Array


@frozen(slots=True, eq=False)
class Trace:
    """A recorded run: the value of every node and, after a backward pass, its adjoint dLoss/dnode of the same shape.

    `sent[i]` is what node i sent back, one contribution per input; the adjoint of a node is the sum of its
    contributions.
    """

    graph: Graph
    values: tuple[Array, ...]
    adjoints: tuple[Array | None, ...] = ()
    cotangents: tuple[Contributions | None, ...] = ()

    def value(self, name: str) -> Array:
        """The value of the node called `name`."""
        return self.values[self.graph.index[name]]

    def adjoint(self, name: str) -> Array:
        """dLoss/dnode of the node called `name`; zero where nothing flows back to it."""
        i = self.graph.index[name]
        found = self.adjoints[i]
        return np.zeros_like(self.values[i]) if found is None else found

    @property
    def loss(self) -> float:
        """The reported loss."""
        return float(self.values[-1].item())

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """Every contribution of the backward pass, in the order it was made."""
        return tuple(self._contributions())

    def _contributions(self) -> Iterator[Contribution]:
        for i in range(len(self.cotangents) - 1, -1, -1):
            for argument, value in enumerate(self.cotangents[i] or ()):
                if value is not None:
                    yield Contribution(i, argument, self.graph.nodes[i].inputs[argument], value)


@quietly
def forward(graph: Graph, given: Mapping[str, Array], rules: Rules | None = None) -> Trace:
    """The forward pass: every value. `given` contains inputs, targets and parameters by name."""
    return Trace(graph, tuple(_values(graph, given, rules or standard(graph))))


@quietly
def run(graph: Graph, given: Mapping[str, Array], rules: Rules | None = None) -> Trace:
    """The forward and the backward pass of the reported loss."""
    rules = rules or standard(graph)
    values = _values(graph, given, rules)
    adjoints, sent = _pull_back(graph, values, rules)
    return Trace(graph, tuple(values), tuple(adjoints), tuple(sent))


@lru_cache(maxsize=64)
def standard(graph: Graph) -> Rules:
    """The right rules of `graph`, made once."""
    return Rules.of(graph)


def _values(graph: Graph, given: Mapping[str, Array], rules: Rules) -> list[Array]:
    values: list[Array] = []
    try:
        for node, rule in zip(graph.nodes, rules.forward):  # noqa: B905 - as below
            values.append(given[node.name] if rule is None else rule(values))
    except DomainError as error:
        error.node = graph.nodes[len(values)].name
        raise
    return values


def _pull_back(graph: Graph, values: Values, rules: Rules) -> tuple[list[Array | None], list[Contributions | None]]:
    size = len(graph.nodes)
    adjoints: list[Array | None] = [None] * size
    sent: list[Contributions | None] = [None] * size
    last = values[-1]
    adjoints[-1] = UNIT if last.shape == (1, 1) and last.dtype is UNIT.dtype else _ones(last.shape, last.dtype)
    backward = rules.backward
    for i, inputs in graph.backwards:
        if adjoints[i] is None or (rule := backward[i]) is None:
            continue
        sent[i] = contributions = rule(values, adjoints)
        for j, contribution in zip(inputs, contributions):  # noqa: B905 - to say `strict` takes longer than the loop
            if contribution is not None:
                known = adjoints[j]
                adjoints[j] = contribution if known is None else known + contribution
    return adjoints, sent


@lru_cache(maxsize=64)
def _ones(shape: tuple[int, ...], kind: Any) -> Array:
    return np.ones(shape, kind)


def _forward(graph: Graph, i: int) -> Forward | None:
    node = graph.nodes[i]
    if node.op is None:
        return None
    compute = node.op.forward
    if len(node.inputs) == 1:
        (place,) = node.inputs
        return lambda values: compute(values[place])
    if len(node.inputs) == PAIR:
        first, second = node.inputs
        return lambda values: compute(values[first], values[second])
    inputs = _picked(node.inputs)
    return lambda values: compute(*inputs(values))


def _backward(graph: Graph, i: int) -> Backward | None:
    node = graph.nodes[i]
    if node.op is None or node.fused:
        return None
    vjp = node.op.vjp
    if len(node.inputs) == 1:
        (place,) = node.inputs
        return lambda values, adjoints: vjp(adjoints[i], values[i], values[place])
    if len(node.inputs) == PAIR:
        first, second = node.inputs
        return lambda values, adjoints: vjp(adjoints[i], values[i], values[first], values[second])
    inputs = _picked(node.inputs)
    return lambda values, adjoints: vjp(adjoints[i], values[i], *inputs(values))


def _picked(places: tuple[int, ...]) -> Callable[[Values], Sequence[Array]]:
    """The values at several positions, as a tuple even for one."""
    return itemgetter(*places) if places else lambda _: ()
