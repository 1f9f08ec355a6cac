"""A number on a kink or a tie is said to stand there, with the call that shows what other libraries do."""

from __future__ import annotations

from typing import Any

import pytest

import backprop_tutor as bt
from backprop_tutor.graph.graph import Element
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.verify.exact import Exact
from backprop_tutor.verify.frameworks import TOPICS


def graph(nodes: dict[str, str], **inputs: float) -> Any:
    """The lesson of a graph of numbers."""
    return bt.teach({"title": "t", "graph": {"inputs": inputs, "nodes": nodes, "output": "L"}})


@pytest.mark.parametrize(
    ("nodes", "inputs", "topic"),
    [
        ({"L": "relu(x) * 2"}, {"x": 0.0}, "relu"),
        ({"L": "abs(x - y)"}, {"x": 2.0, "y": 2.0}, "abs"),
        ({"m": "max(x, y)", "L": "m + 1"}, {"x": 2.0, "y": 2.0}, "max"),
        ({"L": "leaky_relu(x)"}, {"x": 0.0}, "leaky_relu"),
        ({"L": "leaky_relu(x, slope=0.2)"}, {"x": 0.0}, "leaky_relu"),
        ({"L": "elu(x, alpha=0.5)"}, {"x": 0.0}, "elu"),
        ({"L": "hardtanh(x)"}, {"x": -1.0}, "hardtanh"),
        ({"L": "relu6(x)"}, {"x": 6.0}, "relu6"),
        ({"L": "hardsigmoid(x)"}, {"x": -3.0}, "hardsigmoid"),
        ({"L": "hardswish(x)"}, {"x": -3.0}, "hardswish"),
    ],
)
def test_a_graph(nodes: dict[str, str], inputs: dict[str, float], topic: str) -> None:
    """Each function with a kink; none is said elsewhere."""
    assert topic in TOPICS
    assert f"tutor frameworks --of {topic}" in str(graph(nodes, **inputs))
    assert "✗" not in str(graph(nodes, **inputs))
    elsewhere = {name: value + 0.5 * i for i, (name, value) in enumerate(inputs.items(), 1)}
    assert "tutor frameworks" not in str(graph(nodes, **elsewhere))


def test_a_tie_in_a_pooling_window() -> None:
    """The numerical check is half of the derivative there, and no fault."""
    nodes = {"m": "max_pool2d(x, 2)", "L": "sum(3.7 * m)"}
    tied = str(bt.teach({"title": "t", "graph": {"inputs": {"x": [[2, 2], [1, 2]]}, "nodes": nodes, "output": "L"}}))
    assert "x₁₁ is just at a kink, where there is no derivative: 3.7 here, its numerical check 1.85" in tied
    assert "✗" not in tied


def test_a_network() -> None:
    """A pre-activation of exactly 0 before a ReLU; in Chinese too."""
    layers = [{"units": 1, "activation": "relu", "weights": [[0.5]]}]
    net = {"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": 0, "y": 1}]}
    assert "stands on a kink of ReLU" in str(bt.teach(net))
    assert "折点" in str(bt.teach(net, lang="zh"))


def test_a_smooth_function_has_none() -> None:
    """An ELU and a CELU have one slope at 0, which is verified exactly."""
    for formula in ("elu(x)", "celu(x)", "celu(x, alpha=0.5)"):
        scenario = {"title": "t", "graph": {"inputs": {"x": 0.0}, "nodes": {"L": f"3*{formula}"}, "output": "L"}}
        assert "kink" not in str(bt.teach(scenario))
        (step,) = bt.run(bt.scenario(scenario)).steps
        x = Element(step.trace.graph.index["x"], (0,), 0)
        assert Exact(step.trace).derivative(x) == 3


def test_a_kink_of_which_no_library_is_known_has_no_call() -> None:
    """A call that is shown is never refused."""
    shown = str(graph({"L": "selu(x)"}, x=0.0))
    assert "stands on a kink of SELU" in shown
    assert "tutor frameworks" not in shown


def test_bundled_lessons_are_as_they_were() -> None:
    """No bundled scenario stands on a kink but those that say so."""
    on_kinks = [entry.name for entry in bundled() if "tutor frameworks --of" in str(bt.teach(entry.name))]
    assert set(on_kinks) <= {"lasso", "lenet-step", "max-pooling-tie"}
