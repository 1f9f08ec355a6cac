"""``tutor train --record``: every number of every update as a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from backprop_tutor.graph.quantity import parse
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
    for place in (*quantity.indices, quantity.example)[:2]:
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
BATCHES = f"{SPARSE.replace('data: [', 'data: [{x: [0.3, 0.1], y: [1]}, ')[:-2]}, batch: 2, shuffle: 5}}\n"
OVERFLOWING = """
title: t
graph: {inputs: {x: 800}, parameters: {w: 2}, nodes: {e: exp(x), y: w^2 + 1 / (1 + e)}, output: y}
"""


@pytest.mark.parametrize(
    ("name", "updates"),
    [
        *((name, 25) for name in ("xor", "recurrent-three-steps", SPARSE, OVERFLOWING)),
        *(("single-unit", 75), (BATCHES, 50)),
    ],
)
def test_a_row_has_every_number_of_its_step(name: str, updates: int, tmp_path: Path) -> None:
    """A row is what `tutor run --at-step` says of that step, number for number, under the contract's names."""
    scenario = "-" if "\n" in name else name
    called = tutor("train", scenario, "--epochs", "25", "--record", "t.csv", cwd=tmp_path, text=name)
    assert called.returncode == 0
    assert f"rows: {updates}," in called.stderr
    rows = rows_of(tmp_path / "t.csv")
    assert [int(row["step"]) for row in rows] == list(range(1, updates + 1))
    again = tutor("run", scenario, "--at-step", str(updates), "--format", "json", cwd=tmp_path, text=name)
    step = json.loads(again.stdout)["steps"][0]
    found = {heading: number for heading, number in rows[-1].items() if number and "." in heading}
    assert len(found) == sum(in_all(step[section][node]) for section in ("values", "grads") for node in step[section])
    for heading, number in found.items():
        assert float(number) == pytest.approx(told(step, heading), rel=1e-12, abs=1e-15, nan_ok=True), heading


def test_rows_of_batches_say_which_examples(tmp_path: Path) -> None:
    """The batches of an epoch see every example once, in an order drawn anew; the inputs are theirs."""
    assert tutor("train", "-", "--epochs", "9", "--record", "t.csv", cwd=tmp_path, text=BATCHES).returncode == 0
    rows = rows_of(tmp_path / "t.csv")
    epochs = [" ".join(row["examples"] for row in rows[first : first + 2]) for first in range(0, 18, 2)]
    assert {"".join(sorted(epoch.split())) for epoch in epochs} == {"123"}
    assert len(set(epochs)) > 1
    inputs = {"1": "0.3", "2": "0.5", "3": "0.1"}
    for row in rows:
        seen = [row[f"values.x[1]@{place}"] for place in (1, 2)]
        assert [number for number in seen if number] == [inputs[example] for example in row["examples"].split()]


def test_recordings_that_cannot_be(tmp_path: Path) -> None:
    """Another ending, a file that is there: said in one line, nothing written."""
    (tmp_path / "there.csv").write_text("mine")
    for file, said in (("t.json", "ends in '.json'"), ("there.csv", "--force overwrites it")):
        called = tutor("train", "xor", "--record", file, cwd=tmp_path)
        assert called.returncode == 2
        assert said in called.stderr
        assert called.stderr.count("\n") == 1
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("there.csv", "mine")]
    assert tutor("train", "xor", "--epochs", "2", "--record", "there.csv", "--force", cwd=tmp_path).returncode == 0
    assert len(rows_of(tmp_path / "there.csv")) == 2
