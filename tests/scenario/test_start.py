"""What a file gives in the middle of a training: the state that the optimizer keeps before the first step."""

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
WITHOUT_COUNT = [name for name, rule in OPTIMIZERS.items() if rule.state and not name.startswith(("adam", "nadam"))]
"""Optimizers whose rule does not ask how many updates were made."""


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


@pytest.mark.parametrize("optimizer", WITHOUT_COUNT)
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
    cut = bt.scenario({**plain, "start": {"state": state}})
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
