"""Arrays in place give the numbers of the tape, saturated or not, and hold no more memory the longer they run."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.fast.array_trainer import ArrayTrainer, fits
from backprop_tutor.fast.choice import choose_trainer
from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.graph import Network
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.stopping import Goal
from backprop_tutor.training.train_state import initial_state
from backprop_tutor.training.trainer import TapeTrainer
from tests.engine.networks import random_scenario
from tests.engine.test_straight_line import every_number
from tests.scenarios.of_numbers import BUNDLED

SIZES = (12, 10, 9, 11)
PROBABILITIES = [name for name, activation in ACTIVATIONS.items() if activation.gives_probabilities]


def layered(scenario: Scenario) -> Network:
    """The network of a scenario that has one."""
    assert scenario.graph.dense is not None
    return scenario.graph.dense


def in_place(scenario: Scenario) -> ArrayTrainer:
    """The machine of arrays, for a scenario that it fits."""
    assert fits(layered(scenario))
    return ArrayTrainer(scenario, layered(scenario))


def agree(scenario: Scenario, epochs: int) -> None:
    """Hold parameters and state after some epochs against the tape's."""
    expected = TapeTrainer(scenario).run_epochs(initial_state(scenario), epochs)
    found = in_place(scenario).run_epochs(initial_state(scenario), epochs)
    assert found.updates == expected.updates
    np.testing.assert_allclose(every_number(found), every_number(expected), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("scale", [0.3, 12.0], ids=["gentle", "saturated"])
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_activations(activation: str, scale: float) -> None:
    """Every activation, in hidden layers and behind an output of its own, moves the parameters as the tape does."""
    for seed in range(3):
        agree(random_scenario(activation, "half_squared_error", scale=scale, seed=seed, sizes=SIZES), 1)


@pytest.mark.parametrize("scale", [0.3, 25.0], ids=["gentle", "saturated"])
@pytest.mark.parametrize("output", PROBABILITIES)
@pytest.mark.parametrize("loss", list(LOSSES))
def test_losses(loss: str, output: str, scale: float) -> None:
    """Every loss behind probabilities moves the parameters as the tape does, also where they round to 0 or 1."""
    for seed in range(3):
        agree(random_scenario("tanh", loss, output=output, scale=scale, seed=seed, sizes=SIZES), 1)


@pytest.mark.parametrize("z", [-900.0, -40.0, 0.0, 40.0, 900.0])
def test_residual_of_a_saturated_sigmoid(z: float) -> None:
    """The update of a bias is true to the last figures however far out a sigmoid lies."""
    scenario = random_scenario("sigmoid", "binary_cross_entropy", scale=0.3, seed=1, examples=1, sizes=(2, 1))
    parameters = {"W1": np.zeros((1, 2)), "b1": np.array([[z]])}
    for target in (0.0, 1.0):
        fed = replace(scenario, parameters=parameters, data={**scenario.data, "y": np.array([[target]])})
        agree(replace(fed, training=Training("momentum", 1.0)), 1)


@pytest.mark.parametrize("shuffle", [None, 7])
@pytest.mark.parametrize("batch", [None, 1, 2], ids=["full", "online", "two"])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_optimizers_and_batches(optimizer: str, batch: int | None, shuffle: int | None) -> None:
    """Every optimizer, batches in order and shuffled, a last smaller one; b2 stays frozen, a connection missing."""
    training = Training(optimizer, 0.05, batch=batch, shuffle=shuffle)
    scenario = random_scenario("tanh", "half_squared_error", scale=0.3, training=training, sizes=SIZES)
    agree(scenario, 5)
    reached = in_place(scenario).run_epochs(initial_state(scenario), 5).parameters
    assert reached["W1"][0, -1] == 0
    np.testing.assert_array_equal(reached["b2"], scenario.parameters["b2"])


def bundled_networks() -> list[str]:
    """The bundled networks that fit, whose functions are those of the tables."""
    networks = {name: scenario.graph.dense for name, scenario in BUNDLED.items()}
    return [name for name, network in networks.items() if network is not None and fits(network)]


@pytest.mark.parametrize("loss", ["mean_squared_error", "binary_cross_entropy"])
def test_sums_over_examples(loss: str) -> None:
    """A reported loss that is the sum over the examples of a batch moves the parameters as the tape does."""
    training = Training("sgd", 0.05, batch=2)
    scenario = random_scenario("relu", loss, output="sigmoid", scale=0.3, training=training, sizes=SIZES)
    summed = network_graph(replace(layered(scenario), reduction="sum"))
    agree(replace(scenario, graph=summed), 5)


@pytest.mark.parametrize("name", bundled_networks())
def test_bundled_networks(name: str) -> None:
    """Every bundled network that fits comes to the same parameters."""
    agree(bt.load(name), 10)


def test_positions_do_not_change() -> None:
    """A machine keeps nothing between calls: a position stays what it was, and leads to the same next one again."""
    scenario = random_scenario("relu", "mean_squared_error", scale=0.3, training=Training("adam", 0.01), sizes=SIZES)
    each = in_place(scenario)
    halfway = each.run_epochs(initial_state(scenario), 10)
    before = every_number(halfway).copy()
    first, second = (every_number(each.run_epochs(halfway, 10)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(every_number(halfway), before)
    np.testing.assert_array_equal(first, every_number(each.run_epochs(initial_state(scenario), 20)))


def test_goal() -> None:
    """A goal ends the training after the same epoch as by the tape."""
    scenario = random_scenario("tanh", "half_squared_error", scale=0.3, sizes=SIZES)
    begin = initial_state(scenario)
    goal = Goal(loss=TapeTrainer(scenario).evaluate(TapeTrainer(scenario).run_epochs(begin, 7)).loss * (1 + 1e-9))
    assert in_place(scenario).run_epochs(begin, 100, goal).updates == 7


def test_choice() -> None:
    """Large networks are trained in place; by the tape where a function is the author's own or the loss may fail."""
    scenario = random_scenario("tanh", "half_squared_error", sizes=SIZES)
    assert isinstance(choose_trainer(scenario), ArrayTrainer)
    network = layered(scenario)
    for changed in (replace(network, loss=parse("(a - y)^4")), replace(network, loss="cross_entropy")):
        assert isinstance(choose_trainer(replace(scenario, graph=network_graph(changed))), TapeTrainer)


@pytest.mark.slow
def test_memory_is_steady() -> None:
    """Ten times the updates hold no more memory."""
    scenario = random_scenario("sigmoid", "half_squared_error", scale=0.3, sizes=SIZES)
    each, begin = in_place(scenario), initial_state(scenario)
    each.run_epochs(begin, 10)
    peaks = []
    tracemalloc.start()
    for updates in (2_000, 20_000):
        tracemalloc.reset_peak()
        each.run_epochs(begin, updates)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert abs(peaks[1] - peaks[0]) < 4096
