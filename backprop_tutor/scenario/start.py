"""What a file gives in the middle: of a solution an activation or a derivative to start from, of a training the
optimizer's state and the step count.

It is written under ``start: {values: {a1: [0.6, 0.4]}, state: {m: {W1: [[0.1, 0.2]]}}, step: 3}``, with the names that
the numbers have everywhere else, ``state.m.W1[1,2]``, in the shape in which `run` writes them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.formula.nodes import Formula, symbols
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.arrays import Builder
from backprop_tutor.graph.expressions import in_order
from backprop_tutor.graph.ops.operation import Shape
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.array_values import array_of, irregular, shape_of, unlike_shape
from backprop_tutor.scenario.build_layers import moved_source
from backprop_tutor.scenario.checks.arrays import examples, formulas_of, input_shapes, is_of_arrays, parameter_shapes
from backprop_tutor.scenario.schema.model import GraphScenarioFile, ScenarioFile
from backprop_tutor.scenario.yaml.source import Fault, Source
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.train_state import trainable

NO_STATE = T(
    "{optimizer} keeps no '{name}'; it keeps {kept}{near}", "{optimizer} 没有状态 '{name}'；它的状态有 {kept}{near}"
)
KEEPS_NOTHING = T(
    "{optimizer} keeps nothing from step to step, so there is nothing to start from",
    "{optimizer} 不在各步之间保留任何量，没有可以给定的初始状态",
)
NO_PARAMETER = T(
    "no update changes '{name}'; parameters that move are {names}{near}",
    "更新不会改变 '{name}'；会被更新的参数有 {names}{near}",
)
SHAPE = T(
    "{state} of {name} has the shape {came}, but {name} has {wanted}",
    "{name} 的 {state} 形状是 {came}，而 {name} 的形状是 {wanted}",
)


NOT_COMPUTED = T(
    "nothing here is called '{name}'; computed are {names}{near}", "这里没有 '{name}'；要计算的有 {names}{near}"
)
NOT_USED = T("'{output}' does not depend on '{name}'", "'{output}' 与 '{name}' 无关")
VALUE_SHAPE = T("'{name}' is {wanted}, but what is given is {came}", "'{name}' 是{wanted}，而给出的是{came}")
TWO_UPSTREAMS = T(
    "the backward pass starts from one derivative: upstream or start: grads, not both",
    "反向传播只能从一个导数开始：upstream 与 start: grads 只能写一个",
)


ONE_DERIVATIVE = T(
    "the backward pass starts from one derivative, here that of '{first}'; take out '{name}'",
    "反向传播只从一个导数开始，这里是 '{first}' 的；请去掉 '{name}'",
)


def from_the_middle(file: GraphScenarioFile, source: Source) -> tuple[GraphScenarioFile, Source]:
    """The graph from the numbers on that its file gives in the middle, and where its values stand.

    A value takes the place of a node's formula, a derivative that of all that comes behind its node; what is not needed
    then is left out.

    Raises TutorError, each fault at its place, for a name that is not computed, a value that is not used, and a value
    of another shape than its node's.
    """
    formulas = formulas_of(file.graph)
    output = next(iter(file.start.grads), file.graph.output)
    used = _used(formulas, (output,) if isinstance(output, str) else output, file.start.values)
    faults = source.problems(_misplaced(file, used))
    if faults:
        raise TutorError(faults)
    given = {name: array_of(value) for name, value in file.start.values.items()}
    shapes, moved = _shapes(file), dict[Path, Path]()
    rows: list[dict[str, Any]] = []
    for i, row in enumerate(file.data or ({},)):
        rows.append({name: value for name, value in row.items() if name in used})
        for name, array in given.items():
            own = array if np.shape(array) == shapes[name] else array[..., i]
            rows[-1][name] = own.tolist()
            each = () if own is array else (i,)
            for place in np.ndindex(own.shape):
                moved["data", i, name, *place] = ("start", "values", name, *place, *each)
    fixed = file.graph.inputs if isinstance(file.graph.inputs, dict) else {}
    kept = file.model_dump(mode="json", exclude_unset=True, exclude={"graph", "data", "start"}, warnings=False)
    graph = file.graph.model_dump(mode="json", exclude_unset=True, warnings=False)
    graph |= {
        "inputs": [*(name for name in file.graph.inputs if name in used), *given],
        "parameters": {name: value for name, value in graph.get("parameters", {}).items() if name in used},
        "nodes": {name: text for name, text in file.graph.nodes.items() if name in used and name not in given},
        "frozen": [name for name in file.graph.frozen if name in used],
        "output": output,
    }
    if file.start.grads:
        graph["upstream"] = file.start.grads[str(output)]
        moved["graph", "upstream"] = ("start", "grads", str(output))
    made = GraphScenarioFile.model_validate(
        {
            **kept,
            "keep": [name for name in file.keep if name in used],
            "start": {"state": file.start.state, "step": file.start.step},
            "graph": graph,
            "data": [{name: value for name, value in fixed.items() if name in used} | row for row in rows],
        }
    )
    return made, moved_source(source, moved)


def _used(formulas: Mapping[str, Formula], outputs: Iterable[str], given: Container[str]) -> frozenset[str]:
    """What some nodes depend on, themselves among it; a number that is given depends on nothing."""
    found, waiting = set[str](), list(outputs)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [each.base for each in symbols(formulas[name])] if name in formulas and name not in given else []
    return frozenset(found)


def _misplaced(file: GraphScenarioFile, used: frozenset[str]) -> Iterator[Fault]:
    """The faults of the values and the derivative that a file gives in the middle."""
    nodes, shapes = file.graph.nodes, _shapes(file)
    output = next(iter(file.start.grads), file.graph.output)
    if file.start.grads and file.graph.upstream is not None:
        yield Fault(("start", "grads"), TWO_UPSTREAMS, key=True)
    for section, arrays in (("values", file.start.values), ("grads", file.start.grads)):
        for name, value in arrays.items():
            path: Path = ("start", section, name)
            ragged = tuple(irregular(value, path))
            yield from ragged
            if name not in nodes:
                near = did_you_mean(name, nodes)
                yield Fault(path, NOT_COMPUTED.format(name=name, names=", ".join(nodes), near=near), key=True)
            elif section == "grads" and name != output:
                yield Fault(path, ONE_DERIVATIVE.format(name=name, first=output), key=True)
            elif name not in used:
                yield Fault(path, NOT_USED.format(name=name, output=output), key=True)
            elif not ragged and shape_of(value) not in (shapes[name], (*shapes[name], examples(file))):
                yield Fault(path, unlike_shape(shape_of(value), shapes[name], VALUE_SHAPE, name=name))


def _shapes(file: GraphScenarioFile) -> Mapping[str, Shape]:
    """The shape of every node."""
    if not is_of_arrays(file):
        return dict.fromkeys(file.graph.nodes, ())
    formulas = formulas_of(file.graph)
    builder = Builder(input_shapes(file), parameter_shapes(file.graph))
    for name in in_order(formulas):
        builder.add(name, formulas[name])
    return builder.shapes


def started(file: ScenarioFile, scenario: Scenario, source: Source) -> Scenario:
    """The scenario with the start that its file gives.

    Raises TutorError, each fault at its place, for a state that its optimizer does not have or of another shape.
    """
    faults = source.problems(_faults(file, scenario))
    if faults:
        raise TutorError(faults)
    kept: dict[str, dict[str, Array]] = {}
    first, accumulator = (
        file.training.optimizer.initial_accumulator,
        OPTIMIZERS[scenario.training.optimizer].accumulator,
    )
    for name in trainable(scenario) if first is not None else ():
        kept[name] = {accumulator: np.full_like(scenario.parameters[name], first)}
    for state, arrays in file.start.state.items():
        for name, array in arrays.items():
            kept.setdefault(name, {})[state] = np.array(array, dtype=float).reshape(scenario.parameters[name].shape)
    return replace(scenario, kept=kept, training=replace(scenario.training, before=file.start.step - 1))


def _faults(file: ScenarioFile, scenario: Scenario) -> Iterator[Fault]:
    optimizer = OPTIMIZERS[scenario.training.optimizer]
    names = trainable(scenario)
    for state, arrays in file.start.state.items():
        if state not in optimizer.state:
            kept, near = ", ".join(optimizer.state), did_you_mean(state, optimizer.state)
            said = NO_STATE.format(optimizer=optimizer.name, name=state, kept=kept, near=near)
            yield Fault(
                ("start", "state", state), said if kept else KEEPS_NOTHING.format(optimizer=optimizer.name), True
            )
            continue
        for name, array in arrays.items():
            path = ("start", "state", state, name)
            if name not in names:
                near = did_you_mean(name, names)
                yield Fault(path, NO_PARAMETER.format(name=name, names=", ".join(names), near=near), True)
            elif not _fits(np.shape(array), scenario.parameters[name].shape):
                wanted = _shown(_written(scenario.parameters[name].shape))
                yield Fault(path, SHAPE.format(state=state, name=name, came=_shown(np.shape(array)), wanted=wanted))


def _written(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in which `run` writes an array: a bias as a list, a single number of a graph as itself."""
    return shape[:-1] if shape[-1:] == (1,) and len(shape) > 1 else shape


def _fits(came: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether an array has the same number of entries along each axis, ignoring axes of length 1."""
    return tuple(n for n in came if n > 1) == tuple(n for n in wanted if n > 1)


def _shown(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"
