"""What every operation owes: named arguments, and axes that leave room for hypotheses in front."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Formula, Role, Sym, formula
from backprop_tutor.formula.parse import parse as parse_formula
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.graph.array import Array, quietly
from backprop_tutor.graph.expressions import expression_graph
from backprop_tutor.graph.graph import Element, Graph, Node
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.quantity import Quantity, parse
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace, run
from tests.engine.test_readings import SUITED, network

HYPOTHESES = 3


def traces() -> Iterator[tuple[str, Trace]]:
    """A trace for every activation with every loss, and for every function of the formula language."""
    for activation, loss in SUITED:
        yield f"{activation}, {loss}", network(activation, loss)
    written = "sin(a) * exp(b) / (1 + a^2) - max(a, b) + min(a, w) + abs(b) + log(a) + sqrt(w) + gelu(a) + 2^b"
    graph = expression_graph(["a", "b"], ["w"], {"y": parse_formula(written), "c": parse_formula("3")}, "y")
    yield "formula", run(graph, {"a": np.array([[0.5, 0.7]]), "b": np.array([[0.2, 0.9]]), "w": np.array([[0.4]])})


TRACES = dict(traces())


def ops(trace: Trace) -> Iterator[tuple[Node, Op, list[Array]]]:
    """Every op of a trace with the values it was fed."""
    for node in trace.graph.nodes:
        if node.op is not None:
            yield node, node.op, [trace.values[i] for i in node.inputs]


@pytest.mark.parametrize("name", TRACES)
def test_hypotheses_may_be_stacked_in_front_of_any_inputs(name: str) -> None:
    """An op fed stacks gives, for each hypothesis, what it gives of that hypothesis alone; so does its vjp."""
    trace = TRACES[name]
    for node, op, inputs in ops(trace):
        for stacked in range(1, 2 ** len(inputs)):
            apart = [
                [a * (1 + 0.1 * h) if stacked >> n & 1 else a for n, a in enumerate(inputs)] for h in range(HYPOTHESES)
            ]
            pairs = enumerate(zip(*apart, strict=True))
            together = [np.stack(arrays) if stacked >> n & 1 else arrays[0] for n, arrays in pairs]
            found = op.forward(*together)
            for h, alone in enumerate(apart):
                np.testing.assert_allclose(_of(found, node, h), op.forward(*alone), rtol=1e-13, atol=1e-15)
            sent = op.vjp(np.ones_like(found), found, *together)
            for h, alone in enumerate(apart):
                out = op.forward(*alone)
                for each, right, i in zip(sent, op.vjp(np.ones_like(out), out, *alone), node.inputs, strict=True):
                    assert (each is None) == (right is None)
                    if each is not None:
                        mine = _of(each, trace.graph.nodes[i], h)
                        np.testing.assert_allclose(mine, right, rtol=1e-12, atol=1e-14)


def _of(array: Array, node: Node, hypothesis: int) -> Array:
    """What one hypothesis has of an array that may be the same for all of them."""
    return array[hypothesis] if array.ndim > node.ndim else array


@pytest.mark.parametrize("name", TRACES)
def test_every_op_names_its_arguments(name: str) -> None:
    """One name for each input, the same in the rule that is taught; a last input that gives only a shape has none."""
    for node, op, inputs in ops(TRACES[name]):
        assert len(op.arguments) >= len(inputs) - (node.role == Role.NODE)
        assert op.written.arguments == op.arguments
        assert [op.argument(each) for each in op.arguments[:1]] in ([0], [])


def test_a_quantity_has_any_number_of_axes() -> None:
    """`z1[2,1,3]@2` is read and written so; five axes, or a 0, are no name."""
    for name in ("loss", "z1[2]", "W1[2,1]", "z1[2,1,3]@2", "k[1,2,3,4]", "x@3"):
        quantity = parse(name)
        assert quantity is not None
        assert quantity.short == name
    assert parse("grads.z1[ 2, 1 ,3 ]@2") == Quantity("z1", (2, 1, 3), 2, "grads")
    assert all(parse(name) is None for name in ("k[1,2,3,4,5]", "k[0]", "k[]", "k[1,]"))


def test_an_element_knows_its_place() -> None:
    """A number per example lies in a row, a shared vector in a column, arrays along their own axes; then the example."""
    assert Element(0, (), 2).place == (0, 2)
    assert Element(0).place == (0, 0)
    assert Element(0, (3,)).place == (3, 0)
    assert Element(0, (3,), 1).place == (3, 1)
    assert Element(0, (3, 1)).place == (3, 1)
    assert Element(0, (3, 1, 2), 4).place == (3, 1, 2, 4)


def _windows(x: Array, k: Array) -> Iterator[tuple[tuple[int, int], Array]]:
    rows, columns = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    for i, j in np.ndindex(rows, columns):
        yield (i, j), x[i : i + k.shape[0], j : j + k.shape[1]]


def _correlation(x: Array, k: Array) -> Array:
    out = np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1, x.shape[-1]), x.dtype)
    for place, window in _windows(x, k):
        out[place] = (window * k[..., None]).sum(axis=(0, 1))
    return out


def _correlation_vjp(g: Array, _: Array, x: Array, k: Array) -> tuple[Array, Array]:
    to_x, to_k = np.zeros_like(x) + 0 * x, 0 * k
    for (i, j), window in _windows(x, k):
        to_x[i : i + k.shape[0], j : j + k.shape[1]] += g[i, j] * k[..., None]
        to_k = to_k + (g[i, j] * window).sum(axis=-1)
    return to_x, to_k


def _squares(z: Array) -> Array:
    return (z * z).sum(axis=(0, 1))[None, :]


def correlation() -> Trace:
    """x of 3 by 3, two examples, cross-correlated with a kernel of 2 by 2, squared and added up: an op the core never saw."""
    nodes = (
        Node("x", Role.INPUT, axes=2),
        Node("k", Role.WEIGHT, axes=2, shared=True),
        Node("z", Role.NODE, Op("correlation", ("x", "k"), _correlation, _correlation_vjp), (0, 1), axes=2),
        Node("L", Role.NODE, Op("squares", ("z",), _squares, lambda g, _, z: (2 * z * g[:, None, :],)), (2,), axes=0),
    )
    mean = expression_graph(["L"], [], {"y": parse_formula("L")}, "y").nodes[-1]
    graph = Graph((*nodes, Node("loss", Role.LOSS, mean.op, (3,), axes=0, shared=True)), losses=3)
    draw = np.random.default_rng(5)
    return run(graph, {"x": draw.uniform(-1, 1, (3, 3, 2)), "k": draw.uniform(-1, 1, (2, 2))})


def test_a_reading_understands_an_operation_it_never_saw() -> None:
    """A convolution written as loops over arrays: its sources, formulas and slopes follow from the operation alone."""
    reading = SymbolicTrace(correlation(), lambda quantity: Sym(str(quantity)), 6)
    z = Element(2, (1, 0), 1)
    assert str(reading.quantity(z)) == "values.z[2,1]@2"
    window = [Element(0, (i, j), 1) for i in (1, 2) for j in (0, 1)]
    kernel = [Element(1, (i, j)) for i in (0, 1) for j in (0, 1)]
    assert reading.sources(z) == (*window, *kernel)
    assert reading.local_derivatives(z, reading.letter) == {
        **{x: reading.letter(k) for x, k in zip(window, kernel, strict=True)},
        **{k: reading.letter(x) for x, k in zip(window, kernel, strict=True)},
    }
    written = plain(reading.definition(z, lambda e: Sym(reading.quantity(e).short)))
    assert written == " + ".join(
        f"x[{i},{j}]@2*k[{i - 1},{j}]".replace("*", plain(_times())) for i in (2, 3) for j in (1, 2)
    )


def _times() -> Formula:
    product = plain(Sym("x") * Sym("y"))
    return Sym(product[1:-1])


def test_the_chain_rule_holds_over_any_operation() -> None:
    """Summed over its users, adjoint times local derivative is the adjoint of every element of a convolution."""
    trace = correlation()
    reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity)), 6)
    for node in (0, 1, 2):
        for element in reading.elements(node):
            users = (e for i in trace.graph.computed for e in reading.elements(i) if element in reading.sources(e))
            sent = sum(reading.adjoint(user) * reading.local_value(user, element) for user in users)
            assert sent == pytest.approx(reading.adjoint(element), rel=1e-12)


def test_a_source_is_what_the_formula_names() -> None:
    """A loss is made of outputs and targets though it is computed from z as well; a missing connection is no source."""
    lesson_trace = bt.run(bt.load("two-two-one")).steps[0].trace
    reading = SymbolicTrace(lesson_trace, lambda quantity: Sym(str(quantity)), 6)
    names = [reading.quantity(e).short for e in reading.sources(reading.graph.example_loss(0))]
    assert names == ["a2[1]", "y[1]"]
    assert formula(0) not in map(reading.letter, reading.sources(reading.graph.example_loss(0)))


OF_ARRAYS = """
title: convolution, pooling, products, norms over examples and units, softmax, maximum
graph:
  inputs: [x]
  parameters:
    k: [[1, 0.3], [-1, 2]]
    g: [0.5, 1.5]
    s: [0.1, -0.2]
    W: [[0.3, -0.2, 0.4, 0.1], [0.7, 0.1, -0.3, 0.2]]
  nodes:
    z: conv2d(x, k)
    p: max_pool2d(z, 1)
    o: W @ flatten(p)
    n: batch_norm(o, g, s)
    m: layer_norm(n, g, s)
    q: softmax(m * n)
    L: sum((q - 1)^2) / 2 + logsumexp(o) + max(n)
  output: L
