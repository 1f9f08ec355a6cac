"""Builds the scenario of an expression graph from its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_tutor.graph.array import np
from backprop_tutor.graph.expressions import expression_graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.build_arrays import build_arrays
from backprop_tutor.scenario.build_network import about, settings_spelled
from backprop_tutor.scenario.checks.arrays import formulas_of, is_of_arrays
from backprop_tutor.scenario.schema.model import GraphScenarioFile
from backprop_tutor.scenario.yaml.source import Source


def build_expressions(file: GraphScenarioFile, source: Source) -> Scenario:
    """The scenario of a checked file. Shapes of a graph of numbers: inputs (1, examples), parameters (1, 1)."""
    if is_of_arrays(file):
        return build_arrays(file, source)
    graph = file.graph
    rows = _rows(file)
    return Scenario(
        graph=expression_graph(
            tuple(graph.inputs), tuple(graph.parameters), formulas_of(graph, file.training.like), str(graph.output)
        ),
        data={name: np.array([[row[name] for row in rows]], dtype=float) for name in graph.inputs},
        parameters={name: np.array([[value]], dtype=float) for name, value in graph.parameters.items()},
        spelling={**dict(_spelled(file, source)), **settings_spelled(source)},
        places={name: source.place(("graph", "nodes", name)) for name in graph.nodes},
        frozen=frozenset(file.graph.frozen),
        **about(file, source),
    )


def _rows(file: GraphScenarioFile) -> tuple[Mapping[str, Any], ...]:
    """The examples; values given with the inputs apply wherever an example does not give its own."""
    fixed = file.graph.inputs if isinstance(file.graph.inputs, dict) else {}
    return tuple({**fixed, **row} for row in file.data or ({},))


def _spelled(file: GraphScenarioFile, source: Source) -> Iterator[tuple[str, str]]:
    many = len(file.data) > 1
    for name in file.graph.parameters:
        yield from _figure(source, name, ("graph", "parameters", name))
    for name in file.graph.inputs:
        for i in range(len(file.data) or 1):
            given = ("data", i, name) if file.data and name in file.data[i] else ("graph", "inputs", name)
            yield from _figure(source, f"{name}@{i + 1}" if many else name, given)


def _figure(source: Source, name: str, path: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    text = source.spelling(path)
    if text is not None:
        yield name, text
