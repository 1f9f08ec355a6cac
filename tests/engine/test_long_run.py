"""Long trainings: published figures, criteria, divergence, what is recorded, and steady memory."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.fast.choice import choose_trainer, state_after
from backprop_tutor.fast.history import RecordedRun, large_run, recorded_run
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.graph.tape import Trace
from backprop_tutor.training.long_run import MOST_POINTS, Curve, LongRun, Progress, train
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.stopping import Criteria, Goal, criteria
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.training.trainer import TapeTrainer
from tests.engine.networks import random_scenario


def trained(name: str, *, epochs: int | None = None, goal: Goal | None = None, rate: float | None = None) -> LongRun:
    """A bundled scenario, trained."""
    scenario = bt.load(name)
    if rate is not None:
        scenario = replace(scenario, training=replace(scenario.training, learning_rate=rate))
    return train(scenario, choose_trainer(scenario), Criteria(goal or Goal(), epochs))


def test_mazur_after_ten_thousand_updates() -> None:
    """The error is 3.5101878e-05, the outputs 0.015913620 and 0.984064274 (computed right; the page prints others)."""
    run = trained("mazur-two-two-two", epochs=10_000)
    outputs = run_scenario(run.scenario, 1, run.last.position).steps[0].trace.value("a2").ravel()
    assert run.last.evaluate.loss == pytest.approx(3.5101878e-05, abs=5e-13)
    assert outputs == pytest.approx([0.015913620, 0.984064274], abs=5e-10)


def test_exclusive_or_is_learnt() -> None:
    """From its bundled seeds the loss passes 0.001, after 3,145 epochs."""
    scenario = bt.load("xor")
    run = train(scenario, choose_trainer(scenario), criteria(scenario.training.stop))
    assert (run.stopped, run.last.epochs) == ("loss", 3145)
    assert run.last.evaluate.loss <= 1e-3 < run.curve.losses[-2]


@pytest.mark.parametrize("batch", [None, 2])
def test_a_goal_ends_at_the_first_epoch_that_reaches_it(batch: int | None) -> None:
    """One epoch earlier neither the loss nor the gradient norm was small enough."""
    scenario = replace(bt.load("two-layer-batch"), training=Training(learning_rate=0.5, batch=batch))
    each = choose_trainer(scenario)
    aim = each.evaluate(each.run_epochs(initial_state(scenario), 30))
    for goal, name in ((Goal(loss=aim.loss), "loss"), (Goal(gradient_norm=aim.gradient_norm), "gradient_norm")):
        run = train(scenario, each, Criteria(goal, 1000))
        before = each.evaluate(each.run_epochs(initial_state(scenario), run.last.epochs - 1))
        assert run.stopped == name
        assert goal.reached(*run.last.evaluate)
        assert not goal.reached(*before)


def test_time_is_a_criterion() -> None:
    """A training without end stops when the clock says so."""
    ticks = iter(range(100))
    scenario = bt.load("two-two-one")
    run = train(scenario, choose_trainer(scenario), Criteria(seconds=10.0), clock=lambda: float(next(ticks)))
    assert run.stopped == "time"


def test_divergence_ends_with_the_last_good_step() -> None:
    """The epoch after the last one does not lead to finite numbers of a sensible size."""
    scenario = random_scenario("identity", "squared_error", training=Training(learning_rate=5.0))
    for each in (TapeTrainer(scenario), choose_trainer(scenario)):
        run = train(scenario, each, Criteria(epochs=1000))
        after = each.run_epochs(run.last.position, 1)
        assert run.stopped == "diverged"
        assert run.last.position.finite
        assert math.isfinite(run.last.evaluate.loss)
        assert not (after.finite and each.evaluate(after).loss <= 1e6 * max(1.0, run.first.evaluate.loss))


def test_interruption_keeps_what_was_reached() -> None:
    """Ctrl-C ends a training like a criterion."""
    scenario, reached = bt.load("xor"), 0

    def interrupt(progress: Progress) -> None:
        nonlocal reached
        reached = progress.epochs
        if reached >= 5:
            raise KeyboardInterrupt

    run = train(scenario, choose_trainer(scenario), Criteria(), interrupt)
    assert reached >= 5
    assert (run.stopped, run.last.epochs, run.last.position.updates) == ("interrupted", reached, reached)


def test_nothing_to_train() -> None:
    """A scenario without parameters is refused."""
    with pytest.raises(TutorError, match="nothing to train"):
        choose_trainer(bt.load("circuits"))


@pytest.mark.parametrize("training", [Training("adam", 0.05, batch=2, shuffle=3), Training("nesterov", 0.05)])
def test_any_step_of_a_long_training_can_be_worked_out(training: Training) -> None:
    """Step 12 taken up from the position before it is step 12 of the steps one by one."""
    scenario = random_scenario("tanh", "half_squared_error", training=training)
    step = run_scenario(scenario, 1, state_after(scenario, 11)).steps[0]
    same = run_scenario(scenario, 12).steps[-1]
    assert (step.number, step.examples) == (same.number, same.examples)
    assert step.trace.loss == pytest.approx(same.trace.loss, rel=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("sizes", [(3, 2, 2), (12, 10, 9, 11)], ids=["small", "large"])
@pytest.mark.parametrize("activation", ["tanh", "softmax"])
def test_a_recorded_run_knows_every_number(activation: str, sizes: tuple[int, ...], optimizer: str) -> None:
    """Values and derivatives before any update, recovered in one pass, are those of the steps one by one."""
    training = Training(optimizer, 0.05)
    scenario = random_scenario(activation, "half_squared_error", scale=0.3, training=training, sizes=sizes)
    recorded, steps = recorded_run(scenario, initial_state(scenario), 12), run_scenario(scenario, 12).steps
    for node in scenario.graph.index:
        for read, of in ((recorded.value, Trace.value), (recorded.adjoint, Trace.adjoint)):
            expected = np.array([of(step.trace, node) for step in steps])
            if (of, node) != (Trace.adjoint, "y"):
                found = [[read(node, place) for place in np.ndindex(*expected.shape[1:])]]
                np.testing.assert_allclose(np.array(found[0]).T, expected.reshape(12, -1), rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("run_of", [recorded_run, large_run], ids=["small", "large"])
def test_a_recorded_run_of_expressions(run_of: Callable[[Scenario, TrainState, int], RecordedRun]) -> None:
    """The parameters of an expression graph are noted as well."""
    scenario = bt.load("recurrent-three-steps")
    recorded, steps = run_of(scenario, initial_state(scenario), 5), run_scenario(scenario, 5).steps
    for name in ("w", "x2", "h2", "E"):
        np.testing.assert_allclose(recorded.value(name), [s.trace.value(name).item() for s in steps], rtol=1e-12)
        np.testing.assert_allclose(recorded.adjoint(name), [s.trace.adjoint(name).item() for s in steps], rtol=1e-12)


def test_a_recorded_run_holds_little_more_than_its_numbers() -> None:
    """Of Mazur's network every value and gradient of 5,000 updates takes at most 1.1 times the room of the numbers."""
    scenario, updates = bt.load("mazur-two-two-two"), 5000
    recorded_run(scenario, initial_state(scenario), updates).value("loss")
    tracemalloc.start()
    recorded = recorded_run(scenario, initial_state(scenario), updates)
    recorded.value("loss")
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    numbers = 8 + 8 + 17 + 2  # weights, their gradients, z, a, loss and derivatives, dL/db of two shared biases
    assert held <= 1.1 * numbers * 8 * updates


