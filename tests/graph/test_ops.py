"""The operations on arrays: their values against NumPy and PyTorch, their gradients against differences, their letters
against their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Num, Sym, formula
from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.array import AnyArray, Array
from backprop_tutor.graph.arrays import Builder
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.ops.table import DEFINED, OPERATIONS, SIGNATURES
from backprop_tutor.records.trace import record
from tests.graph.arrays import difference, grad, graph_of, opened, shared, traced, value

Shapes = Mapping[str, tuple[int, ...]]

IDS = {"ids": [1, 3, 1], "c": 2, "cs": [2, 1]}
CASES: list[tuple[str, Shapes]] = [
    ("A @ B", {"A": (2, 3), "B": (3, 4)}),
    ("A @ v", {"A": (2, 3), "v": (3,)}),
    ("v @ A", {"A": (3, 2), "v": (3,)}),
    ("matmul(v, w)", {"v": (3,), "w": (3,)}),
    ("A @ B @ v", {"A": (2, 3), "B": (3, 4), "v": (4,)}),
    ("dot(v, w)", {"v": (3,), "w": (3,)}),
    ("outer(v, w)", {"v": (3,), "w": (2,)}),
    *((f"{name}(A)", {"A": (2, 3)}) for name in ("sum", "mean", "max", "min", "prod", "norm", "logsumexp", "var")),
    *(
        (f"{name}(A, axis=1)", {"A": (2, 3)})
        for name in ("sum", "mean", "max", "min", "prod", "norm", "logsumexp", "var")
    ),
    *(
        (f"{name}(A, axis=-1, keepdim=1)", {"A": (2, 3, 2)})
        for name in ("sum", "mean", "max", "prod", "logsumexp", "norm")
    ),
    ("batch_mean(A)", {"A": (2, 3)}),
    ("A.T", {"A": (2, 3)}),
    ("transpose(v)", {"v": (2,)}),
    ("reshape(A, 3, 2)", {"A": (2, 3)}),
    ("flatten(A)", {"A": (2, 3, 2)}),
    ("concat(A, B)", {"A": (2, 3), "B": (1, 3)}),
    ("concat(A, B, A, axis=2)", {"A": (2, 3), "B": (2, 2)}),
    ("stack(v, w, v)", {"v": (2,), "w": (2,)}),
    ("stack(v, w, axis=-1)", {"v": (2,), "w": (2,)}),
    ("A[2]", {"A": (2, 3)}),
    ("A[:, 2:3]", {"A": (2, 3)}),
    ("A[1, 3] * A[2, 1]", {"A": (2, 3)}),
    ("embedding(E, ids)", {"E": (4, 2)}),
    ("embedding(E, c)", {"E": (4, 2)}),
    ("one_hot(c, 3) * v", {"v": (3,)}),
    ("conv1d(x, k)", {"x": (5,), "k": (2,)}),
    ("conv1d(x, k, stride=2, padding=1)", {"x": (2, 5), "k": (3, 2, 3)}),
    ("conv2d(x, k)", {"x": (4, 3), "k": (2, 2)}),
    ("conv2d(x, k, 2, 1)", {"x": (2, 5, 4), "k": (3, 2, 3, 2)}),
    ("max_pool1d(x, 2)", {"x": (5,)}),
    ("avg_pool1d(x, 2, stride=1)", {"x": (2, 5)}),
    ("max_pool2d(x, 2)", {"x": (2, 5, 4)}),
    ("max_pool2d(x, 3, stride=2)", {"x": (7, 5)}),
    ("avg_pool2d(x, 2)", {"x": (4, 4)}),
    ("softmax(A)", {"A": (2, 3)}),
    ("softmax(A, axis=1)", {"A": (2, 3)}),
    ("log_softmax(v)", {"v": (3,)}),
    ("softmax(causal(S))", {"S": (3, 3)}),
    ("cross_entropy(v, c)", {"v": (3,)}),
    ("cross_entropy(A, cs)", {"A": (2, 3)}),
    ("cross_entropy(v, w)", {"v": (3,), "w": (3,)}),
    ("mse(v, w)", {"v": (3,), "w": (3,)}),
    ("dropout(v, w, 0.8)", {"v": (3,), "w": (3,)}),
    ("layer_norm(A, v, w)", {"A": (2, 3), "v": (3,), "w": (3,)}),
    ("rms_norm(A, v, eps=0.01)", {"A": (2, 3), "v": (3,)}),
    ("batch_norm(v, w, u)", {"v": (2,), "w": (2,), "u": (2,)}),
    ("v * A + sigmoid(s) - B", {"v": (3,), "A": (2, 3), "s": (), "B": (2, 1)}),
    ("max(v, w) + min(v, s)", {"v": (3,), "w": (3,), "s": ()}),
]


def arrays(text: str, shapes: Shapes, examples: int, seed: int = 0) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Random arrays for a case, an upstream gradient with them, and which of them are inputs, one an example."""
    generator = np.random.default_rng(seed)
    given = {
        name: generator.normal(size=(*shape, examples if i % 2 == 0 else 1))
        for i, (name, shape) in enumerate(shapes.items())
    }
    given |= {name: np.repeat(shared(IDS[name]), examples, -1) for name in IDS if name in _words(text)}
    data = tuple(name for name, array in given.items() if name in IDS or array.shape[-1] == examples)
    graph = graph_of({"y": text}, given, "y", data, upstream=True)
    assert graph.shapes is not None
    shape = graph.shapes[graph.index["y"]]
    last = max(examples if _per_example(text, given, examples) else 1, 1)
    return {**given, "upstream": generator.normal(size=(*shape, last))}, data


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())


