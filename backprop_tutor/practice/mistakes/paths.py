"""One path in place of all: through one unit of the layer above, or, in an expression graph, through one use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.known import Known
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.world import Line, Wrong
from backprop_tutor.lesson.layers import layer_name
from backprop_tutor.practice.mistakes.conditions import square, units
from backprop_tutor.practice.mistakes.lines import TO_INPUTS
from backprop_tutor.practice.mistakes.mistake import Site
from backprop_tutor.practice.mistakes.sites import hidden, unit_name
from backprop_tutor.text import T

THROUGH = T("only through {unit}", "只经过{unit}")
SAME_NUMBER = T("only to the unit of the same number in {layer}", "只到{layer}中编号相同的单元")
USE = T("{name}: only through {user}", "{name}：只经过 {user}")


def single_paths(scenario: Scenario) -> Iterator[Site]:
    """Of what a hidden layer gets back, only the share of one unit above."""
    graph = scenario.graph
    for layer in hidden(graph):
        for above in range(units(graph, layer + 1) if units(graph, layer + 1) > 1 else 0):
            where = THROUGH.format(unit=unit_name(graph, layer + 1, above))
            yield Site(where, {Line("sent", f"z{layer + 1}", TO_INPUTS): _through(layer, above)})


def _through(layer: int, above: int) -> Wrong:
    def wrong(k: Known, right: Array) -> Array:
        weights = k.W(layer + 1)[..., above, :, None]
        return weights * k.delta(layer + 1)[..., above : above + 1, :]

    return wrong


def same_numbered(scenario: Scenario) -> Iterator[Site]:
    """Each hidden unit hears only from the unit of its own number above."""
    for layer in hidden(scenario.graph):
        if square(scenario.graph, layer + 1):
            where = SAME_NUMBER.format(layer=layer_name(scenario.graph, layer + 1))
            yield Site(where, {Line("sent", f"z{layer + 1}", TO_INPUTS): _diagonal(layer)})


def _diagonal(layer: int) -> Wrong:
    def wrong(k: Known, right: Array) -> Array:
        return k.W(layer + 1).diagonal(axis1=-2, axis2=-1)[..., None] * k.delta(layer + 1)

    return wrong


def single_uses(scenario: Scenario) -> Iterator[Site]:
    """In an expression graph: of everything that uses a node, only one user sends something back."""
    graph = scenario.graph
    if graph.network is not None:
        return
    uses: defaultdict[int, list[Line]] = defaultdict(list)
    for i in graph.computed[:-1]:
        for argument, j in enumerate(graph.nodes[i].inputs):
            uses[j].append(Line("sent", graph.nodes[i].name, argument))
    for j, lines in uses.items():
        for kept in lines if len(lines) > 1 else ():
            where = USE.format(name=graph.nodes[j].name, user=kept.node)
            yield Site(where, {line: _nothing for line in lines if line != kept})


def _nothing(k: Known, right: Array) -> Array:
    return 0 * right
