"""What a file gives in the middle: the optimizer's state and step count, an activation, a derivative to start from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

import backprop_tutor as bt
from backprop_tutor.errors import TutorError, describe
from backprop_tutor.fast.choice import state_after
from backprop_tutor.training.optimizers import OPTIMIZERS
from tests.cli.calls import tutor

UNIT = """title: t
network:
  inputs: 2
  layers: [{units: 1, activation: identity, weights: [[0.5, -0.5]], bias: [0.25]}]
data: [{x: [1, 2], y: [1]}]
training: {optimizer: momentum, learning_rate: 0.1}
start: {state: {v: {W1: [[0.5, -1]], b1: [2]}}}
"""
WITH_STATE = [name for name, rule in OPTIMIZERS.items() if rule.state]


def test_a_velocity_is_started_from(tmp_path: Path) -> None:
    """z = −0.25, dL/dW = −1.25·x: v = 0.9·0.5 − 1.25 = −0.8 and 0.9·(−1) − 2.5 = −3.4; W − 0.1·v."""
    (file := tmp_path / "t.yaml").write_text(UNIT, "utf-8")
    run = bt.run(bt.load(file))
    assert run["updated.W1"] == pytest.approx(np.array([[0.58, -0.16]]), rel=1e-12)
    assert run["updated.b1"] == pytest.approx(np.array([0.25 - 0.1 * (0.9 * 2 - 1.25)]), rel=1e-12)
    lines = "state.v.W1: [[-0.80, -3.40]]\nstate.v.b1: 0.55\nupdated.W1: [[0.58, -0.16]]\n"
    (answers := tmp_path / "a.yaml").write_text(lines, "utf-8")
    assert tutor("check", str(file), str(answers)).returncode == 0
    assert "memory starts at the numbers given" in tutor("run", str(file)).stdout


@pytest.mark.parametrize("optimizer", WITH_STATE)
def test_a_training_goes_on_as_if_it_had_not_been_cut(optimizer: str, tmp_path: Path) -> None:
    """Started from the parameters and the state after two steps, the next three are the third to the fifth."""
    plain = yaml.safe_load(UNIT) | {"training": {"optimizer": optimizer, "learning_rate": 0.05}}
    del plain["start"]
    whole = bt.scenario(plain)
    after = state_after(whole, 2)
    layer = plain["network"]["layers"][0]
    layer["weights"], layer["bias"] = after.parameters["W1"].tolist(), after.parameters["b1"].ravel().tolist()
    kept = OPTIMIZERS[optimizer].state
    state = {s: {"W1": after.state["W1"][s].tolist(), "b1": after.state["b1"][s].ravel().tolist()} for s in kept}
    cut = bt.scenario({**plain, "start": {"state": state, "step": 3}})
    for name in ("W1", "b1"):
        assert state_after(cut, 3).parameters[name] == pytest.approx(state_after(whole, 5).parameters[name], rel=1e-12)
        recorded = bt.run(cut, 3).steps[-1].updated[name]
        assert recorded == pytest.approx(state_after(whole, 5).parameters[name], rel=1e-12)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("{state: {vel: {W1: [[0, 0]]}}}", "t.yaml:7:17: error: momentum keeps no 'vel'; it keeps v"),
        ("{state: {v: {W2: [[0, 0]]}}}", "t.yaml:7:21: error: no update changes 'W2'; parameters that move are W1, b1"),
        ("{state: {v: {W1: [[0], [0], [0]]}}}", "error: v of W1 has the shape 3×1, but W1 has 1×2"),
        ("{stat: {v: {W1: [[0, 0]]}}}", "'stat'"),
        ("{step: 0}", "t.yaml:7:15: error: step is 0, but must be at least 1"),
        (
            "{values: {a2: 1}}",
            "t.yaml:7:18: error: nothing here is called 'a2'; computed are z1, a1, L",
        ),
        ("{values: {a1: [1, 2]}}", "t.yaml:7:22: error: 'a1' is a list of 1, but what is given is a list of 2"),
        ("{grads: {z1: 1}}", "t.yaml:7:21: error: 'z1' is a list of 1, but what is given is a number"),
        ("{values: {a1: [1]}, grads: {z1: [1]}}", "t.yaml:7:18: error: 'z1' does not depend on 'a1'"),
        (
            "{grads: {z1: [1], a1: [1]}}",
            "t.yaml:7:26: error: the backward pass starts from one derivative, here that of 'z1'; take out 'a1'",
        ),
        ("{state: {v: {W1: [[0, inf]]}}}", "t.yaml:7:"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(start: str, said: str, tmp_path: Path) -> None:
    """A state the optimizer does not keep, a parameter that does not move, another shape, a misspelt key."""
    (file := tmp_path / "t.yaml").write_text(UNIT.replace("{state: {v: {W1: [[0.5, -1]], b1: [2]}}}", start), "utf-8")
    with pytest.raises(TutorError) as refused:
        bt.load(file)
    assert said in describe(refused.value.problems[0], "en")


def test_an_optimizer_without_memory_has_nothing_to_start_from(tmp_path: Path) -> None:
    """Gradient descent keeps nothing."""
    (file := tmp_path / "t.yaml").write_text(UNIT.replace("optimizer: momentum", "optimizer: sgd"), "utf-8")
    with pytest.raises(TutorError, match="sgd keeps nothing from step to step"):
        bt.load(file)


def test_what_an_optimizer_keeps_has_a_name_everywhere(tmp_path: Path) -> None:
    """In the JSON of a run, in answers and the file to fill in, in a diagnosis and in --focus; Adam's s is also called v."""
    step = json.loads(tutor("run", "adam-two-steps", "--format", "json").stdout)["steps"][1]
    kept = step["state"]["s"]["W1"][0][0]
    for name in ("state.s.W1[1,1]", "state.v.W1[1,1]", "state.s.W^[1]₁₁"):
        assert tutor("diagnose", "adam-two-steps", f"step2.{name}={kept:.5g}").returncode == 0
        assert tutor("diagnose", "adam-two-steps", f"step2.{name}={2 * kept:.5g}").returncode == 1
    assert "step2.state.s.W1[1,1]:" in tutor("check", "adam-two-steps", "--blank").stdout
    shown = tutor("run", "adam-two-steps", "--focus", "state.s.W1[1,1]").stdout
    assert "s ← β₂·s + (1 − β₂)" in shown
    assert "m̂ ←" not in shown
    for name, said in (("state.q.W1[1,1]", "names are state.m, state.s"), ("state.m.z1[1]", "no weight or bias")):
        for call in (("run", "adam-two-steps", "--focus", name), ("diagnose", "adam-two-steps", f"{name}=1")):
            refused = tutor(*call)
            assert (refused.returncode, said in refused.stderr) == (2, True)