def _per_example(text: str, given: Mapping[str, Array], examples: int) -> bool:
    return any(array.shape[-1] == examples for array in given.values()) and not text.startswith("batch_mean")


@pytest.mark.parametrize("examples", [1, 3])
@pytest.mark.parametrize(("text", "shapes"), CASES, ids=[text for text, _ in CASES])
def test_a_gradient_is_what_differences_say(text: str, shapes: Shapes, examples: int) -> None:
    """dL/d(every input) agrees with central differences, for one example and for several that share parameters."""
    given, data = arrays(text, shapes, examples)
    trace = traced({"y": text}, given, "y", data)
    for name in shapes:
        np.testing.assert_allclose(
            grad(trace, name), difference({"y": text}, given, "y", name, data), rtol=1e-6, atol=1e-8, err_msg=name
        )


@pytest.mark.parametrize(("text", "shapes"), CASES, ids=[text for text, _ in CASES])
def test_every_shape_is_the_one_inferred(text: str, shapes: Shapes) -> None:
    """Values and adjoints have the shape that followed from the formula alone, and the examples last."""
    given, data = arrays(text, shapes, 2)
    trace = traced({"y": text}, given, "y", data)
    for node, shape, found, adjoint in zip(
        trace.graph.nodes, trace.graph.shapes or (), trace.values, trace.adjoints, strict=True
    ):
        assert opened(trace, node.name, found).shape[:-1] == shape, node.name
        assert adjoint is None or adjoint.shape == found.shape, node.name


@pytest.mark.parametrize(("text", "shapes"), CASES, ids=[text for text, _ in CASES])
def test_hypotheses_are_stacked_in_front(text: str, shapes: Shapes) -> None:
    """With two sets of numbers along a first axis, an op gives for each what it gives for it alone, forward and back."""
    given, data = arrays(text, shapes, 2)
    trace = traced({"y": text}, given, "y", data)
    for i in trace.graph.computed:
        op, inputs = trace.graph.nodes[i].op, [trace.values[j] for j in trace.graph.nodes[i].inputs]
        assert isinstance(op, ArrayOp)
        if op.name != "one_hot":
            _assert_stacked(op, inputs)


def _assert_stacked(op: ArrayOp, inputs: list[Array]) -> None:
    whole = {a for a, _ in op.whole}
    both = [x if a in whole else np.stack([x, 0.5 * x + 0.1]) for a, x in enumerate(inputs)]
    out = op.forward(*both)
    seed = np.stack([np.ones_like(out[0]), np.full_like(out[0], 0.3)])
    sent = op.vjp(seed, out, *both)
    for h in range(2):
        alone = [x if a in whole else x[h] for a, x in enumerate(both)]
        np.testing.assert_allclose(out[h], op.forward(*alone), rtol=1e-12, atol=1e-15)
        for together, single in zip(sent, op.vjp(seed[h], out[h], *alone), strict=True):
            if single is not None:
                np.testing.assert_allclose(together[h], single, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("text", "shapes"), CASES, ids=[text for text, _ in CASES])
def test_what_is_written_is_what_is_computed(text: str, shapes: Shapes) -> None:
    """Fed letters, every op writes formulas that come to the numbers it computes: its values and all that it sends back."""
    given, data = arrays(text, shapes, 2)
    trace = traced({"y": text}, given, "y", data)
    for i in trace.graph.computed:
        node = trace.graph.nodes[i]
        assert isinstance(node.op, ArrayOp)
        inputs, out, g = [trace.values[j] for j in node.inputs], trace.values[i], trace.adjoints[i]
        if g is None:
            continue
        taught = node.op.written_for(inputs)
        known: dict[str, float] = {}
        letters = [_letters(array, known) for array in inputs]
        _assert_worth(taught.forward(*letters), out, known)
        sent = taught.vjp(_letters(g, known), _letters(out, known), *letters)
        for formulas, numbers in zip(sent, node.op.vjp(g, out, *inputs), strict=True):
            assert (formulas is None) == (numbers is None)
            if formulas is not None and numbers is not None:
                _assert_worth(formulas, numbers, known)


