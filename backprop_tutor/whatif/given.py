"""The given numbers of a scenario, one by one, by their contract names."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.verify.numerical_derivative import present


@frozen(slots=True)
class Place:
    """Where a given number stands: its node, row and column, and its contract name."""

    node: str
    row: int
    column: int
    name: str


def given_numbers(scenario: Scenario) -> dict[Place, float]:
    """Every given number, connections that are missing left out."""
    arrays = {**scenario.parameters, **scenario.data}
    found = {}
    for name, array in arrays.items():
        for row, column in np.ndindex(*array.shape):
            if present(scenario.graph, name, row, column):
                found[Place(name, row, column, _name(scenario, name, row, column))] = float(array[row, column])
    return found


def replaced(array: Array, place: Place, value: float) -> Array:
    """`array` with another number at a place."""
    changed = np.array(array)
    changed[..., place.row, place.column] = value
    return changed


def _name(scenario: Scenario, node: str, row: int, column: int) -> str:
    role = scenario.graph.nodes[scenario.graph.index[node]].role
    example = column + 1 if role in (Role.INPUT, Role.TARGET) and scenario.examples > 1 else None
    if scenario.graph.network is None:
        return Quantity(node, example=example).short
    return Quantity(node, row + 1, column + 1 if role == Role.WEIGHT else None, example).short
