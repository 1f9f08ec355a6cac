"""The reference backward pass is the engine's, in every layout and form, and the file it is exported to runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import run
from backprop_tutor.programs.diagnosis import View
from backprop_tutor.programs.examples import example_network
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.programs.script import backward_script
from backprop_tutor.scenario.load import load
from backprop_tutor.training.batches import data_of
from tests.scenarios.of_numbers import BUNDLED


def networks() -> list[str]:
    """The bundled scenarios that are layered networks."""
    return [name for name, scenario in BUNDLED.items() if scenario.graph.dense is not None]


def agrees_with_engine(scenario: Scenario, layout: str) -> None:
    """Every form's gradients are the engine's, as stated or, without the division, times the number of examples."""
    network = scenario.graph.dense
    assert network is not None
    view = View(scenario, network, [], LAYOUTS[layout])
    for bench in view.benches:
        examples = float(bench.given["m"])
        factor = 1.0 if bench.program.is_stated else examples ** (1 if network.reduction == "mean" else -1)
        for name in bench.program.gradients:
            stated = view.engine[name]
            if network.l2 and not bench.program.is_stated:
                continue
            np.testing.assert_allclose(bench.right[name], factor * stated, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation(activation: str, layout: str) -> None:
    """A hidden layer and an output of each activation."""
    output = activation if activation != "softmax" else "identity"
    agrees_with_engine(example_network((3, 4, 2), (activation, output)), layout)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_every_loss(activation: str, loss: str, reduction: str) -> None:
    """Each loss behind the two outputs it can be fused with, as a mean and as a sum."""
    agrees_with_engine(example_network((3, 4, 3), ("tanh", activation), loss, reduction=reduction), "columns")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("activations", "loss"), [(("2", "identity"), "a"), (("tanh", "2"), "y"), (("z", "z*z"), "1")])
def test_a_formula_without_its_letter_is_an_array_all_the_same(
    activations: tuple[str, str], loss: str, layout: str
) -> None:
    """A constant activation, a loss whose derivative is a constant: a program has their numbers once for each unit."""
    weights = {"init": "he_normal", "seed": 1}
    layers = [{"units": 2, "activation": f, "weights": weights, "bias": 0.1} for f in activations]
    data = [{"x": [0.1, 2], "y": [1, 0]}, {"x": [3, -1], "y": [0, 1]}]
    own = bt.scenario({"title": "t", "network": {"inputs": 2, "layers": layers}, "loss": loss, "data": data})
    agrees_with_engine(own, layout)


def test_a_penalty_and_missing_connections_and_formulas() -> None:
    """What only some bundled networks have."""
    for name in networks():
        agrees_with_engine(load(name), "torch")


def test_the_whole_derivative_of_a_bundled_network_is_the_engines() -> None:
    """The names of a program's lines are the contract's."""
    scenario = load("two-layer-batch")
    trace = run(scenario.graph, {**data_of(scenario, 1), **scenario.parameters})
    view = View(scenario, scenario.graph.dense, [], LAYOUTS["columns"])  # type: ignore[arg-type]
    right = view.benches[0].right
    np.testing.assert_allclose(right["dz1"], trace.adjoint("z1"), rtol=1e-12)
    np.testing.assert_allclose(right["a2"], trace.value("a2"), rtol=1e-12)


@pytest.mark.parametrize("layout", ["rows", "columns", "torch"])
@pytest.mark.parametrize("name", ["two-layer-classifier", "softmax-classifier", "weight-penalty", "five-three"])
def test_the_exported_file_runs(name: str, layout: str, tmp_path: Path) -> None:
    """It prints each gradient in full, the numbers of the engine, and is short enough to be read."""
    scenario = load(name)
    text = backward_script(scenario, "en", layout)
    body = text[text.index("def backward") : text.index("\nfor name")]
    assert 8 <= len(body.strip().splitlines()) <= 32
    (tmp_path / "backward.py").write_text(text)
    done = subprocess.run([sys.executable, "backward.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    view = View(scenario, scenario.graph.dense, [], LAYOUTS[layout])  # type: ignore[arg-type]
    for line in done.stdout.splitlines():
        called, _, numbers = line.partition(" = ")
        np.testing.assert_allclose(eval(numbers), view.engine[called], rtol=1e-10, atol=1e-15)
