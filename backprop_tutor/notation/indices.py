"""Indices that the notations share: the layer in a contract name, the name of a unit, two indices side by side."""

from __future__ import annotations

from backprop_tutor.engine.graph import Graph, Network
from backprop_tutor.engine.quantity import Quantity


def layer_of(quantity: Quantity) -> int:
    """The layer in a contract name: 2 of ``W2``, 0 of ``x``; the last one of ``y`` is not in its name."""
    return int(quantity.name[1:] or 0)


def network_of(graph: Graph) -> Network:
    """The layered reading of a graph that has one."""
    assert graph.network is not None, "an expression graph has names of its own"
    return graph.network


def layered(graph: Graph) -> bool:
    """Whether a graph is a layered network, for notations and views that know nothing else."""
    return graph.network is not None


def index(row: int | None) -> str:
    """A row as an index; nothing for a whole vector."""
    return "" if row is None else str(row)


def output_index(graph: Graph, row: int | None) -> str:
    """An output's index, left out where there is one output."""
    return index(row) if len(network_of(graph).layers[-1].units) > 1 else ""


def joined(first: str, second: str) -> str:
    """Two indices side by side, with a comma where they would run together."""
    return f"{first}{second}" if len(first) == len(second) == 1 else f"{first},{second}"


def pair(row: int | None, column: int | None) -> str:
    """The two numbers of a weight; nothing for a whole matrix."""
    return "" if row is None or column is None else joined(str(row), str(column))
