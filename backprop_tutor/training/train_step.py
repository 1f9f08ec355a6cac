"""Training steps: forward, backward, update, and a second forward pass to see whether it helped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeAlias

from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.graph.tape import Rules, Trace, forward, run
from backprop_tutor.text import T, same
from backprop_tutor.training.batches import data_of, examples_of
from backprop_tutor.training.rule import gradient_norm, is_clipped_by_norm, rule_of
from backprop_tutor.training.train_state import State, TrainState, initial_state

Lines: TypeAlias = Mapping[str, tuple[tuple[str, Array], ...]]
"""Every line of the optimizer's rule, in order, by parameter."""

Change: TypeAlias = Callable[[int, SimpleNamespace, Array], Array]
"""Replaces the value of line i of an optimizer's rule, given everything known by then."""


@frozen(eq=False)
class Step:
    """One update, counted from 1, over some examples of the data (their positions from 1).

    `trace` is the pass before it, `updated` the parameters after, `after` the forward pass with them over the same
    examples. `lines` contains, for each parameter that changed, every line of the optimizer's rule in order, and
    `before` the state it started from.
    """

    number: int
    examples: tuple[int, ...]
    trace: Trace
    updated: Mapping[str, Array]
    after: Trace
    lines: Lines
    before: State


@frozen(eq=False)
class Run:
    """The steps of a scenario, in order."""

    scenario: Scenario
    steps: tuple[Step, ...]


def run_scenario(scenario: Scenario, steps: int | None = None, since: TrainState | None = None) -> Run:
    """Runs `scenario` for so many steps (its own number where None), every one recorded and read-only.

    The first step is the one after the state `since`, or the first of all.

    Raises TutorError where a formula has no value: which node, which numbers, which example.
    """
    with values_of(scenario):
        return Run(
            scenario, tuple(map(read_only, iterate_steps(scenario, steps or scenario.training.steps, since=since)))
        )


@contextmanager
def values_of(scenario: Scenario) -> Iterator[None]:
    """A computation of values of `scenario`. Raises TutorError where a formula has none, for the reader of its file."""
    try:
        yield
    except DomainError as error:
        raise TutorError(no_value(scenario, error)) from error


def first_trace(scenario: Scenario, given: Mapping[str, Array] | None = None) -> Trace:
    """The passes of the first step, some arrays `given` beside the scenario's. Raises TutorError as `values_of` does."""
    with values_of(scenario):
        return run(scenario.graph, {**data_of(scenario, 1), **scenario.parameters, **(given or {})})


def read_only(step: Step) -> Step:
    """The step with its arrays made read-only."""
    traced = (*step.trace.values, *step.trace.adjoints, *step.after.values, *step.updated.values())
    for array in traced:
        if array is not None:
            array.setflags(write=False)
    return step


NO_VALUE = T("{what} in {node}: {step}{figures}{example}", "计算{node}时{what}：{step}{figures}{example}")
WITH = T(" with {figures}", "，其中 {figures}")
OF_EXAMPLE = T(" (example {number})", "（第 {number} 个样本）")


def no_value(scenario: Scenario, error: DomainError) -> Problem:
    """The error for a formula without a value, for the reader of the file: which unit or node, which numbers, which
    example.
    """
    parts = ", ".join(f"{plain(part)} = {value:.6g}" for part, value in error.values.items())
    figures = WITH.format(figures=parts) if parts else same("")
    example = OF_EXAMPLE.format(number=error.number) if scenario.examples > 1 else same("")
    holes = {"what": error.what, "node": _unit(scenario, error), "step": plain(error.step), "figures": figures}
    return Problem(NO_VALUE.format(**holes, example=example), scenario.places.get(error.node))


def _unit(scenario: Scenario, error: DomainError) -> T:
    """The name of a unit of a network as in the contract, or of a node of a graph."""
    node = scenario.graph.nodes[scenario.graph.index[error.node]] if error.node in scenario.graph.index else None
    if node is None or node.role == Role.NODE:
        return _foreign(error.node)
    return _foreign(f"{error.node}[{error.row + 1}]") if node.layer else T("the loss", "损失")


