"""Decides whether a file describes a graph of arrays, and checks it.

A graph is one of arrays as soon as one quantity has an axis or one formula an operation on arrays; any other stays a
graph of numbers. The shapes of all nodes follow from the formulas; errors of shape are found by building the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from backprop_tutor.formula.nodes import Formula, children
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.graph.array import np
from backprop_tutor.graph.arrays import UPSTREAM, Builder, is_operation
from backprop_tutor.graph.ops.operation import ArrayOp, Shape, ShapeError
from backprop_tutor.graph.ops.table import DEFINED, SIGNATURES
from backprop_tutor.scenario.array_values import (
    MOST_NUMBERS,
    TOO_MANY,
    Nested,
    array_of,
    irregular,
    shape_of,
    unlike_shape,
)
from backprop_tutor.scenario.schema.model import GraphFile, GraphScenarioFile, ShapedInitFile
from backprop_tutor.scenario.yaml.source import Fault
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

Shapes: TypeAlias = dict[str, Shape]
Formulas: TypeAlias = Mapping[str, Formula]

OTHER_SHAPE = T(
    "'{name}' is {came} here, but {wanted} in the first row; an input has one shape throughout",
    "'{name}' 在这里是{came}，在第一行却是{wanted}；一个输入的形状要处处相同",
)
UPSTREAM_SHAPE = T(
    "upstream is {came}, but the output '{name}' is {wanted}", "upstream 是{came}，而输出 '{name}' 是{wanted}"
)
UPSTREAM_NAME = T("'upstream' is the name of what is given as dL/d(output)", "'upstream' 是所给的 dL/d(output) 的名字")
NOT_WHOLE = T(
    "'{name}' numbers rows or classes in {call}, so it holds whole numbers from {least} to {most}, not {came}",
    "'{name}' 在 {call} 中是行或类别的编号，应是 {least} 到 {most} 的整数，而不是 {came}",
)


def is_of_arrays(file: GraphScenarioFile) -> bool:
    """Whether a graph, whose formulas can be read, contains an array."""
    graph = file.graph
    given = (*(graph.inputs.values() if isinstance(graph.inputs, dict) else ()), *graph.parameters.values())
    values = (*given, *(value for row in file.data for value in row.values()))
    if (
        graph.upstream is not None
        or not isinstance(graph.output, str)
        or not all(isinstance(v, int | float) for v in values)
    ):
        return True
    return any(map(_has_operation, formulas_of(graph).values()))


def _has_operation(formula: Formula) -> bool:
    named = getattr(formula, "function", "") in DEFINED
    return named or is_operation(formula) or any(map(_has_operation, children(formula)))


def formulas_of(graph: GraphFile, like: str | None = None) -> Formulas:
    """The formulas by the names of their nodes, each function as the framework computes it that the training is like."""
    known = frozenset((*graph.inputs, *graph.parameters, *graph.nodes))
    found = {name: parse(text, known, SIGNATURES) for name, text in graph.nodes.items()}
    if like is None:
        return found
    from backprop_tutor.verify.frameworks import formula_like

    return {name: formula_like(formula, like) for name, formula in found.items()}


def check_values(file: GraphScenarioFile) -> Iterator[Fault]:
    """The faults in the arrays of a file, in each and between the rows of the data."""
    graph = file.graph
    for name, value in graph.inputs.items() if isinstance(graph.inputs, dict) else ():
        yield from irregular(value, ("graph", "inputs", name))
    for name, start in graph.parameters.items():
        if not isinstance(start, ShapedInitFile):
            yield from irregular(start, ("graph", "parameters", name))
        elif np.prod(start.shape, dtype=float) > MOST_NUMBERS:
            yield Fault(("graph", "parameters", name, "shape"), TOO_MANY)
    if graph.upstream is not None:
        yield from irregular(graph.upstream, ("graph", "upstream"))
    shapes: Shapes = {}
    for i, row in enumerate(file.data):
        for name, value in row.items():
            yield from irregular(value, ("data", i, name))
            wanted = shapes.setdefault(name, shape_of(value))
            if shape_of(value) != wanted:
                yield Fault(("data", i, name), unlike_shape(shape_of(value), wanted, OTHER_SHAPE, name=name))


def check_arrays(file: GraphScenarioFile) -> Iterator[Fault]:
    """The faults in a graph of arrays whose names and values are valid: shapes, the output, row numbers."""
    graph, formulas = file.graph, formulas_of(file.graph)
    inputs, parameters = input_shapes(file), parameter_shapes(graph)
    if UPSTREAM in (*inputs, *parameters, *formulas):
        yield Fault(("graph", "upstream"), UPSTREAM_NAME, key=True)
        return
    from backprop_tutor.graph.expressions import in_order

    builder = Builder(inputs, parameters)
    for name in in_order(formulas):
        builder.add(name, formulas[name])
    for faulty in builder.faults:
        text = graph.nodes[faulty.node]
        yield Fault(("graph", "nodes", faulty.node), faulty.error.message, part=_part(text, faulty.error))
    yield from _output(file, builder)
    yield from _numbers(file, builder)


def _part(text: str, error: ShapeError) -> tuple[int, int] | None:
    """The columns of the part of a formula that an error is about, where its text can be found."""
    wanted = plain(error.step).replace(" ", "") if error.step is not None else ""
    squeezed = [(c, i) for i, c in enumerate(text.replace("**", " ^")) if not c.isspace()]
    start = "".join(c for c, _ in squeezed).find(wanted.replace("**", "^")) if wanted else -1
    if start < 0:
        return None
    first, last = squeezed[start][1], squeezed[start + len(wanted.replace("**", "^")) - 1][1]
    return first + 1, last - first + 1


def _output(file: GraphScenarioFile, builder: Builder) -> Iterator[Fault]:
    """The fault of an upstream whose shape differs from the output's."""
    graph = file.graph
    if not isinstance(graph.output, str) or graph.output not in builder.shapes:
        return
    shape = builder.shapes[graph.output]
    if graph.upstream is not None and shape_of(graph.upstream) not in (shape, (*shape, examples(file))):
        came = shape_of(graph.upstream)
        yield Fault(("graph", "upstream"), unlike_shape(came, shape, UPSTREAM_SHAPE, name=graph.output))


