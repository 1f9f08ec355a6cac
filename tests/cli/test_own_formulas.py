"""Own activations, losses and graphs are first-class: every command takes them, whatever becomes of a hypothesis."""

from __future__ import annotations

import warnings
from itertools import product
from pathlib import Path

import pytest

from tests.cli.calls import called, fill

ACTIVATIONS = ("z", "max(z,0)", "z*z", "2", "log(z)", "1/(1+exp(-z))", "sin(2)*z+sin(2)")
LOSSES = ("1", "a", "-a", "y", "-y*log(a)-(1-y)*log(1-a)", "softplus(-y*a)", "1/(a-y)", "sqrt(a-y)")
LOSSES_BEHIND = ("half_squared_error", "cross_entropy")
CALLS = (
    "run FILE",
    "run FILE --view deltas",
    "run FILE --at-step 5",
    "run FILE --format json",
    "train FILE --epochs 10",
    "train FILE --epochs 3 --record RECORD --force",
    "compare FILE",
    "diagnose FILE after.loss=3",
    "diagnose FILE step400.after.loss=3",
    "diagnose FILE --gradients GRADIENTS",
    "mistakes FILE --confusable",
    "check FILE --blank",
    "check FILE ANSWERS",
    "worksheet FILE -o SHEETS --force",
    "quiz FILE --seed 2 --count 5 --print",
    "export FILE -o SCRIPT --force",
    "graph FILE",
)
NETWORK = """\
title: own formulas
network:
  inputs: 1
  layers: [{{units: 1, activation: "{activation}", weights: [[{w}]], bias: [{b}]}}]
loss: "{loss}"
data: [{{x: [{x}], y: [1]}}]
training: {{learning_rate: 0.1, steps: 2}}
"""
GRAPH = """\
title: own formulas
graph:
  inputs: {{x: 0}}
  parameters: {{w: 1, b: 1}}
  nodes: {{z: w*x + b, h: "{activation}", L: "(h - 1)^2"}}
  output: L
"""


def carried_out(tmp_path: Path, text: str) -> None:
    """Every call ends with an answer or a refusal in words, and warns of nothing."""
    (tmp_path / "own.yaml").write_text(text)
    (tmp_path / "answers.yaml").write_text("after.loss: 3\n")
    (tmp_path / "gradients.json").write_text('{"W1": [[0.3]], "b1": [0.1]}' if "layers" in text else '{"w": 0.3}')
    paths = {"file": tmp_path / "own.yaml", "answers": tmp_path / "answers.yaml"}
    paths |= {"gradients": tmp_path / "gradients.json", "record": tmp_path / "record.csv"}
    paths |= {"sheets": tmp_path / "sheets", "script": tmp_path / "script.py"}
    for words in fill(CALLS, **paths):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = called(*words)
        assert found.status in (0, 1, 2), words
        assert found.status != 2 or found.err, words


@pytest.mark.parametrize(
    ("activation", "loss"), [*product(ACTIVATIONS[:4], LOSSES_BEHIND), *product(ACTIVATIONS[4:], LOSSES_BEHIND[:1])]
)
def test_an_own_activation_goes_everywhere(tmp_path: Path, activation: str, loss: str) -> None:
    """An own activation on a layer of one unit and one input; a cross-entropy behind it may have no value."""
    carried_out(tmp_path, NETWORK.format(activation=activation, loss=loss, w=0.5, b=0.1, x=0.7))


@pytest.mark.parametrize("loss", LOSSES)
def test_an_own_loss_goes_everywhere(tmp_path: Path, loss: str) -> None:
    """An own loss, even one that leaves out the output, the target or both, or has no value to begin with."""
    carried_out(tmp_path, NETWORK.format(activation="identity", loss=loss, w=-0.5, b=0.1, x=0.7))


@pytest.mark.parametrize("activation", ["1/z", "log(z)", "sqrt(z)", "z^-1"])
def test_hypotheses_that_leave_the_domain_are_dropped(tmp_path: Path, activation: str) -> None:
    """With w = 1, b = 1 and x = 0 many a mistake makes z = 0, where these have no value or no slope."""
    carried_out(tmp_path, NETWORK.format(activation=activation, loss="half_squared_error", w=1, b=1, x=0))
    carried_out(tmp_path, GRAPH.format(activation=activation))


def test_a_scenario_without_a_value_is_refused_at_its_line(tmp_path: Path) -> None:
    """What no program needs to train has no value either: a loss that takes no output, one whose first step has none."""
    carried_out(tmp_path, NETWORK.format(activation="1/0*z", loss="2", w=1, b=1, x=1))
    momentum = NETWORK.format(activation="gelu", loss="cross_entropy", w=1, b=0, x=-1.35)
    carried_out(tmp_path, momentum.replace("0.1, steps", "1, optimizer: nesterov, steps"))
    for call in ("train FILE --epochs 3", "diagnose FILE --gradients GRADIENTS"):
        (words,) = fill([call], file=tmp_path / "own.yaml", gradients=tmp_path / "gradients.json")
        assert called(*words).err.startswith(
            f"{tmp_path / 'own.yaml'}:5:7: error: the logarithm of a number that is not"
        )
