"""A long training: epoch after epoch until a criterion holds, the loss curve kept, everything else forgotten.

It holds as much memory after a million updates as after one. A step that leads to a number that is not finite, or to
a loss that has grown out of all proportion, is not taken: the training has diverged, and ends with the last good one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic

from backprop_tutor.engine.batches import updates_in
from backprop_tutor.engine.criteria import Criteria, Goal, Stopped
from backprop_tutor.engine.curve import Curve
from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.machine import Look, Machine
from backprop_tutor.engine.position import Position, start
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.tape import run
from backprop_tutor.engine.training import Step, no_value
from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen

GROWTH = 1e6
"""How many times the first loss (or 1, where that is less) a loss must be to count as growing without bound."""


@frozen(eq=False)
class Progress:
    """How far a training has come: where it stands, after how many epochs, and what it looks like there."""

    position: Position
    epochs: int
    look: Look


@frozen(eq=False)
class LongRun:
    """A training that has ended: its first and last look, the loss curve between, and why it stopped."""

    scenario: Scenario
    first: Progress
    last: Progress
    curve: Curve
    goal: Goal
    stopped: Stopped
    seconds: float

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """The loss curve from the first epoch to where the training ended: after how many epochs, which loss."""
        return tuple(dict.fromkeys((*self.curve.points, (self.last.epochs, self.last.look.loss))))


class _DivergedError(Exception):
    """No further epoch can be taken from `last`."""

    def __init__(self, last: Progress) -> None:
        super().__init__()
        self.last = last


def train(
    scenario: Scenario,
    machine: Machine,
    criteria: Criteria,
    report: Callable[[Progress], object] = lambda _: None,
    clock: Callable[[], float] = monotonic,
) -> LongRun:
    """`scenario` trained until one of the `criteria` holds; `report` is told of the progress now and then.

    An interruption (Ctrl-C) ends it like a criterion. Raises TutorError where the loss has no value to begin with.
    """
    began = clock()
    first = last = _first(scenario, machine)
    course = _Course(scenario, machine, criteria.goal, _bound(first))
    curve = Curve((first.look.loss,))
    stopped = criteria.met(*first.look, 0, 0.0)
    try:
        while stopped is None:
            last = course.onwards(last, min(curve.next, criteria.epochs or curve.next))
            curve = curve.with_loss(last.look.loss) if last.epochs == curve.next else curve
            stopped = criteria.met(*last.look, last.epochs, clock() - began)
            report(last)
    except _DivergedError as end:
        last, stopped = end.last, "diverged"
    except KeyboardInterrupt:
        stopped = "interrupted"
    return LongRun(scenario, first, last, curve, criteria.goal, stopped, clock() - began)


def closing_step(scenario: Scenario, at: Progress) -> Step:
    """Where a training stands, as a step over all examples that changes nothing."""
    position = at.position
    trace = run(scenario.graph, {**scenario.data, **position.parameters})
    examples = tuple(range(1, scenario.examples + 1))
    return Step(position.updates + 1, examples, trace, position.parameters, trace, {}, position.state)


def _first(scenario: Scenario, machine: Machine) -> Progress:
    position = start(scenario)
    try:
        return Progress(position, 0, machine.look(position))
    except DomainError as error:
        raise TutorError(no_value(scenario, error)) from error


def _bound(first: Progress) -> float:
    """The loss beyond which a training has diverged; none where it begins with an infinite one."""
    return GROWTH * max(1.0, abs(first.look.loss)) if math.isfinite(first.look.loss) else math.inf


@frozen(eq=False)
class _Course:
    """What stays the same during a training."""

    scenario: Scenario
    machine: Machine
    goal: Goal
    bound: float

    def onwards(self, since: Progress, until: int) -> Progress:
        """As far as epoch `until` or the goal. Raises _DivergedError at the last epoch that is good."""
        reached = self._tried(since, until)
        if reached is not None:
            return reached
        if until == since.epochs + 1:
            raise _DivergedError(since)
        return self.onwards(self.onwards(since, (since.epochs + until) // 2), until)

    def _tried(self, since: Progress, until: int) -> Progress | None:
        """The same in one go, None where it ends in no good place."""
        try:
            position = self.machine.advance(since.position, until - since.epochs, self.goal)
            look = self.machine.look(position)
        except DomainError:
            return None
        made = position.updates - since.position.updates
        good = position.finite and abs(look.loss) <= self.bound
        return Progress(position, since.epochs + made // updates_in(self.scenario), look) if good else None
