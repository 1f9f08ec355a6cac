"""Trains the same scenario in several ways, to compare optimizers and learning rates from the same start."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import product
from typing import TypeAlias

from backprop_tutor.fast.choice import choose_trainer
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.training.long_run import LongRun, Progress, train
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.stopping import Criteria
from backprop_tutor.training.train_state import initial_state
from backprop_tutor.training.trainer import TapeTrainer


@frozen(eq=False)
class Contender:
    """One way of training: its run, and the loss over all examples after its first update (nan: no value)."""

    optimizer: str
    learning_rate: float
    run: LongRun
    after_first: float


Watch: TypeAlias = Callable[[str, float], AbstractContextManager[Callable[[Progress], object]]]
"""Makes the progress report of one way of training, given its optimizer and learning rate."""


def compare(
    scenario: Scenario,
    optimizers: Iterable[str],
    learning_rates: Iterable[float],
    criteria: Criteria,
    watch: Watch = lambda optimizer, rate: nullcontext(lambda progress: None),
) -> Iterator[Contender]:
    """Trains `scenario` with every optimizer at every learning rate, each until one of the `criteria` is met.

    The settings of the scenario apply to its own optimizer; the others take their defaults. An interruption (Ctrl-C)
    ends the training in progress, and no further one is started.
    """
    own = scenario.training
    for optimizer, rate in product((OPTIMIZERS.like(name, own.like) for name in optimizers), learning_rates):
        settings = own.settings if optimizer == own.optimizer else {}
        variant = replace(scenario, training=replace(own, optimizer=optimizer, learning_rate=rate, settings=settings))
        with watch(optimizer, rate) as report:
            run = train(variant, choose_trainer(variant, criteria.epochs), criteria, report)
        yield Contender(optimizer, rate, run, _after_first(variant))
        if run.stopped == "interrupted":
            return


def _after_first(scenario: Scenario) -> float:
    """The loss over all examples after the first update; nan where it has no value."""
    tape = TapeTrainer(scenario)
    try:
        return tape.evaluate(tape.step(initial_state(scenario))).loss
    except DomainError:
        return math.nan
