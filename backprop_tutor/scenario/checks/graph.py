"""Checks a graph of formulas: every name is known, there is no cycle, every quantity leads to the output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import TypeAlias

from backprop_tutor.errors import did_you_mean
from backprop_tutor.formula.nodes import symbols
from backprop_tutor.formula.parse import FormulaError, parse
from backprop_tutor.graph.ops.table import SIGNATURES
from backprop_tutor.scenario.array_values import Nested
from backprop_tutor.scenario.checks.arrays import check_arrays, check_values, is_of_arrays
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import GraphFile, GraphScenarioFile
from backprop_tutor.scenario.yaml.descriptions import cropped
from backprop_tutor.scenario.yaml.source import Fault
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

Uses: TypeAlias = Mapping[str, tuple[str, ...]]

TWICE = T("the name '{name}' is taken already, in {owner}", "名字 '{name}' 已在 {owner} 中用过")
FUNCTION = T("'{name}' is a function and cannot be the name of a quantity", "'{name}' 是函数，不能当量的名字")
RESERVED = T(
    "'loss' is the name of what is reported; only the output may be called so",
    "'loss' 是所报告的损失；只有 output 可以叫这个名字",
)
NO_OUTPUT = T("output is '{name}', but there is no such node{near}", "output 是 '{name}'，但没有这个节点{near}")
CIRCLE = T("the formulas refer to each other in a circle: {names}", "公式互相引用成环：{names}")
UNUSED = T(
    "no formula uses '{name}'; use it in one, or take it out", "没有公式用到 '{name}'；请在公式中用上它，或者去掉它"
)
ONE_OUTPUT = T(
    "with several outputs there is no one upstream; name one output",
    "有多个输出时不能只给一个 upstream；请只写一个输出",
)
NO_PARAMETER = T("'{name}' is not a parameter{near}", "'{name}' 不是参数{near}")
NO_OUTPUTS = T("output is an empty list; it needs at least one node", "output 是空列表；至少要有一个节点")
NO_VALUES = T(
    "inputs are given by name only, so data needs at least one row with their values",
    "inputs 只给了名字，所以 data 至少要有一行写出它们的值",
)
MISSING_INPUT = T("the input '{name}' has no value in this row", "这一行没有给输入 '{name}' 的值")
NO_INPUT = T("'{name}' is not an input{near}", "'{name}' 不是输入{near}")
TWO_VALUES = T(
    "'{name}' is {here} here, but {there} in inputs; give the values in one place only",
    "'{name}' 在这里是 {here}，在 inputs 中却是 {there}；值只写在一处",
)


def check_graph_scenario(file: GraphScenarioFile) -> Iterator[Fault]:
    """The faults of a graph scenario that fits the schema."""
    graph = file.graph
    uses, unreadable = _uses(graph)
    named, outputs, values = tuple(_names(graph)), tuple(_outputs(graph)), tuple(check_values(file))
    structure = () if unreadable or outputs else tuple(_structure(graph, uses))
    data = tuple(_data(file))
    yield from (*named, *unreadable, *outputs, *structure, *values, *data, *_frozen(graph))
    if not (named or unreadable or outputs or structure or values or data) and is_of_arrays(file):
        yield from check_arrays(file)


def _outputs(graph: GraphFile) -> Iterator[Fault]:
    path: Path = ("graph", "output")
    named = (
        [(path, graph.output)]
        if isinstance(graph.output, str)
        else [((*path, i), o) for i, o in enumerate(graph.output)]
    )
    for place, name in named:
        if name not in graph.nodes:
            yield Fault(place, NO_OUTPUT.format(name=name, near=did_you_mean(name, graph.nodes)))
    if not named:
        yield Fault(path, NO_OUTPUTS)
    elif len(named) > 1 and graph.upstream is not None:
        yield Fault(("graph", "upstream"), ONE_OUTPUT, key=True)


def _frozen(graph: GraphFile) -> Iterator[Fault]:
    for i, name in enumerate(graph.frozen):
        if name not in graph.parameters:
            said = NO_PARAMETER.format(name=name, near=did_you_mean(name, graph.parameters))
            yield Fault(("graph", "frozen", i), said)


def _names(graph: GraphFile) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for path, name in _named(graph):
        at_key = path[-1] == name
        if name in owners:
            yield Fault(path, TWICE.format(name=name, owner=owners[name]), key=at_key)
        if name in choices.functions():
            yield Fault(path, FUNCTION.format(name=name), key=at_key)
        if name == "loss" and (graph.output != "loss" or path[1] != "nodes"):
            yield Fault(path, RESERVED, key=at_key)
        owners.setdefault(name, str(path[1]))


def _named(graph: GraphFile) -> Iterator[tuple[Path, str]]:
    """Every name, with the path of its key or, in a list, of itself."""
    for i, name in enumerate(graph.inputs):
        yield ("graph", "inputs", name if isinstance(graph.inputs, Mapping) else i), name
    for section, names in (("parameters", graph.parameters), ("nodes", graph.nodes)):
        for name in names:
            yield ("graph", section, name), name


def _uses(graph: GraphFile) -> tuple[Uses, tuple[Fault, ...]]:
    """The names each formula uses, and the faults of those that cannot be read."""
    known = frozenset((*graph.inputs, *graph.parameters, *graph.nodes))
    uses, found = {}, []
    for name, text in graph.nodes.items():
        try:
            uses[name] = tuple(symbol.base for symbol in symbols(parse(text, known, SIGNATURES)))
        except FormulaError as error:
            found.append(Fault(("graph", "nodes", name), error.message, part=(error.column, error.length)))
    return uses, tuple(found)


def _structure(graph: GraphFile, uses: Uses) -> Iterator[Fault]:
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        circle = _turned(error.args[1][:0:-1], graph)
        yield Fault(("graph", "nodes", circle[0]), CIRCLE.format(names=" -> ".join((*circle, circle[0]))))
    used = {*chain.from_iterable(uses.values()), *graph.nodes, *choices.functions(), "loss"}
    for path, name in _named(graph):
        if name not in used:
            yield Fault(path, UNUSED.format(name=name), key=path[-1] == name)


def _turned(circle: list[str], graph: GraphFile) -> list[str]:
    """The cycle, each name before the one it uses, from the node that is first in the file."""
    first = min(range(len(circle)), key=lambda i: list(graph.nodes).index(circle[i]))
    return circle[first:] + circle[:first]


def _data(file: GraphScenarioFile) -> Iterator[Fault]:
    inputs = file.graph.inputs
    if inputs and not isinstance(inputs, Mapping) and not file.data:
        yield Fault(("graph", "inputs"), NO_VALUES)
    for i, row in enumerate(file.data):
        for name in inputs:
            if name not in row and not isinstance(inputs, Mapping):
                yield Fault(("data", i), MISSING_INPUT.format(name=name))
        for name, value in row.items():
            yield from _cell(inputs, name, value, ("data", i, name))


def _cell(inputs: Mapping[str, Nested] | tuple[str, ...], name: str, value: Nested, path: Path) -> Iterator[Fault]:
    if name not in inputs:
        yield Fault(path, NO_INPUT.format(name=name, near=did_you_mean(name, inputs)), key=True)
    elif isinstance(inputs, Mapping) and inputs[name] != value:
        there, here = _shown(inputs[name]), _shown(value)
        yield Fault(path, TWO_VALUES.format(name=name, here=here, there=there))


def _shown(value: Nested) -> str:
    return cropped(f"[{', '.join(map(_shown, value))}]") if isinstance(value, tuple) else f"{value:.12g}"
