"""Chooses the trainer that continues a scenario fastest: straight-line code, arrays in place, or the tape."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from backprop_tutor.errors import TutorError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.text import T
from backprop_tutor.training.batches import batch_size, updates_in
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.train_step import values_of
from backprop_tutor.training.trainer import WORTH, TapeTrainer, Trainer, work

NOTHING_TO_TRAIN = T(
    "there is nothing to train: this scenario has no parameter that an update changes",
    "没有可训练的参数：这个场景里没有任何会被更新的参数",
)
LOST = T(
    "the training diverged before step {number}; a smaller learning rate than {rate} may help",
    "训练在第 {number} 步之前就已发散；可试比 {rate} 更小的学习率",
)

GLIMPSES = 1000
"""How many intermediate train states are reported on a long way."""

WORTH_COMPILING = 3_000_000
"""From this many updates on, native code, which takes seconds to compile, is faster (measured)."""

WORTH_RECORDING = 20
"""From this many updates on, a graph of arrays is trained faster by recorded calls, recording included (measured)."""


def choose_trainer(scenario: Scenario, epochs: int | None = 0) -> Trainer:
    """The fastest trainer for so many epochs (None: no end): straight-line code where there is little to compute.

    For more, arrays in place, and recorded calls for graphs of arrays; the tape for what they do not support, such as an
    author's own functions and expression graphs. Where Numba is installed and there is enough work to justify compiling, the code is native. Raises
    TutorError where no update changes anything.
    """
    if not initial_state(scenario).state:
        raise TutorError(NOTHING_TO_TRAIN)
    if scenario.graph.shapes is not None:
        if epochs is not None and epochs * updates_in(scenario) < WORTH_RECORDING:
            return TapeTrainer(scenario)
        from backprop_tutor.fast.graph_trainer import graph_trainer

        return graph_trainer(scenario)
    if work(scenario, batch_size(scenario)) > WORTH:
        return _large(scenario)
    from backprop_tutor.fast.program_trainer import ProgramTrainer

    long = epochs is None or epochs * updates_in(scenario) >= WORTH_COMPILING
    return ProgramTrainer(scenario, native=long and find_spec("numba") is not None)


def _large(scenario: Scenario) -> Trainer:
    from backprop_tutor.fast.array_trainer import ArrayTrainer, fits

    network = scenario.graph.dense  # the arrays are laid out by these
    return ArrayTrainer(scenario, network) if network is not None and fits(network) else TapeTrainer(scenario)


def state_after(scenario: Scenario, updates: int) -> TrainState:
    """The train state after so many updates. Raises TutorError where the training diverges on the way."""
    *_, position = states_until(scenario, updates)
    return position


def states_until(scenario: Scenario, updates: int) -> Iterator[TrainState]:
    """Train states on the way to the one after so many updates, which is the last. Raises TutorError as `state_after`
    does.
    """
    epochs, rest = divmod(updates, updates_in(scenario))
    position, carries = initial_state(scenario), choose_trainer(scenario, epochs)
    with values_of(scenario):
        for done in range(0, epochs, pace := max(1, epochs // GLIMPSES)):
            position = _finite(scenario, carries.run_epochs(position, min(pace, epochs - done)), updates)
            yield position
        for _ in range(rest):
            position = TapeTrainer(scenario).step(position)
    yield _finite(scenario, position, updates)


def _finite(scenario: Scenario, position: TrainState, updates: int) -> TrainState:
    if not position.finite:
        raise TutorError(LOST.format(number=updates + 1, rate=scenario.training.learning_rate))
    return position
