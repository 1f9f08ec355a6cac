"""A run as straight-line code: every step, from the given numbers to the loss after the last update.

The rules are those of the run with numbers, fed names; the program they write computes every number again when a given
one changes. Nothing is changed in place: each step has variables of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from types import SimpleNamespace

from backprop_tutor.fast.program import Assignment, Emitter, Names
from backprop_tutor.formula.nodes import Formula, Sym, formula
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace, forward, run
from backprop_tutor.graph.tracer import Tracer, from_tracers, to_tracers
from backprop_tutor.training.batches import examples_of
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import TrainState, trainable
from backprop_tutor.training.train_step import Lines, Step, whole_norm


@frozen(eq=False)
class Given:
    """A given number: its variable, the contract's name of it (``W1[2,1]``, ``x[1]@2``, ``learning_rate``), its value."""

    variable: str
    name: str
    value: float


@frozen(eq=False)
class StagedRun:
    """The steps of a scenario with variables in their arrays, and the lines that compute those.

    `settings` are the variables of the optimizer's constants; `given` the numbers that may be changed, in the order of
    the file.
    """

    scenario: Scenario
    steps: tuple[Step, ...]
    lines: tuple[Assignment, ...]
    settings: Mapping[str, Formula]
    given: tuple[Given, ...]


def staged_run(scenario: Scenario, steps: int | None = None) -> StagedRun:
    """Writes `scenario` as code for so many steps (its own number where None)."""
    writer = Emitter(scenario, [], count())
    arrays = {name: scenario.graph.shared(name, names) for name, names in writer.given(scenario.examples).items()}
    constants = rule_of(scenario.training).constants(scenario.training)
    settings = {name: writer.new() for name in constants} if scenario.graph.parameters else {}
    staged = tuple(_steps(writer, arrays, settings, steps or scenario.training.steps))
    data = [given for name in scenario.data for given in _elements(scenario, name, arrays[name], scenario.data[name])]
    parameters = [g for n in scenario.parameters for g in _elements(scenario, n, arrays[n], scenario.parameters[n])]
    rates = [Given(variable.base, name, constants[name]) for name, variable in settings.items()]
    return StagedRun(scenario, staged, tuple(writer.lines), settings, (*data, *parameters, *rates))


def _steps(writer: Emitter, arrays: Mapping[str, Names], settings: Mapping[str, Sym], steps: int) -> Iterator[Step]:
    scenario = writer.scenario
    kept = OPTIMIZERS[scenario.training.optimizer].state
    parameters = {name: arrays[name] for name in scenario.parameters}
    zeros = {name: {s: _zeros(arrays[name]) for s in kept} for name in trainable(scenario)}
    position = TrainState(0, parameters, zeros)
    for number in range(1, steps + 1):
        examples = examples_of(scenario, number)
        columns = [example - 1 for example in examples]
        data = {name: arrays[name][..., columns] for name in scenario.data}
        trace = _named(writer, run(scenario.graph, {**data, **position.parameters}, writer.rules()))
        lines, after = _moved(writer, settings, position, trace)
        again = forward(scenario.graph, {**data, **after.parameters}, writer.rules())
        yield Step(number, examples, trace, after.parameters, again, lines, position.state)
        position = after


def _zeros(names: Names) -> Names:
    return np.full(names.shape, formula(0), dtype=object)


def _named(writer: Emitter, trace: Trace) -> Trace:
    """A backward pass whose every adjoint and every contribution is a variable."""
    nodes = trace.graph.nodes
    pairs = zip(nodes, trace.adjoints, strict=True)
    adjoints = tuple(None if g is None else writer.named(writer.there(node.name, g)) for node, g in pairs)
    sent = tuple(
        each and tuple(None if one is None else writer.named(one) for one in each) for each in trace.cotangents
    )
    return Trace(trace.graph, trace.values, adjoints, sent)


def _moved(
    writer: Emitter, settings: Mapping[str, Sym], position: TrainState, trace: Trace
) -> tuple[Lines, TrainState]:
    """The optimizer's lines for every parameter, a variable for each of their elements, and the train state after them."""
    number, lines = position.updates + 1, {}
    parameters, state = dict(position.parameters), dict(position.state)
    gradients = {name: to_tracers(_written(trace.adjoint(name))) for name in position.state}
    norm = whole_norm(writer.scenario, gradients)
    named = None if norm is None else Tracer(writer.line(norm.formula))
    for name, kept in position.state.items():
        lines[name] = tuple(_update(writer, settings, name, number, parameters[name], gradients[name], kept, named))
        parameters[name] = lines[name][-1][1]
        state[name] = {each: value for each, value in lines[name] if each in kept}
    return lines, TrainState(number, parameters, state)


def _update(
    writer: Emitter,
    settings: Mapping[str, Sym],
    name: str,
    number: int,
    p: Names,
    g: AnyArray,
    kept: Mapping[str, Names],
    norm: Tracer | None,
) -> Iterator[tuple[str, Names]]:
    constants = {each: to_tracers(np.array([[variable]], dtype=object)) for each, variable in settings.items()}
    state = {each: to_tracers(names) for each, names in kept.items()}
    training = writer.scenario.training
    known = SimpleNamespace(**constants, **state, p=to_tracers(p), g=g, t=training.count(number), norm=norm)
    for each, rule in rule_of(training).lines:
        value = np.asarray(rule(known), dtype=object)
        made = writer.named(writer.there(name, np.broadcast_to(from_tracers(value), p.shape)))
        setattr(known, each, to_tracers(made))
        yield each, made


def _written(gradient: AnyArray) -> Names:
    """A constant 0 in place of the number 0, which is the gradient where nothing flows back."""
    return gradient if gradient.dtype == object else _zeros(gradient)


def _elements(scenario: Scenario, name: str, names: Names, values: AnyArray) -> Iterator[Given]:
    """The given numbers of one array, each with its contract name."""
    node, several = scenario.graph.index[name], scenario.examples > 1
    for place, variable in np.ndenumerate(names):
        element = scenario.graph.element(node, place)
        if isinstance(variable, Sym) and scenario.graph.exists(element):
            example = element.example + 1 if several and element.example is not None else None
            short = Quantity(name, tuple(index + 1 for index in element.indices), example).short
            yield Given(variable.base, short, float(values[place]))
