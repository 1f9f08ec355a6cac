"""A step as somebody believes it to go, written as straight-line code: the rules of a world, fed names.

Every number is a variable; the wrong lines write theirs in place of the right ones. New parameters are kept aside until
the step is over, for a wrong line may look at the old ones.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import count
from types import SimpleNamespace
from typing import Any

from backprop_tutor.engine.array import AnyArray
from backprop_tutor.engine.coded import coded_activation, coded_loss
from backprop_tutor.engine.known import Known
from backprop_tutor.engine.loose import Loose, loosened, tightened
from backprop_tutor.engine.position import Position, moving
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.straight_line import UPDATES, Line, Names, Program, Writer
from backprop_tutor.engine.tape import Rules, run
from backprop_tutor.engine.taught import from_a, on_paper
from backprop_tutor.engine.training import update
from backprop_tutor.engine.world import Line as Place
from backprop_tutor.engine.world import World
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.frozen import frozen


def world_program(world: World, scenario: Scenario, examples: int) -> Program:
    """The lines of one update, over so many examples, as it goes in a world that is carried out alone."""
    writer = Writer(scenario, [], count())
    given = writer.given(examples)
    kept = {name: writer.kept(given[name]) for name in moving(scenario)}
    right = _right_rules(writer)
    position = Position(Loose(Sym(UPDATES)) - 1, given, kept)  # type: ignore[arg-type]
    believer = _Believer(world, writer, Known(scenario, position, given, right=right))
    trace = world.gradients(believer.known, run(scenario.graph, given, believer.rules(right)))
    adjoints = tuple(None if g is None else writer.named(tightened(g)) for g in trace.adjoints)
    known = replace(believer.known, values=trace.values, adjoints=adjoints)
    new = [line for name in kept for line in believer.moved(known, name)]
    passes = len(writer.lines)
    return Program(scenario, examples, (*writer.lines, *new), passes, trace.values, adjoints, kept)


def _right_rules(writer: Writer) -> Rules:
    """The rules on paper, fed names."""
    graph, rules = writer.scenario.graph, writer.rules()
    if graph.network is None:
        return rules
    activation = from_a(coded_activation(graph.network.layers[-1].activation))
    return on_paper(graph, graph.network, rules, coded_loss(graph.network.loss).op(activation, number=Fraction))


@frozen(eq=False)
class _Believer:
    """Somebody who writes their step down."""

    world: World
    writer: Writer
    known: Known

    def rules(self, right: Rules) -> Rules:
        """The rules of the passes, every result under a name."""
        rules = self.world.rules(self.known, right)
        for i in self.known.graph.computed:
            rules = rules.at(i, self._forward(rules, i), self._backward(rules, i))
        return rules

    def _forward(self, rules: Rules, i: int) -> Any:
        rule = rules.forward[i]
        assert rule is not None, "a computed node has a rule"
        return lambda values: self.writer.named(tightened(rule(values)))

    def _backward(self, rules: Rules, i: int) -> Any:
        rule = rules.backward[i]

        def named(values: Any, adjoints: Any) -> tuple[Names | None, ...]:
            assert rule is not None, "only a node that sends something back is asked"
            adjoints[i] = self.writer.named(adjoints[i])
            sent = rule(values, adjoints)
            return tuple(None if each is None else self.writer.named(tightened(each)) for each in sent)

        return named if rule else None

    def moved(self, known: Known, name: str) -> list[Line]:
        """Writes the optimizer's rule for a parameter; gives the lines that put its new values in place."""
        scenario, index = known.scenario, known.graph.index[name]
        p, kept, g = known.position.parameters[name], known.position.state[name], known.adjoints[index]
        g = self.writer.there(name, 0 * p if g is None else g)

        def change(i: int, rule: SimpleNamespace, value: AnyArray) -> AnyArray:
            wrong = self.world.at(Place("update", name, i), replace(known, rule=rule), value)
            return loosened(self.writer.named(self.writer.there(name, tightened(wrong))))

        number = known.position.updates + 1
        state = {each: loosened(array) for each, array in kept.items()}
        lines = dict(update(scenario.training, number, loosened(p), loosened(g), state, change))
        return [line for each, old in {"p": p, **kept}.items() for line in _placed(old, lines[each])]


def _placed(old: Names, new: AnyArray) -> list[Line]:
    """The lines that give the variables of `old` their new values."""
    return [
        Line(variable.base, value)
        for variable, value in zip(old.flat, tightened(new).flat, strict=True)
        if isinstance(variable, Sym)
    ]
