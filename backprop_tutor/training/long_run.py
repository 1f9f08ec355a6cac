"""A long training: epoch after epoch until a criterion is met, of which only the loss curve is kept.

It uses as much memory after a million updates as after one: as a training continues, the points of its loss curve are
spaced further apart. A step that leads to a number that is not finite, or to a loss that has grown out of all
proportion, is not taken: the training has diverged, and ends with the last good one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic

from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import run
from backprop_tutor.training.batches import updates_in
from backprop_tutor.training.stopping import Criteria, Goal, Stopped
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.train_step import Step, no_value
from backprop_tutor.training.trainer import Evaluation, Trainer

MOST_POINTS = 1000


@frozen(slots=True)
class Curve:
    """The losses before the epochs 0, `stride`, 2 `stride`, ..., at most `MOST_POINTS` of them."""

    losses: tuple[float, ...] = ()
    stride: int = 1

    @property
    def next(self) -> int:
        """The epoch of the next point."""
        return len(self.losses) * self.stride

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """The losses, each with its epoch."""
        return tuple(zip(range(0, self.next, self.stride), self.losses, strict=True))

    def with_loss(self, loss: float) -> Curve:
        """The curve with the next point, thinned to every second one where it would have too many."""
        losses = (*self.losses, loss)
        return Curve(losses, self.stride) if len(losses) <= MOST_POINTS else Curve(losses[::2], self.stride * 2)


GROWTH = 1e6
"""How many times the first loss (or 1, where that is less) a loss must be to count as growing without bound."""


@frozen(eq=False)
class Progress:
    """The progress of a training: the train state, the epoch, and the evaluation there."""

    position: TrainState
    epochs: int
    evaluate: Evaluation


@frozen(eq=False)
class LongRun:
    """A training that has ended: its first and last evaluation, the loss curve between, and why it stopped."""

    scenario: Scenario
    first: Progress
    last: Progress
    curve: Curve
    goal: Goal
    stopped: Stopped
    seconds: float

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """The loss curve from the first epoch to the end of the training: the epoch and the loss."""
        return tuple(dict.fromkeys((*self.curve.points, (self.last.epochs, self.last.evaluate.loss))))


class _DivergedError(Exception):
    """Raised where no further epoch can be taken from `last`."""

    def __init__(self, last: Progress) -> None:
        super().__init__()
        self.last = last


def train(
    scenario: Scenario,
    machine: Trainer,
    criteria: Criteria,
    report: Callable[[Progress], object] = lambda _: None,
    clock: Callable[[], float] = monotonic,
) -> LongRun:
    """Trains `scenario` until one of the `criteria` is met; `report` is called with the progress now and then.

    An interruption (Ctrl-C) ends it like a criterion. Raises TutorError where the loss has no value at the start.
    """
    began = clock()
    first = last = _first(scenario, machine)
    course = _Course(scenario, machine, criteria.goal, _bound(first))
    curve = Curve((first.evaluate.loss,))
    stopped = criteria.met(*first.evaluate, 0, 0.0)
    try:
        while stopped is None:
            last = course.onwards(last, min(curve.next, criteria.epochs or curve.next))
            curve = curve.with_loss(last.evaluate.loss) if last.epochs == curve.next else curve
            stopped = criteria.met(*last.evaluate, last.epochs, clock() - began)
            report(last)
    except _DivergedError as end:
        last, stopped = end.last, "diverged"
    except KeyboardInterrupt:
        stopped = "interrupted"
    return LongRun(scenario, first, last, curve, criteria.goal, stopped, clock() - began)


def closing_step(scenario: Scenario, at: Progress) -> Step:
    """A step over all examples at the end of a training, which changes nothing."""
    position = at.position
    trace = run(scenario.graph, {**scenario.data, **position.parameters})
    examples = tuple(range(1, scenario.examples + 1))
    return Step(position.updates + 1, examples, trace, position.parameters, trace, {}, position.state)


def _first(scenario: Scenario, machine: Trainer) -> Progress:
    position = initial_state(scenario)
    try:
        return Progress(position, 0, machine.evaluate(position))
    except DomainError as error:
        raise TutorError(no_value(scenario, error)) from error


def _bound(first: Progress) -> float:
    """The loss beyond which a training has diverged; none where it begins with an infinite one."""
    return GROWTH * max(1.0, abs(first.evaluate.loss)) if math.isfinite(first.evaluate.loss) else math.inf


@frozen(eq=False)
class _Course:
    """What stays the same during a training."""

    scenario: Scenario
    machine: Trainer
    goal: Goal
    bound: float

    def onwards(self, since: Progress, until: int) -> Progress:
        """Trains to epoch `until` or the goal. Raises _DivergedError at the last epoch that is good."""
        reached = self._tried(since, until)
        if reached is not None:
            return reached
        if until == since.epochs + 1:
            raise _DivergedError(since)
        return self.onwards(self.onwards(since, (since.epochs + until) // 2), until)

    def _tried(self, since: Progress, until: int) -> Progress | None:
        """The same in one call, None where it ends in a number that is not finite."""
        try:
            position = self.machine.run_epochs(since.position, until - since.epochs, self.goal)
            look = self.machine.evaluate(position)
        except DomainError:
            return None
        made = position.updates - since.position.updates
        good = position.finite and abs(look.loss) <= self.bound
        return Progress(position, since.epochs + made // updates_in(self.scenario), look) if good else None
