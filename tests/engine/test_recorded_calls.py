"""Recorded calls give the numbers of the tape for every architecture, and those of NumPy written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.fast.choice import choose_trainer, states_until
from backprop_tutor.fast.graph_trainer import GraphTrainer
from backprop_tutor.fast.history import recorded_run
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.graph.tape import run
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.rule import CLIPPING, SCHEDULES
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.trainer import TapeTrainer
from tests.benchmarks import architectures
from tests.layers import networks

ARCHITECTURES = ("convolution", "recurrent", "memory", "block")


def agree(found: TrainState, expected: TrainState) -> None:
    """Hold parameters and state against each other, array by array to 1e-12 of its largest number."""
    assert found.updates == expected.updates
    for name, array in expected.parameters.items():
        close(found.parameters[name], array)
    for name, kept in expected.state.items():
        for each, array in kept.items():
            close(found.state[name][each], array)


def close(found: Any, expected: Any) -> None:
    """Hold an array against another to 1e-12 of the largest number."""
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max(initial=0.0))


def as_the_tape(scenario: Scenario, epochs: int) -> None:
    """Hold recorded calls against the tape after some epochs, and after as many again."""
    recorded, tape = GraphTrainer(scenario), TapeTrainer(scenario)
    found = expected = initial_state(scenario)
    for _ in range(2):
        found, expected = recorded.run_epochs(found, epochs), tape.run_epochs(expected, epochs)
        agree(found, expected)
        np.testing.assert_allclose(recorded.evaluate(found), tape.evaluate(found), rtol=1e-12, atol=1e-15)


def test_every_bundled_scenario_of_arrays() -> None:
    """What trains in the library of scenarios trains to the same numbers, and by recorded calls."""
    scenarios = [bt.load(entry.name) for entry in bundled()]
    of_arrays = [each for each in scenarios if each.graph.shapes is not None and initial_state(each).state]
    assert len(of_arrays) > 20
    for scenario in of_arrays:
        as_the_tape(scenario, 3)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_architectures_written_by_hand(name: str) -> None:
    """A convolution, a cell, an LSTM and a block of a transformer are trained as NumPy by hand trains them."""
    file, given = getattr(architectures, name)()
    by_hand: Callable[..., dict[str, Any]] = getattr(architectures, f"{name}_by_hand")
    scenario = bt.scenario(file)
    found = GraphTrainer(scenario).run_epochs(initial_state(scenario), 5).parameters
    expected = by_hand(given, 5)
    assert found.keys() == expected.keys()
    for parameter, array in expected.items():
        close(found[parameter].reshape(array.shape), array)


def test_every_rule_of_an_update() -> None:
    """Optimizers, schedules and clipping compute for all parameters at once what they compute one by one."""
    scenario = bt.load("rnn-vectors")
    rules = [Training(optimizer=name, learning_rate=0.01) for name in OPTIMIZERS]
    rules += [Training(schedule=name, learning_rate=0.1) for name in SCHEDULES]
    rules += [Training(clip=name, limit=0.01, learning_rate=0.1) for name in CLIPPING]
    for training in rules:
        as_the_tape(replace(scenario, training=training), 3)


@pytest.mark.parametrize("shuffle", [None, 7])
def test_batches(shuffle: int | None) -> None:
    """Batches, the last of them smaller, and in any order; row numbers differ from batch to batch."""
    file, _ = architectures.recurrent()
    as_the_tape(replace(bt.scenario(file), training=Training(batch=3, shuffle=shuffle, learning_rate=0.1)), 3)
    words = {
        "title": "words",
        "graph": {
            "inputs": ["ids", "next"],
            "parameters": {"E": np.arange(12.0).reshape(4, 3).tolist(), "W": np.eye(3).tolist()},
            "nodes": {"L": "cross_entropy(embedding(E, ids) @ W, next)"},
            "output": "L",
        },
        "data": [{"ids": [1, 2], "next": [3, 1]}, {"ids": [4, 4], "next": [2, 2]}, {"ids": [3, 1], "next": [1, 3]}],
    }
    as_the_tape(replace(bt.scenario(words), training=Training(batch=2, shuffle=shuffle, learning_rate=0.01)), 4)


def test_ties_of_a_maximum() -> None:
    """The first of equal maxima gets what comes back, in windows that overlap as well."""
    file = {
        "title": "ties",
        "graph": {
            "inputs": {"x": [[1, 2, 1, 0], [2, 2, 1, 3], [0, 1, 3, 3]], "u": [[1, 2, 4], [8, 16, 32]]},
            "parameters": {"w": [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]},
            "nodes": {"L": "sum(u * max_pool2d(w * x, 2, stride=1))"},
            "output": "L",
        },
    }
    scenario = bt.scenario(file)
    trained = GraphTrainer(scenario).run_epochs(initial_state(scenario), 1).parameters["w"]
    share = np.array([[0, 1 + 2, 0, 0], [8, 0, 0, 4 + 32], [0, 0, 16, 0]])
    close((1 - trained) / scenario.training.learning_rate, share * np.array(file["graph"]["inputs"]["x"]))  # type: ignore[index]


def test_the_choice() -> None:
    """Many updates of arrays are recorded, few are left to the tape; both say where a number is none."""
    scenario = bt.load("lenet-step")
    assert isinstance(choose_trainer(scenario, 100), GraphTrainer)
    assert isinstance(choose_trainer(scenario, 3), TapeTrainer)
    file = {
        "title": "a logarithm",
        "graph": {
            "inputs": {"x": [1, 2]},
            "parameters": {"w": [0.5, 0.5]},
            "nodes": {"L": "sum(log(w) * x)"},
            "output": "L",
        },
        "training": {"learning_rate": 0.1},
    }
    for updates in (15, 60):
        with pytest.raises(bt.TutorError, match="logarithm"):
            list(states_until(bt.scenario(file), updates))


def test_every_kind_of_layer() -> None:
    """Below a dense layer, with all examples at once and in batches by turns."""
    for i, case in enumerate(networks.CASES):
        file = networks.scenario(case, {**networks.numbers(case), "y": np.array([0.3, -0.2])})
        start = {"init": "normal", "std": 0.5, "seed": 1}
        top = {"units": 2, "activation": "tanh", "weights": start, "bias": [0.1, 0.2]}
        flat = [{"kind": "flatten"}] if len(case.shape) > 1 or case.ids else []
        file["network"]["layers"] += [*flat, top]
        as_the_tape(replace(bt.scenario(file), training=Training(batch=(None, 2)[i % 2], learning_rate=0.1)), 1)


def padded() -> tuple[dict[str, Any], architectures.Given]:
    """A computed image with zeros around it, and windows of one number, which are views of it."""
    given = architectures.drawn(5, {"x": (2, 1, 3, 3), "w": (), "k": (2, 1, 2, 2)})
    nodes = {"y": "w * x", "z": "conv2d(y, k, padding=1)", "p": "max_pool2d(y, 1, stride=2)", "L": "sum(z^2) + sum(p)"}
    return architectures.file("zeros around an image", given, nodes, ("x",)), given


RECORDED = {**{name: getattr(architectures, name) for name in ARCHITECTURES}, "padded": padded}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_run(name: str) -> None:
    """Every value and derivative before each update of a recorded run is that of the run step by step."""
    file, _ = RECORDED[name]()
    scenario = bt.scenario(file)
    recorded, state = recorded_run(scenario, initial_state(scenario), 3), initial_state(scenario)
    for turn in range(3):
        trace = run(scenario.graph, {**scenario.data, **state.parameters})
        for node in scenario.graph.nodes:
            value, adjoint = trace.value(node.name), trace.adjoint(node.name)
            place = tuple(n - 1 for n in value.shape)
            close(recorded.value(node.name, place)[turn], value[place])
            np.testing.assert_allclose(recorded.adjoint(node.name, place)[turn], adjoint[place], rtol=1e-9, atol=1e-15)
        state = TapeTrainer(scenario).step(state)
    agree(recorded.end, state)
