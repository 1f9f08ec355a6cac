"""Writes a scenario with other numbers as a file: with trained parameters to continue from, or with newly drawn
numbers.

Everything the author wrote is kept except comments; numbers are the shortest decimals that read back as themselves. A
filled worksheet is checked against the file of its newly drawn numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from backprop_tutor.graph.array import Array
from backprop_tutor.graph.arrays import UPSTREAM
from backprop_tutor.graph.graph import Graph, Index
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.schema.choices import INITIAL_ACCUMULATOR
from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.text import LANGUAGES, T
from backprop_tutor.training.optimizers import OPTIMIZERS

WIDTH = 110
LARGEST_WHOLE = 1e15


def saved(file: NetworkScenarioFile | GraphScenarioFile, graph: Graph, parameters: Mapping[str, Array]) -> str:
    """`file` as YAML, with `parameters` in place of its own."""
    return yaml_text(with_parameters(file, graph, parameters))


def with_parameters(
    file: NetworkScenarioFile | GraphScenarioFile, graph: Graph, parameters: Mapping[str, Array]
) -> dict[str, Any]:
    """The contents of `file`, with `parameters` in place of its own."""
    written = _with_other_numbers(file)
    if isinstance(file, NetworkScenarioFile):
        for number, layer in enumerate(written["network"]["layers"], start=1):
            layer |= _layer(graph, number, parameters)
    else:
        written["graph"]["parameters"] = {name: _own(graph, name, array) for name, array in parameters.items()}
    return written


def _with_other_numbers(file: NetworkScenarioFile | GraphScenarioFile) -> dict[str, Any]:
    """The contents of `file` without its description, which tells of the author's numbers."""
    return file.model_dump(mode="json", exclude_unset=True, exclude={"description"}, warnings=False)


def _own(graph: Graph, name: str, array: Array) -> Any:
    """The numbers of an array that all examples share, or of one example: a number, or lists for its own axes."""
    axes = graph.nodes[graph.index[name]].axes
    return array.reshape(array.shape[:axes]).tolist() if axes else float(array.item())


def template(file: NetworkScenarioFile | GraphScenarioFile, scenario: Scenario) -> str:
    """`file` as YAML with a hole, ⟦W1[2,1]⟧, for every given number, by the contract's name; settings are written out."""
    written = _with_other_numbers(file)
    if isinstance(file, NetworkScenarioFile):
        for number, layer in enumerate(written["network"]["layers"], start=1):
            layer |= _holes(scenario, number)
        rows = list(enumerate(written["data"], start=1))
        written["data"] = [{key: _column(key, len(row[key]), i, len(rows)) for key in row} for i, row in rows]
    else:
        _graph_holes(written, scenario)
    if scenario.graph.parameters:
        written["training"] = written.get("training", {}) | _training(file)
    return yaml_text(written)


def _hole(name: str) -> str:
    return f"⟦{name}⟧"


def _holes(scenario: Scenario, number: int) -> dict[str, Any]:
    graph, nodes = scenario.graph, scenario.graph.groups[number].nodes
    weights, missing = graph.part_name(number, "W"), graph.nodes[nodes["W"]].missing
    high, wide = scenario.parameters[weights].shape
    places = [[(j, k) for k in range(wide)] for j in range(high)]
    rows = [[None if place in missing else _hole(_place(graph, weights, place)) for place in row] for row in places]
    if "b" not in nodes:
        return {"weights": rows}
    biases = graph.part_name(number, "b")
    return {"weights": rows, "bias": [_hole(_place(graph, biases, (j,))) for j in range(high)]}


def _place(graph: Graph, parameter: str, index: Index) -> str:
    """The contract's name of a number of a parameter, of the first place where several share it."""
    own = graph.nodes[graph.index[parameter]].same.get(index, index)
    return Quantity(parameter, tuple(i + 1 for i in own)).short


def _column(name: str, size: int, example: int, examples: int) -> list[str]:
    at = f"@{example}" if examples > 1 else ""
    return [_hole(f"{name}[{row}]{at}") for row in range(1, size + 1)]


def _graph_holes(written: dict[str, Any], scenario: Scenario) -> None:
    graph, data = written["graph"], written.get("data", [])
    if isinstance(graph.get("inputs"), dict):
        graph["inputs"] = {name: _nested(scenario, name) for name in graph["inputs"]}
    if "parameters" in graph:
        graph["parameters"] = {name: _nested(scenario, name) for name in graph["parameters"]}
    if data:
        at = [f"@{i}" if len(data) > 1 else "" for i in range(1, len(data) + 1)]
        rows = zip(data, at, strict=True)
        written["data"] = [{name: _nested(scenario, name, example) for name in row} for row, example in rows]


def _nested(scenario: Scenario, name: str, example: str = "", index: tuple[int, ...] = ()) -> Any:
    """The holes of an array of the graph, as nested lists; for a number a single one."""
    axes = scenario.graph.nodes[scenario.graph.index[name]].axes
    if len(index) == axes:
        return _hole(f"{name}{'[' + ','.join(map(str, index)) + ']' if index else ''}{example}")
    array = scenario.data[name] if name in scenario.data else scenario.parameters[name]
    return [_nested(scenario, name, example, (*index, i)) for i in range(1, array.shape[len(index)] + 1)]


