"""Schedules and clipping: the rule by hand, by PyTorch, and the same numbers by everything that trains."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.fast.array_trainer import ArrayTrainer
from backprop_tutor.fast.program_trainer import ProgramTrainer
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.training.rule import CLIPPING, SCHEDULES
from backprop_tutor.training.train_state import initial_state
from backprop_tutor.training.trainer import TapeTrainer
from backprop_tutor.whatif.intervention import Intervention
from backprop_tutor.whatif.staged_intervention import StagedTraining
from tests.engine.networks import random_scenario

SETTINGS: dict[str, dict[str, float]] = {
    "constant": {},
    "step": {"every": 3, "decay": 0.5},
    "exponential": {"decay": 0.8},
    "cosine": {"total": 6, "lowest": 0.01},
    "linear": {"total": 6, "lowest": 0.01},
    "inverse_time": {"decay": 0.3},
}
RATE = 0.2


def by_hand(kind: str, t: int, warm_up: int = 0) -> float:
    """The learning rate of step t, counted from 1, out of 0.2."""
    n = max(0, t - 1 - warm_up)
    rate = {
        "constant": RATE,
        "step": RATE * 0.5 ** (n // 3),
        "exponential": RATE * math.exp(n * math.log(0.8)),
        "cosine": 0.01 + 0.19 * math.cos(math.pi * min(n, 6) / 12) ** 2,
        "linear": RATE - 0.19 * min(n, 6) / 6,
        "inverse_time": RATE / (1 + 0.3 * n),
    }[kind]
    return rate * min(1, t / warm_up) if warm_up else rate


def scheduled(kind: str, **settings: float) -> Training:
    """A training with a schedule."""
    return Training("sgd", RATE, schedule=kind, schedule_settings={**SETTINGS[kind], **settings}, steps=9)


def test_no_schedule_is_forgotten() -> None:
    """Every entry of the table has a line by hand above."""
    assert SETTINGS.keys() == SCHEDULES.keys()


@pytest.mark.parametrize("warm_up", [0, 2])
@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_learning_rate_of_a_step(kind: str, warm_up: int) -> None:
    """Nine steps of gradient descent are as long as the schedule by hand says, before, in and after its run."""
    training = scheduled(kind, **({"warm_up": warm_up} if warm_up else {}))
    for step in bt.run(random_scenario("tanh", "half_squared_error", training=training)).steps:
        before, g = step.trace.value("W2"), step.trace.adjoint("W2")
        np.testing.assert_allclose(step.updated["W2"], before - by_hand(kind, step.number, warm_up) * g, rtol=1e-13)


def clipped(how: str | None, **others: Any) -> Scenario:
    """A random network whose gradient is clipped."""
    return random_scenario("tanh", "squared_error", training=Training(clip=how, limit=0.05, **others))


def whole_norm(scenario: Scenario, trace: Any) -> float:
    """The norm of the gradient by all parameters that move."""
    moving = [name for name in scenario.parameters if name not in scenario.frozen]
    return math.sqrt(sum(float(g) ** 2 for name in moving for g in trace.adjoint(name).ravel()))


def test_clipping_by_norm_keeps_the_direction() -> None:
    """The step is as long as the limit allows and points where the gradient points."""
    scenario = clipped("norm")
    (step,) = bt.run(scenario).steps
    norm = whole_norm(scenario, step.trace)
    assert norm > 0.05
    for name in ("W1", "b1", "W2"):
        expected = step.trace.value(name) - 0.1 * step.trace.adjoint(name) * 0.05 / norm
        np.testing.assert_allclose(step.updated[name], expected, rtol=1e-13)


def test_clipping_by_value_cuts_each_component() -> None:
    """No component is larger than the limit; smaller ones stay."""
    (step,) = bt.run(clipped("value")).steps
    for name in ("W1", "b1", "W2"):
        expected = step.trace.value(name) - 0.1 * np.clip(step.trace.adjoint(name), -0.05, 0.05)
        np.testing.assert_allclose(step.updated[name], expected, rtol=1e-13)


@pytest.mark.parametrize("how", CLIPPING)
def test_a_gradient_of_zero_stays_zero(how: str) -> None:
    """No norm is divided by."""
    scenario = clipped(how)
    still = replace(scenario, data={**scenario.data, "y": bt.run(scenario).steps[0].trace.value("a2")})
    (step,) = bt.run(replace(still, graph=replace(still.graph, l2=0.0))).steps
    assert all(np.isfinite(array).all() for array in step.updated.values())


@pytest.mark.parametrize("batch", [None, 2], ids=["full", "two"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
@pytest.mark.parametrize("how", [None, *CLIPPING])
@pytest.mark.parametrize("kind", SCHEDULES)
def test_everything_that_trains_comes_to_the_same(
    kind: str, how: str | None, optimizer: str, batch: int | None
) -> None:
    """The tape, straight-line code, arrays in place and the code of an intervention that changes nothing."""
    settings = {**SETTINGS[kind], "warm_up": 2}
    training = Training(optimizer, 0.05, batch=batch, schedule=kind, schedule_settings=settings, clip=how, limit=0.05)
    scenario = random_scenario("tanh", "half_squared_error", training=training, scale=0.5)
    start, network = initial_state(scenario), scenario.graph.dense
    assert network is not None
    expected = TapeTrainer(scenario).run_epochs(start, 8)
    found = [each.run_epochs(start, 8) for each in (ProgramTrainer(scenario), ArrayTrainer(scenario, network))]
    if batch is None:
        found.append(StagedTraining(scenario).reached(Intervention.single(), 8))
    for state in found:
        for name, array in expected.parameters.items():
            np.testing.assert_allclose(state.parameters[name], array, rtol=1e-10, atol=1e-13)


def in_torch(scenario: Scenario, make: Any, clip: Any = None) -> dict[str, np.ndarray]:
    """The parameters after eight steps with one of PyTorch's schedulers, and its way of clipping."""
    torch = pytest.importorskip("torch")
    x, y = (torch.tensor(scenario.data[name]) for name in "xy")
    p = {name: torch.tensor(value.copy(), requires_grad=True) for name, value in scenario.parameters.items()}
    optimizer = torch.optim.SGD(list(p.values()), scenario.training.learning_rate)
    scheduler = make(torch, optimizer)
    mask = torch.ones_like(p["W1"])
    mask[0, -1] = 0
    for _ in range(8):
        optimizer.zero_grad()
        out = torch.tanh(p["W2"] @ torch.tanh((p["W1"] * mask) @ x + p["b1"]) + p["b2"])
        squares = ((p["W1"] * mask) ** 2).sum() + (p["W2"] ** 2).sum()
        ((0.5 * ((out - y) ** 2).sum(0)).mean() + 0.005 * squares).backward()
        if clip:
            clip(torch, list(p.values()))
        optimizer.step()
        if scheduler:
            scheduler.step()
    return {name: (value * mask if name == "W1" else value).detach().numpy() for name, value in p.items()}


