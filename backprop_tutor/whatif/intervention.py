"""Steps with changed rules: the taught computation, in which some lines are replaced.

The lines of a step are: the given numbers, the forward pass, the cotangents each node sends back, the gradients, the
optimizer's rule, and the forward pass afterwards. A mistake replaces `right` by ``wrong(known, right)`` at some of
these lines, and every later line follows from that. Many hypotheses are computed side by side, as interventions along a
first axis of every array in which they differ: one run gives the numbers of thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Adjoints, Contributions, Rules, Trace, Values, forward, run
from backprop_tutor.graph.textbook_rules import textbook_rules
from backprop_tutor.training.batches import data_of, examples_of
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.train_step import Change, Lines, Step, apply_update
from backprop_tutor.whatif.step_context import Interventions, StepContext

Phase = Literal["given", "forward", "sent", "gradient", "update", "after"]
Wrong: TypeAlias = Callable[[StepContext, Array], Array]


class Line(NamedTuple):
    """One line of a step: its phase and node; for a cotangent the input it goes to, for an update the number of its
    line.
    """

    phase: Phase
    node: str
    part: int = 0


Changes: TypeAlias = Mapping[Line, Wrong]


@frozen(eq=False)
class Intervention:
    """The changes of lines, and the interventions each applies to; `count` are side by side, None means a single one.

    Where several changes meet at a line, each is applied to the result of the one before.
    """

    changes: Mapping[Line, Sequence[tuple[Interventions, Wrong]]]
    count: int | None = None

    @classmethod
    def single(cls, *hypothesis: Changes) -> Intervention:
        """A single intervention with all these changes."""
        found: dict[Line, list[tuple[Interventions, Wrong]]] = {}
        for changes in hypothesis:
            for line, wrong in changes.items():
                found.setdefault(line, []).append((None, wrong))
        return cls(found)

    @classmethod
    def batched(cls, hypotheses: Sequence[Sequence[Changes]]) -> Intervention:
        """One intervention for each hypothesis, in their order; within a hypothesis, earlier changes apply first."""
        held: dict[tuple[int, int], tuple[Changes, list[int]]] = {}
        for row, hypothesis in enumerate(hypotheses):
            for turn, changes in enumerate(hypothesis):
                held.setdefault((turn, id(changes)), (changes, []))[1].append(row)
        found: dict[Line, list[tuple[Interventions, Wrong]]] = {}
        for _, (changes, hypotheses_with) in sorted(held.items(), key=lambda item: item[0][0]):
            rows = np.array(hypotheses_with, dtype=np.intp)
            for line, wrong in changes.items():
                found.setdefault(line, []).append((rows, wrong))
        return cls(found, len(hypotheses))

    def at(self, line: Line, known: StepContext, right: Array) -> Array:
        """The value of a line under these interventions, where `right` is the right one."""
        held = self.changes.get(line, ())
        if held and known.ndim != (ndim := _ndim(known, line)):
            known = replace(known, ndim=ndim)
        if self.count is not None and held:
            right = np.array(np.broadcast_to(right, (self.count, *right.shape[-known.ndim :])))
        for rows, wrong in held:
            if rows is None:
                right = wrong(known, known.seen(right))
            else:
                right[rows] = wrong(known.of(rows), right[rows])
        return right

    def walk(
        self, scenario: Scenario, steps: int, since: TrainState | None = None, moves: bool = True
    ) -> Iterator[Step]:
        """The steps of `scenario` under these interventions, from the start or from a given train state.

        Where the last one does not count as far as that, no parameter `moves` in it.
        """
        read = self.read(scenario)
        position = since or initial_state(read)
        for i in range(steps):
            step, position = self.train_step(read, position, moves or i < steps - 1)
            yield step

    def read(self, scenario: Scenario) -> Scenario:
        """The given numbers as read under these interventions."""
        known = StepContext(scenario, TrainState(0, scenario.parameters, {}), {**scenario.data, **scenario.parameters})
        read = {name: self.at(Line("given", name), known, array) for name, array in known.given.items()}
        parameters = {name: read[name] for name in scenario.parameters}
        return replace(scenario, data={name: read[name] for name in scenario.data}, parameters=parameters)

    def train_step(self, scenario: Scenario, position: TrainState, moves: bool = True) -> tuple[Step, TrainState]:
        """The next step from a train state under these interventions, and the train state after it.

        Where no parameter `moves`, it ends with the gradients: no forward pass follows.
        """
        graph, number, right = scenario.graph, position.updates + 1, textbook_rules(scenario.graph)
        known = StepContext(scenario, position, {**data_of(scenario, number), **position.parameters})
        with np.errstate(all="ignore"):
            trace = self.gradients(known, run(graph, known.given, self.rules(known, right)))
            if not moves:
                examples = examples_of(scenario, number)
                return Step(number, examples, trace, position.parameters, trace, {}, position.state), position
            lines, after = self._moved(known, trace)
            again = forward(graph, self._given_again(known, after, trace), self.rules(known, right, trace))
        return Step(number, examples_of(scenario, number), trace, after.parameters, again, lines, position.state), after

    def _given_again(self, known: StepContext, after: TrainState, before: Trace) -> dict[str, Array]:
        given = {**known.given, **after.parameters}
        looking = replace(known, before=before)
        return {name: self.at(Line("after", name), looking, array) for name, array in given.items()}

    def rules(self, known: StepContext, right: Rules, before: Trace | None = None) -> Rules:
        """The rules of a pass, given the `right` ones; with `before`, those of the second pass."""
        graph, rules = known.graph, right
        phases: tuple[Phase, ...] = ("forward",) if before is None else ("forward", "after")
        changed = {(line.phase, line.node) for line in self.changes}
        for i in graph.computed:
            name = graph.nodes[i].name
            met = tuple(Line(phase, name) for phase in phases if (phase, name) in changed)
            if met:
                rules = rules.at(i, self._forward(replace(known, before=before), rules, i, met))
            if before is None and ("sent", name) in changed:
                rules = rules.at(i, backward=self._backward(known, rules, i))
        return rules

    def _forward(self, known: StepContext, rules: Rules, i: int, lines: tuple[Line, ...]) -> Callable[[Values], Array]:
        right = rules.forward[i]
        assert right is not None, "a computed node has a rule"

        def rule(values: Values) -> Array:
            value, looking = right(values), replace(known, values=values)
            for line in lines:
                value = self.at(line, looking, value)
            return value

        return rule

    def _backward(self, known: StepContext, rules: Rules, i: int) -> Callable[[Values, Adjoints], Contributions]:
        right, node = rules.backward[i], known.graph.nodes[i]
        assert right is not None, "only a node that sends something back can send something else"

        def rule(values: Values, adjoints: Adjoints) -> Contributions:
            sent = list(right(values, adjoints))
            for argument, contribution in enumerate(sent):
                line = Line("sent", node.name, argument)
                if contribution is not None and line in self.changes:
                    looking = replace(known, values=values, adjoints=adjoints, cotangents=tuple(sent), sender=i)
                    sent[argument] = self.at(line, looking, contribution)
            return tuple(sent)

        return rule

    def gradients(self, known: StepContext, trace: Trace) -> Trace:
        """The pass with its changed gradients: the value used as dL/dp of a parameter, or of any other node."""
        looking = replace(known, values=trace.values, adjoints=trace.adjoints)
        named = [line for line in self.changes if line.phase == "gradient"]
        adjoints = list(trace.adjoints)
        for line in named:
            adjoints[known.graph.index[line.node]] = self.at(line, looking, trace.adjoint(line.node))
        return replace(trace, adjoints=tuple(adjoints)) if named else trace

    def _moved(self, known: StepContext, trace: Trace) -> tuple[Lines, TrainState]:
        """The lines of the update that a pass calls for, and the train state after it."""
        looking = replace(known, values=trace.values, adjoints=trace.adjoints)
        return apply_update(known.scenario, known.position, trace, partial(self._changing, looking))

    def _changing(self, known: StepContext, name: str) -> Change:
        return lambda i, rule, value: self.at(Line("update", name, i), replace(known, rule=rule), value)


def _ndim(known: StepContext, line: Line) -> int:
    """The number of axes of a line's array, without the one of the interventions."""
    nodes, place = known.graph.nodes, known.graph.index[line.node]
    return nodes[nodes[place].inputs[line.part] if line.phase == "sent" else place].ndim


def last_line(scenario: Scenario) -> int:
    """The number of the line of an update that gives the new value."""
    return len(rule_of(scenario.training).lines) - 1