_NUMBER = count()


def _letters(array: Array, known: dict[str, float]) -> AnyArray:
    letters = np.empty(array.shape, dtype=object)
    for place in np.ndindex(*array.shape):
        name = f"q{next(_NUMBER)}"
        known[name] = float(array[place])
        letters[place] = Sym(name) if np.isfinite(array[place]) else Num(float(array[place]), "-inf")
    return letters


def _assert_worth(formulas: AnyArray, numbers: Array, known: dict[str, float]) -> None:
    worth = np.array([evaluate(formula(f), known) for f in formulas.ravel()], dtype=float).reshape(formulas.shape)
    np.testing.assert_allclose(worth, numbers, rtol=1e-9, atol=1e-12)


def test_every_operation_is_tested() -> None:
    """Each entry of the tables occurs in a case."""
    called = {word for text, _ in CASES for word in _words(text)}
    assert {*OPERATIONS, *DEFINED} <= called


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@drawn(st.data())
def test_any_convolution_and_any_pool(data: st.DataObject) -> None:
    """Whatever channels, sides, strides and paddings: the values are those of the plain loops, the gradients those of
    differences.
    """
    c, o = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    height, width = data.draw(st.integers(2, 5)), data.draw(st.integers(2, 5))
    kh, kw = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    stride, padding = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 2))
    text = f"conv2d(x, k, {stride}, {padding})"
    given, inputs = arrays(text, {"x": (c, height, width), "k": (o, c, kh, kw)}, 2, seed=data.draw(st.integers(0, 99)))
    trace = traced({"y": text}, given, "y", inputs)
    np.testing.assert_allclose(
        value(trace, "y"), _by_loops(given["x"], given["k"][..., 0], stride, padding), rtol=1e-12, atol=1e-14
    )
    for name in ("x", "k"):
        expected = difference({"y": text}, given, "y", name, inputs)
        np.testing.assert_allclose(grad(trace, name), expected, rtol=1e-5, atol=1e-7)
    size = data.draw(st.integers(1, min(height, width)))
    for pool in ("max_pool2d", "avg_pool2d"):
        text = f"{pool}(x, {size}, {stride})"
        given, inputs = arrays(text, {"x": (c, height, width)}, 2)
        expected = difference({"y": text}, given, "y", "x", inputs)
        np.testing.assert_allclose(grad(traced({"y": text}, given, "y", inputs), "x"), expected, rtol=1e-5, atol=1e-7)


def _by_loops(x: Array, k: Array, stride: int, padding: int) -> Array:
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    o, _, kh, kw = k.shape
    rows, columns = (padded.shape[1] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
    made = np.zeros((o, rows, columns, x.shape[-1]))
    for out, i, j in np.ndindex(o, rows, columns):
        window = padded[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
        made[out, i, j] = (window * k[out][..., None]).sum(axis=(0, 1, 2))
    return made


PUBLISHED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "conv2d(x, k)",
        {"x": [[1, 2, 0], [0, 1, 3], [2, 1, 1]], "k": [[1, 0], [-1, 2]], "upstream": [[1, 2], [0, -1]]},
        {"k": [[4, -1], [1, 6]], "x": [[1, 2, 0], [-1, -1, 4], [0, 1, -2]]},
    ),
    (
        "layer_norm(x, g, s)",
        {"x": [1, 2, 6], "g": [1, 1, 1], "s": [0, 0, 0], "upstream": [1, 0, -2]},
        {"x": [0.0882, -0.1102, 0.0220]},
    ),
    ("max_pool1d(x, 2)", {"x": [3, 3, 1, 2], "upstream": [1, -2]}, {"x": [1, 0, 0, -2]}),
    ("max(x)", {"x": [3, 3, 1], "upstream": 1}, {"x": [0.5, 0.5, 0]}),
    ("norm(x)", {"x": [0, 0], "upstream": 1}, {"x": [0, 0]}),
]


@pytest.mark.parametrize(("text", "given", "grads"), PUBLISHED, ids=[text for text, *_ in PUBLISHED])
def test_worked_examples_come_out(text: str, given: dict[str, Any], grads: dict[str, Any]) -> None:
    """Figures of course exercises, to the digits they give; ties and the length of nothing as the frameworks settle them."""
    trace = traced({"y": text}, {name: shared(values) for name, values in given.items()}, "y")
    for name, expected in grads.items():
        np.testing.assert_allclose(grad(trace, name)[..., 0], expected, atol=5e-5)


