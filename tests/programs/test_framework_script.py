"""The step written for PyTorch, JAX or Keras prints the figures of `tutor run`."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.errors import TutorError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.framework_script import LANGUAGES, framework_script
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from tests.cli.calls import tutor

DENSE = [entry.name for entry in bundled() if load(entry.name).graph.dense is not None]


@pytest.mark.parametrize("framework", LANGUAGES)
@pytest.mark.parametrize("name", DENSE)
def test_it_is_python(name: str, framework: str) -> None:
    """Every bundled network's file parses, in both languages."""
    for lang in ("en", "zh"):
        ast.parse(framework_script(load(name), framework, lang))  # type: ignore[arg-type]


def agrees(scenario: Scenario, framework: str, folder: Path) -> None:
    """Carried out, its figures are those of the engine."""
    (folder / "step.py").write_text(framework_script(scenario, framework, "en"), encoding="utf-8")
    done = subprocess.run([sys.executable, "step.py"], cwd=folder, capture_output=True, text=True, check=True)
    run = bt.run(scenario, 1)
    for line in done.stdout.splitlines():
        called, _, numbers = line.partition(" = ")
        found = np.array(ast.literal_eval(numbers))
        np.testing.assert_allclose(found, run[called], rtol=1e-9, atol=1e-13, err_msg=called)


OPTIMIZERS = ("sgd", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "adadelta", "nadam")


@pytest.mark.torch
@pytest.mark.parametrize("framework", LANGUAGES)
def test_it_prints_the_same_figures(framework: str, tmp_path: Path) -> None:
    """Bundled networks: losses, penalties, batches, frozen and missing weights, optimizers."""
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    for name in ("two-layer-batch", "softmax-classifier", "weight-penalty", "xor", "momentum-two-steps", "five-three"):
        agrees(load(name), framework, tmp_path)


@pytest.mark.torch
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str, tmp_path: Path) -> None:
    """The rule of each, line by line."""
    pytest.importorskip("torch")
    layers = [{"units": 2, "activation": "gelu", "weights": [[0.3], [-0.2]], "bias": 0.1}]
    described = {"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": 2, "y": [1, 0]}]}
    agrees(bt.scenario({**described, "training": {"optimizer": optimizer}}), "torch", tmp_path)


def test_the_name_of_the_file_says_for_whom(tmp_path: Path) -> None:
    """``step_torch.py``, ``step_jax.py``, ``step_keras.py``; a graph of formulas has no layers to write."""
    for framework in LANGUAGES:
        file = tmp_path / f"step_{framework}.py"
        assert start(["export", "two-layer-batch", "-o", str(file)]) == 0
        assert framework in file.read_text()
    with pytest.raises(TutorError):
        framework_script(load("circuits"), "torch", "en")


@pytest.mark.parametrize("name", ["step_keras.py", "step_torch.py", "step_jax.py"])
def test_a_graph_is_refused_with_what_there_is_for_it(name: str, tmp_path: Path) -> None:
    """No program is written of a graph of formulas; the gradients of one are judged."""
    done = tutor("export", "lstm-cell", "-o", name, cwd=tmp_path)
    assert done.returncode == 2
    assert "programs are written" in done.stderr
    assert "--gradients FILE" in done.stderr
    assert not (tmp_path / name).exists()
