"""The places of a mistake: a line changed in every layer, in one, in one unit; or lines of the whole step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.views.rules import layer_name
from backprop_tutor.practice.mistakes.conditions import (
    OUTPUTS,
    InLayer,
    InScenario,
    LineOf,
    layers,
    learns,
    units,
    weight_gradient,
)
from backprop_tutor.practice.mistakes.mistake import WHOLE, Site, Sites
from backprop_tutor.text import T, same
from backprop_tutor.training.train_state import trainable
from backprop_tutor.whatif.intervention import Changes, Line, Wrong, last_line
from backprop_tutor.whatif.step_context import StepContext, in_row

LayerWrong: TypeAlias = Callable[[StepContext, int, Array], Array]
Which: TypeAlias = Callable[[Graph], range]

EVERY_LAYER = T("every layer", "每一层")
HIDDEN_LAYERS = T("the hidden layers", "各隐藏层")
UNIT = T("unit {unit} of {layer}", "{layer}的单元 {unit}")
NAMED_UNIT = T("unit {unit}", "单元 {unit}")
EVERY_PARAMETER = T("every parameter", "每个参数")
LAYER_PARAMETERS = T("the parameters of {layer}", "{layer}的参数")

MOST_UNITS = 24


def every(graph: Graph) -> range:
    """All layers."""
    return range(1, len(layers(graph)) + 1)


def hidden(graph: Graph) -> range:
    """The hidden layers."""
    return range(1, len(layers(graph)))


def output(graph: Graph) -> range:
    """The output layer."""
    return range(max(1, len(layers(graph))), len(layers(graph)) + 1)


def upper(graph: Graph) -> range:
    """All layers but the first."""
    return range(2, len(layers(graph)) + 1)


def always(*_: object) -> bool:
    """Every such line."""
    return True


def in_layers(line: LineOf, wrong: LayerWrong, which: Which = every, when: InLayer = always) -> Sites:
    """`wrong` at the line of each layer: of all at once, of one layer, of one unit."""

    def sites(scenario: Scenario) -> Iterator[Site]:
        graph = scenario.graph
        chosen = [layer for layer in which(graph) if line(graph, layer) and when(graph, layer)]
        if len(chosen) > 1:
            named = EVERY_LAYER if len(chosen) == len(layers(graph)) else HIDDEN_LAYERS
            yield Site(named, {k: w for layer in chosen for k, w in _changed(graph, line, wrong, layer).items()})
        for layer in chosen:
            yield Site(layer_name(graph, layer), _changed(graph, line, wrong, layer))
        if sum(units(graph, layer) for layer in chosen) <= MOST_UNITS:
            yield from (site for layer in chosen for site in _by_unit(graph, line, wrong, layer))

    return sites


def _by_unit(graph: Graph, line: LineOf, wrong: LayerWrong, layer: int) -> Iterator[Site]:
    if units(graph, layer) > 1:
        for row in range(units(graph, layer)):
            yield Site(unit_name(graph, layer, row), _changed(graph, line, wrong, layer, row), broad=False)


def _changed(graph: Graph, line: LineOf, wrong: LayerWrong, layer: int, row: int | None = None) -> Changes:
    found = line(graph, layer)
    present = _present(graph, layer) if line is weight_gradient else None

    def change(k: StepContext, right: Array) -> Array:
        made = wrong(k, layer, right)
        return in_row(right, made if present is None else made * present, row)

    return {found: change} if found else {}


def _present(graph: Graph, layer: int) -> Array | None:
    """1 where a connection exists, 0 where it is missing; None where none is."""
    weight = graph.nodes[graph.part(layer, "W")]
    present = np.ones((len(graph.units(layer)), len(graph.units(layer - 1))))
    for place in weight.missing:
        present[place] = 0
    return present if weight.missing else None


def unit_name(graph: Graph, layer: int, row: int) -> T:
    """The name of a unit: its author's, if it has one."""
    if graph.named:
        return NAMED_UNIT.format(unit=graph.units(layer)[row])
    return UNIT.format(unit=row + 1, layer=layer_name(graph, layer))


def layer_of(scenario: Scenario, name: str) -> int:
    """The number of the layer a node belongs to."""
    return scenario.graph.layer_of(scenario.graph.index[name])


def in_matrices(wrong: Wrong) -> Sites:
    """`wrong` for the cotangent of a square matrix of parameters, by any operation of a graph without layers."""

    def sites(scenario: Scenario) -> Iterator[Site]:
        graph = scenario.graph
        for name in graph.parameters if not graph.layers else ():
            rows, *columns = scenario.parameters[name].shape
            if graph.nodes[graph.index[name]].axes == len(columns) + 1 and columns == [rows] and rows > 1:
                lines = (line for line, node in uses(graph) if graph.nodes[node].name == name)
                yield Site(same(name), dict.fromkeys(lines, wrong))

    return sites


def uses(graph: Graph) -> Iterator[tuple[Line, int]]:
    """Every line in which an operation sends a cotangent, with the node it goes to.

    A fused node sends nothing, and a loss sends to z only where it is fused; the weight of an example is no path.
    """
    for i in graph.computed[:-1]:
        node = graph.nodes[i]
        for argument, j in enumerate(node.inputs):
            named = node.op.arguments[argument] if node.op and argument < len(node.op.arguments) else ""
            silent = i == graph.losses and graph.loss is not None and named != OUTPUTS
            if not node.fused and not silent:
                yield Line("sent", node.name, argument), j


def whole(changes: Callable[[Scenario], Changes], when: InScenario = always) -> Sites:
    """Lines that are changed together."""
    return variants(lambda scenario: {WHOLE: changes(scenario)}, when)


def variants(changes: Callable[[Scenario], Mapping[T, Changes]], when: InScenario = always) -> Sites:
    """Several ways to make the mistake, each with its own name: of many, as of many examples, each is a narrow one."""

    def sites(scenario: Scenario) -> Iterator[Site]:
        ways = changes(scenario) if when(scenario) else {}
        broad = len(ways) <= MOST_UNITS
        yield from (Site(where, lines, broad) for where, lines in ways.items() if lines)

    return sites


def together(*sites: Sites, when: InScenario = always) -> Sites:
    """All the places of several mistakes."""
    return lambda scenario: (site for each in sites for site in each(scenario) if when(scenario))


def in_update(wrong: Wrong, when: InScenario = learns, line: Callable[[Scenario], int] = last_line) -> Sites:
    """`wrong` at a line of the optimizer's rule, of every trainable parameter or of those of one layer."""

    def sites(scenario: Scenario) -> Iterator[Site]:
        if not when(scenario):
            return
        names = trainable(scenario)
        yield Site(EVERY_PARAMETER, {Line("update", name, line(scenario)): wrong for name in names})
        for layer in range(1, len(layers(scenario.graph)) + 1):
            lines = {Line("update", name, line(scenario)): wrong for name in names if layer_of(scenario, name) == layer}
            if lines and len(lines) < len(names):
                yield Site(LAYER_PARAMETERS.format(layer=layer_name(scenario.graph, layer)), lines, broad=False)

    return sites
