"""Recordings of any length: stretch after stretch, in steady memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.records import table as recorded_table
from backprop_tutor.records.table import RecordedTable, Stretch
from tests.engine.networks import random_scenario

SMALL = replace(bt.load("two-two-one"), training=Training("adam", 0.05))
LARGE = random_scenario("tanh", "half_squared_error", sizes=(12, 10, 9, 11), training=Training("momentum", 0.01))


def numbers(*stretches: Stretch) -> list[list[float]]:
    """All their rows."""
    lines = "".join(stretch.text for stretch in stretches).splitlines()
    return [[float(number) for number in line.split(",")] for line in lines]


@pytest.mark.parametrize("scenario", [SMALL, LARGE], ids=["small", "large"])
def test_stretches_are_one_training(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one stretch ends the next goes on, with what the optimizer remembers."""
    table = RecordedTable.of(scenario, 10)
    (whole,) = table.stretches()
    monkeypatch.setattr(recorded_table, "NUMBERS", 3 * len(table.columns))
    parts = list(table.stretches())
    assert [part.until for part in parts] == [3, 6, 9, 10]
    np.testing.assert_allclose(numbers(*parts), numbers(whole), rtol=1e-12, atol=1e-15)


@pytest.mark.slow
def test_a_long_recording_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most that is held at any time does not grow with ten times the stretches."""
    monkeypatch.setattr(recorded_table, "NUMBERS", 1000)

    def most(updates: int) -> int:
        tracemalloc.start()
        for _ in RecordedTable.of(SMALL, updates).stretches():
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    most(330)  # compiles
    assert most(3300) < 2 * most(330)
