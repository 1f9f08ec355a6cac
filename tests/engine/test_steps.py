"""Steps of learning: batches, frozen parameters, missing connections, optimizers, and numbers that do not exist."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.train_step import Run

NETWORK = """
title: t
network:
  inputs: [a, b]
  layers:
    - {{units: [c, d], activation: tanh, weights: [[0.3, null], [-0.2, 0.5]], bias: 0.1, frozen: [{frozen}]}}
    - {{units: [e], activation: identity, weights: [[0.4, 0.6]]}}
data:
  - {{x: [0.5, 0.8], y: 1}}
  - {{x: [0.1, -0.4], y: 0}}
  - {{x: [0.9, 0.2], y: 0.5}}
training: {{optimizer: {optimizer}, learning_rate: 0.2, steps: {steps}, batch: {batch}}}
"""


def ran(tmp_path: Path, optimizer: str = "sgd", steps: int = 1, batch: str = "full", frozen: str = "") -> Run:
    """The scenario above, run."""
    file = tmp_path / "s.yaml"
    file.write_text(NETWORK.format(optimizer=optimizer, steps=steps, batch=batch, frozen=frozen))
    return bt.run(bt.load(file))


def test_batches_go_through_the_data_in_order(tmp_path: Path) -> None:
    """Batches of two over three examples: 1 2, then 3, then 1 2 again."""
    assert [step.examples for step in ran(tmp_path, steps=4, batch="2").steps] == [(1, 2), (3,), (1, 2), (3,)]


def test_online_takes_one_example_at_a_time(tmp_path: Path) -> None:
    """Each step sees one example, and starts from what the one before left."""
    steps = ran(tmp_path, steps=3, batch="online").steps
    assert [step.examples for step in steps] == [(1,), (2,), (3,)]
    for before, step in pairwise(steps):
        assert np.array_equal(step.trace.value("W1"), before.updated["W1"])


def test_a_missing_connection_has_no_gradient_and_stays_missing(tmp_path: Path) -> None:
    """A null in the file is null in the weights, the gradient and the update of the record."""
    from backprop_tutor.records.trace import record

    step = record(ran(tmp_path, optimizer="adamw", steps=2))["steps"][1]
    assert [step[section]["W1"][0][1] for section in ("values", "grads", "updated")] == [None, None, None]


def test_a_frozen_parameter_has_a_gradient_but_no_update(tmp_path: Path) -> None:
    """Frozen weights come out as they went in; their gradient is still there to look at."""
    (step,) = ran(tmp_path, frozen="weights").steps
    assert np.array_equal(step.updated["W1"], step.trace.value("W1"))
    assert np.any(step.trace.adjoint("W1") != 0)
    assert not np.array_equal(step.updated["b1"], step.trace.value("b1"))


def by_hand(kind: str, p: float, gradients: list[float], rate: float) -> float:
    """The optimizers of the contract, written out for one number."""
    mu, rho, beta1, beta2, epsilon, decay = 0.9, 0.9, 0.9, 0.999, 1e-8, 0.01
    v = m = s = 0.0
    for t, g in enumerate(gradients, start=1):
        match kind:
            case "sgd":
                p = p - rate * g
            case "momentum":
                v = mu * v + g
                p = p - rate * v
            case "nesterov":
                v = mu * v + g
                p = p - rate * (g + mu * v)
            case "adagrad":
                s = s + g * g
                p = p - rate * g / (s**0.5 + epsilon)
            case "rmsprop":
                s = rho * s + (1 - rho) * g * g
                p = p - rate * g / (s**0.5 + epsilon)
            case "lion":
                direction = 0.9 * m + 0.1 * g
                p, m = p - rate * ((direction > 0) - (direction < 0)), 0.99 * m + 0.01 * g
            case "adadelta":
                s = rho * s + (1 - rho) * g * g
                change = ((v + 1e-6) / (s + 1e-6)) ** 0.5 * g
                p, v = p - rate * change, rho * v + (1 - rho) * change * change
            case "nadam":
                m = beta1 * m + (1 - beta1) * g
                s = beta2 * s + (1 - beta2) * g * g
                ahead = beta1 * m / (1 - beta1**t) + (1 - beta1) * g / (1 - beta1**t)
                p = p - rate * ahead / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
            case _:
                p = p - rate * decay * p if kind == "adamw" else p
                m = beta1 * m + (1 - beta1) * g
                s = beta2 * s + (1 - beta2) * g * g
                p = p - rate * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
    return p


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_follows_the_contract(kind: str, tmp_path: Path) -> None:
    """Three steps of one weight agree with the rule written out by hand."""
    steps = ran(tmp_path, optimizer=kind, steps=3).steps
    gradients = [float(step.trace.adjoint("W1")[1, 1]) for step in steps]
    expected = by_hand(kind, 0.5, gradients, 0.2)
    assert float(steps[-1].updated["W1"][1, 1]) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("a / (b - 2)", "division by zero in n: a/(b - 2) with a = 1, b = 2"),
        ("log(a - 3)", "not positive in n: log(a - 3) with a = 1"),
        ("sqrt(a - 3)", "square root of a negative number in n: sqrt(a - 3) with a = 1"),
        ("(a - 3) ^ 0.5", "not a real number"),
        ("(b - 2) ^ -1", "division by zero"),
        ("3 / 0", "division by zero in n: 3/0"),
    ],
)
def test_a_number_that_does_not_exist_is_an_error_with_its_place(node: str, said: str, tmp_path: Path) -> None:
    """Which node, which step of it, which values, which example, and the line of the file."""
    file = tmp_path / "g.yaml"
    file.write_text(f"title: t\ngraph:\n  inputs: {{a: 1, b: 2}}\n  nodes:\n    n: {node} + a * b\n  output: n\n")
    with pytest.raises(TutorError) as raised:
        bt.run(bt.load(file))
    (problem,) = raised.value.problems
    assert said in problem.message.en
    assert problem.place is not None
    assert problem.place.line == 5


def test_a_number_that_does_not_exist_names_its_unit_and_its_example(tmp_path: Path) -> None:
    """In a batch of a network: which unit of which layer, and the example as the data count them."""
    layers = [{"units": 2, "activation": "1/z", "weights": [[1, 1], [2, -1]], "frozen": ["weights"]}]
    rows = [{"x": x, "y": [0, 0]} for x in ([1, 1], [3, 1], [1, 2], [5, 1])]
    scenario = {"title": "t", "network": {"inputs": 2, "layers": layers}, "data": rows}
    file = tmp_path / "n.yaml"
    file.write_text(json.dumps({**scenario, "training": {"batch": 2, "steps": 2}}))
    with pytest.raises(TutorError) as raised:
        bt.run(bt.load(file))
    assert raised.value.problems[0].message.en.startswith("division by zero in a1[2]: 1/z with z = ")
    assert raised.value.problems[0].message.zh.endswith("（第 3 个样本）")


def test_a_loss_that_takes_a_logarithm_of_nothing_says_so(tmp_path: Path) -> None:
    """A cross-entropy behind a ReLU that is shut: the output is 0, and its logarithm does not exist."""
    file = tmp_path / "l.yaml"
    file.write_text(
        "title: t\nnetwork:\n  inputs: [a]\n  layers: [{units: [b], activation: relu, weights: [[-1]]}]\n"
        "loss: cross_entropy\ndata: [{x: [1], y: [1]}]\n"
    )
    with pytest.raises(TutorError, match="not positive"):
        bt.run(bt.load(file))


@pytest.mark.parametrize(("z", "y", "loss", "dz"), [(40, 0, 40.0, 1.0), (-40, 1, 40.0, -1.0), (800, 0, 800.0, 1.0)])
def test_saturation_is_no_excuse(z: float, y: float, loss: float, dz: float, tmp_path: Path) -> None:
    """The cross-entropy of a sigmoid far out is what it is, and so is its derivative."""
    file = tmp_path / "s.yaml"
    file.write_text(
        f"title: t\nnetwork:\n  inputs: [a]\n  layers: [{{units: [b], activation: sigmoid, weights: [[{z}]]}}]\n"
        f"loss: binary_cross_entropy\ndata: [{{x: [1], y: [{y}]}}]\n"
    )
    trace = bt.run(bt.load(file)).steps[0].trace
    assert trace.loss == pytest.approx(loss, rel=1e-12)
    assert float(trace.adjoint("z1").item()) == pytest.approx(dz, rel=1e-12)


def test_a_right_answer_far_out_still_has_its_tiny_error(tmp_path: Path) -> None:
    """σ(40) rounds to 1, yet dL/dz of the squared error against 1 is −σ(−40)²σ(40), not 0."""
    file = tmp_path / "s.yaml"
    file.write_text(
        "title: t\nnetwork:\n  inputs: [a]\n  layers: [{units: [b], activation: sigmoid, weights: [[40]]}]\n"
        "data: [{x: [1], y: [1]}]\n"
    )
    tiny = np.exp(-40.0) / (1 + np.exp(-40.0))
    trace = bt.run(bt.load(file)).steps[0].trace
    assert trace.loss == pytest.approx(0.5 * tiny**2, rel=1e-12)
    assert float(trace.adjoint("z1").item()) == pytest.approx(-(tiny**2), rel=1e-12)
