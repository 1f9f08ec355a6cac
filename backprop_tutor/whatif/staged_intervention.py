"""Steps under an intervention as straight-line code, and the train states after a long training under many of them.

Every number is a variable; the changed lines write their results in place of the right ones. New parameters are kept
aside until the step ends, since a changed line may read the old ones.

A few updates are computed side by side on arrays. For more, the step of each intervention is written as straight-line
code; interventions that differ only in given numbers share theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

from backprop_tutor.fast.lowering import lower_activation, lower_loss
from backprop_tutor.fast.program import UPDATES, Assignment, Emitter, Names, Program
from backprop_tutor.fast.program_trainer import ProgramTrainer, side_by_side
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Rules, run
from backprop_tutor.graph.textbook_rules import from_a, on_paper
from backprop_tutor.graph.tracer import Tracer, from_tracers, to_tracers
from backprop_tutor.training.batches import updates_in
from backprop_tutor.training.train_state import TrainState, initial_state, trainable
from backprop_tutor.training.train_step import update, whole_norm
from backprop_tutor.whatif.intervention import Changes, Intervention
from backprop_tutor.whatif.intervention import Line as Place
from backprop_tutor.whatif.step_context import StepContext


def intervention_program(intervention: Intervention, scenario: Scenario, examples: int) -> Program:
    """The lines of one update, over so many examples, under a single intervention."""
    staged, kept = _staged_rules(intervention, scenario, examples)
    known = staged.passes()
    new = [line for name in kept for line in staged.moved(known, name)]
    lines, passes = staged.writer.lines, len(staged.writer.lines)
    return Program(scenario, examples, (*lines, *new), passes, tuple(known.values), tuple(known.adjoints), kept)


@frozen(eq=False)
class InterventionStep:
    """A step under an intervention, from the given numbers to the update, every number a variable of `lines`."""

    lines: tuple[Assignment, ...]
    given: Mapping[str, Names]
    values: tuple[Names, ...]
    adjoints: tuple[Names | None, ...]
    updated: Mapping[str, Names]


def intervention_step(intervention: Intervention, scenario: Scenario, examples: int) -> InterventionStep:
    """The first step under a single intervention, over so many examples; the given numbers are unchanged."""
    staged, kept = _staged_rules(intervention, scenario, examples)
    given = staged.known.given
    begun = initial_state(scenario).state
    state = {
        name: {one: _begun(names, begun[name][one]) for one, names in state.items()} for name, state in kept.items()
    }
    staged = replace(staged, known=replace(staged.known, position=TrainState(0, given, state)))
    known = staged.passes()
    updated = {name: from_tracers(staged.update(known, name)["p"]) for name in kept}
    lines = tuple(staged.writer.lines)
    return InterventionStep(lines, given, tuple(known.values), tuple(known.adjoints), updated)


def _begun(names: Names, begun: Array) -> Names:
    """The optimizer's state of an array before the first step, as constants in the places of its variables."""
    return 0 * names + begun if begun.any() else 0 * names


def _staged_rules(
    intervention: Intervention, scenario: Scenario, examples: int
) -> tuple[_StagedRules, dict[str, dict[str, Names]]]:
    """The writer of a step's rules, and the optimizer's state."""
    writer = Emitter(scenario, [], count())
    given = writer.given(examples)
    kept = {name: writer.kept(given[name]) for name in trainable(scenario)}
    position = TrainState(Tracer(Sym(UPDATES)) - 1, given, kept)  # type: ignore[arg-type]
    return _StagedRules(intervention, writer, StepContext(scenario, position, given, right=_right_rules(writer))), kept


def _right_rules(writer: Emitter) -> Rules:
    """The taught rules, fed names."""
    graph, rules = writer.scenario.graph, writer.rules()
    if graph.loss is None:
        return rules
    activation = from_a(lower_activation(graph.layers[-1].activation))
    return on_paper(graph, rules, lower_loss(graph.loss).op(activation, number=Fraction))


@frozen(eq=False)
class _StagedRules:
    """Writes the rules of a step under an intervention as lines of code."""

    intervention: Intervention
    writer: Emitter
    known: StepContext

    def passes(self) -> StepContext:
        """Writes the forward and the backward pass; the step context after them."""
        right = self.known.right
        assert right is not None, "who writes has rules on paper"
        trace = self.intervention.gradients(self.known, run(self.known.graph, self.known.given, self.rules(right)))
        adjoints = tuple(None if g is None else self.writer.named(from_tracers(g)) for g in trace.adjoints)
        index = self.known.graph.index
        moved = {name: adjoints[index[name]] for name in self.known.position.state}
        gradients = {
            name: to_tracers(self.writer.there(name, 0 * self.known.given[name] if g is None else g))
            for name, g in moved.items()
        }
        norm = whole_norm(self.known.scenario, gradients)
        named = None if norm is None else Tracer(self.writer.line(norm.formula))
        return replace(self.known, values=trace.values, adjoints=adjoints, norm=named)

    def rules(self, right: Rules) -> Rules:
        """The rules of the passes, every result under a name."""
        rules = self.intervention.rules(self.known, right)
        for i in self.known.graph.computed:
            rules = rules.at(i, self._forward(rules, i), self._backward(rules, i))
        return rules

    def _forward(self, rules: Rules, i: int) -> Any:
        rule = rules.forward[i]
        assert rule is not None, "a computed node has a rule"
        return lambda values: self.writer.named(from_tracers(rule(values)))

    def _backward(self, rules: Rules, i: int) -> Any:
        rule = rules.backward[i]

        def named(values: Any, adjoints: Any) -> tuple[Names | None, ...]:
            assert rule is not None, "only a node that sends something back is asked"
            adjoints[i] = self.writer.named(adjoints[i])
            sent = rule(values, adjoints)
            return tuple(None if one is None else self.writer.named(from_tracers(one)) for one in sent)

        return named if rule else None

    def moved(self, known: StepContext, name: str) -> list[Assignment]:
        """Writes the optimizer's rule for a parameter; the lines that put its new values in place."""
        lines = self.update(known, name)
        p, kept = known.position.parameters[name], known.position.state[name]
        return [line for one, old in {"p": p, **kept}.items() for line in _placed(old, lines[one])]

    def update(self, known: StepContext, name: str) -> dict[str, AnyArray]:
        """Writes every line of the optimizer's rule for a parameter."""
        scenario, index = known.scenario, known.graph.index[name]
        p, kept, g = known.position.parameters[name], known.position.state[name], known.adjoints[index]
        g = self.writer.there(name, 0 * p if g is None else g)

        def change(i: int, rule: SimpleNamespace, value: AnyArray) -> AnyArray:
            wrong = self.intervention.at(Place("update", name, i), replace(known, rule=rule), value)
            return to_tracers(self.writer.named(self.writer.there(name, from_tracers(wrong))))

        number = known.position.updates + 1
        state = {one: to_tracers(array) for one, array in kept.items()}
        return dict(update(scenario.training, number, to_tracers(p), to_tracers(g), state, change, known.norm))