def test_a_curve_stays_short() -> None:
    """However long a training is, its curve has at most a thousand points, evenly apart from the very first."""
    curve = Curve()
    for epochs in range(5000):
        curve = curve.with_losses(float(epochs)) if epochs == curve.next else curve
    assert len(curve.losses) <= MOST_POINTS
    assert curve.points == tuple((epochs, float(epochs)) for epochs in range(0, curve.next, curve.stride))


@pytest.mark.parametrize("training", [Training("momentum", 0.1), Training("adam", 0.1, batch=2)])
def test_a_curve_has_the_loss_of_every_epoch(training: Training) -> None:
    """Points that are taken together are those of the tape, epoch by epoch, the end of the training among them."""
    scenario = random_scenario("tanh", "half_squared_error", training=training)
    tape, position = TapeTrainer(scenario), initial_state(scenario)
    curve = train(scenario, choose_trainer(scenario), Criteria(epochs=70)).curve
    for epoch, loss in curve.points:
        assert loss == pytest.approx(tape.evaluate(position).loss, rel=1e-11), epoch
        position = tape.run_epochs(position, 1)
    assert len(curve.losses) == 71


def test_an_asked_criterion_replaces_that_of_the_file() -> None:
    """What the call says counts, the rest is the file's."""
    assert criteria({"loss": 1e-3, "epochs": 10}, epochs=5) == Criteria(Goal(1e-3), 5)
    assert criteria({}, seconds=2.0) == Criteria(seconds=2.0)
    assert criteria({}).epochs is not None


