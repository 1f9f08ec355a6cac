"""``tutor train``, ``tutor compare`` and steps of a long training, as they are called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.calls import tutor


def test_training_as_json() -> None:
    """The object has the contract's keys, and the curve the loss before each epoch."""
    called = tutor("train", "mazur-two-two-two", "--epochs", "20", "--format", "json")
    told = json.loads(called.stdout)
    assert called.returncode == 0
    assert list(told) == ["format", "version", "steps", "epochs", "stopped", "loss", "curve", "parameters"]
    assert (told["format"], told["steps"], told["epochs"], told["stopped"]) == (
        "backprop-tutor/training",
        20,
        20,
        "epochs",
    )
    assert len(told["curve"]) == 20
    assert told["curve"][0] == told["loss"]["first"] > told["loss"]["last"]


def test_files_of_a_training(tmp_path: Path) -> None:
    """Plot, table and trained scenario are written; the scenario goes on where the training ended."""
    files = {"--plot": "loss.svg", "--csv": "loss.csv", "--save": "trained.yaml"}
    options = [part for pair in files.items() for part in pair]
    called = tutor("train", "xor", *options, cwd=tmp_path)
    assert called.returncode == 0
    assert "3,145 epochs" in called.stdout
    assert (tmp_path / "loss.svg").read_text().startswith("<svg")
    assert float((tmp_path / "loss.csv").read_text().split(",")[-1]) < 1e-3
    again = tutor("train", "trained.yaml", "--format", "json", cwd=tmp_path)
    assert json.loads(again.stdout)["epochs"] == 0
    refused = tutor("train", "xor", "--csv", "loss.csv", cwd=tmp_path)
    assert refused.returncode == 2
    assert "already" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--until", "lost=1"), "did you mean 'loss'"),
        (("--until", "loss=-1"), "--until takes"),
        (("--time", "soon"), "--time takes"),
        (("--plot", "loss.gif"), "a plot can be .svg, .png"),
        (("--save", "no/such/t.yaml"), "there is no folder 'no/such'"),
        (("--csv", "/"), "'/' is a folder"),
        (("--learning-rate", "0,1"), "not a comma: 0.1"),
        (("--learning-rate", "-1"), "'-1' is not a number above 0"),
        (("--optimizer", "adem"), "did you mean 'adam'?"),
        (("--until", "loss=0,01"), "not a comma: 0.01"),
    ],
)
def test_calls_that_cannot_be_carried_out(arguments: tuple[str, ...], said: str) -> None:
    """What is wrong with a call is said in one line, with exit status 2."""
    called = tutor("train", "xor", *arguments)
    assert called.returncode == 2
    assert said in called.stderr
    assert called.stderr.count("\n") == 1


def test_divergence_is_the_answer_no(tmp_path: Path) -> None:
    """A training that diverges says so with exit status 1."""
    text = "title: t\ngraph: {inputs: {x: 1}, parameters: {w: 1}, nodes: {y: w^2 * x}, output: y}\n"
    (tmp_path / "t.yaml").write_text(text + "training: {learning_rate: 5}\n")
    called = tutor("train", "t.yaml", cwd=tmp_path)
    assert called.returncode == 1
    assert "overshoots" in called.stdout


def test_progress_and_interruption_in_a_terminal() -> None:
    """A bar tells loss, gradient and speed; Ctrl-C ends a training with everything so far, status 130."""
    environment = {**os.environ, "TERM": "xterm", "PAGER": "cat", "LANG": "C.UTF-8"}
    call = ["-m", "backprop_tutor", "train", "mazur-two-two-two", "--epochs", "900000000", "--lang", "en"]
    child = pexpect.spawn(sys.executable, call, env=environment, encoding="utf-8", dimensions=(60, 100), timeout=60)
    child.expect(r"loss \S+  gradient \S+  [\d,]+ epochs/s")
    child.sendintr()
    child.expect("interrupted")
    child.expect("Predictions")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_far_step_shows_how_far_it_is_and_can_be_stopped() -> None:
    """The updates before a far step are counted on a terminal; Ctrl-C ends with a sentence, status 130."""
    environment = {**os.environ, "TERM": "xterm", "PAGER": "cat", "LANG": "C.UTF-8"}
    call = ["-m", "backprop_tutor", "run", "two-two-one", "--at-step", "900000000", "--lang", "en"]
    child = pexpect.spawn(sys.executable, call, env=environment, encoding="utf-8", dimensions=(60, 100), timeout=60)
    child.expect(r"updates [\d,]+/899,999,999")
    child.sendintr()
    child.expect("stopped before the end")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_another_learning_rate_and_optimizer_than_the_file_s(tmp_path: Path) -> None:
    """The options take the place of the file's training, for `run` and `train` alike, and stay in what is saved."""
    options = ("--optimizer", "adam", "--learning-rate", "0.050")
    called = tutor("train", "xor", "--epochs", "20", *options, "--save", "t.yaml", "--format", "json", cwd=tmp_path)
    again = tutor("train", "xor", "--epochs", "20", "--format", "json", cwd=tmp_path)
    assert json.loads(called.stdout)["curve"] != json.loads(again.stdout)["curve"]
    saved = (tmp_path / "t.yaml").read_text()
    assert "optimizer: adam\n  learning_rate: 0.05\n" in saved
    shown = tutor("run", "two-two-one", *options).stdout
    assert "Adam · α = 0.050" in shown
    kept = tutor("run", "momentum-two-steps", "--learning-rate", "0.3", "--optimizer", "momentum").stdout
    assert "μ = 0.6 " in kept


def test_a_step_of_a_long_training() -> None:
    """Steps 100 to 101 are told as such, and begin with the loss after 99 updates."""
    told = json.loads(tutor("run", "xor", "--at-step", "100-101", "--format", "json").stdout)
    curve = json.loads(tutor("train", "xor", "--epochs", "101", "--format", "json").stdout)["curve"]
    assert [step["step"] for step in told["steps"]] == [100, 101]
    assert told["steps"][0]["values"]["loss"] == pytest.approx(curve[99], rel=1e-12)
    assert "Step 100" in tutor("run", "xor", "--at-step", "100").stdout


def test_comparison() -> None:
    """Every optimizer at every learning rate has its row."""
    called = tutor("compare", "xor", "--optimizer", "sgd, adam", "--learning-rate", "0.1 1", "--epochs", "50")
    assert called.returncode == 0
    rows = [line.split() for line in called.stdout.splitlines()]
    assert sum(row[:2] in (["Adam", "0.1"], ["Adam", "1"]) for row in rows) == 2
    record = json.loads(tutor("compare", "xor", "--learning-rate", "1,2", "--epochs", "2", "--format", "json").stdout)
    assert (record["format"], record["version"]) == ("backprop-tutor/trainings", 1)
    assert [(each["optimizer"], each["learning_rate"]) for each in record["trainings"]] == [("sgd", 1), ("sgd", 2)]
    assert "did you mean 'adam'" in tutor("compare", "xor", "--optimizer", "adem").stderr
    assert "a comma separates two rates" in tutor("compare", "xor", "--learning-rate", "0,1").stderr


def test_a_step_as_a_script(tmp_path: Path) -> None:
    """The exported script runs on its own and prints the figures of the lesson."""
    assert tutor("export", "two-two-one", "-o", "step.py", cwd=tmp_path).returncode == 0
    printed = subprocess.run(
        [sys.executable, "step.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "L = 0.0623505\n" in printed
    assert "dL_dW_ec = -0.0522664\n" in printed
    assert "W_ca = 0.100368\n" in printed
