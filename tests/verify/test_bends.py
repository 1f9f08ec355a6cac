"""A bend, where the slopes of the two sides differ, is distinguished from a smooth place."""

from __future__ import annotations

import math

import pytest

from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.verify.differences import verify
from backprop_tutor.verify.numerical_derivative import is_bent
from tests.cli.calls import called


@pytest.mark.parametrize(
    ("function", "here"),
    [
        (abs, 0.0),
        (lambda x: max(x, 2.0), 2.0),
        (lambda x: 5 + 0.3 * max(x, -x, 0), 0.0),
        (lambda x: 5e9 + 290 * max(x, 0), 0.0),
    ],
)
def test_a_bend_is_found(function, here):
    """|x| at 0, a maximum where both are equal, a bend in a loss so large that rounding moves it too."""
    assert is_bent(function, here)


@pytest.mark.parametrize(
    ("function", "here"),
    [
        (math.exp, 1.0),
        (lambda x: 1e6 + x, 0.0),
        (lambda x: 1e3, 0.0),
        (lambda x: math.fsum((5e9 + x, -3e9)) * 1.1 + 2e9, 0.0),
        (lambda x: x**2, 0.0),
        (abs, 0.3),
        (lambda x: 1e4 * math.sin(50 * x), 0.2),
    ],
)
def test_no_bend_is_found_where_none_is(function, here):
    """Curves, straight lines, a constant that only rounding moves."""
    assert not is_bent(function, here)


@pytest.mark.parametrize(
    ("given", "formula"), [("0", "sqrt(x)"), ("[0, 0]", "3 * sqrt(sum(x^2))"), ("0", "x^0.5 + 2*x")]
)
def test_where_there_is_no_derivative_nothing_agrees_or_differs(given, formula, tmp_path):
    """`run` and `verify` say so in the same words, without a tick or a cross for derivatives."""
    file = tmp_path / "end.yaml"
    file.write_text(f"title: t\ngraph:\n  inputs: {{x: {given}}}\n  nodes: {{L: '{formula}'}}\n  output: L\n")
    for command in ("run", "verify"):
        found = called(command, str(file))
        assert found.status == 0
        assert "no derivative here" in found.out
        assert "✗" not in found.out
        assert "derivatives agree" not in found.out


def test_a_tie_of_maxima_is_no_error():
    """Where the maximum of a window is reached several times there is no derivative that could be wrong."""
    (step,) = run_scenario(load("max-pooling-tie")).steps
    found = verify(step.trace)
    assert found.passed
    assert {check.verdict for check in found.checks} == {"agrees", "kink"}