def test_positions_are_the_same_on_every_machine() -> None:
    """A position holds all that the next update needs."""
    scenario = random_scenario("tanh", "half_squared_error", training=Training("momentum", 0.05, batch=2, shuffle=1))
    tape, fast = TapeTrainer(scenario), choose_trainer(scenario)
    mixed: TrainState = tape.run_epochs(fast.run_epochs(tape.run_epochs(initial_state(scenario), 3), 3), 3)
    np.testing.assert_allclose(
        mixed.parameters["W1"], tape.run_epochs(initial_state(scenario), 9).parameters["W1"], rtol=1e-11
    )


TOLD: dict[str, tuple[str, dict[str, float]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {"eps": 1e-8}),
    "rmsprop": ("RMSprop", {"alpha": 0.9}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "adadelta": ("Adadelta", {}),
}
"""What PyTorch calls each optimizer, and what it has to be told."""

NOT_IN_TORCH = {"lion", "nadam"}  # it has no Lion, and its NAdam has a schedule of its own for β₁


def test_every_optimizer_is_held_to_torch_or_named_as_not_there() -> None:
    """No optimizer is forgotten."""
    assert TOLD.keys() | NOT_IN_TORCH == OPTIMIZERS.keys()


def by_torch(scenario: Scenario, called: str, told: dict[str, float]) -> dict[str, np.ndarray]:
    """The parameters after a hundred steps of one of PyTorch's optimizers."""
    torch = pytest.importorskip("torch")
    network, x, y = scenario.graph.dense, *(torch.tensor(scenario.data[name]) for name in "xy")
    p = {name: torch.tensor(value.copy(), requires_grad=True) for name, value in scenario.parameters.items()}
    made = getattr(torch.optim, called)(list(p.values()), scenario.training.learning_rate, **told)
    mask = torch.ones_like(p["W1"])
    mask[0, -1] = 0
    for _ in range(100):
        made.zero_grad()
        W1 = p["W1"] * mask
        out = torch.tanh(p["W2"] @ torch.tanh(W1 @ x + p["b1"]) + p["b2"])
        squares = (W1**2).sum() + (p["W2"] ** 2).sum()
        ((0.5 * ((out - y) ** 2).sum(0)).mean() + 0.5 * network.l2 * squares).backward()
        made.step()
    return {name: (value * mask if name == "W1" else value).detach().numpy() for name, value in p.items()}


@pytest.mark.torch
@pytest.mark.parametrize("optimizer", TOLD)
def test_optimizers_agree_with_torch(optimizer: str) -> None:
    """A hundred steps are PyTorch's to 1e-10, told what is said of it; where nothing is said, by its own defaults."""
    called, told = TOLD[optimizer]
    unfrozen = random_scenario("tanh", "half_squared_error", training=Training(optimizer, 0.01))
    scenario = replace(unfrozen, frozen=frozenset())
    ours = choose_trainer(scenario).run_epochs(initial_state(scenario), 100).parameters
    for name, expected in by_torch(scenario, called, told).items():
        np.testing.assert_allclose(ours[name], expected, rtol=1e-10, atol=1e-10)
    note = OPTIMIZERS[optimizer].elsewhere
    assert all(f"{setting}=" in note.en for setting in told) if note else not told
