"""The picture of a network: units in columns by layer, the loss behind them, a weight on every connection."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.engine.graph import Network
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Role, Sym
from backprop_tutor.lesson.document import Drawing, Edge, Vertex, Words
from backprop_tutor.lesson.drawing_numbers import Numbers


def network_drawing(numbers: Numbers, network: Network, lit: frozenset[str]) -> Drawing:
    """Units with what they receive and give, the loss with the targets, and one edge per existing weight."""
    depth = len(network.layers)
    units = [(layer, row) for layer in range(depth + 1) for row in range(len(network.units(layer)))]
    vertices = [_unit(numbers, network, layer, row) for layer, row in units]
    outputs = [numbers.lesson.key(_given_out(numbers, depth, row)) for layer, row in units if layer == depth]
    loss = Vertex("loss", numbers.lesson.letters.loss, tuple(_loss(numbers, network)), depth + 1, Role.LOSS)
    edges = (*_weights(numbers), *(Edge(output, loss.key, (), Role.LOSS) for output in outputs))
    return Drawing((*vertices, loss), edges, lit | {loss.key} if lit else lit)


def _given_out(numbers: Numbers, layer: int, row: int) -> Element:
    """What a unit gives to the next layer: its activation, or the input itself."""
    return numbers.at(f"a{layer}" if layer else "x", row)


def _unit(numbers: Numbers, network: Network, layer: int, row: int) -> Vertex:
    out = _given_out(numbers, layer, row)
    role = Role.ACTIVATION if layer else Role.INPUT
    name: Formula = numbers.lesson.reading.letter(out)
    if layer and network.named:
        name = Sym(network.units(layer)[row], role=role)
    figures = _figures(numbers, layer, row) if layer else numbers.value(out)
    return Vertex(numbers.lesson.key(out), name, tuple(figures), layer, role)


def _figures(numbers: Numbers, layer: int, row: int) -> Iterator[Words]:
    """The bias, what the unit receives, what it gives; then the derivatives by each, as far as they are passed on."""
    z, a = numbers.at(f"z{layer}", row), numbers.at(f"a{layer}", row)
    bias = [numbers.at(f"b{layer}", row)] if f"b{layer}" in numbers.lesson.graph.index else []
    for element in (*bias, z, a):
        yield from numbers.value(element)
    folded = numbers.lesson.graph.nodes[a.node].folded
    for element in (*([] if folded else [a]), z, *bias):
        yield from numbers.derivative(element)


def _loss(numbers: Numbers, network: Network) -> Iterator[Words]:
    for row in range(len(network.layers[-1].units)):
        yield from numbers.value(numbers.at("y", row))
    yield from numbers.value(numbers.at("loss"))


def _weights(numbers: Numbers) -> Iterator[Edge]:
    lesson = numbers.lesson
    for weight in lesson.elements(Role.WEIGHT):
        layer = lesson.graph.nodes[weight.node].layer or 1
        source, target = _given_out(numbers, layer - 1, weight.column), _given_out(numbers, layer, weight.row)
        label = numbers.weight(weight)
        yield Edge(lesson.key(source), lesson.key(target), label, Role.WEIGHT, lesson.key(weight))