IN_TORCH = {
    "step": lambda torch, o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5),
    "exponential": lambda torch, o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8),
    "cosine": lambda torch, o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 8, 0.01),
    "linear": lambda torch, o: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.05, 6),
    "inverse_time": lambda torch, o: torch.optim.lr_scheduler.LambdaLR(o, lambda n: 1 / (1 + 0.3 * n)),
    "constant": lambda torch, o: torch.optim.lr_scheduler.LinearLR(o, 0.25, 1.0, 3),
}
"""PyTorch's schedulers; the last is a warm-up over four steps, of which the first is a quarter."""


@pytest.mark.torch
@pytest.mark.parametrize("kind", SCHEDULES)
def test_schedules_agree_with_torch(kind: str) -> None:
    """Eight steps are those of torch.optim.lr_scheduler."""
    others = {"cosine": {"total": 8}, "constant": {"warm_up": 4}}.get(kind, {})
    training = scheduled(kind, **others)
    scenario = replace(random_scenario("tanh", "half_squared_error", training=training), frozen=frozenset())
    ours = ProgramTrainer(scenario).run_epochs(initial_state(scenario), 8).parameters
    for name, expected in in_torch(scenario, IN_TORCH[kind]).items():
        np.testing.assert_allclose(ours[name], expected, rtol=1e-12, atol=1e-14)


@pytest.mark.torch
@pytest.mark.parametrize("how", CLIPPING)
def test_clipping_agrees_with_torch(how: str) -> None:
    """Eight steps are those of clip_grad_value_, and of clip_grad_norm_ with its 1e-6 when computed like PyTorch."""
    training = Training("sgd", RATE, clip=how, limit=0.05, like="torch")
    scenario = replace(random_scenario("tanh", "half_squared_error", training=training), frozen=frozenset())
    ours = ProgramTrainer(scenario).run_epochs(initial_state(scenario), 8).parameters
    expected = in_torch(
        scenario, lambda torch, o: None, lambda torch, p: getattr(torch.nn.utils, f"clip_grad_{how}_")(p, 0.05)
    )
    for name, array in expected.items():
        np.testing.assert_allclose(ours[name], array, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ("{schedule: {kind: step, total: 3}}", "6:35: step takes no 'total:'"),
        ("{schedule: {kind: cosin}}", "did you mean 'cosine'?"),
        ("{schedule: {kind: step, every: 0}}", "every"),
        ("{lr_scheduler: step}", "did you mean 'schedule'?"),
        ("{clip: {kind: norm, limit: -1}}", "limit is -1, but must be greater than 0"),
        ("{clip: {kind: norms}}", "did you mean 'norm'?"),
        ("{clip: 5}", "clip"),
    ],
)
def test_a_wrong_setting_is_an_error_at_its_place(training: str, said: str, tmp_path: Path) -> None:
    """Line, column, what came and what is allowed."""
    file = tmp_path / "s.yaml"
    text = (
        "title: t\nnetwork:\n  inputs: 1\n  layers: [{units: 1, activation: tanh, weights: [[1]]}]\n"
        f"data: [{{x: 1, y: 0}}]\ntraining: {training}\n"
    )
    file.write_text(text)
    with pytest.raises(bt.TutorError) as raised:
        bt.load(file)
    (problem,) = raised.value.problems
    assert problem.place is not None
    assert said in f"{problem.place.line}:{problem.place.column}: {problem.message.en}"
