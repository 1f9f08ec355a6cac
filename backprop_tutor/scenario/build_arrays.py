"""Builds the scenario of a graph of arrays from its file: every array with its examples last, as on the tape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.arrays import UPSTREAM, array_graph
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.layout import Layout
from backprop_tutor.graph.ops.operation import Shape
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.array_values import Nested, array_of, shape_of, spelled
from backprop_tutor.scenario.build_network import about, settings_spelled
from backprop_tutor.scenario.checks.arrays import examples, formulas_of, input_shapes, parameter_shapes
from backprop_tutor.scenario.schema.model import GraphScenarioFile, ShapedInitFile
from backprop_tutor.scenario.yaml.source import Source
from backprop_tutor.scenario.yaml.spans import Path


def build_arrays(file: GraphScenarioFile, source: Source) -> Scenario:
    """The scenario of a checked file."""
    graph, formulas = file.graph, formulas_of(file.graph, file.training.like)
    inputs, parameters = input_shapes(file), parameter_shapes(graph)
    outputs = (graph.output,) if isinstance(graph.output, str) else graph.output
    built = replace(array_graph(inputs, parameters, formulas, outputs, graph.upstream is not None), steps=graph.steps)
    return Scenario(
        graph=built,
        data={name: _column(file, name, shape) for name, shape in inputs.items()} | _upstream(file, built),
        parameters={name: _start(value, parameters[name]) for name, value in graph.parameters.items()},
        spelling={**dict(_spelled(file, source)), **settings_spelled(source)},
        places={name: source.place(("graph", "nodes", name)) for name in graph.nodes},
        frozen=frozenset(file.graph.frozen),
        **about(file, source),
    )


def _column(file: GraphScenarioFile, name: str, shape: Shape) -> Array:
    inputs = file.graph.inputs
    fixed = inputs[name] if isinstance(inputs, dict) else None
    rows = [array_of(row.get(name, fixed)) for row in file.data or ({},)]  # type: ignore[arg-type]
    return Layout(shape, shared=False).closed(np.stack(rows, axis=-1))


def _upstream(file: GraphScenarioFile, graph: Graph) -> dict[str, Array]:
    """dL/d(output) of every example, where the file gives it."""
    if file.graph.upstream is None or graph.shapes is None:
        return {}
    given, shape = array_of(file.graph.upstream), graph.shapes[graph.index[UPSTREAM]]
    whole = given if given.ndim > len(shape) else np.repeat(given[..., None], examples(file), -1)
    return {UPSTREAM: Layout(shape, shared=False).closed(whole)}


def _start(value: Nested | ShapedInitFile, shape: Shape) -> Array:
    return Layout(shape, shared=True).closed(
        (_drawn(value) if isinstance(value, ShapedInitFile) else array_of(value))[..., None]
    )


def _drawn(start: ShapedInitFile) -> Array:
    """Starting values by their initialiser; for (out, in, sides) the fans are out and in times the size of a window."""
    from backprop_tutor.training.initialise import initialise

    window = int(np.prod(start.shape[2:], initial=1))
    below, own = (start.shape[1] if len(start.shape) > 1 else start.shape[0], start.shape[0]) if start.shape else (1, 1)
    settings = start.model_dump(exclude={"init", "shape"}, exclude_none=True)
    return initialise(start.init, start.shape, (below * window, own * window), settings)


def _spelled(file: GraphScenarioFile, source: Source) -> Iterator[tuple[str, str]]:
    for name, value in file.graph.parameters.items():
        if not isinstance(value, ShapedInitFile):
            yield from spelled(source, name, ("graph", "parameters", name), shape_of(value))
    for name in file.graph.inputs:
        for i in range(examples(file)):
            path: Path = ("data", i, name) if file.data and name in file.data[i] else ("graph", "inputs", name)
            example = f"@{i + 1}" if len(file.data) > 1 else ""
            yield from spelled(source, name, path, input_shapes(file)[name], example)
