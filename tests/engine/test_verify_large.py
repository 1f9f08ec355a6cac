"""Verification beyond what exact numbers can reach: directions through all parameters first."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.graph.tape import Trace
from backprop_tutor.verify.differences import FEW, relative_error, verify
from tests.cli.calls import called
from tests.engine.networks import random_scenario


def large(activation: str = "tanh") -> Trace:
    """A network whose derivatives would take SymPy minutes."""
    return bt.run(random_scenario(activation, "half_squared_error", examples=16, sizes=(8, 16, 4)), 1).steps[0].trace


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_a_large_network_is_verified_in_seconds(activation: str) -> None:
    """All derivatives at once along random directions, some one by one."""
    trace, began = large(activation), time.process_time()
    found = verify(trace)
    assert time.process_time() - began < 4
    assert (found.passed, len(found.directions), len(found.checks)) == (True, 3, FEW)


def test_one_wrong_derivative_is_found_by_directions() -> None:
    """A single wrong element of a gradient shows along every direction, and more are then looked at one by one."""
    trace = large()
    i = trace.graph.index["W1"]
    wrong = np.array(trace.adjoints[i])
    wrong[3, 2] = -wrong[3, 2]
    adjoints = (*trace.adjoints[:i], wrong, *trace.adjoints[i + 1 :])
    found = verify(replace(trace, adjoints=adjoints))
    assert not found.passed
    assert not any(direction.agrees for direction in found.directions)
    assert len(found.checks) > FEW


@pytest.mark.parametrize(
    ("value", "exact", "error"),
    [
        (0.0, Fraction(14, 10**324), 0.0),
        (float("inf"), Fraction(10**400), 0.0),
        (float("-inf"), Fraction(-(10**400)), 0.0),
        (float("inf"), Fraction(1), float("inf")),
        (0.5, Fraction(1, 2), 0.0),
    ],
)
def test_what_no_float_can_hold_is_right_as_the_nearest(value: float, exact: Fraction, error: float) -> None:
    """A subnormal number has no figures to lose; what is too large is infinite."""
    assert relative_error(value, exact) == error


@pytest.mark.parametrize(
    ("activation", "w", "x"), [("sigmoid", "-750", "1"), ("identity", "1e150", "1e5"), ("identity", "1e200", "1e200")]
)
def test_verify_has_an_answer_at_the_ends_of_the_floats(tmp_path: object, activation: str, w: str, x: str) -> None:
    """Saturated to a subnormal, a loss beyond all floats, a value beyond them: an answer, no fault."""
    file = f"{tmp_path}/far.yaml"
    layer = f"{{units: 1, activation: {activation}, weights: [[{w}]]}}"
    text = (
        f"title: t\nnetwork: {{inputs: 1, layers: [{layer}]}}\nloss: half_squared_error\ndata: [{{x: [{x}], y: [1]}}]\n"
    )
    with open(file, "w", encoding="utf-8") as out:  # noqa: PTH123
        out.write(text)
    found = called("verify", file)
    assert found.status in (0, 1)
    assert found.status == 0 or activation == "identity"