data:
  - {x: [[1, 2, 0], [0, 1, 3], [2, 1, 1]]}
  - {x: [[0.3, 0.2, 0.7], [0.5, 1.4, 0.3], [0.2, 0.1, 1.9]]}
  - {x: [[-0.3, 0.2, 0.7], [1.5, -1.4, 0.3], [0.2, 0.8, 0.9]]}
"""


def test_every_operation_on_arrays_is_read_without_being_known(tmp_path: Path) -> None:
    """Edge by edge, adjoint times local derivative adds up to every adjoint, examples that meet in a norm included."""
    file = tmp_path / "arrays.yaml"
    file.write_text(OF_ARRAYS, encoding="utf-8")
    trace = bt.run(bt.load(str(file))).steps[0].trace
    reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity)), 6)
    gathered: dict[Element, float] = {}
    for element in (e for i in trace.graph.computed for e in reading.elements(i)):
        for source in reading.sources(element):
            sent = reading.adjoint(element) * reading.local_value(element, source)
            gathered[source] = gathered.get(source, 0.0) + sent
    assert len(gathered) == sum(v.size for v in trace.values) - 1
    for element, adjoint in gathered.items():
        assert adjoint == pytest.approx(reading.adjoint(element), rel=1e-9, abs=1e-13)


def test_quietly_is_errstate() -> None:
    """Nothing is said of an overflow within, one call in another too; what the caller has set stays, and is heard again."""

    @quietly
    def overflow(deep: int) -> float:
        return float(np.exp(np.array([1e3]))[0]) if deep == 0 else overflow(deep - 1)

    with np.errstate(over="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert overflow(2) == math.inf
        with pytest.raises(FloatingPointError):
            np.exp(np.array([1e3]))
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(overflow, range(20))) == {math.inf}