DEEP = {
    "title": "t",
    "network": {
        "inputs": 2,
        "layers": [
            {"units": 2, "activation": "tanh", "weights": [[0.3, -0.4], [0.5, 0.2]], "bias": [0.1, -0.2]},
            {"units": 2, "activation": "sigmoid", "weights": [[0.7, -0.6], [0.4, 0.9]]},
        ],
    },
    "data": [{"x": [0.9, -0.5], "y": [1, 0]}, {"x": [-0.2, 0.7], "y": [0, 1]}],
    "training": {"optimizer": "adam", "learning_rate": 0.1},
}


def test_a_forward_pass_starts_from_an_activation() -> None:
    """From the right a1 of both examples everything behind it is as in the whole network, and nothing before it is there."""
    whole = bt.run(bt.scenario(DEEP))
    a1 = np.array(whole["a1"])
    part = bt.run(bt.scenario({**DEEP, "start": {"values": {"a1": a1.tolist()}}}))
    for name in ("z2", "a2", "grads.z2", "grads.W2", "grads.a1", "updated.W2"):
        assert part[name] == pytest.approx(np.array(whole[name]), rel=1e-12), name
    with pytest.raises(TutorError, match="W1"):
        part["grads.W1"]


def test_a_backward_pass_starts_from_a_derivative() -> None:
    """From the right dL/da2 of both examples every derivative before it is as in the whole network."""
    whole = bt.run(bt.scenario(DEEP))
    given = np.array(whole["grads.a2"]).tolist()
    part = bt.run(bt.scenario({**DEEP, "start": {"grads": {"a2": given}}}))
    for name in ("z1", "a2", "grads.z2", "grads.W2", "grads.z1", "grads.b1", "grads.x", "updated.W1"):
        assert part[name].ravel() == pytest.approx(np.array(whole[name]).ravel(), rel=1e-12), name


def test_a_graph_of_numbers_starts_from_a_number() -> None:
    """y = 0.3·0.75, dL/du = (0.225 − 1)·0.75, dL/dh = (0.225 − 1)·0.3; no w is left."""
    plain = {
        "title": "t",
        "graph": {
            "inputs": {"x": 2, "t": 1},
            "parameters": {"w": 0.5, "u": 0.3},
            "nodes": {"z": "w*x", "h": "tanh(z)", "y": "u*h", "L": "(y - t)^2/2"},
            "output": "L",
        },
        "start": {"values": {"h": 0.75}},
    }
    run = bt.run(bt.scenario(plain))
    assert float(run["y"].item()) == pytest.approx(0.225, rel=1e-12)
    assert float(run["grads.u"].item()) == pytest.approx(-0.775 * 0.75, rel=1e-12)
    assert float(run["grads.h"].item()) == pytest.approx(-0.775 * 0.3, rel=1e-12)
    assert run.scenario.graph.parameters == ("u",)


def test_the_step_count_is_told(tmp_path: Path) -> None:
    """After two updates m̂ is m/(1 − 0.9³); the lesson says so in both languages."""
    (file := tmp_path / "t.yaml").write_text(
        UNIT.replace("momentum", "adam").replace("{state: {v: {W1: [[0.5, -1]], b1: [2]}}}", "{step: 3}"), "utf-8"
    )
    told = tutor("run", str(file)).stdout
    assert "2 updates were made before, so t starts at 3." in told
    assert "m/(1 − β₁^t) = −0.125/(1 − 0.9³)" in told
    assert "此前已更新 2 次，所以 t 从 3 开始。" in tutor("run", str(file), "--lang", "zh").stdout
