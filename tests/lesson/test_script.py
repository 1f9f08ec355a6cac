"""A step as a script: run by plain Python, it prints the figures of the lesson, saturated or not."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.lesson.standalone.script import BEYOND, STABLE, script
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.training.train_step import Run
from tests.engine.networks import random_scenario
from tests.scenarios.of_numbers import OF_NUMBERS

DIGITS = 7
NAMES = OF_NUMBERS


def figures(run: Run) -> Iterator[float]:
    """What the lesson tells of the first step: values, derivatives but for dL/dL, parameters after, the loss after."""
    (step, *_), graph = run.steps, run.scenario.graph
    told = [i for i in graph.computed if i != len(graph.nodes) - 1]
    given = [i for i, node in enumerate(graph.nodes) if node.op is None]
    derivatives = [i for i in (*given, *told) if i != graph.losses]
    pairs = [(i, step.trace.values[i]) for i in told] + [(i, step.trace.adjoints[i]) for i in derivatives]
    pairs += [(graph.index[name], step.updated[name]) for name in step.lines]
    for i, array in (*pairs, (len(graph.nodes) - 1, step.after.values[-1])):
        if array is not None:
            yield from (float(f"{value:.{DIGITS}g}") for value in array[_there(run.scenario, i, array)])


def _there(scenario: Scenario, i: int, array: np.ndarray) -> np.ndarray:
    """What there is to tell: finite, and no missing connection."""
    node, network = scenario.graph.nodes[i], scenario.graph.dense
    present = network.layers[node.layer - 1].present if network and node.name.startswith("W") and node.layer else None
    return np.isfinite(array) if present is None else np.isfinite(array) & np.array(present)


def printed(text: str) -> set[float]:
    """The numbers a script prints, each behind the name of its own that stands before it."""
    return {float(line.split(" = ")[1]) for line in text.splitlines()}


def carried_out(text: str) -> str:
    """What a script prints."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(text, "step.py", "exec"), {})
    return output.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_bundled_scenarios(name: str) -> None:
    """The script of every bundled scenario needs nothing but Python, and prints the figures of the trace."""
    run = bt.run(bt.load(name), 1)
    text = script(run, digits=DIGITS)
    called = subprocess.run([sys.executable, "-I", "-S", "-c", text], capture_output=True, text=True, check=True)
    assert set(figures(run)) <= printed(called.stdout)
    assert STABLE["en"] not in text  # nothing bundled is so far out that what is taught would print other figures


@pytest.mark.parametrize("notation", list(NOTATIONS))
def test_every_notation(notation: str) -> None:
    """In the letters of every notation, and in Chinese, it prints the same."""
    run = bt.run(bt.load("two-two-one"), 1)
    assert set(figures(run)) <= printed(carried_out(script(run, "zh", notation=notation, digits=DIGITS)))


@pytest.mark.parametrize("scale", [1.0, 12.0, 400.0])
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_saturated_units(activation: str, scale: float) -> None:
    """However far out the units lie, the figures printed are the true ones."""
    agree(random_scenario(activation, "half_squared_error", scale=scale, examples=1, training=Training("adam", 0.1)))


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_saturated_losses(loss: str, output: str) -> None:
    """A loss keeps its figures behind probabilities that round to 0 or 1."""
    agree(random_scenario("tanh", loss, output=output, scale=25.0, seed=1, examples=1))


def agree(scenario: Scenario) -> None:
    """Hold what the script of a scenario prints against its trace."""
    run = bt.run(scenario, 1)
    found = sorted(printed(carried_out(script(run, digits=DIGITS))))
    wanted = list(figures(run))
    nearest = [min(found, key=lambda number, value=value: abs(number - value)) for value in wanted]  # type: ignore[misc]
    np.testing.assert_allclose(nearest, wanted, rtol=2e-6, atol=1e-300)


def test_numbers_beyond_plain_floats(tmp_path: Path) -> None:
    """Where an exponential overflows on the way, the line gives the value, and the script still runs."""
    graph = "{inputs: {x: 1000}, parameters: {w: 1}, nodes: {p: 1/(2 + exp(w*x)), y: p + w^2}, output: y}"
    (tmp_path / "far.yaml").write_text(f"title: far out\ngraph: {graph}\n", encoding="utf-8")
    scenario = bt.load(str(tmp_path / "far.yaml"))
    assert BEYOND["en"] in script(bt.run(scenario, 1))
    agree(scenario)


def test_it_reads_as_it_is_taught() -> None:
    """The lines are those of a textbook, with the names of the notation."""
    text = script(bt.run(bt.load("two-two-one"), 1))
    for line in (
        "def sigmoid(x):\n    return 1/(1 + exp(-x))",
        "W_cb = 0.7",
        "# h(c) = W_ca·x_a + W_cb·x_b\nh_c = W_ca*x_a + W_cb*x_b",
        "O_e = sigmoid(h_e)",
        "dL_dh_e = dL_dO_e*O_e*(1 - O_e)",
        "W_ec = W_ec - learning_rate*dL_dW_ec",
    ):
        assert f"\n{line}\n" in text
