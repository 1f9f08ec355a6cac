"""The given numbers of a scenario, one by one, by their contract names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, at, np
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario


@frozen(slots=True)
class Place:
    """The place of a given number: its node, its element, and its contract name."""

    node: str
    element: Element
    name: str


@lru_cache(maxsize=2)
def given_numbers(scenario: Scenario) -> Mapping[Place, float]:
    """Every given number that may be replaced: without missing connections, row numbers and class numbers."""
    found = {}
    for node, array in _arrays(scenario).items():
        for element in (scenario.graph.element(scenario.graph.index[node], here) for here in np.ndindex(*array.shape)):
            if scenario.graph.exists(element):
                found[Place(node, element, _name(scenario, element))] = float(array[element.place])
    return found


def given_count(scenario: Scenario) -> int:
    """How many given numbers may be replaced."""
    graph = scenario.graph
    nodes = {name: graph.nodes[graph.index[name]] for name in _arrays(scenario)}
    return sum(a.size - len(nodes[name].missing) - len(nodes[name].same) for name, a in _arrays(scenario).items())


def _arrays(scenario: Scenario) -> Mapping[str, Array]:
    every = {**scenario.parameters, **scenario.data}
    return {name: array for name, array in every.items() if name not in scenario.graph.whole_numbers}


def replaced(array: Array, place: Place, value: float) -> Array:
    """A copy of `array` with another number at a place."""
    changed = np.array(array)
    changed[at(place.element.place)] = value
    return changed


def _name(scenario: Scenario, element: Element) -> str:
    example = None if element.example is None or scenario.examples == 1 else element.example + 1
    return Quantity(*scenario.graph.name_of(element.node, element.indices), example).short
