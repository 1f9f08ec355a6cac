"""What a run costs, counted: against figures that are known beforehand, and against what is done with the numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from backprop_tutor.graph.derivatives.costs import NodeCost, checkpointed, costs, factors
from backprop_tutor.graph.tape import Trace
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from tests.cli.calls import tutor

NAMES = [entry.name for entry in bundled()]


def trace_of(name: str) -> Trace:
    """The first step of a scenario."""
    return run_scenario(load(name)).steps[0].trace


def by_name(trace: Trace) -> dict[str, NodeCost]:
    """The costs of a trace by the names of the nodes."""
    return {trace.graph.nodes[cost.node].name: cost for cost in costs(trace)}


def test_ten_sigmoids_leave_a_product_of_the_tenth_power() -> None:
    """0.9 · σ′(0) = 0.225 in each layer: 0.225¹⁰ ≈ 3.3e-7."""
    found = factors(trace_of("vanishing-gradient"))
    assert [factor.local for factor in found] == pytest.approx([0.225] * 10, rel=1e-14)
    assert found[-1].product == pytest.approx(0.225**10, rel=1e-13)
    assert f"{found[-1].product:.1e}" == "3.3e-07"


def test_ten_linear_layers_explode(tmp_path: Path) -> None:
    """w = 1.5 ten times: 1.5¹⁰ ≈ 57.7."""
    layers = "\n".join("    - {units: 1, activation: identity, weights: [[1.5]]}" for _ in range(10))
    file = tmp_path / "linear.yaml"
    file.write_text(
        f"title: Ten\nnetwork:\n  inputs: 1\n  layers:\n{layers}\nloss: half_squared_error\ndata:\n  - {{x: [1], y: [1]}}\n",
        "utf-8",
    )
    record = json.loads(tutor("costs", str(file), "--format", "json").stdout)
    assert round(record["layers"][-1]["product"], 1) == 57.7


def test_convolution_has_the_parameters_that_courses_count(tmp_path: Path) -> None:
    """5 by 5 kernels from 3 to 8 channels, with a bias each: 5·5·3·8 + 8 = 608; each of 8·1·1 outputs takes 75 products."""
    image = [[[0.1] * 5 for _ in range(5)] for _ in range(3)]
    kernels = [image for _ in range(8)]
    file = tmp_path / "counted.yaml"
    file.write_text(
        f"title: Counted\ngraph:\n  inputs: {{x: {image}}}\n  parameters: {{k: {kernels}, b: {[[[0.1]]] * 8}}}\n"
        "  nodes:\n    c: conv2d(x, k)\n    z: c + b\n    L: sum(z^2)\n  output: L\n",
        "utf-8",
    )
    record = json.loads(tutor("costs", str(file), "--format", "json").stdout)
    assert record["total"]["parameters"] == 608
    assert record["nodes"]["c"]["multiplications"] == 8 * 75


def test_dense_layers_are_counted_by_hand() -> None:
    """2-2-1 without biases: 4 + 2 parameters, as many products, two more in ½·e·e; a₁ and a₂ are read on the way back."""
    found = by_name(trace_of("two-two-one"))
    assert sum(cost.parameters for cost in found.values()) == 6
    assert [found[name].multiplications for name in ("z1", "a1", "z2", "a2", "losses")] == [4, 0, 2, 0, 2]
    assert {name for name, cost in found.items() if cost.kept} == {"a1", "a2"}


def test_sums_are_not_read_on_the_way_back() -> None:
    """z = c + b keeps nothing of c; ReLU reads z, max-pooling a."""
    found = by_name(trace_of("convolution-relu-pool"))
    assert not found["conv2d(x,k)"].kept
    assert found["z"].kept
    assert found["a"].kept


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_those_of_the_arrays(name: str) -> None:
    """What a node holds is what its array holds, without connections that are not there."""
    trace = trace_of(name)
    for cost in costs(trace):
        missing = len(trace.graph.nodes[cost.node].missing)
        assert cost.numbers == trace.values[cost.node].size - missing
        assert math.prod(cost.shape) <= trace.values[cost.node].size


@pytest.mark.parametrize("name", NAMES)
def test_checkpoints_store_what_can_be_made_again(name: str) -> None:
    """With every computed node as a checkpoint nothing is made again; with none, all is as before."""
    trace = trace_of(name)
    every = costs(trace)
    everything = checkpointed(trace, every, trace.graph.computed)
    assert not everything.recomputed
    nothing = checkpointed(trace, every, ())
    assert not nothing.recomputed
    assert nothing.stored == sum(cost.numbers for cost in every if cost.kept)


def test_checkpoints_of_a_chain() -> None:
    """Of ten layers a₃ and a₆ kept: 2, and the four that are read after a₆; z and a of four layers are made again."""
    trace = trace_of("vanishing-gradient")
    found = checkpointed(trace, costs(trace), (trace.graph.index["a3"], trace.graph.index["a6"]))
    assert found.stored == 6
    names = [trace.graph.nodes[i].name for i in found.recomputed]
    assert names == ["z1", "a1", "z2", "a2", "z4", "a4", "z5", "a5"]


def test_page_is_told_in_both_languages() -> None:
    """The table, the checkpoints, what vanishes."""
    page = tutor("costs", "vanishing-gradient", "--checkpoint", "a3,a6").stdout
    assert "it vanishes" in page
    assert "6 numbers are stored instead of 10" in " ".join(page.split())
    assert "梯度消失" in tutor("costs", "vanishing-gradient", "--lang", "zh").stdout


def test_unknown_checkpoint_is_refused() -> None:
    """One sentence with the names there are."""
    said = tutor("costs", "two-two-one", "--checkpoint", "a1,q")
    assert (said.returncode, said.stdout) == (2, "")
    assert "'q' is none of them" in said.stderr


COUNTED = """title: How many parameters has a convolution?
network:
  inputs: {shape: [3, 5, 5]}
  layers:
    - {kind: conv2d, channels: 8, kernel: 5, weights: {init: he_normal, seed: 1}, bias: 0, activation: relu}
    - {kind: flatten}
    - {units: 2, activation: softmax, weights: {init: zeros}, bias: 0}
loss: cross_entropy
data: [{x: %s, y: [1, 0]}]
"""


def test_a_convolution_of_5_by_5_from_3_to_8_channels_has_608_parameters(tmp_path: Path) -> None:
    """(5·5·3 + 1)·8 = 608, and He's deviation for 75 terms, √(2/75) ≈ 0.1633, is that of the numbers drawn."""
    file = tmp_path / "counted.yaml"
    file.write_text(COUNTED % ([[[0.5] * 5] * 5] * 3))
    scenario = load(file)
    found = by_name(run_scenario(scenario).steps[0].trace)
    assert found["W1"].parameters + found["b1"].parameters == 608
    assert scenario.parameters["W1"].std() == pytest.approx(math.sqrt(2 / 75), rel=0.1)
    assert round(math.sqrt(2 / 75), 4) == 0.1633


@pytest.mark.parametrize("name", ["two-two-one", "two-layer-batch"])
def test_the_loss_of_an_example_has_its_own_letter(name: str) -> None:
    """Its row is L, not the activation before it."""
    rows = tutor("costs", name).stdout.splitlines()
    assert sum(row.startswith("   L   ") for row in rows) == 1
