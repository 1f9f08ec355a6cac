"""A run as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph, Node
from backprop_tutor.graph.op import Index
from backprop_tutor.text import Lang
from backprop_tutor.training.train_step import Run, Step

VERSION = 1
HIDDEN = ("losses",)


def record(run: Run, lang: Lang = "en") -> dict[str, Any]:
    """The trace object: unit quantities (units, examples), weights (units, units below), biases (units)."""
    return {
        "format": "backprop-tutor/trace",
        "version": VERSION,
        "scenario": {"title": run.scenario.title[lang]},
        "steps": [_step(step) for step in run.steps],
    }


def forth(graph: Graph) -> tuple[Node, ...]:
    """The nodes whose values are recorded, in the order of the forward pass."""
    shown = tuple(node for node in graph.nodes if node.name not in HIDDEN and not node.inner)
    return tuple(node for node in shown if node.name != "loss") if graph.is_given_upstream else shown


def back(graph: Graph) -> tuple[Node, ...]:
    """The nodes whose gradients are recorded, in the order of the backward pass."""
    differentiated = not graph.outputs
    return tuple(n for n in reversed(forth(graph)) if differentiated and n.role != Role.TARGET and n.name != "loss")


def _step(step: Step) -> dict[str, Any]:
    graph = step.trace.graph
    computed = [node for node in forth(graph) if node.op is not None and not graph.outputs]
    updated = {} if graph.outputs else step.updated
    return {
        "step": step.number,
        "values": _named(graph, forth(graph), step.trace.value),
        "grads": _named(graph, back(graph), step.trace.adjoint),
        **_kept(step),
        "updated": {name: plain(graph, graph.nodes[graph.index[name]], a) for name, a in updated.items()},
        "after": _named(graph, computed, step.after.value),
    }


def _named(graph: Graph, nodes: Iterable[Node], array_of: Callable[[str], Array]) -> dict[str, Any]:
    """Each array under its contract name; nodes that are steps of one quantity as one array, the steps first."""
    found: dict[str, Any] = {}
    steps = dict[str, dict[int, Any]]()
    for node in nodes:
        name, before = graph.name_of(graph.index[node.name])
        made = plain(graph, node, array_of(node.name))
        if before:
            steps.setdefault(name, {})[before[0]] = made
            found[name] = None
        else:
            found[name] = made
    return found | {name: [parts[step] for step in sorted(parts)] for name, parts in steps.items()}


def _kept(step: Step) -> dict[str, Any]:
    """The optimizer's state after the update, by its name and the parameter's; empty where it has none."""
    graph, state = step.trace.graph, dict[str, dict[str, Any]]()
    for name, lines in step.lines.items():
        for kept, value in lines:
            if kept in step.before[name]:
                state.setdefault(kept, {})[name] = plain(graph, graph.nodes[graph.index[name]], value)
    return {"state": state} if state else {}


def plain(graph: Graph, node: Node, array: Array) -> Any:
    """An array as nested lists in the contract's shape; null where there is no connection."""
    if node.name == "loss":
        return number(float(array.item()))
    if node.axes + (not node.shared) < array.ndim:
        return [number(v) for v in array.ravel().tolist()]
    return _nested(node, array, ())


def _nested(node: Node, array: Array, place: Index) -> Any:
    """An array of a node from an axis on: a list for each remaining axis."""
    if len(place) < array.ndim:
        return [_nested(node, array, (*place, i)) for i in range(array.shape[len(place)])]
    return None if place in node.missing else number(float(array[place]))


def number(value: float) -> float | str:
    """A float in full precision, or the word for one that is not finite."""
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