def _training(file: NetworkScenarioFile | GraphScenarioFile) -> dict[str, Any]:
    kind = file.training.optimizer.kind
    settings = {name: _hole(name) for name in OPTIMIZERS[kind].settings}
    own = file.training.optimizer.model_dump(include={INITIAL_ACCUMULATOR}, exclude_none=True)
    return {"optimizer": {"kind": kind, **settings, **own}, "learning_rate": _hole("learning_rate")}


def _layer(graph: Graph, number: int, parameters: Mapping[str, Array]) -> dict[str, Any]:
    nodes = graph.groups[number].nodes
    rows: list[list[float | None]] = parameters[graph.part_name(number, "W")].tolist()
    for j, k in graph.nodes[nodes["W"]].missing:
        rows[j][k] = None
    bias = {"bias": parameters[graph.part_name(number, "b")].ravel().tolist()} if "b" in nodes else {}
    return {"weights": rows, **bias}


LAST_UNESCAPED = "\uffff"
"""The last sign that the dumper in C writes as itself; texts with others need the one in Python."""


def yaml_text(value: dict[str, Any]) -> str:
    """`value` as YAML in block style, with lists of numbers or names each on a line of their own."""
    import yaml

    dumper = _dumper(in_c=max(json.dumps(value, ensure_ascii=False, default=str)) <= LAST_UNESCAPED)
    return yaml.dump(
        _tidy(value), Dumper=dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False
    )


@cache
def _dumper(*, in_c: bool) -> Any:
    """The dumper whose lists of numbers are each on a line; the one in C where there is one."""
    import yaml

    class Writer(getattr(yaml, "CSafeDumper", yaml.SafeDumper) if in_c else yaml.SafeDumper):  # type: ignore[misc]
        pass

    def represent(writer: Any, values: list[Any]) -> yaml.Node:
        flat = not any(isinstance(value, (list, dict)) for value in values)
        return writer.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=flat)  # type: ignore[no-any-return]

    Writer.add_representer(list, represent)
    return Writer


def _tidy(value: Any) -> Any:
    """Whole numbers without a decimal point and names without settings in their short form."""
    match value:
        case {"function": name, **rest} | {"kind": name, **rest} if not rest:
            return name
        case dict():
            return {key: _tidy(part) for key, part in value.items()}
        case list():
            return [_tidy(part) for part in value]
        case float() if value.is_integer() and abs(value) < LARGEST_WHOLE:
            return int(value)
        case _:
            return value


ORDER = ("title", "topic", "level", "network", "graph", "names", "loss", "data", "keep", "training", "presentation")
"""The sections of the file in reading order; the author's remarks on the old numbers are left out."""


def variant_text(
    file: NetworkScenarioFile | GraphScenarioFile, scenario: Scenario, title: T, shown: Mapping[str, str], steps: int
) -> str:
    """`file` as YAML with the numbers of `scenario`, under a title of its own, showing `steps` steps.

    `shown` is its presentation, such as ``notation: theta``, where that differs from the author's choice.
    """
    written = with_parameters(file, scenario.graph, scenario.parameters)
    written |= {"title": {lang: title[lang] for lang in LANGUAGES}, "data": _rows(file, scenario)}
    if isinstance(file, GraphScenarioFile):
        names = [name for name in scenario.data if name != UPSTREAM]
        written["graph"]["inputs"] = names if file.data else written.pop("data")[0]
        if UPSTREAM in scenario.data:
            written["graph"]["upstream"] = _upstream(scenario)
    if scenario.parameters:
        written["training"] = {**(written.get("training") or {}), "steps": steps}
        if scenario.training.learning_rate != file.training.learning_rate:
            written["training"]["learning_rate"] = scenario.training.learning_rate
    if shown:
        written["presentation"] = {**(written.get("presentation") or {}), **shown}
    return yaml_text({key: written[key] for key in ORDER if key in written})


def _upstream(scenario: Scenario) -> Any:
    """dL/d(output), of the one example, or of all with the examples last."""
    array = scenario.data[UPSTREAM]
    axes = scenario.graph.nodes[scenario.graph.index[UPSTREAM]].axes
    if scenario.examples == 1:
        return _own(scenario.graph, UPSTREAM, array)
    return (array if axes else array[0]).tolist()


def _rows(file: NetworkScenarioFile | GraphScenarioFile, scenario: Scenario) -> list[dict[str, Any]]:
    """The examples, one each."""
    columns = [(name, array) for name, array in scenario.data.items() if name != UPSTREAM]
    single = isinstance(file, GraphScenarioFile)
    return [
        {
            name: _own(scenario.graph, name, rows[..., [example]]) if single else rows[:, example].tolist()
            for name, rows in columns
        }
        for example in range(scenario.examples)
    ]
