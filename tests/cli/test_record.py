"""``tutor train --record``: every number of every update as a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from backprop_tutor.engine.quantity import parse
from tests.cli.calls import tutor


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a recording by heading."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(step: dict[str, Any], name: str) -> float:
    """The number of a contract's name in a step of the JSON object."""
    quantity = parse(name)
    assert quantity is not None
    found = step[quantity.section][quantity.name]
    for place in (quantity.row, quantity.column or quantity.example):
        found = found[(place or 1) - 1] if isinstance(found, list) else found
    return float(found)


def in_all(found: Any) -> int:
    """How many numbers there are, missing connections left out."""
    return sum(map(in_all, found)) if isinstance(found, list) else found is not None


SPARSE = """
title: t
network:
  inputs: 2
  layers:
    - {units: 2, activation: tanh, weights: [[0.1, null], [0.3, 0.2]], bias: 0.1, frozen: [bias]}
    - {units: 1, activation: sigmoid, weights: [[0.4, 0.6]]}
data: [{x: [0.5, 0.8], y: [1]}, {x: [0.1, -0.8], y: [0]}]
training: {optimizer: adam, learning_rate: 0.1}
"""
OVERFLOWING = """
title: t
graph: {inputs: {x: 800}, parameters: {w: 2}, nodes: {e: exp(x), y: w^2 + 1 / (1 + e)}, output: y}
"""


@pytest.mark.parametrize("name", ["mazur-two-two-two", "xor", "recurrent-three-steps", SPARSE, OVERFLOWING])
def test_a_row_has_every_number_of_its_step(name: str, tmp_path: Path) -> None:
    """A row is what `tutor run --at-step` says of that step, number for number, under the contract's names."""
    scenario = "-" if "\n" in name else name
    called = tutor("train", scenario, "--epochs", "25", "--record", "t.csv", cwd=tmp_path, text=name)
    assert called.returncode == 0
    rows = rows_of(tmp_path / "t.csv")
    assert [row.pop("step") for row in rows] == [str(number) for number in range(1, 26)]
    assert f"rows: 25, numbers in a row: {len(rows[0])}" in called.stderr
    again = tutor("run", scenario, "--at-step", "25", "--format", "json", cwd=tmp_path, text=name)
    step = json.loads(again.stdout)["steps"][0]
    assert len(rows[0]) == sum(in_all(found) for part in ("values", "grads") for found in step[part].values())
    for heading, number in rows[-1].items():
        assert float(number) == pytest.approx(told(step, heading), rel=1e-12, abs=1e-15, nan_ok=True), heading


def test_recordings_that_cannot_be(tmp_path: Path) -> None:
    """Updates that see parts of the data, another ending, a file that is there: said in one line, nothing written."""
    (tmp_path / "there.csv").write_text("mine")
    for scenario, file, said in (
        ("single-unit", "t.csv", "over all 3 examples, and these updates see 1 of them"),
        ("xor", "t.json", "ends in '.json'"),
        ("xor", "there.csv", "--force overwrites it"),
    ):
        called = tutor("train", scenario, "--record", file, cwd=tmp_path)
        assert called.returncode == 2
        assert said in called.stderr
        assert called.stderr.count("\n") == 1
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("there.csv", "mine")]
    assert tutor("train", "xor", "--epochs", "2", "--record", "there.csv", "--force", cwd=tmp_path).returncode == 0
    assert len(rows_of(tmp_path / "there.csv")) == 2