def _numbers(file: GraphScenarioFile, builder: Builder) -> Iterator[Fault]:
    """The faults of inputs with row or class numbers that are not whole numbers in their range."""
    for node in builder.nodes:
        for argument, most in node.op.whole if isinstance(node.op, ArrayOp) else ():
            name = builder.nodes[node.inputs[argument]].name
            for path, number in _elements(file, name):
                least = 0 if node.op is not None and node.op.name == "one_hot" else 1
                if number != int(number) or not least <= number <= most:
                    said = NOT_WHOLE.format(
                        name=name, call=node.inner or node.name, least=1, most=most, came=f"{number:g}"
                    )
                    yield Fault(path, said)


def _elements(file: GraphScenarioFile, name: str) -> Iterator[tuple[Path, float]]:
    for path, value in _given(file, name):
        for place in np.ndindex(*shape_of(value)):
            yield (*path, *place), float(array_of(value)[place])


def _given(file: GraphScenarioFile, name: str) -> Iterator[tuple[Path, Nested]]:
    """Every value of an input with its place: those of the rows, or that of the inputs where a row has none."""
    inputs = file.graph.inputs
    rows = [(("data", i, name), row[name]) for i, row in enumerate(file.data) if name in row]
    yield from rows
    if isinstance(inputs, dict) and len(rows) < max(1, len(file.data)):
        yield ("graph", "inputs", name), inputs[name]


def input_shapes(file: GraphScenarioFile) -> Shapes:
    """The shape of every input, by its first value."""
    return {name: shape_of(next(_given(file, name))[1]) for name in file.graph.inputs}


def parameter_shapes(graph: GraphFile) -> Shapes:
    """The shape of every parameter."""
    return {n: v.shape if isinstance(v, ShapedInitFile) else shape_of(v) for n, v in graph.parameters.items()}


def examples(file: GraphScenarioFile) -> int:
    """The number of examples in a file."""
    return max(1, len(file.data))
