"""The step written for PyTorch, JAX or Keras prints the figures of `tutor run`."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.framework_script import LANGUAGES, framework_script
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from tests.cli.calls import tutor
from tests.conftest import some
from tests.scenarios.of_numbers import BUNDLED

DENSE = [name for name, scenario in BUNDLED.items() if scenario.graph.dense is not None]


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
        np.testing.assert_allclose(
            found.reshape(np.shape(run[called])), run[called], rtol=1e-9, atol=1e-13, err_msg=called
        )


OPTIMIZERS = ("sgd", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "adadelta", "nadam")


@pytest.mark.torch
@pytest.mark.parametrize("framework", LANGUAGES)
def test_it_prints_the_same_figures(framework: str, tmp_path: Path) -> None:
    """Bundled networks: losses, penalties, batches, frozen and missing weights, optimizers."""
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    for name in ("two-layer-batch", "softmax-classifier", "weight-penalty", "xor", "momentum-two-steps", "five-three"):
        agrees(load(name), framework, tmp_path)
    agrees(bt.scenario(with_constants()), framework, tmp_path)


def with_constants() -> dict[str, Any]:
    """A network of functions with constants, and of functions that a framework writes as formulas."""
    constants = {"leaky_relu": "slope", "elu": "alpha", "celu": "alpha", "softplus": "beta", "silu": "beta"}
    own = [*({"activation": name, key: 0.3} for name, key in constants.items()), {"activation": "gelu_tanh"}]
    layers = [*own, {"activation": "relu6"}, {"activation": "max(0, z) - z/2"}]
    weights = {"units": 2, "weights": [[-0.5, 0.2], [0.3, 0.7]], "bias": -0.1}
    network = {"inputs": 2, "layers": [{**weights, **layer} for layer in layers]}
    return {"title": "t", "network": network, "data": [{"x": [1, 0.5], "y": [1, 0]}]}


@pytest.mark.torch
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str, tmp_path: Path) -> None:
    """The rule of each, line by line."""
    pytest.importorskip("torch")
    layers = [{"units": 2, "activation": "gelu", "weights": [[0.3], [-0.2]], "bias": 0.1}]
    described = {"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": 2, "y": [1, 0]}]}
    agrees(bt.scenario({**described, "training": {"optimizer": optimizer}}), "torch", tmp_path)


GRAPHS = (
    "convolution-channels",
    "convolution-relu-pool",
    "max-pooling-tie",
    "batch-norm-backward",
    "lstm-three-steps",
    "attention-head",
    "embedding-repeated",
    "chain-rule-sine",
    "lasso",
)
"""Kinds of lines: windows, ties, norms, cells, softmax, rows of a table, inputs alone, a bend."""


@pytest.mark.torch
@pytest.mark.parametrize("framework", LANGUAGES)
def test_graphs_print_the_same_figures(framework: str, tmp_path: Path) -> None:
    """The nodes line by line, an upstream gradient, derivatives by what is given where nothing is learned."""
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    for name in GRAPHS:
        agrees(load(name), framework, tmp_path)


def test_every_graph_is_python_without_a_word_of_numpy() -> None:
    """The bundled graphs of each framework, a few by default."""
    for entry in some([each for each in bundled() if each.name not in DENSE], 4):
        for framework in LANGUAGES:
            scenario = load(entry.name)
            if scenario.graph.outputs:
                continue
            text = framework_script(scenario, framework, "en")
            read = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
            assert "np" not in read


def test_the_name_of_the_file_says_for_whom(tmp_path: Path) -> None:
    """``step_torch.py``, ``step_jax.py``, ``step_keras.py``."""
    for framework in LANGUAGES:
        file = tmp_path / f"step_{framework}.py"
        assert start(["export", "two-layer-batch", "-o", str(file)]) == 0
        assert framework in file.read_text()


@pytest.mark.parametrize("name", ["step_keras.py", "step_torch.py", "step_jax.py"])
def test_without_a_loss_there_is_no_step(name: str, tmp_path: Path) -> None:
    """An array for its Jacobian is refused in a sentence, and no file is left."""
    done = tutor("export", "softmax-jacobian", "-o", name, cwd=tmp_path)
    assert done.returncode == 2
    assert "no loss" in done.stderr
    assert not (tmp_path / name).exists()
