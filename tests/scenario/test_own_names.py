"""Weights and biases under their author's own names, and parameters that several places of a layer share."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.fast.program_trainer import ProgramTrainer
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.scenario.load import load
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.train_state import initial_state
from backprop_tutor.training.trainer import TapeTrainer

SHARED = """\
title: A symmetric layer
network:
  inputs: [p, q]
  layers:
    - units: 2
      activation: tanh
      weights: [[0.15, 0.20], [0.20, 0.15]]
      bias: [0.35, 0.35]
    - units: 2
      activation: sigmoid
      weights: [[0.40, 0.45], [0.5, null]]
      bias: [0.6, -0.2]
names:
  W1: [[u, v], [v, u]]
  b1: c
  W2: [[w1, w2], [w3, null]]
  b2: [theta1, theta2]
loss: {function: half_squared_error, l2: 0.1}
data:
  - {x: [0.05, 0.10], y: [0.01, 0.3]}
  - {x: [0.5, -0.10], y: [0.8, 0.4]}
training: {optimizer: adam, learning_rate: 0.5, steps: 2}
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The file of a network whose hidden layer has two weights and one bias at six places."""
    path = tmp_path / "shared.yaml"
    path.write_text(SHARED, encoding="utf-8")
    return path


def lesson(scenario: Scenario, notation: str | None = None) -> Lesson:
    """The lesson on the first step."""
    return Lesson(scenario, bt.run(scenario).steps[0], choose_notation(scenario.graph, notation), "en", 6)


def loss(own: np.ndarray) -> complex:
    """The loss of `SHARED` by its own parameters u, v, c, w1, w2, w3, θ₁, θ₂, written by hand; it takes complex numbers."""
    u, v, c, w1, w2, w3, first, second = own
    x, y = np.array([[0.05, 0.5], [0.10, -0.10]]), np.array([[0.01, 0.8], [0.3, 0.4]])
    hidden = np.tanh(np.array([u * x[0] + v * x[1] + c, v * x[0] + u * x[1] + c]))
    z = np.array([w1 * hidden[0] + w2 * hidden[1] + first, w3 * hidden[0] + second])
    return ((1 / (1 + np.exp(-z)) - y) ** 2).sum() / 4 + 0.05 * (u**2 + v**2 + w1**2 + w2**2 + w3**2)


def test_the_gradient_of_a_shared_parameter_is_the_sum_over_its_places(shared: Path) -> None:
    """Every gradient is the complex-step derivative of the loss by the few parameters there are."""
    own, step = np.array([0.15, 0.20, 0.35, 0.40, 0.45, 0.5, 0.6, -0.2]), 1e-30
    exact = [loss(own + 1j * step * unit).imag / step for unit in np.eye(8)]
    run = bt.run(load(shared))
    u, v, c, w1, w2, w3, first, second = exact
    np.testing.assert_allclose(run["grads.W1"], [[u, v], [v, u]], rtol=1e-13)
    np.testing.assert_allclose(np.ravel(run["grads.b1"]), [c, c], rtol=1e-13)
    np.testing.assert_allclose(run["grads.W2"], [[w1, w2], [w3, 0]], rtol=1e-13)
    np.testing.assert_allclose(np.ravel(run["grads.b2"]), [first, second], rtol=1e-13)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_places_of_a_shared_parameter_stay_equal(shared: Path, optimizer: str) -> None:
    """After many updates by the tape and by straight-line code they are one number, the same by both."""
    scenario = load(shared)
    scenario = replace(scenario, training=replace(scenario.training, optimizer=optimizer, learning_rate=0.05))
    found = [
        trainer.run_epochs(initial_state(scenario), 20) for trainer in (TapeTrainer(scenario), ProgramTrainer(scenario))
    ]
    for state in found:
        W, b = state.parameters["W1"], state.parameters["b1"]
        assert (W[0, 0], W[0, 1], b[0, 0]) == (W[1, 1], W[1, 0], b[1, 0])
    for name, array in found[0].parameters.items():
        np.testing.assert_allclose(found[1].parameters[name], array, rtol=1e-12)


def test_a_variant_draws_a_shared_parameter_once(shared: Path) -> None:
    """A worksheet's numbers are equal at all places of one."""
    W, b = (variant(load(shared), 5).parameters[name] for name in ("W1", "b1"))
    assert (W[0, 0], W[0, 1], b[0, 0]) == (W[1, 1], W[1, 0], b[1, 0])


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    ("typed", "contract"),
    [
        ("w5", "values.W2[1,1]"),
        ("w_5", "values.W2[1,1]"),
        ("w₅", "values.W2[1,1]"),
        ("grads.w5", "grads.W2[1,1]"),
        ("dL/dw5", "grads.W2[1,1]"),
        ("updated.w4", "updated.W1[2,2]"),
        ("b1", "values.b1[1]"),
        ("b1[2]", "values.b1[1]"),
        ("grads.b2[2]", "grads.b2[1]"),
        ("W2[1,1]", "values.W2[1,1]"),
    ],
)
def test_own_names_are_understood_beside_those_of_the_contract(notation: str, typed: str, contract: str) -> None:
    """In every notation, in plain letters too; each place of a shared parameter is the parameter."""
    taught = lesson(load("mazur-two-two-two"), notation=notation)
    element, section = element_of(taught, typed)
    assert str(taught.reading.quantity(element, section)) == contract


