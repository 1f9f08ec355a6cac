"""The notebook of a lesson: every cell runs, every line of NumPy gives the engine's numbers."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import yaml

import backprop_tutor as bt
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.interface.magics import register
from backprop_tutor.lesson.teach import teach
from backprop_tutor.programs.notebook import notebook
from backprop_tutor.scenario.load import load, original
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.rule import CLIPPING, SCHEDULES
from backprop_tutor.training.train_step import run_scenario
from tests.interface.test_library import Shell

SOME = (
    "two-two-one",
    "two-layer-batch",
    "sum-over-paths",
    "max-pooling",
    "lstm-cell",
    "attention-head",
    "adam-two-steps",
)
TRAININGS = [
    *({"optimizer": name} for name in OPTIMIZERS),
    *({"schedule": name} for name in SCHEDULES if name != "constant"),
    *({"clip": {"kind": name, "limit": 0.01}} for name in CLIPPING),
]


def written(name: str) -> str:
    """The notebook of a bundled scenario."""
    run = run_scenario(load(name))
    return notebook(run, teach(run), original(name), "en")


def carried_out(text: str) -> dict[str, Any]:
    """The names after all cells have run; what a cell ends in, under ``_`` and its number."""
    shell = Shell()
    register(shell)
    names = shell.user_ns
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] != "code":
            continue
        first, _, rest = cell["source"].partition("\n")
        if first.startswith("%%scenario"):
            assert shell.magics["cell", "scenario"](first.removeprefix("%%scenario"), rest) is not None
            continue
        lines = [line for line in cell["source"].splitlines() if not line.startswith("%load_ext")]
        *_, last = lines
        exec("\n".join(lines), names)
        if not re.match(r"[\w ,]+ = |import|}|\s", last):
            names[f"_{cell['id']}"] = eval(last, names)
    return names


@pytest.mark.parametrize("name", SOME)
def test_every_cell_runs_and_the_gradients_of_its_lines_are_judged_right(name: str) -> None:
    """As nbclient would run them: from top to bottom, the blanks left empty."""
    names = carried_out(written(name))
    shown = [value for key, value in names.items() if key.startswith("_cell-")]
    assert {answer.verdict for answer in shown if hasattr(answer, "verdict")} == {"correct"}
    assert "nothing is filled in yet" in [value for value in shown if isinstance(value, str)]


DENSE = ("multi-output", "weight-penalty", "closed-gate", "softmax-batch")


@pytest.mark.parametrize("name", DENSE)
def test_the_loss_of_dense_layers_is_that_of_the_engine(name: str) -> None:
    """A cell under the loss: every loss, mean or sum over examples, with the penalty of the weights."""
    names = carried_out(written(name))
    assert names["loss"] == pytest.approx(float(bt.run(bt.load(name))["loss"]), rel=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_every_kind_is_that_of_the_engine(loss: str) -> None:
    """By its formula of an output, its factor, and the number of outputs where it is their mean."""
    described = yaml.safe_load(original("multi-output")) | {"loss": loss}
    net = bt.scenario(described)
    run = run_scenario(net)
    names = carried_out(notebook(run, teach(run), yaml.safe_dump(described, allow_unicode=True), "en"))
    assert names["loss"] == pytest.approx(float(bt.run(net)["loss"]), rel=1e-12)


@pytest.mark.parametrize("training", TRAININGS, ids=str)
def test_the_update_is_that_of_the_engine(training: dict[str, Any]) -> None:
    """Every optimizer, schedule and way of clipping: its lines as NumPy give the engine's new parameters."""
    described = yaml.safe_load(original("two-layer-batch"))
    described["training"] = {"learning_rate": 0.1, **training}
    source = yaml.safe_dump(described, allow_unicode=True)
    net = bt.scenario(described)
    run = run_scenario(net)
    names = carried_out(notebook(run, teach(run), source, "en"))
    assert names["t"] == 1
    assert "learning_rate" in names
    for parameter in net.graph.parameters:
        expected = bt.run(net)[f"updated.{parameter}"]
        np.testing.assert_allclose(names[parameter].reshape(expected.shape), expected, rtol=1e-12, atol=1e-15)


def test_the_format() -> None:
    """nbformat 4.5: its own schema where it is installed, else what it asks of every cell."""
    book = json.loads(written("two-two-one"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]{1,64}", each) for each in ids)
    assert {cell["cell_type"] for cell in book["cells"]} == {"markdown", "code"}
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.from_dict(book))


def test_names_of_a_graph_do_not_collide_with_those_of_the_notebook() -> None:
    """A graph whose author calls things net, mine, t and learning_rate."""
    source = """
title: names
graph:
  inputs: {net: 2}
  parameters: {t: 0.5, learning_rate: 3}
  nodes: {mine: t * net, L: (mine - learning_rate)^2}
  output: L
training: {learning_rate: 0.1, optimizer: adam}
"""
    net = bt.scenario(yaml.safe_load(source))
    run = run_scenario(net)
    names = carried_out(notebook(run, teach(run), source, "en"))
    for name in ("t", "learning_rate"):
        assert np.squeeze(names[name]) == pytest.approx(bt.run(net)[f"updated.{name}"], rel=1e-12)
