"""The start of a file in the middle of a training: the optimizer's state before the first step.

It is written under ``start: {state: {m: {W1: [[0.1, 0.2]]}}}``, with the names that the numbers have everywhere else,
``state.m.W1[1,2]``, in the shape in which `run` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.schema.model import ScenarioFile
from backprop_tutor.scenario.yaml.source import Fault, Source
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


def started(file: ScenarioFile, scenario: Scenario, source: Source) -> Scenario:
    """The scenario with the start that its file gives.

    Raises TutorError, each fault at its place, for a state that its optimizer does not have or of another shape.
    """
    faults = source.problems(_faults(file, scenario))
    if faults:
        raise TutorError(faults)
    kept: dict[str, dict[str, Array]] = {}
    for state, arrays in file.start.state.items():
        for name, array in arrays.items():
            kept.setdefault(name, {})[state] = np.array(array, dtype=float).reshape(scenario.parameters[name].shape)
    return replace(scenario, kept=kept)


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
