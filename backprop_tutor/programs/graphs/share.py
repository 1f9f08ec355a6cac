"""What a node of a graph sends back to one of its inputs, changed: the record of an edit, and how nodes are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph
from backprop_tutor.text import T

Share: TypeAlias = Any
"""An array, or None where nothing is sent back."""


Changed: TypeAlias = Callable[[Array, Array, Sequence[Array], Sequence[Share]], Share]
"""What is sent back instead, of the upstream gradient, the node's value, its inputs, and what is right for each of them."""


@frozen(eq=False)
class GraphEdit:
    """A changed share: of which node, to which of its inputs (several where they are left out together), what instead."""

    name: str
    text: T
    node: int
    arguments: tuple[int, ...]
    changed: Changed
    seen: int
    pattern: str = ""


def plain_name(graph: Graph, i: int) -> str:
    """A short name of a node for people and programs: its own, or what stands for a part of a formula."""
    name = graph.nodes[i].name
    if name.isidentifier():
        return name
    short = name.split("(")[0]
    return f"{short}_{i}" if short.isidentifier() else f"t{i}"


def shown_name(graph: Graph, i: int) -> str:
    """A node as a sentence names it: a part of a formula by its text, any other by its name."""
    return graph.nodes[i].inner or plain_name(graph, i)


def lift(graph: Graph, j: int, value: Array) -> Array:
    """A value with an axis of examples also where all examples share it."""
    node = graph.nodes[j]
    return value[..., None] if node.shared and node.axes > 1 else value
