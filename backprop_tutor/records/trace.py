"""A run as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph, Node
from backprop_tutor.graph.op import Index
from backprop_tutor.text import Lang
from backprop_tutor.training.train_step import Run, Step

VERSION = 1
HIDDEN = ("losses",)

Made: TypeAlias = Callable[[Graph, Node, Array], Any]
"""How the array of a node is recorded."""


def record(run: Run, lang: Lang = "en") -> dict[str, Any]:
    """The trace object: unit quantities (units, examples), weights (units, units below), biases (units)."""
    return _record(run, lang, plain)


def record_in_rows(run: Run, lang: Lang = "en") -> dict[str, Any]:
    """The same, each array made row by row as it is read: of large ones all numbers at once would fill the memory."""
    return _record(run, lang, _in_rows)


def _record(run: Run, lang: Lang, made: Made) -> dict[str, Any]:
    return {
        "format": "backprop-tutor/trace",
        "version": VERSION,
        "scenario": {"title": run.scenario.title[lang]},
        "steps": [_step(step, made) for step in run.steps],
    }


def forth(graph: Graph) -> tuple[Node, ...]:
    """The nodes whose values are recorded, in the order of the forward pass."""
    shown = tuple(node for node in graph.nodes if node.name not in HIDDEN and not node.inner)
    return tuple(node for node in shown if node.name != "loss") if graph.is_given_upstream else shown


def back(graph: Graph) -> tuple[Node, ...]:
    """The nodes whose gradients are recorded, in the order of the backward pass."""
    differentiated = not graph.outputs
    return tuple(n for n in reversed(forth(graph)) if differentiated and n.role != Role.TARGET and n.name != "loss")


def _step(step: Step, made: Made) -> dict[str, Any]:
    graph = step.trace.graph
    computed = [node for node in forth(graph) if node.op is not None and not graph.outputs]
    updated = {} if graph.outputs else step.updated
    return {
        "step": step.number,
        "values": _named(graph, forth(graph), step.trace.value, made),
        "grads": _named(graph, back(graph), step.trace.adjoint, made),
        **_kept(step, made),
        "updated": {name: made(graph, graph.nodes[graph.index[name]], a) for name, a in updated.items()},
        "after": _named(graph, computed, step.after.value, made),
    }


def _named(graph: Graph, nodes: Iterable[Node], array_of: Callable[[str], Array], made: Made) -> dict[str, Any]:
    """Each array under its contract name; nodes that are steps of one quantity as one array, the steps first."""
    found: dict[str, Any] = {}
    steps = dict[str, dict[int, Any]]()
    for node in nodes:
        name, before = graph.name_of(graph.index[node.name])
        array = made(graph, node, array_of(node.name))
        if before:
            steps.setdefault(name, {})[before[0]] = array
            found[name] = None
        else:
            found[name] = array
    return found | {name: [parts[step] for step in sorted(parts)] for name, parts in steps.items()}


def _kept(step: Step, made: Made) -> dict[str, Any]:
    """The optimizer's state after the update, by its name and the parameter's; empty where it has none."""
    graph, state = step.trace.graph, dict[str, dict[str, Any]]()
    for name, lines in step.lines.items():
        for kept, value in lines:
            if kept in step.before[name]:
                state.setdefault(kept, {})[name] = made(graph, graph.nodes[graph.index[name]], value)
    return {"state": state} if state else {}


def plain(graph: Graph, node: Node, array: Array) -> Any:
    """An array as nested lists in the contract's shape; null where there is no connection."""
    found = _in_rows(graph, node, array)
    return found.whole() if isinstance(found, Rows) else found


def _in_rows(_: Graph, node: Node, array: Array) -> Any:
    if node.name == "loss":
        return number(float(array.item()))
    if node.axes + (not node.shared) < array.ndim:
        return _numbers(array.ravel())
    return _part(node, array, ())


def _part(node: Node, array: Array, place: Index) -> Any:
    """The array of a node, or what is at a place of it: rows to be made, or the list of a single one."""
    if array.ndim > 1:
        return Rows(node, array, place)
    found = _numbers(array)
    return [None if (*place, i) in node.missing else each for i, each in enumerate(found)] if node.missing else found


class Rows(Sequence[Any]):
    """An array of a node, or a part of it, as nested lists, each made when it is asked for."""

    def __init__(self, node: Node, array: Array, place: Index) -> None:
        self._node, self._array, self._place = node, array, place

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, i: Any) -> Any:
        return _part(self._node, self._array[i], (*self._place, i))

    def whole(self) -> list[Any]:
        """The nested lists."""
        return [part.whole() if isinstance(part, Rows) else part for part in self]


def _numbers(array: Array) -> list[Any]:
    values: list[float] = array.tolist()
    return values if np.isfinite(array).all() else [number(value) for value in values]


def number(value: float) -> float | str:
    """A float in full precision, or the word for one that is not finite."""
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
