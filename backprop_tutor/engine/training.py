"""Steps of learning: forward, backward, update, and a forward pass again to see whether it helped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.engine.scenario import Scenario, Training
from backprop_tutor.engine.tape import Rules, Trace, forward, run
from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.formula.plain import plain
from backprop_tutor.text import T

State = Mapping[str, Mapping[str, Array]]


@dataclass(frozen=True, eq=False)
class Step:
    """One update, counted from 1, over some examples of the data (their positions from 1).

    `trace` is the pass before it, `updated` the parameters after, `after` the forward pass with them over the same
    examples. `lines` holds, for each parameter that moved, every line of the optimizer's rule in order, and `before`
    the state it started from.
    """

    number: int
    examples: tuple[int, ...]
    trace: Trace
    updated: Mapping[str, Array]
    after: Trace
    lines: Mapping[str, tuple[tuple[str, Array], ...]]
    before: State


@dataclass(frozen=True, eq=False)
class Run:
    """The steps of a scenario, in order."""

    scenario: Scenario
    steps: tuple[Step, ...]


def run_scenario(scenario: Scenario, steps: int | None = None) -> Run:
    """`scenario` carried out for so many steps (its own number where None), every one recorded.

    Raises TutorError where a formula has no value: which node, which numbers, which example.
    """
    try:
        return Run(scenario, tuple(walk(scenario, steps or scenario.training.steps)))
    except DomainError as error:
        raise TutorError(Problem(_no_value(error), scenario.places.get(error.node))) from error


def _no_value(error: DomainError) -> T:
    figures = ", ".join(f"{value:.6g}" for value in error.values)
    return T(
        "{what} in {node}: {step}, where the number is {figures} (example {example})",
        "{node} 中出现{what}：{step}，其中的数是 {figures}（第 {example} 个样本）",
    ).format(what=error.what, node=error.node, step=plain(error.step), figures=figures, example=error.example + 1)


def walk(scenario: Scenario, steps: int, rules: Rules | None = None) -> Iterator[Step]:
    """The recorded steps one by one, each starting from the parameters the one before left."""
    parameters, state = scenario.parameters, initial_state(scenario)
    for number in range(1, steps + 1):
        step, state = take(scenario, number, parameters, state, rules)
        yield step
        parameters = step.updated


def take(
    scenario: Scenario, number: int, parameters: Mapping[str, Array], state: State, rules: Rules | None = None
) -> tuple[Step, State]:
    """Step `number` from given parameters and optimizer state; also the state after it."""
    columns = batch(scenario, number)
    data = scenario.data if columns is None else {name: a[:, columns] for name, a in scenario.data.items()}
    trace = run(scenario.graph, {**data, **parameters}, rules)
    updated, lines, after = dict(parameters), {}, dict(state)
    for name in moving(scenario):
        lines[name] = update(scenario.training, number, parameters[name], trace.adjoint(name), state[name])
        updated[name] = lines[name][-1][1]
        after[name] = {kept: dict(lines[name])[kept] for kept in state[name]}
    again = forward(scenario.graph, {**data, **updated}, rules)
    examples = range(scenario.examples) if columns is None else columns
    return Step(number, tuple(int(i) + 1 for i in examples), trace, updated, again, lines, state), after


def update(
    training: Training, number: int, p: Array, g: Array, state: Mapping[str, Array]
) -> tuple[tuple[str, Array], ...]:
    """Every line of the optimizer's rule for one parameter; the last one is its new value."""
    optimizer = OPTIMIZERS[training.optimizer]
    known = SimpleNamespace(**optimizer.settings | training.settings | state)
    known.p, known.g, known.learning_rate, known.t = p, g, training.learning_rate, number
    lines = []
    with np.errstate(all="ignore"):
        for name, line in optimizer.lines:
            setattr(known, name, line(known))
            lines.append((name, getattr(known, name)))
    return tuple(lines)


def moving(scenario: Scenario) -> tuple[str, ...]:
    """The parameters that updates change."""
    return tuple(name for name in scenario.graph.parameters if name not in scenario.frozen)


def initial_state(scenario: Scenario) -> State:
    """The optimizer's state before the first step: zeros for every parameter that moves."""
    kept = OPTIMIZERS[scenario.training.optimizer].state
    return {n: {s: np.zeros_like(scenario.parameters[n]) for s in kept} for n in moving(scenario)}


def batch(scenario: Scenario, number: int) -> Array | None:
    """The columns of the data that step `number` (from 1) uses, or None for all of them.

    Batches go through the data in order, or in an order drawn anew for each epoch where there is a shuffle seed;
    the last batch of an epoch may be smaller.
    """
    size, count, seed = scenario.training.batch, scenario.examples, scenario.training.shuffle
    if size is None or size >= count:
        return None
    epoch, position = divmod(number - 1, -(-count // size))
    order = np.arange(count) if seed is None else np.random.default_rng([seed, epoch]).permutation(count)
    return order[position * size : (position + 1) * size]
