"""The same scenario trained several ways: what an optimizer and a learning rate make of the same start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from backprop_tutor.engine.criteria import Criteria
from backprop_tutor.engine.long_run import LongRun, train
from backprop_tutor.engine.machine import TapeMachine, machine
from backprop_tutor.engine.position import start
from backprop_tutor.engine.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Contender:
    """One way of training: how it went, and the loss over all examples after its first update."""

    optimizer: str
    learning_rate: float
    run: LongRun
    after_first: float


def compare(
    scenario: Scenario, optimizers: Iterable[str], learning_rates: Iterable[float], criteria: Criteria
) -> Iterator[Contender]:
    """`scenario` trained with every optimizer at every learning rate, each until one of the `criteria` holds.

    The settings of the scenario hold for its own optimizer, the defaults for the others.
    """
    for optimizer, rate in product(optimizers, learning_rates):
        own = scenario.training
        settings = own.settings if optimizer == own.optimizer else {}
        variant = replace(scenario, training=replace(own, optimizer=optimizer, learning_rate=rate, settings=settings))
        tape = TapeMachine(variant)
        first = tape.look(tape.step(start(variant))).loss
        yield Contender(optimizer, rate, train(variant, machine(variant), criteria), first)
