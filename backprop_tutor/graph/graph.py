"""A Wengert list: the whole computation as plain data, in the order it is carried out.

A layered network and a scalar expression graph both become a `Graph`; everything after it (tape, lesson, diagnosis)
is written once. A node without an op is given: an input, a target, a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.op import Op

Index: TypeAlias = tuple[int, ...]


class Element(NamedTuple):
    """One number: the node's position in the graph, its indices along the node's own axes, its example; all from 0.

    What all examples share has no example.
    """

    node: int
    indices: Index = ()
    example: int | None = None

    @property
    def place(self) -> Index:
        """Where it stands in the node's array: a shared vector is a column there, a number per example a row."""
        if self.example is None:
            return self.indices if len(self.indices) > 1 else (*self.indices, 0, 0)[:2]
        return (*(self.indices or (0,)), self.example)


@frozen
class Node:
    """One line of the list: its contract name, what it is, the op that makes it, and the nodes the op takes.

    It has `axes` of its own; with `shared` axes only, else one of examples after them (`op.py` says how arrays lie).
    Elements whose index is among the `missing` do not exist: connections that are not there. A `folded` node sends
    nothing back itself: the loss after it sends its input the two derivatives folded into one.
    """

    name: str
    role: Role
    op: Op | None = None
    inputs: tuple[int, ...] = ()
    layer: int | None = None
    fused: bool = False
    axes: int = 1
    shared: bool = False
    missing: frozenset[Index] = frozenset()

    @property
    def ndim(self) -> int:
        """The number of axes of its array, without those of hypotheses."""
        return max(2, self.axes) if self.shared else max(1, self.axes) + 1

    def where(self, place: Index) -> tuple[Index, int | None]:
        """The index and the example of what stands at a place of its array."""
        return place[: self.axes], None if self.shared else place[-1]


@frozen
class Layer:
    """A layer as its author described it: names of its units, activation (name or formula), whether it has a bias.

    `present[j][k]` tells which connections exist; None means all of them.
    """

    units: tuple[str, ...]
    activation: str | Formula
    bias: bool
    present: tuple[tuple[bool, ...], ...] | None = None


@frozen
class Network:
    """The layered reading of a graph: input names, layers, loss. `named` says whether the author named every unit."""

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str | Formula
    reduction: str
    l2: float
    named: bool

    def units(self, layer: int) -> tuple[str, ...]:
        """The names of the units of layer 1, 2, ...; layer 0 is the input."""
        return self.inputs if layer == 0 else self.layers[layer - 1].units


@frozen(eq=False)
class Graph:
    """Nodes in an order in which every node comes after its inputs. The last node is the reported loss.

    `losses` is the node with the loss of each example. `network` is the layered reading, None for an expression graph.
    `formulas` are the author's formulas by node, in an expression graph.
    """

    nodes: tuple[Node, ...]
    losses: int
    network: Network | None = None
    formulas: Mapping[str, Formula] | None = None

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position by name; the reported loss wins the name ``loss``."""
        return {node.name: i for i, node in enumerate(self.nodes)}

    def element(self, node: int, place: Index) -> Element:
        """What stands at a place of the array of a node."""
        return Element(node, *self.nodes[node].where(place))

    def exists(self, element: Element) -> bool:
        """Whether an element is there: not a missing connection."""
        return element.indices not in self.nodes[element.node].missing

    def example_loss(self, example: int | None = 0) -> Element:
        """The loss of one example, from 0."""
        return Element(self.losses, (), example)

    @property
    def reported_loss(self) -> Element:
        """The loss that is differentiated, of all examples."""
        return Element(len(self.nodes) - 1)

    @property
    def penalised(self) -> bool:
        """Whether the reported loss is more than the losses of the examples."""
        return len(self.nodes[-1].inputs) > 1

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of what an update changes, in order."""
        return tuple(n.name for n in self.nodes if n.op is None and n.role in (Role.WEIGHT, Role.BIAS))

    @cached_property
    def computed(self) -> tuple[int, ...]:
        """The positions of the nodes that are computed."""
        return tuple(i for i, node in enumerate(self.nodes) if node.op is not None)

    @cached_property
    def backwards(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The positions of the nodes that are computed, the last first, each with those of its inputs."""
        return tuple((i, self.nodes[i].inputs) for i in reversed(self.computed))