def _placed(old: Names, new: AnyArray) -> list[Assignment]:
    """The lines that give the variables of `old` their new values."""
    return [
        Assignment(variable.base, value)
        for variable, value in zip(old.flat, from_tracers(new).flat, strict=True)
        if isinstance(variable, Sym)
    ]


WORTH_WRITING, WORTH_ARRAYS = 300, 30
"""From this many updates on, writing code for each intervention is faster; from this many interventions with the same code
on, arrays are (measured).
"""


def train_interventions(scenario: Scenario, hypotheses: Sequence[Sequence[Changes]], updates: int) -> TrainState:
    """The train states after so many updates under some hypotheses, the interventions along a first axis.

    nan where the numbers of an intervention overflow on the way.
    """
    if updates < WORTH_WRITING:
        return _further(Intervention.batched(hypotheses), scenario, updates)
    write = StagedTraining(scenario)
    return _stacked(write.all_reached([Intervention.single(*hypothesis) for hypothesis in hypotheses], updates))


def _further(
    intervention: Intervention, scenario: Scenario, updates: int, since: TrainState | None = None
) -> TrainState:
    """Computes so many further updates on arrays."""
    read = intervention.read(scenario)
    position = since or initial_state(read)
    for _ in range(updates):
        position = intervention.train_step(read, position)[1]
    return position


class StagedTraining:
    """The code of each single intervention of a scenario that was requested."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._known: dict[tuple[object, ...], Callable[[int], Program]] = {}

    def all_reached(self, interventions: Sequence[Intervention], updates: int) -> Sequence[TrainState]:
        """The train state of each intervention after so many updates; many with one program are computed side by side."""
        found: dict[int, TrainState] = {}
        groups: defaultdict[Callable[[int], Program], list[int]] = defaultdict(list)
        for i, intervention in enumerate(interventions):
            groups[self._program(intervention)].append(i)
        for write, members in groups.items():
            if len(members) >= WORTH_ARRAYS and updates_in(self.scenario) == 1:
                given = [(read := interventions[i].read(self.scenario), initial_state(read)) for i in members]
                states = side_by_side(write(self.scenario.examples), given, updates)
                found |= {i: s if _is_finite(s) else _lost(s, updates) for i, s in zip(members, states, strict=True)}
            else:
                found |= {i: self.reached(interventions[i], updates) for i in members}
        return [found[i] for i in range(len(interventions))]

    def reached(self, intervention: Intervention, updates: int) -> TrainState:
        """The train state of an intervention after so many updates."""
        read = intervention.read(self.scenario)
        epochs, rest = divmod(updates, updates_in(read))
        try:
            position = ProgramTrainer(read, write=self._program(intervention)).straight(initial_state(read), epochs)
        except (ArithmeticError, ValueError):
            return _lost(initial_state(read), updates)
        return _further(intervention, self.scenario, rest, position)

    def _program(self, intervention: Intervention) -> Callable[[int], Program]:
        """The program of an intervention for each batch size; shared by interventions that differ only in given
        numbers.
        """
        held = {line: wrongs for line, wrongs in intervention.changes.items() if line.phase != "given"}
        key = tuple((line, id(wrong)) for line, wrongs in held.items() for _, wrong in wrongs)
        write = cache(lambda examples: intervention_program(Intervention(held), self.scenario, examples))
        return self._known.setdefault(key, write)


def _is_finite(position: TrainState) -> bool:
    return all(np.isfinite(array).all() for array in position.parameters.values())


def _lost(position: TrainState, updates: int) -> TrainState:
    """A train state filled with nan."""
    parameters = {name: np.full_like(array, np.nan) for name, array in position.parameters.items()}
    state = {
        name: {each: np.full_like(array, np.nan) for each, array in kept.items()}
        for name, kept in position.state.items()
    }
    return TrainState(updates, parameters, state)


def _stacked(found: Sequence[TrainState]) -> TrainState:
    """The train states of single interventions as one."""

    def stacked(arrays: list[Array]) -> Array:
        return np.stack(arrays)

    first = found[0]
    parameters = {name: stacked([each.parameters[name] for each in found]) for name in first.parameters}
    state = {
        name: {s: stacked([each.state[name][s] for each in found]) for s in kept} for name, kept in first.state.items()
    }
    return TrainState(first.updates, parameters, state)