def test_programs_of_a_network_with_shared_parameters(shared: Path, tmp_path: Path) -> None:
    """The backward pass written for NumPy gives the engine's gradients."""
    program = tmp_path / "backward.py"
    call = [sys.executable, "-m", "backprop_tutor", "export", str(shared), "-o", str(program)]
    subprocess.run(call, check=True, capture_output=True)
    printed = subprocess.run([sys.executable, str(program)], check=True, capture_output=True, text=True).stdout
    found = {name.strip(): json.loads(value) for name, value in (line.split("=") for line in printed.splitlines())}
    run = bt.run(load(shared))
    np.testing.assert_allclose(np.transpose(found["dW1"]), run["grads.W1"], rtol=1e-12)
    np.testing.assert_allclose(np.ravel(found["db1"]), np.ravel(run["grads.b1"]), rtol=1e-12)


def test_names_of_single_elements_in_a_graph_of_arrays(tmp_path: Path) -> None:
    """Elements of a parameter of a graph have names as well."""
    path = tmp_path / "graph.yaml"
    path.write_text(
        "title: t\ngraph:\n  inputs: {x: [1, 2]}\n  parameters: {W: [[1, 2], [3, 4]]}\n  nodes: {y: sum(W @ x)}\n"
        "  output: y\nnames: {W: [[p, q], [r, s]]}\n",
        encoding="utf-8",
    )
    taught = lesson(load(path))
    element, section = element_of(taught, "grads.r")
    assert str(taught.reading.quantity(element, section)) == "grads.W[2,1]"


FAULTS = {
    "W1: [[u, v], [v, u]]": {
        "W9: [[u, v], [v, u]]": "not a parameter",
        "W1: [u, v]": "W1 is 2 by 2",
        "W1: [[u, v], [v]]": "different lengths",
        "W1: [[u, v], [v, v]]": "one value",
        "W1: [[tanh, v], [v, u]]": "a function",
        "W1: [[a1, v], [v, u]]": "another quantity",
        "W1: [[b2, v], [v, u]]": "another quantity",
        "W1: [[p, v], [v, u]]": "a unit",
        "W1: [[u, 3], [v, u]]": "no name",
    },
    "W2: [[w1, w2], [w3, null]]": {
        "W2: [[w1, w2], [w3, w4]]": "missing connection",
        "W2: [[w1, w2], [v, null]]": "tie: N",
    },
}


@pytest.mark.parametrize(
    ("old", "new", "said"), [(old, new, s) for old, row in FAULTS.items() for new, s in row.items()]
)
def test_faults_of_names_are_reported_at_their_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each is a sentence at its line."""
    path = tmp_path / "bad.yaml"
    path.write_text(SHARED.replace(old, new), encoding="utf-8")
    with pytest.raises(TutorError) as raised:
        load(path)
    line = next(number for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if new in text)
    assert any(
        said in problem.message.en and problem.place and problem.place.line == line for problem in raised.value.problems
    )
