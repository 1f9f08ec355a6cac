"""A Wengert list: the whole computation as plain data, in the order it is executed.

A layered network and a scalar expression graph both become a `Graph`; everything after it (tape, lesson, diagnosis) is
written once. A node without an op is given: an input, a target, a parameter.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from itertools import accumulate, chain, product
from math import prod
from typing import NamedTuple, TypeAlias, overload

from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray
from backprop_tutor.graph.op import Op

Index: TypeAlias = tuple[int, ...]


class Element(NamedTuple):
    """One number: the node's position in the graph, its indices along the node's own axes, its example; all from 0.

    An element that all examples share has no example.
    """

    node: int
    indices: Index = ()
    example: int | None = None

    @property
    def place(self) -> Index:
        """Its place in the node's array: a shared vector is a column there, a number per example a row."""
        if self.example is None:
            return self.indices if len(self.indices) > 1 else (*self.indices, 0, 0)[:2]
        return (*(self.indices or (0,)), self.example)


@frozen
class Node:
    """One line of the list: its contract name, its role, the op that makes it, and the nodes the op takes.

    It has `axes` of its own, followed by one of examples unless it has `shared` axes only (`op.py` describes the
    layout). Elements whose index is among the `missing` do not exist: connections that the network lacks. An `inner`
    node is a step within a formula of the file; it is the text by which it is shown. `same` are elements that are another
    one of the node: a parameter that several places share, and the place it counts at. A `folded` node sends nothing back
    itself: the loss after it sends both derivatives, fused into one, to its input.
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
    inner: str = ""
    same: Mapping[Index, Index] = field(default_factory=dict)

    @property
    def ndim(self) -> int:
        """The number of axes of its array, without those of hypotheses."""
        return max(2, self.axes) if self.shared else max(1, self.axes) + 1

    def where(self, place: Index) -> tuple[Index, int | None]:
        """The index and the example of the element at a place of its array."""
        return place[: self.axes], None if self.shared else place[-1]


class LazyElements(Sequence[Element]):
    """Elements in reading order, each made when it is asked for: a large array has many."""

    @overload
    def __getitem__(self, at: int) -> Element: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Element, ...]: ...
    def __getitem__(self, at: int | slice) -> Element | tuple[Element, ...]:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self))))
        return self._made(range(len(self))[at])

    @abstractmethod
    def _made(self, place: int) -> Element:
        """The element at a place, counted from 0."""


class Elements(LazyElements):
    """The elements of a node's array.

    `own` are the lengths of the node's own axes; `examples` the examples it has a number for, None where all share it.
    """

    def __init__(self, node: int, own: Index, examples: Sequence[int] | None) -> None:
        self.node, self.own, self.examples = node, own, examples
        self._each: Sequence[int | None] = (None,) if examples is None else examples

    def __len__(self) -> int:
        return prod(self.own) * len(self._each)

    def _made(self, place: int) -> Element:
        rest, example = divmod(place, len(self._each))
        indices: list[int] = []
        for length in reversed(self.own):
            rest, index = divmod(rest, length)
            indices.append(index)
        return Element(self.node, tuple(reversed(indices)), self._each[example])

    def __iter__(self) -> Iterator[Element]:
        places = product(*map(range, self.own))
        return (Element(self.node, indices, example) for indices in places for example in self._each)

    def __contains__(self, element: object) -> bool:
        return (
            isinstance(element, Element)
            and element.node == self.node
            and element.example in self._each
            and len(element.indices) == len(self.own)
            and all(0 <= i < length for i, length in zip(element.indices, self.own, strict=True))
        )


class Joined(LazyElements):
    """Several sequences of elements, one after another."""

    def __init__(self, parts: Iterable[Sequence[Element]]) -> None:
        self.parts = tuple(parts)
        self._ends = tuple(accumulate(map(len, self.parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _made(self, place: int) -> Element:
        part = bisect_right(self._ends, place)
        return self.parts[part][place - (self._ends[part - 1] if part else 0)]

    def __iter__(self) -> Iterator[Element]:
        return chain.from_iterable(self.parts)


@frozen
class Layer:
    """A layer as its author described it: names of its units, activation (name or formula), whether it has a bias.

    `present[j][k]` is true where a connection exists; None means all of them. `same` are, by the letter W or b, the
    places of a parameter that several share, each with the first of them.
    """

    units: tuple[str, ...]
    activation: str | Formula
    bias: bool
    present: tuple[tuple[bool, ...], ...] | None = None
    same: Mapping[str, Mapping[Index, Index]] = field(default_factory=dict)


@frozen
class Network:
    """The layered form of a graph: input names, layers, loss. `named` is true where the author named every unit."""

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str | Formula
    reduction: str
    l2: float
    named: bool

    @property
    def shares(self) -> bool:
        """Whether several places of a layer are one parameter."""
        return any(layer.same for layer in self.layers)

    def units(self, layer: int) -> tuple[str, ...]:
        """The names of the units of layer 1, 2, ...; layer 0 is the input."""
        return self.inputs if layer == 0 else self.layers[layer - 1].units


@frozen
class Group:
    """Nodes that form a layer: its number (0 for the inputs), its kind, the names of its units.

    `nodes` are the positions of its nodes by their letters in the layer: W, b, z, a. The last of them is the input of
    the next layer.
    """

    number: int
    kind: str
    units: tuple[str, ...]
    nodes: Mapping[str, int]
    activation: str | Formula = "identity"

    @property
    def output(self) -> int:
        """The position of the node that the next layer takes."""
        return max(self.nodes.values())


@frozen(eq=False)
class Graph:
    """Nodes in an order in which every node comes after its inputs. The last node is the reported loss.

    `losses` is the node with the loss of each example, made by the function `loss` (a name or the author's formula;
    None where a node of the author's is the loss), `reduction` combines them into one, `l2` is the coefficient of the
    weights' squares. `groups` are the inputs and the layers, none where the author named every node; `named` is true
    where the author named the units. `formulas` are the author's formulas by node. `dense` is the network as its author
    described it, for trainers that support only dense layers. `shapes` are the own axes of each node in a graph of
    arrays; its `outputs` are its results where there is no number to differentiate. `names` are the author's names of
    parameters, by their elements: ``W1[2,1]``. `steps` are, in one written as a network of layers, the quantity and the
    step (from 1) of each node that is one of several.
    """

    nodes: tuple[Node, ...]
    losses: int
    formulas: Mapping[str, Formula] | None = None
    groups: tuple[Group, ...] = ()
    loss: str | Formula | None = None
    reduction: str = "mean"
    l2: float = 0.0
    named: bool = False
    dense: Network | None = None
    shapes: tuple[Index, ...] | None = None
    outputs: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, int]] | None = None

    def name_of(self, node: int, indices: Index = ()) -> tuple[str, Index]:
        """The contract's name of a node, and indices from 1 with the step it is of its quantity before its own."""
        name = self.nodes[node].name
        name, *before = (self.steps or {}).get(name, (name,))
        return name, (*before, *(i + 1 for i in indices))

    def located(self, name: str, indices: Index = ()) -> tuple[int, Index]:
        """The position of the node with a contract name, and what of the indices counts along its own axes.

        Raises KeyError where there is none.
        """
        if indices and (name, indices[0]) in self._by_step:
            return self._by_step[name, indices[0]], indices[1:]
        return self.index[name], indices

    def positions(self, name: str) -> tuple[int, ...]:
        """The positions of the nodes with a contract name: one, or each step of a quantity of several; none."""
        steps = sorted(key for key in self._by_step if key[0] == name)
        return tuple(self._by_step[key] for key in steps) or ((self.index[name],) if name in self.index else ())

    @cached_property
    def _by_step(self) -> Mapping[tuple[str, int], int]:
        return {known: self.index[name] for name, known in (self.steps or {}).items()}

    @property
    def layers(self) -> tuple[Group, ...]:
        """The groups after the inputs."""
        return self.groups[1:]

    def units(self, layer: int) -> tuple[str, ...]:
        """The names of the units of layer 1, 2, ...; layer 0 is the input."""
        return self.groups[layer].units

    def part(self, layer: int, letter: str) -> int:
        """The position of the node with this letter in a layer: W, b, z, a; a of layer 0 are the inputs."""
        return self.groups[layer].nodes[letter]

    def part_name(self, layer: int, letter: str) -> str:
        """The contract's name of the node with this letter in a layer."""
        return self.nodes[self.part(layer, letter)].name

    def layer_of(self, node: int) -> int:
        """The number of the layer a node belongs to, targets to the last one; 0 where there are none."""
        known = self.nodes[node].layer
        return len(self.layers) if known is None else known

    def beside(self, node: int, letter: str) -> int:
        """The position of the node with this letter in the layer of another node: the a of its z."""
        return self.part(self.layer_of(node), letter)

    @cached_property
    def target(self) -> int:
        """The position of the targets."""
        return next(i for i, node in enumerate(self.nodes) if node.role == Role.TARGET)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position by name; the reported loss wins the name ``loss``."""
        return {node.name: i for i, node in enumerate(self.nodes)}

    def element(self, node: int, place: Index) -> Element:
        """The element at a place of the array of a node."""
        return Element(node, *self.nodes[node].where(place))

    def exists(self, element: Element) -> bool:
        """Whether an element is a number of its own: no missing connection, nor another place of a shared parameter."""
        node = self.nodes[element.node]
        return element.indices not in node.missing and element.indices not in node.same

    def is_connected(self, weight: Element) -> bool:
        """Whether a weight is no missing connection."""
        return weight.indices not in self.nodes[weight.node].missing

    def own(self, element: Element) -> Element:
        """The element itself, or the one it shares its parameter with."""
        same = self.nodes[element.node].same
        return element._replace(indices=same.get(element.indices, element.indices)) if same else element

    def shared(self, name: str, array: AnyArray) -> AnyArray:
        """An array of a node in which each place of a shared parameter has its number."""
        same = self.nodes[self.index[name]].same
        if same:
            array = array.copy()
            for place, own in same.items():
                array[place] = array[own]
        return array

    def by_unit(self, node: int) -> bool:
        """Whether every element of a node depends on its own part of the inputs only: not in a softmax."""
        op = self.nodes[node].op
        return op is None or op.written.window is not None

    def example_loss(self, example: int | None = 0) -> Element:
        """The loss of one example, from 0; of all at once where nothing belongs to one of them."""
        return Element(self.losses, (), None if self.nodes[self.losses].shared else example)

    @property
    def reported_loss(self) -> Element:
        """The loss that is differentiated, of all examples."""
        return Element(len(self.nodes) - 1)

    @cached_property
    def before_the_loss(self) -> frozenset[int]:
        """The positions of the nodes that the reported loss is made of, itself among them."""
        found = {len(self.nodes) - 1}
        for i, inputs in self.backwards:
            if i in found:
                found |= set(inputs)
        return frozenset(found)

    @property
    def penalised(self) -> bool:
        """Whether the reported loss contains a penalty besides the losses of the examples."""
        return len(self.nodes[-1].inputs) > 1

    @cached_property
    def whole_numbers(self) -> frozenset[str]:
        """The inputs that contain row or class numbers: they have no derivative, and their numbers cannot be replaced."""
        used = ((node.inputs[place]) for node in self.nodes for place, _ in (node.op.whole if node.op else ()))
        return frozenset(self.nodes[i].name for i in used)

    @cached_property
    def constants(self) -> frozenset[int]:
        """The given nodes that training neither changes nor sends anything through: the data of a network, what only
        the loss of a graph with parameters takes (a target, by whatever name).
        """
        given = [i for i, node in enumerate(self.nodes) if node.op is None and node.role in (Role.INPUT, Role.TARGET)]
        if self.layers or self.steps is not None:
            return frozenset(given)
        last = (self.losses, len(self.nodes) - 1)
        only_compared = (i for i in given if self.parameters and all(user in last for user in self._named_users[i]))
        return frozenset((*only_compared, *(i for i in given if self.nodes[i].role == Role.TARGET)))

    @cached_property
    def _named_users(self) -> tuple[frozenset[int], ...]:
        """For each node, the nodes in whose formulas its author wrote it."""
        found: list[frozenset[int]] = [frozenset() for _ in self.nodes]
        for i in reversed(self.computed):
            users = found[i] if self.nodes[i].inner and found[i] else frozenset({i})
            for j in self.nodes[i].inputs:
                found[j] |= users
        return tuple(found)

    @property
    def is_given_upstream(self) -> bool:
        """Whether the derivatives with respect to the output are given, and no loss is known."""
        return self.shapes is not None and bool(self.nodes[self.losses].inner)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(node.name for node in self.nodes if node.role == Role.INPUT)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(n.name for n in self.nodes if n.op is None and n.role in (Role.WEIGHT, Role.BIAS))

    @cached_property
    def computed(self) -> tuple[int, ...]:
        """The positions of the nodes that are computed."""
        return tuple(i for i, node in enumerate(self.nodes) if node.op is not None)

    @cached_property
    def backwards(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The positions of the nodes that are computed, from the last to the first, each with those of its inputs."""
        return tuple((i, self.nodes[i].inputs) for i in reversed(self.computed))
