"""Graphs of arrays for tests: from texts and numbers, every array with its examples last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.arrays import array_graph
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.layout import Layout
from backprop_tutor.graph.ops.table import SIGNATURES
from backprop_tutor.graph.tape import Trace, run

Given = Mapping[str, Array]


def graph_of(
    texts: Mapping[str, str], given: Given, output: str, data: tuple[str, ...] = (), upstream: bool = False
) -> Graph:
    """The graph of some formulas over arrays that have their examples last; `data` are the inputs, the rest parameters."""
    shapes = {name: array.shape[:-1] for name, array in given.items() if name != "upstream"}
    formulas = {name: parse(text, None, SIGNATURES) for name, text in texts.items()}
    inputs = {name: shape for name, shape in shapes.items() if name in data}
    parameters = {name: shape for name, shape in shapes.items() if name not in data}
    return array_graph(inputs, parameters, formulas, [output], upstream)


def traced(texts: Mapping[str, str], given: Given, output: str, data: tuple[str, ...] = ()) -> Trace:
    """The run of such a graph; an ``upstream`` among the given arrays is dL/d(output)."""
    return run(graph_of(texts, given, output, data, "upstream" in given), laid(given, data))


def laid(given: Given, data: tuple[str, ...]) -> Given:
    """Arrays with their examples last as they lie on the tape."""
    inputs = (*data, "upstream")
    return {name: Layout(a.shape[:-1], name not in inputs).closed(a) for name, a in given.items()}


def opened(trace: Trace, name: str, array: Array) -> Array:
    """An array of a node as (own axes, examples)."""
    graph = trace.graph
    assert graph.shapes is not None
    return Layout(graph.shapes[graph.index[name]], graph.nodes[graph.index[name]].shared).opened(array)


def shared(values: Any) -> Array:
    """An array that all examples share, or the only example: its numbers with a last axis of length 1."""
    return np.asarray(values, dtype=float)[..., None]


def value(trace: Trace, name: str) -> Array:
    """The value of a node as (own axes, examples)."""
    return opened(trace, name, trace.value(name))


def grad(trace: Trace, name: str) -> Array:
    """dLoss/d(node) as (own axes, examples)."""
    return opened(trace, name, trace.adjoint(name))


def difference(texts: Mapping[str, str], given: Given, output: str, name: str, data: tuple[str, ...] = ()) -> Array:
    """dL/d(name) by central differences, element by element."""
    graph = graph_of(texts, given, output, data, "upstream" in given)
    found = np.empty_like(given[name])
    for place in np.ndindex(*found.shape):
        sides = []
        for step in (1e-6, -1e-6):
            moved = given[name].copy()
            moved[place] += step
            sides.append(run(graph, laid({**given, name: moved}, data)).loss)
        found[place] = (sides[0] - sides[1]) / 2e-6
    return found
