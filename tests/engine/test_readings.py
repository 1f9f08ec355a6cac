"""One rule, several readings: what is taught and what is computed are the same mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.formula import functions as taught
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Call, Sym
from backprop_tutor.graph.graph import Element, Layer, Network
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.functions import FUNCTIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.notation.table import NOTATIONS

ORDINARY = st.floats(-4, 4).filter(lambda x: abs(x) > 1e-3)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=ORDINARY, y=ORDINARY)
@settings(max_examples=40, deadline=None)
def test_the_computed_function_and_slope_are_the_taught_ones(name: str, x: float, y: float) -> None:
    """Away from saturation the stable computation agrees with the formula a textbook gives."""
    if name in ("log", "sqrt"):
        x = abs(x)
    computed, lesson = FUNCTIONS[name], taught.FUNCTIONS[name]
    arguments = (x, y)[: len(computed.slopes)]
    letters = (Sym("x"), Sym("y"))[: len(arguments)]
    out = float(computed.value(*(np.array(a) for a in arguments)))
    known = {"x": x, "y": y, "out": out}
    assert out == pytest.approx(evaluate(Call(name, letters), known), rel=1e-12)
    if lesson.taught is not None:
        assert out == pytest.approx(evaluate(lesson.taught, known), rel=1e-9)
    for slope, formula in zip(computed.slopes, lesson.slopes, strict=True):
        value = float(slope(np.array(out), *(np.array(a) for a in arguments)))
        assert value == pytest.approx(evaluate(formula, known), rel=1e-9, abs=1e-12)


def network(activation: str, loss: str, outputs: int = 2) -> Trace:
    """A small network with that output layer and that loss, run once over two examples."""
    units = tuple(f"o{k}" for k in range(outputs))
    layers = (Layer(("h1", "h2"), "tanh", True), Layer(units, activation, True))
    graph = network_graph(Network(("i1", "i2"), layers, loss, "mean", 0.1, named=True))
    draw = np.random.default_rng(7)
    targets = np.eye(outputs)[:, :2]
    given_values = {
        "x": draw.uniform(0.2, 0.9, (2, 2)),
        "y": targets,
        "W1": draw.uniform(0.1, 0.8, (2, 2)),
        "b1": draw.uniform(0.1, 0.3, (2, 1)),
        "W2": draw.uniform(0.1, 0.5, (outputs, 2)),
        "b2": draw.uniform(0.05, 0.2, (outputs, 1)),
    }
    return run(graph, given_values)


SUITED = [
    (activation, loss)
    for activation, entry in ACTIVATIONS.items()
    for loss, made in LOSSES.items()
    if entry.gives_probabilities or not made.probabilities
]


@pytest.mark.parametrize(("activation", "loss"), SUITED)
def test_every_written_element_evaluates_to_its_traced_value(activation: str, loss: str) -> None:
    """Each op fed letters writes a formula that is worth what the op fed numbers gave; so does each local derivative."""
    trace = network(activation, loss)
    letters = NOTATIONS["nodes"].letters(trace.graph, 2)
    reading = SymbolicTrace(trace, letters.value, 6)
    known = {
        _key(reading.letter(e)): reading.value(e) for i in range(len(trace.graph.nodes)) for e in reading.elements(i)
    }
    for i in trace.graph.computed:
        for element in reading.elements(i):
            assert evaluate(reading.definition(element, reading.letter), known) == pytest.approx(
                reading.value(element), rel=1e-12
            )
            for source, written in reading.local_derivatives(element, reading.letter).items():
                computed = reading.local_value(element, source)
                assert evaluate(written, known) == pytest.approx(computed, rel=1e-9, abs=1e-12)


def _key(letter: object) -> str:
    assert isinstance(letter, Sym)
    return letter.key


@pytest.mark.parametrize(("activation", "loss"), SUITED)
def test_the_chain_rule_holds_edge_by_edge(activation: str, loss: str) -> None:
    """The adjoint of every element is the sum over its users of their adjoints times the local derivatives."""
    trace = network(activation, loss)
    reading = SymbolicTrace(trace, NOTATIONS["nodes"].letters(trace.graph, 2).value, 6)
    gathered: dict[Element, float] = {}
    for i in trace.graph.computed:
        for element in reading.elements(i):
            for source in reading.sources(element):
                sent = reading.adjoint(element) * reading.local_value(element, source)
                gathered[source] = gathered.get(source, 0.0) + sent
    for element, adjoint in gathered.items():
        if trace.graph.nodes[element.node].name != "y":
            assert adjoint == pytest.approx(reading.adjoint(element), rel=1e-9, abs=1e-14)


def test_contributions_add_up_to_the_adjoint() -> None:
    """In y = (a + b)(b c) the two contributions to b are 6 and 9, and its derivative is 15."""
    trace = bt.run(bt.load("sum-over-paths")).steps[0].trace
    b = trace.graph.index["b"]
    assert sorted(float(c.value.item()) for c in trace.contributions if c.wrt == b) == [6.0, 9.0]
    assert float(trace.adjoint("b").item()) == 15.0


def test_a_trace_is_a_value() -> None:
    """What was recorded cannot be changed by who reads it."""
    trace = bt.run(bt.load("two-two-one")).steps[0].trace
    for array in (*trace.values, *(a for a in trace.adjoints if a is not None)):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
