"""Builds the picture of a network or an expression graph, as the neutral `Drawing` every renderer can draw.

A network has its units in columns by layer, the loss after them, and a weight on every connection. An expression graph
has given quantities first, every other node to the right of its inputs. The numbers in a picture are at the start the
given ones, then the values, then the derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import isqrt
from typing import Literal, NamedTuple, get_args

from backprop_tutor.formula.nodes import Formula, Partial, Role, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.document import Drawing, Edge, Math, Sign, Text, Vertex, Words
from backprop_tutor.lesson.inline import math, sign
from backprop_tutor.lesson.lesson import Lesson

Stage = Literal["start", "forward", "backward"]


@frozen
class Numbers:
    """The numbers that a picture of one step shows after a pass, of one example (from 0)."""

    lesson: Lesson
    stage: Stage
    example: int
    short: bool = False

    def of(self, place: int, row: int = 0) -> Element:
        """The element of the node at a position in the example that is shown; a parameter has one for all examples."""
        graph = self.lesson.graph
        return graph.element(place, (row, 0 if graph.nodes[place].shared else self.example))

    def value(self, element: Element) -> Iterator[Words]:
        """``h(c) = 0.61``, of given numbers always, of any other after the forward pass."""
        given = self.lesson.graph.nodes[element.node].op is None
        if given or self.stage != "start":
            yield self._labelled(self.lesson.reading.letter(element), self.lesson.reading.number(element))

    def derivative(self, element: Element) -> Iterator[Words]:
        """``∂L/∂h(c) = 0.1``, after the backward pass."""
        if self.stage == "backward":
            yield self._labelled(self.lesson.signal_letter(element), self.lesson.signal_number(element))

    def weight(self, element: Element) -> Words:
        """``0.4``, and after the backward pass ``0.4 (∂ −0.05)``; in short always ``0.4``."""
        number = math(self.lesson.reading.number(element))
        if self.stage != "backward" or self.short:
            return number
        return (*number, Text(" (∂ "), *math(self.lesson.adjoint_number(element)), Text(")"))

    def _labelled(self, left: Formula, number: Formula) -> Words:
        """``h(c) ≈ 0.647941``, in short ``h 0.648``."""
        return (*_initial(left), Text(" "), *math(number)) if self.short else _labelled(left, number)

    def name(self, element: Element) -> Words:
        """``W_ec =``, the letter before a weight's number."""
        return _labelled(self.lesson.reading.letter(element), self.lesson.reading.number(element))[:-1]


def _initial(letter: Formula) -> Words:
    """The letter of a quantity alone: h of h(c), ∂h of ∂L/∂h(c); its frame names the unit."""
    match letter:
        case Partial(wrt=wrt):
            return (Text("∂"), *_initial(wrt))
        case Sym():
            return math(replace(letter, sub="", sup="", of="", example=None))
        case _:
            return math(letter)


_SIGNED = {sign: Text(f" {sign} ") for sign in get_args(Sign)}


def _labelled(left: Formula, number: Formula) -> Words:
    return (Math(left), _SIGNED[sign(left, number)], Math(number))


def expression_drawing(numbers: Numbers, lit: frozenset[str]) -> Drawing:
    """Nodes with their formulas, their values and derivatives; on each edge its contribution."""
    lesson, depth = numbers.lesson, dict[int, int]()
    vertices: list[Vertex] = []
    edges: list[Edge] = []
    for i, node in enumerate(lesson.graph.nodes[: lesson.graph.losses + 1]):
        depth[i] = 1 + max((depth[j] for j in node.inputs), default=-1)
        element = numbers.of(i)
        figures = tuple(_node_figures(numbers, element))
        vertices.append(Vertex(lesson.key(element), lesson.reading.letter(element), figures, depth[i], node.role))
        edges += _edges(numbers, element)
    return Drawing(tuple(vertices), tuple(edges), lit)


