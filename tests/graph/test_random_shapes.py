"""What holds of every shape: a gradient is the limit of differences, a layer the graph it stands for, a view the others.

Shapes, strides, paddings, axes and batches are drawn by Hypothesis; the differences are central ones of the
forward pass alone.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from backprop_tutor.formula.nodes import Matrix, Num, Partial, children
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import run
from backprop_tutor.lesson.teach import teach
from backprop_tutor.scenario.build_layers import graph_text
from backprop_tutor.scenario.checks.validate import validated
from backprop_tutor.scenario.load import build, load
from backprop_tutor.scenario.yaml.source import source_of
from backprop_tutor.training.train_step import run_scenario
from tests.graph.arrays import difference, grad, traced
from tests.lesson.evaluation import equations

FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
SIDES, SMALL = st.integers(2, 5), st.integers(1, 3)


@st.composite
def uses(draw: st.DrawFn) -> tuple[str, dict[str, tuple[int, ...]]]:
    """A call of an operation and the shapes of its arrays: any number of channels, sides, strides, paddings, axes."""
    kind = draw(st.sampled_from(["conv1d", "conv2d", "max_pool", "avg_pool", "matmul", "axis", "norm", "stretched"]))
    size, stride, padding = draw(SMALL), draw(SMALL), draw(st.integers(0, 2))
    if kind.startswith("conv"):
        axes = int(kind[4])
        sides = tuple(draw(SIDES) + size for _ in range(axes))
        channels = draw(st.sampled_from([None, (1, 2), (2, 1), (3, 2)]))
        before, after = ((channels[0],), (channels[1], channels[0])) if channels else ((), ())
        return f"{kind}(a, b, {stride}, {padding})", {"a": (*before, *sides), "b": (*after, *(size,) * axes)}
    if kind.endswith("pool"):
        axes = draw(st.integers(1, 2))
        before = draw(st.sampled_from([(), (2,)]))
        return f"{kind}{axes}d(a, {size}, stride={stride})", {
            "a": (*before, *(draw(SIDES) + size for _ in range(axes)))
        }
    rows, inner, columns = draw(SMALL), draw(SIDES), draw(SMALL)
    if kind == "matmul":
        return "a @ b", {"a": (rows, inner), "b": (inner, columns)}
    if kind == "norm":
        return "layer_norm(a, b, c)", {"a": (rows, inner + 1), "b": (inner + 1,), "c": (inner + 1,)}
    shape = tuple(draw(st.lists(SIDES, min_size=1, max_size=4)))
    if kind == "axis":
        name = draw(st.sampled_from(["sum", "mean", "max", "var", "softmax", "log_softmax", "logsumexp"]))
        return f"{name}(a, axis={draw(st.integers(1, len(shape)))})", {"a": shape}
    small = tuple(draw(st.sampled_from([1, side])) for side in shape[draw(st.integers(0, len(shape))) :])
    return "a * b + tanh(b)", {"a": shape, "b": small}


@FEW
@drawn(uses(), st.integers(1, 3), st.integers(0, 10**6))
def test_a_gradient_is_the_limit_of_differences(use: Any, examples: int, seed: int) -> None:
    """For every array of the call, of several examples and of what they share, under an upstream of its own everywhere."""
    text, shapes = use
    rng = np.random.default_rng(seed)
    given = {name: rng.normal(size=(*shape, examples if name == "a" else 1)) for name, shape in shapes.items()}
    plain = traced({"y": text}, given, "y", ("a",))
    shape = plain.graph.shapes[plain.graph.index["y"]]  # type: ignore[index]
    given["upstream"] = rng.normal(size=(*shape, examples))
    trace = traced({"y": text}, given, "y", ("a",))
    for name in shapes:
        slopes = difference({"y": text}, given, "y", name, ("a",))
        assume(np.isfinite(slopes).all())
        np.testing.assert_allclose(grad(trace, name), slopes, rtol=2e-6, atol=2e-7)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """An image through a convolution, a pool and a row of units; or a sequence through a cell."""
    seed, examples = draw(st.integers(0, 999)), draw(st.integers(1, 2))
    rng = np.random.default_rng(seed)
    last = {"units": 2, "activation": draw(st.sampled_from(["softmax", "sigmoid", "identity"])), "bias": [0.1, -0.2]}
    if draw(st.booleans()):
        side, kernel, stride, padding = (
            draw(st.integers(4, 6)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 2)),
            draw(SMALL) - 1,
        )
        inputs: Any = {"shape": [draw(st.integers(1, 2)), side, side]}
        layers = [
            {
                "kind": "conv2d",
                "channels": draw(st.integers(1, 2)),
                "kernel": kernel,
                "stride": stride,
                "padding": padding,
            },
            {"kind": draw(st.sampled_from(["max_pool2d", "avg_pool2d"])), "size": 2},
            {"kind": "flatten"},
        ]
        layers[0] |= {"weights": {"init": "normal", "std": 0.5, "seed": seed}, "activation": "tanh"}
        x = [rng.normal(size=inputs["shape"]).round(2).tolist() for _ in range(examples)]
    else:
        steps, units = draw(st.integers(2, 3)), draw(st.integers(1, 2))
        inputs = {"steps": steps, "units": units}
        start = {"init": "normal", "std": 0.5, "seed": seed}
        layers = [{"kind": "rnn", "units": 2, "weights": start, "recurrent": start, "return": "last"}]
        x = [rng.normal(size=(steps, units)).round(2).tolist() for _ in range(examples)]
    last["weights"] = {"init": "normal", "std": 0.5, "seed": seed + 1}
    rows = [{"x": each, "y": [1, 0]} for each in x]
    loss = "cross_entropy" if last["activation"] == "softmax" else "half_squared_error"
    return {"title": "?", "network": {"inputs": inputs, "layers": [*layers, last]}, "loss": loss, "data": rows}


def built(text: str) -> Scenario:
    """The scenario of a text."""
    return build(*validated(source_of("file", text.encode())))


@FEW
@drawn(networks())
def test_a_layer_is_the_graph_it_stands_for(file: dict[str, Any]) -> None:
    """Every value and derivative of the network is that of the graph that `--as-graph` prints."""
    text = json.dumps(file)
    first, again = built(text), built(graph_text(*validated(source_of("file", text.encode()))))
    one, other = (run(s.graph, {**s.data, **s.parameters}) for s in (first, again))
    for name in first.graph.parameters:
        np.testing.assert_allclose(one.adjoint(name), other.adjoint(name), rtol=1e-13, atol=1e-300)
    assert one.loss == other.loss


@pytest.mark.parametrize("name", ["convolution-relu-pool", "rnn-vectors", "attention-head", "embedding-repeated"])
def test_a_view_tells_what_the_others_tell(name: str) -> None:
    """The figures of ∂L/∂array in the view `graph` are those in the view `matrix`, in both languages."""
    run_of = run_scenario(load(name))
    found = [_arrays(teach(run_of, lang, view=view)) for view in ("graph", "matrix") for lang in ("en", "zh")]
    shared = set(found[0]).intersection(*found)
    assert len(shared) > 3
    assert all(each[key] == found[0][key] for each in found for key in shared)


def _arrays(document: Any) -> dict[str, list[str]]:
    """The figures of every whole derivative by its name."""
    shown = (e for e in equations(document.blocks) if isinstance(e.left, Partial) and "[" not in e.left.key)
    return {e.left.key: _figures(e.links[-1].right) for e in shown if isinstance(e.links[-1].right, Matrix)}  # type: ignore[union-attr]


def _figures(node: Any) -> list[str]:
    return [node.text] if isinstance(node, Num) else [text for part in children(node) for text in _figures(part)]