def test_batch_norm_by_hand() -> None:
    """x = 1, 2, 6 over three examples, gain 1.5, shift 0.5, upstream 1, 0, −2."""
    given = {"x": np.array([1.0, 2, 6]), "g": np.array([1.5]), "s": np.array([0.5]), "upstream": np.array([1.0, 0, -2])}
    trace = traced({"y": "batch_norm(x, g, s)"}, given, "y", ("x",))
    np.testing.assert_allclose(value(trace, "y"), [-0.8887, -0.1944, 2.5831], atol=5e-5)
    np.testing.assert_allclose(grad(trace, "x"), [0.1323, -0.1653, 0.0331], atol=5e-5)
    assert grad(trace, "g").item() == pytest.approx(-3.7033, abs=5e-5)
    assert grad(trace, "s").item() == pytest.approx(-1)


@pytest.mark.parametrize(
    ("formula", "shapes", "said"),
    [
        ("layer_norm(x, g, s)", {"x": (2, 3), "g": (2, 3), "s": (3,)}, "g is 2 by 3 and x is 2 by 3; g is one number"),
        ("layer_norm(x, g, s)", {"x": (2, 3), "g": (3,), "s": (2,)}, "s is a list of 2 and x is 2 by 3"),
        ("layer_norm(x + x, g, g)", {"x": (2, 3), "g": (2,)}, "g is a list of 2 and x + x is 2 by 3"),
        ("rms_norm(x, g)", {"x": (3,), "g": (2, 3)}, "g is 2 by 3 and x is a list of 3"),
        ("batch_norm(x, g, g)", {"x": (2,), "g": (2, 2)}, "g must fit into x without making it larger"),
        ("dropout(x, g, 0.5)", {"x": (3,), "g": (2, 3)}, "g must fit into x without making it larger"),
        ("dropout(x, x, 0)", {"x": (3,)}, "more than 0 and at most 1, not 0"),
        ("dropout(x, x, 3/2)", {"x": (3,)}, "more than 0 and at most 1, not 3/2"),
        ("outer(x, x)", {"x": (1001,)}, "1001 by 1001; at most 1000000 numbers"),
    ],
)
def test_no_array_stretches_or_grows_silently(formula: str, shapes: dict[str, tuple[int, ...]], said: str) -> None:
    """A gain of another rank, a mask that would make its array larger, a share that is none: a sentence with both shapes."""
    builder = Builder(shapes, {})
    builder.add("y", parse(formula, frozenset(shapes), SIGNATURES))
    (fault,) = builder.faults
    assert said in fault.error.message.en
    assert fault.error.step is not None


@pytest.mark.parametrize("gain", [(), (1,), (3,)])
def test_a_gain_of_one_number_or_one_for_each_place_fits(gain: tuple[int, ...]) -> None:
    """As a number, as a list of one, as a list along the last axis."""
    builder = Builder({"x": (2, 3), "g": gain}, {})
    builder.add("y", parse("layer_norm(x, g, g)", frozenset(("x", "g")), SIGNATURES))
    assert not builder.faults
    assert builder.shapes["y"] == (2, 3)


@pytest.mark.parametrize(
    ("call", "rest"), [("conv1d(x, k, stride=2)", (1,)), ("max_pool1d(x, 3)", (1,)), ("conv1d(x, k)", (0,))]
)
def test_a_stride_that_leaves_a_rest_is_known(call: str, rest: tuple[int, ...]) -> None:
    """Four places, windows of three: the last place is in none unless the stride is 1."""
    builder = Builder({"x": (4,), "k": (3,)}, {})
    builder.add("y", parse(call, frozenset(("x", "k")), SIGNATURES))
    assert builder.nodes[-1].op.rest == rest


def test_several_outputs_are_computed_and_nothing_moves() -> None:
    """In JSON the outputs keep their own axes with the examples last; there is no derivative, so no update and no after."""
    graph = {
        "inputs": ["x"],
        "parameters": {"w": [0.5, -1]},
        "nodes": {"p": "sum(x * w)", "q": "x * w^2"},
        "output": ["p", "q"],
    }
    run = bt.run({"title": "t", "graph": graph, "data": [{"x": [1, 2]}, {"x": [3, 4]}]})
    (step,) = record(run)["steps"]
    assert step["values"] == {"x": [[1, 3], [2, 4]], "w": [0.5, -1], "p": [-1.5, -2.5], "q": [[0.25, 0.75], [2, 4]]}
    assert (step["grads"], step["updated"], step["after"]) == ({}, {}, {})