def _node_figures(numbers: Numbers, element: Element) -> Iterator[Words]:
    lesson = numbers.lesson
    if lesson.graph.nodes[element.node].op is not None:
        yield math(lesson.definition(element, lesson.reading.letter))
    yield from numbers.value(element)
    yield from numbers.derivative(element)


def _edges(numbers: Numbers, element: Element) -> Iterator[Edge]:
    """An edge from every input of a node."""
    lesson, node = numbers.lesson, numbers.lesson.graph.nodes[element.node]
    for source in lesson.reading.sources(element) if node.op else ():
        yield Edge(lesson.key(source), lesson.key(element), _sent(numbers, element, source), Role.ADJOINT)


def _sent(numbers: Numbers, element: Element, source: Element) -> Words:
    """The contribution of a node to one of its inputs, after the backward pass."""
    if numbers.stage != "backward":
        return ()
    lesson = numbers.lesson
    argument = lesson.graph.nodes[element.node].inputs.index(source.node)
    sent = lesson.sent_value(element, argument, source)
    return () if sent is None else math(lesson.figure(sent))


class Unit(NamedTuple):
    """A unit or the loss of a picture without its figures: those are of the values, then of the derivatives."""

    vertex: Vertex
    values: tuple[Element, ...]
    derivatives: tuple[Element, ...] = ()


class Connection(NamedTuple):
    """A weight, and the keys of its edge: of its unit below, its unit above, and its own."""

    weight: Element
    source: str
    target: str
    key: str


def network_drawing(numbers: Numbers, lit: frozenset[str], few: tuple[int, ...] = ()) -> Drawing:
    """Units with z and a, the loss with the targets, and one edge per existing weight; in short with `few` digits."""
    units, connections, outputs = numbers.lesson.shared(_network, numbers.stage, numbers.example, numbers.short)
    vertices = tuple(_drawn(numbers, unit) for unit in units)
    edges = (*(_edge(numbers, each) for each in connections), *outputs)
    shortened = partial(_short_drawing, numbers, lit, few) if few else None
    return Drawing(vertices, edges, lit | {units[-1].vertex.key} if lit else lit, shortened=shortened)


def _network(
    lesson: Lesson, stage: Stage, example: int, short: bool
) -> tuple[tuple[Unit, ...], tuple[Connection, ...], tuple[Edge, ...]]:
    """The units and at last the loss, the connections, and the edges from the outputs to the loss."""
    numbers, graph = Numbers(lesson, stage, example, short), lesson.graph
    depth = len(graph.layers)
    units = [(layer, row) for layer in range(depth + 1) for row in range(len(graph.units(layer)))]
    outputs = [lesson.key(_given_out(numbers, depth, row)) for layer, row in units if layer == depth]
    targets = (numbers.of(graph.target, row) for row in range(len(graph.layers[-1].units)))
    loss = Vertex("loss", lesson.letters.loss, (), depth + 1, Role.LOSS)
    return (
        (*(_unit(numbers, layer, row) for layer, row in units), Unit(loss, (*targets, graph.reported_loss))),
        tuple(_connection(numbers, weight) for weight in lesson.elements(Role.WEIGHT)),
        tuple(Edge(output, loss.key, (), Role.LOSS) for output in outputs),
    )


def _drawn(numbers: Numbers, unit: Unit) -> Vertex:
    """A unit with its figures."""
    bare, (_, values, derivatives) = unit.vertex, unit
    figures = [figure for element in values for figure in numbers.value(element)]
    figures += [figure for element in derivatives for figure in numbers.derivative(element)]
    return Vertex(bare.key, bare.name, tuple(figures), bare.column, bare.role)


def _edge(numbers: Numbers, connection: Connection) -> Edge:
    weight, source, target, key = connection
    return Edge(source, target, numbers.weight(weight), Role.WEIGHT, key, numbers.name(weight))


def _given_out(numbers: Numbers, layer: int, row: int) -> Element:
    """The input of the next layer that a unit gives: its activation, or the input itself."""
    return numbers.of(numbers.lesson.graph.groups[layer].output, row)


