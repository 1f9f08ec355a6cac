"""What the descriptions of bundled scenarios say, held against a computation."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest
import yaml

import backprop_tutor as bt
from backprop_tutor.training.train_step import iterate_steps

from .figures import SCENARIOS


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1/(1 + e^−z), element by element."""
    return 1 / (1 + np.exp(-z))


def test_erratum_of_two_two_one() -> None:
    """Taking the derivative of the sigmoid as h(1 − h) gives the page's O(e) 0.648366218 and L 0.061823158."""
    x, first, second = np.array([0.5, 0.8]), np.array([[0.1, 0.7], [0.3, 0.2]]), np.array([0.4, 0.6])
    h = first @ x
    h_e = second @ sigmoid(h)
    delta = (sigmoid(h_e) - 1) * h_e * (1 - h_e)
    new_first = first - 0.1 * np.outer(delta * second * h * (1 - h), x)
    new_second = second - 0.1 * delta * sigmoid(h)
    output = sigmoid(new_second @ sigmoid(new_first @ x))
    assert f"{output:.9f} {(output - 1) ** 2 / 2:.9f}" == "0.648366218 0.061823158"


def test_erratum_of_mazur() -> None:
    """Renewing the output weights first, and going back through the new ones, gives the page's 0.291027924."""
    first, second = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])
    x, y = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    hidden = sigmoid(first @ x + 0.35)
    output = sigmoid(second @ hidden + 0.6)
    delta = (output - y) * output * (1 - output)
    second = second - 0.5 * np.outer(delta, hidden)
    first = first - 0.5 * np.outer((second.T @ delta) * hidden * (1 - hidden), x)
    after = sigmoid(second @ sigmoid(first @ x + 0.35) + 0.6)
    assert f"{((after - y) ** 2).sum() / 2:.9f}" == "0.291027924"


def test_zero_weights_keep_units_equal() -> None:
    """From zero, no error reaches the hidden layer at first, and its units stay equal; from a random start not."""
    zero, random = bt.run(bt.load("zero-weights")), bt.run(bt.load("random-weights"))
    assert not zero.steps[0].trace.adjoint("W1").any()
    assert all(np.array_equal(step.updated["W1"][0], step.updated["W1"][1]) for step in zero.steps)
    assert zero.steps[-1].updated["W1"].any()
    assert not any(np.isclose(*step.updated["W1"]).any() for step in random.steps)


def test_xor_learns() -> None:
    """Exclusive or starts near ln 2 and falls below 0.001 after 3145 epochs."""
    losses = [step.trace.value("loss").item() for step in iterate_steps(bt.load("xor"), 3146)]
    assert losses[:20] == pytest.approx([log(2)] * 20, abs=0.03)
    assert losses[-1] < 1e-3 < losses[-2]


def test_xor_can_get_stuck(tmp_path: Path) -> None:
    """With 2 for the first seed, exclusive or comes to rest at half of ln 2."""
    file = yaml.safe_load((SCENARIOS / "xor.yaml").read_text(encoding="utf-8"))
    file["network"]["layers"][0]["weights"]["seed"] = 2
    del file["training"]["stop"]
    stuck = tmp_path / "stuck.yaml"
    stuck.write_text(yaml.safe_dump(file), encoding="utf-8")
    *_, last = iterate_steps(bt.load(stuck), 3000)
    assert last.after.value("loss").item() == pytest.approx(log(2) / 2, abs=1e-3)