def _foreign(name: str) -> T:
    """A name, with its spaces in Chinese text."""
    return T(name, f" {name} ")


def iterate_steps(
    scenario: Scenario, steps: int, rules: Rules | None = None, since: TrainState | None = None
) -> Iterator[Step]:
    """Yields the recorded steps one by one from the start, or from another state, each continuing from the one before."""
    position = since or initial_state(scenario)
    for _ in range(steps):
        step, position = train_step(scenario, position, rules)
        yield step


def train_step(scenario: Scenario, position: TrainState, rules: Rules | None = None) -> tuple[Step, TrainState]:
    """The step that follows a train state, recorded, and the train state after it."""
    examples, data = examples_of(scenario, position.updates + 1), data_of(scenario, position.updates + 1)
    try:
        trace = run(scenario.graph, {**data, **position.parameters}, rules)
        lines, after = apply_update(scenario, position, trace)
        again = forward(scenario.graph, {**data, **after.parameters}, rules)
    except DomainError as error:
        error.examples = examples
        raise
    return Step(after.updates, examples, trace, after.parameters, again, lines, position.state), after


def apply_update(
    scenario: Scenario, position: TrainState, trace: Trace, changes: Callable[[str], Change] = lambda name: as_it_is
) -> tuple[Lines, TrainState]:
    """The lines of the update that a pass calls for, and the train state after it; `changes` contains those of each
    parameter.
    """
    number, lines = position.updates + 1, {}
    parameters, state = dict(position.parameters), dict(position.state)
    norm = whole_norm(scenario, {name: trace.adjoint(name) for name in position.state})
    for name, kept in position.state.items():
        g, axes = trace.adjoint(name), scenario.graph.nodes[scenario.graph.index[name]].ndim
        lines[name] = update(scenario.training, number, parameters[name], g, kept, changes(name), along(norm, axes))
        parameters[name] = lines[name][-1][1]
        state[name] = {each: value for each, value in lines[name] if each in kept}
    return lines, TrainState(number, parameters, state)


def whole_norm(scenario: Scenario, gradients: Mapping[str, Any]) -> Any:
    """The norm of the gradient by all parameters that an update changes; None where its rule does not need it.

    Axes in front of a parameter's own, of hypotheses side by side, stay. The arrays may be numbers or tracers.
    """
    if not is_clipped_by_norm(scenario.training):
        return None
    axes = (scenario.graph.nodes[scenario.graph.index[name]].ndim for name in gradients)
    return gradient_norm(zip(gradients.values(), axes, strict=True))


def along(norm: Any, axes: int) -> Any:
    """The norms of hypotheses side by side, shaped to be combined with arrays of so many axes of their own."""
    return norm if np.ndim(norm) == 0 else norm.reshape(*norm.shape, *(1,) * axes)


def as_it_is(_: int, known: SimpleNamespace, value: Array) -> Array:
    """The value of a line unchanged."""
    return value


def update(
    training: Training,
    number: int,
    p: Array,
    g: Array,
    state: Mapping[str, Array],
    change: Change = as_it_is,
    norm: Any = None,
) -> tuple[tuple[str, Array], ...]:
    """Every line of the rule of an update for one parameter; the last one is its new value.

    ``change(i, known, value)`` replaces the value of line i, given everything known by then. `norm` is the norm of the
    whole gradient, where the rule needs it.
    """
    rule = rule_of(training)
    known = SimpleNamespace(**rule.constants(training), **state, p=p, g=g, t=training.count(number), norm=norm)
    lines = []
    with np.errstate(all="ignore"):
        for i, (name, line) in enumerate(rule.lines):
            value = line(known)
            value = np.broadcast_to(value, np.shape(p)) if np.ndim(value) == 0 else value
            setattr(known, name, change(i, known, value))
            lines.append((name, getattr(known, name)))
    return tuple(lines)