def _unit(numbers: Numbers, layer: int, row: int) -> Unit:
    """A unit with its bias, z and a; then the derivatives by each, once they are computed."""
    lesson, graph, out = numbers.lesson, numbers.lesson.graph, _given_out(numbers, layer, row)
    if not layer:
        return Unit(Vertex(lesson.key(out), lesson.reading.letter(out), (), layer, Role.INPUT), (out,))
    name = Sym(graph.units(layer)[row], role=Role.ACTIVATION) if graph.named else lesson.reading.letter(out)
    parts = graph.groups[layer].nodes
    z, a = numbers.of(parts["z"], row), numbers.of(parts["a"], row)
    bias = (numbers.of(parts["b"], row),) if "b" in parts else ()
    by = (z,) if numbers.short else (*(() if graph.nodes[a.node].fused else (a,)), z, *bias)
    return Unit(Vertex(lesson.key(out), name, (), layer, Role.ACTIVATION), (*bias, z, a), by)


def _connection(numbers: Numbers, weight: Element) -> Connection:
    lesson = numbers.lesson
    layer = lesson.graph.nodes[weight.node].layer or 1
    source = _given_out(numbers, layer - 1, weight.indices[1])
    target = _given_out(numbers, layer, weight.indices[0])
    return Connection(weight, lesson.key(source), lesson.key(target), lesson.key(weight))


FEW_DIGITS = (2, 3)  # of drawings in short, the shortest first
LARGEST = 5  # units of a layer whose connections can be followed by eye


def drawing(
    lesson: Lesson,
    lit: frozenset[str] = frozenset(),
    stage: Stage = "start",
    example: int = 1,
    largest: int = LARGEST,
) -> Drawing | None:
    """The picture after a pass, with the values of one example (from 1); `lit` are the keys to highlight.

    None for a layer of more than `largest` units, or a graph of more than `largest` rows of as many nodes.
    """
    if lesson.graph.shapes is not None:
        from backprop_tutor.lesson.arrays.drawing import array_drawing

        return array_drawing(lesson, lit, example - 1, back=stage == "backward", numbers=stage != "start")
    if size(lesson) > largest:
        return None
    numbers = Numbers(lesson, stage, example - 1)
    if not lesson.graph.layers:
        return expression_drawing(numbers, lit)
    return network_drawing(numbers, lit, FEW_DIGITS)


def _short_drawing(numbers: Numbers, lit: frozenset[str], few: tuple[int, ...]) -> Drawing:
    """The same picture with as few digits as the last of `few` says; the others are for still shorter ones."""
    *fewer, digits = few
    lesson = replace(numbers.lesson, digits=min(numbers.lesson.digits, digits))
    return network_drawing(replace(numbers, lesson=lesson, short=True), lit, tuple(fewer))


def size(lesson: Lesson) -> int:
    """The size of the picture: units of the widest layer, or the side of a square with a place for each node."""
    graph = lesson.graph
    return max((len(group.units) for group in graph.groups), default=isqrt(graph.losses) + 1)


def path(lesson: Lesson, start: Element) -> frozenset[str]:
    """The keys of everything in a picture on a path from `start` to the loss."""
    reached = {start}
    for i in lesson.graph.computed:
        for line in lesson.reading.elements(i):
            if not reached.isdisjoint(lesson.reading.sources(line)):
                reached.add(line)
    passed = (weight for weight in lesson.elements(Role.WEIGHT) if not reached.isdisjoint(_below(lesson, weight)))
    return frozenset(lesson.key(element) for element in (*reached, *passed))


def _below(lesson: Lesson, weight: Element) -> set[Element]:
    """The factor of a weight, of every example; nothing for a parameter of an expression graph."""
    layer = lesson.graph.nodes[weight.node].layer
    if layer is None:
        return set()
    node = lesson.graph.part(layer - 1, "a")
    return {Element(node, weight.indices[1:], example) for example in range(lesson.examples)}
