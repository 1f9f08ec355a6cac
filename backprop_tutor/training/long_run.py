"""A long training: epoch after epoch until a criterion is met, of which only the loss curve is kept.

It uses as much memory after a million updates as after one: as a training continues, the points of its loss curve are
spaced further apart. A step that leads to a number that is not finite, or to a loss that has grown out of all
proportion, is not taken: the training has diverged, and ends with the last good one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import run
from backprop_tutor.training.batches import updates_in
from backprop_tutor.training.stopping import Criteria, Goal, Stopped
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.train_step import Step, values_of
from backprop_tutor.training.trainer import Evaluation, Trainer

MOST_POINTS = 1000
MOMENT = 0.05
"""Points of the curve are taken together where they take so many seconds at most, and as many as there are so far."""


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

    @property
    def room(self) -> int:
        """How many points more there can be before it is thinned."""
        return MOST_POINTS + 1 - len(self.losses)

    def with_losses(self, *more: float) -> Curve:
        """The curve with the next points, as many as there is `room` for; thinned to every second one when it is full."""
        losses = (*self.losses, *more)
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
    began, seconds, points = clock(), 0.0, 1
    first = last = _first(scenario, machine)
    course = _Course(scenario, machine, criteria.goal, _bound(first))
    curve = Curve((first.evaluate.loss,))
    stopped = criteria.met(*first.evaluate, 0, 0.0)
    try:
        while stopped is None:
            last, curve = course.along(last, curve, points, criteria.epochs)
            before, seconds = seconds, clock() - began
            stopped = criteria.met(*last.evaluate, last.epochs, seconds)
            points = _points(curve, points, seconds - before)
            report(last)
    except _DivergedError as end:
        last, stopped = end.last, "diverged"
    except KeyboardInterrupt:
        stopped = "interrupted"
    return LongRun(scenario, first, last, curve, criteria.goal, stopped, clock() - began)


def closing_step(scenario: Scenario, at: Progress) -> Step:
    """A step over all examples at the end of a training, which changes nothing. Raises TutorError where it has no value."""
    position = at.position
    with values_of(scenario):
        trace = run(scenario.graph, {**scenario.data, **position.parameters})
    examples = tuple(range(1, scenario.examples + 1))
    return Step(position.updates + 1, examples, trace, position.parameters, trace, {}, position.state)


def _first(scenario: Scenario, machine: Trainer) -> Progress:
    position = initial_state(scenario)
    with values_of(scenario):
        return Progress(position, 0, machine.evaluate(position))


def _bound(first: Progress) -> float:
    """The loss beyond which a training has diverged; none where it begins with an infinite one."""
    return GROWTH * max(1.0, abs(first.evaluate.loss)) if math.isfinite(first.evaluate.loss) else math.inf


def _points(curve: Curve, points: int, seconds: float) -> int:
    """How many points of the curve to take at once, where the last `points` took so many seconds."""
    at_once = points * MOMENT / seconds if seconds > 0 else math.inf
    return max(1, int(min(at_once, len(curve.losses))))


@frozen(eq=False)
class _Course:
    """What stays the same during a training."""

    scenario: Scenario
    machine: Trainer
    goal: Goal
    bound: float

    def along(self, since: Progress, curve: Curve, points: int, end: int | None) -> tuple[Progress, Curve]:
        """Trains along the curve to its next points, or to epoch `end` or the goal; with the curve there.

        Where one of several points is not good, to the next one. Raises _DivergedError as `onwards` does.
        """
        most = curve.room if end is None else min(curve.room, (end - since.epochs) // curve.stride)
        found = self._sampled(since, curve.stride, min(points, most))
        if found is not None:
            return found[0], curve.with_losses(*found[1])
        last = self.onwards(since, min(curve.next, end or curve.next))
        return last, curve.with_losses(last.evaluate.loss) if last.epochs == curve.next else curve

    def _sampled(self, since: Progress, stride: int, points: int) -> tuple[Progress, list[float]] | None:
        """Several points onwards, and their losses; None for a single one, with a goal, or where one is not good."""
        if points <= 1 or self.goal.asked:
            return None
        try:
            position, losses = self.machine.sample(since.position, stride, points)
            last = self._good(since, position)
        except DomainError:
            return None
        if last is None or not all(abs(loss) <= self.bound for loss in losses):
            return None
        return last, [*losses[1:], last.evaluate.loss]

    def onwards(self, since: Progress, until: int) -> Progress:
        """Trains to epoch `until` or the goal. Raises _DivergedError at the last epoch that is good."""
        reached = self._tried(since, until)
        if reached is not None:
            return reached
        if until == since.epochs + 1:
            raise _DivergedError(since)
        return self.onwards(self.onwards(since, (since.epochs + until) // 2), until)

    def _tried(self, since: Progress, until: int) -> Progress | None:
        """The same in one call, None where it does not end well."""
        try:
            return self._good(since, self.machine.run_epochs(since.position, until - since.epochs, self.goal))
        except DomainError:
            return None

    def _good(self, since: Progress, position: TrainState) -> Progress | None:
        """The progress at a train state, None where a number is not finite or the loss has grown out of proportion."""
        look = self.machine.evaluate(position)
        made = position.updates - since.position.updates
        good = position.finite and abs(look.loss) <= self.bound
        return Progress(position, since.epochs + made // updates_in(self.scenario), look) if good else None
