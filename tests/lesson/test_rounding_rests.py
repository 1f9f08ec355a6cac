"""A sum whose terms cancel is 0 by hand: the lesson says what is left in floats, and a written 0 is right."""

from __future__ import annotations

from typing import Any

import pytest

import backprop_tutor as bt

SAYS = "the terms cancel"


def network(weights: list[float], x: list[float]) -> Any:
    """One unit over some inputs."""
    layers = [{"units": 1, "activation": "sigmoid", "weights": [weights]}]
    net = {"title": "t", "network": {"inputs": len(x), "layers": layers}, "data": [{"x": x, "y": 1}]}
    return bt.scenario(net)


CANCELS = network([0.5, -0.2, 0.1], [1, 3, 1])
ARRAYS = {
    "title": "t",
    "graph": {
        "inputs": {"image": [[1, 3], [1, 0]], "K": [[0.5, -0.2], [0.1, 0.3]]},
        "nodes": {"c": "conv2d(image, K)", "y": "sum(c)"},
        "output": "y",
    },
}
MEAN = {"title": "t", "graph": {"inputs": {"a": 0.1, "b": 0.2}, "nodes": {"m": "(a + b - 0.3) / 2"}, "output": "m"}}


@pytest.mark.parametrize("scenario", [CANCELS, ARRAYS, MEAN], ids=["layers", "arrays", "numbers"])
def test_the_lesson_says_that_the_rest_is_rounding(scenario: Any) -> None:
    """In both languages, for sums of layers, arrays and formulas."""
    assert SAYS in str(bt.teach(scenario))
    assert "手算得 0" in str(bt.teach(scenario, lang="zh"))


@pytest.mark.parametrize("weights", [[0.5, -0.25, 0.25], [0.5, -0.2, 0.1 + 1e-9], [0.0, 0.0, 1e-17]])
def test_what_is_small_or_0_by_itself_is_not(weights: list[float]) -> None:
    """An exact 0, a true difference of 1e-9, and a product that is 1e-17 without any cancelling."""
    assert SAYS not in str(bt.teach(network(weights, [1, 3, 1])))


@pytest.mark.parametrize("formula", ["1 - cos(z)", "sqrt(z^2 + 1) - 1", "exp(z/1e9) - 1"])
def test_what_is_computed_without_cancelling_is_no_rest(formula: str) -> None:
    """5·10⁻¹⁹ is what 1 − cos 10⁻⁹ is."""
    graph = {"inputs": {"z": 1e-9}, "nodes": {"a": formula, "L": "3*a"}, "output": "L"}
    assert SAYS not in str(bt.teach({"title": "t", "graph": graph}))


@pytest.mark.parametrize(("written", "is_right"), [("0", True), ("0.000", True), ("1e-9", False), ("0.1", False)])
def test_a_written_0_is_right_there(written: str, is_right: bool) -> None:
    """What is worked out by hand is judged right, a figure that is not 0 is not."""
    assert (bt.diagnose(CANCELS, {"z1[1]": written}).verdict == "correct") is is_right


def test_a_written_0_is_wrong_where_nothing_cancels() -> None:
    """1e-17 is a number like any other where it is no rest of a sum."""
    alone = network([1e-17], [1])
    assert bt.diagnose(alone, {"z1[1]": "0"}).verdict != "correct"
