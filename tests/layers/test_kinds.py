"""Every kind of layer beside the same graph written by hand, and beside PyTorch where that is installed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.layers.table import KINDS
from backprop_tutor.scenario.build_layers import graph_text
from backprop_tutor.scenario.checks.validate import validated
from backprop_tutor.scenario.load import build
from backprop_tutor.scenario.yaml.source import source_of
from tests.graph.arrays import grad, value

from .networks import CASES, Case, by_hand, numbers, scenario

ALL = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
CLOSE = {"rtol": 1e-12, "atol": 1e-13}


def _built(text: str) -> Scenario:
    return build(*validated(source_of("file", text.encode())))


def _trace(file: dict[str, Any]) -> Trace:
    found = _built(json.dumps(file))
    return run(found.graph, {**found.data, **found.parameters})


def with_target(case: Case) -> dict[str, Any]:
    """The numbers of a case, with a target in the shape of its output."""
    given, last = numbers(case), list(case.hand)[-1]
    file = by_hand(case, {**given, "y": np.zeros(())})
    file["graph"] |= {"inputs": ["x"], "nodes": case.hand, "output": [last]}
    file["data"] = [{"x": row["x"]} for row in file["data"]]
    graph = _built(json.dumps(file)).graph
    assert graph.shapes is not None
    return {**given, "y": np.random.default_rng(9).normal(size=graph.shapes[graph.index[last]])}


def test_every_kind_has_a_case() -> None:
    """No kind is offered that is not held against another computation."""
    assert set(KINDS) == {layer.get("kind", "dense") for case in CASES for layer in case.layers}


@ALL
def test_it_is_the_graph_written_by_hand(case: Case) -> None:
    """Loss, derivatives of the input and of every parameter are the same; so are the nodes both have."""
    given = with_target(case)
    ours, hand = _trace(scenario(case, given)), _trace(by_hand(case, given))
    np.testing.assert_allclose(ours.value("loss"), hand.value("loss"), **CLOSE)
    for name in (*(() if case.ids else ("x",)), *case.parameters):
        np.testing.assert_allclose(grad(ours, name), grad(hand, name), **CLOSE)


@ALL
def test_written_out_it_means_the_same(case: Case) -> None:
    """`graph --as-graph` prints a file of which every quantity is the same, to the last bit."""
    given = with_target(case)
    text = json.dumps(scenario(case, given))
    found, again = _built(text), _built(graph_text(*validated(source_of("file", text.encode()))))
    first, second = (run(s.graph, {**s.data, **s.parameters}) for s in (found, again))
    assert [node.name for node in first.graph.nodes] == [node.name for node in second.graph.nodes]
    for one, other in zip(first.values, second.values, strict=True):
        np.testing.assert_array_equal(one, other)


@ALL
def test_pytorch_finds_the_same(case: Case) -> None:
    """The output, the loss and every derivative agree with PyTorch to 1e-12."""
    torch: Any = pytest.importorskip("torch")
    given, last = with_target(case), list(case.hand)[-1]
    tensors = {name: torch.tensor(given[name], requires_grad=True) for name in case.parameters}
    tensors["x"] = torch.tensor(given["x"], requires_grad=not case.ids)
    out = case.torch(torch, tensors, tensors["x"])
    loss = ((out - torch.tensor(given["y"])) ** 2).sum() / 2 / len(given["x"])
    loss.backward()
    trace = _trace(scenario(case, given))
    np.testing.assert_allclose(trace.value("loss").item(), loss.item(), **CLOSE)
    if last in trace.graph.index:
        np.testing.assert_allclose(np.moveaxis(value(trace, last), -1, 0), out.detach().numpy(), **CLOSE)
    if not case.ids:
        np.testing.assert_allclose(np.moveaxis(grad(trace, "x"), -1, 0), tensors["x"].grad.numpy(), **CLOSE)
    for name in case.parameters:
        np.testing.assert_allclose(grad(trace, name)[..., 0], tensors[name].grad.numpy(), **CLOSE)
