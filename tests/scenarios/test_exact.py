"""The bundled scenarios against an independent computation in 60 digits."""

from __future__ import annotations

from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.records.trace import record
from tests.scenarios.of_numbers import OF_NUMBERS

from .figures import SCENARIOS, number
from .independent import steps

NOISE = 1e-16  # what is exactly 0 may come out as a rounding error


@pytest.mark.parametrize("path", [SCENARIOS / f"{name}.yaml" for name in OF_NUMBERS], ids=lambda path: path.stem)
def test_every_number_is_exact(path: Path) -> None:
    """Every value, derivative, update and value after it agrees to twelve digits, in every step."""
    shown, exact = record(bt.run(bt.load(path)))["steps"], steps(path)
    assert len(shown) == len(exact)
    for ours, theirs in zip(shown, exact, strict=True):
        wanted = {f"{section}.{name}": float(v) for section, numbers in theirs.items() for name, v in numbers.items()}
        assert {name: number(ours, name) for name in wanted} == pytest.approx(wanted, rel=1e-12, abs=NOISE)
