"""The verification: it passes what is right, sees what is wrong, and knows where there is no derivative."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, workdps

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Call, Sym
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.verify import differences
from backprop_tutor.verify.differences import extrapolated, verify
from backprop_tutor.verify.exact import Exact, settled
from backprop_tutor.verify.exact_formula import NeverExactError, NotExactError, symbolic
from backprop_tutor.verify.other_libraries import RIVALS, gradients
from tests.engine.networks import random_scenario
from tests.engine.reference import FEW_DIGITS, derivative
from tests.scenarios.of_numbers import OF_NUMBERS


def graph(folder: Path, formula: str, **inputs: float) -> Trace:
    """The pass of one formula with given inputs."""
    given = ", ".join(f"{name}: {value}" for name, value in inputs.items())
    file = folder / "g.yaml"
    file.write_text(f'title: t\ngraph:\n  inputs: {{{given}}}\n  nodes: {{y: "{formula}"}}\n  output: y\n')
    return bt.run(bt.load(file)).steps[0].trace


def with_adjoint(trace: Trace, name: str, change: float) -> Trace:
    """The trace of someone whose derivative by `name` is off by a factor."""
    i = trace.graph.index[name]
    adjoints = list(trace.adjoints)
    adjoints[i] = adjoints[i] * (1 + change)
    return replace(trace, adjoints=tuple(adjoints))


AT_KINKS = {"lasso": ("kink",), "max-pooling-tie": ("kink",)}
"""Bundled scenarios with an input at a place where two slopes meet, and what a check says there."""


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_every_step_of_every_bundled_scenario_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values and derivatives agree with exact ones, and with differences, to far beyond twelve digits."""
    if name in OF_NUMBERS:  # the exact ones are awaited, on a busy machine too
        monkeypatch.setattr(differences, "EXACT_SECONDS", 60.0)
    for step in bt.run(bt.load(name)).steps:
        found = verify(step.trace)
        assert found.passed
        assert found.worst < 1e-12
        assert {check.verdict for check in found.checks} == {"agrees", *AT_KINKS.get(name, ())}
        assert name not in OF_NUMBERS or all(check.exact is not None for check in found.checks)


@pytest.mark.parametrize("change", [1e-8, -2.0])
def test_a_wrong_derivative_is_seen(change: float) -> None:
    """Off in the eighth digit or of the wrong sign: the check differs, and only that one."""
    trace = bt.run(bt.load("two-two-one")).steps[0].trace
    found = verify(with_adjoint(trace, "W2", change))
    assert not found.passed
    names = {trace.graph.nodes[check.element.node].name for check in found.checks if check.verdict == "differs"}
    assert names == {"W2"}


def test_a_wrong_value_is_seen() -> None:
    """A forward pass that is off in the eighth digit fails, whatever the derivatives say."""
    trace = bt.run(bt.load("two-two-one")).steps[0].trace
    values = list(trace.values)
    values[trace.graph.index["a1"]] = values[trace.graph.index["a1"]] * (1 + 1e-8)
    assert not verify(replace(trace, values=tuple(values))).values_agree


@pytest.mark.parametrize(
    ("formula", "inputs"),
    [
        ("relu(x - 1)", {"x": 1}),
        ("max(x, z)", {"x": 2, "z": 2}),
        ("abs(x)", {"x": 0}),
        ("relu(0.1 + x - 0.3)", {"x": 0.2}),
    ],
)
def test_a_kink_is_no_failure(formula: str, inputs: dict[str, float], tmp_path: Path) -> None:
    """Where a definition by cases just changes its case, any slope between the two will do."""
    found = verify(graph(tmp_path, formula, **inputs))
    assert found.passed
    assert "kink" in {check.verdict for check in found.checks}


def test_where_there_is_no_derivative_nothing_differs(tmp_path: Path) -> None:
    """√x at 0, the length of a zero vector, 0^y at 0: infinite, NaN, or without a value on one side; a number is wrong."""
    for formula, derivatives in (("sqrt(x)", [np.inf, 0]), ("sqrt(x^2 + z^2)", [np.nan, np.nan]), ("x^z", [0, 0])):
        found = verify(graph(tmp_path, f"{formula} + 0*z", x=0, z=0))
        assert found.passed
        np.testing.assert_array_equal([check.derivative for check in found.checks], derivatives)
        assert found.checks[formula == "x^z"].verdict == "undefined", formula
    trace = graph(tmp_path, "sqrt(x)", x=0)
    (check,) = verify(trace, rival={"x": np.array([[np.inf]])}).checks
    assert check.verdict == "agrees"
    (check,) = verify(trace, rival={"x": np.array([[1.0]])}).checks
    assert check.verdict == "differs"


def test_what_is_smooth_where_its_cases_meet_just_agrees(tmp_path: Path) -> None:
    """ELU has slope 1 on both sides of 0."""
    (check,) = verify(graph(tmp_path, "elu(x)", x=0)).checks
    assert (check.verdict, check.exact) == ("agrees", 1)


def test_rational_numbers_stay_fractions(tmp_path: Path) -> None:
    """Sums and products of decimals are exact: d(x²/z)/dz at 0.1 and 0.3 is −1/9."""
    found = verify(graph(tmp_path, "x^2 / z", x=0.1, z=0.3))
    assert [check.exact for check in found.checks] == [Fraction(2, 3), Fraction(-1, 9)]


def test_anything_else_has_thirty_digits(tmp_path: Path) -> None:
    """D sin(x)/dx at 1 is cos 1."""
    (check,) = verify(graph(tmp_path, "sin(x)", x=1)).checks
    assert check.exact == Decimal("0.540302305868139717400936607443")


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_sympy_and_mpmath_agree(scale: float) -> None:
    """Forward mode by SymPy and central differences in 200 digits give the same 25 digits, saturated or not."""
    scenario = random_scenario("tanh", "binary_cross_entropy", output="sigmoid", scale=scale)
    given = {name: np.round(array * 64) / 64 for name, array in {**scenario.data, **scenario.parameters}.items()}
    exact, network = Exact(run(scenario.graph, given)), scenario.graph.dense
    assert network is not None
    with workdps(FEW_DIGITS):
        for name, row, column in (("W1", 1, 0), ("b1", 0, 0), ("W2", 1, 1)):
            true = derivative(network, given, (name, row, column), mp.mpf(1))
            found = exact.derivative(scenario.graph.element(scenario.graph.index[name], (row, column)))
            assert abs(mp.mpf(str(found)) - true) <= abs(true) * mp.mpf("1e-25")


@pytest.mark.parametrize("formula", ["x * 9^9^9", "exp(exp(exp(x)))", "((x^1000 + 1)^1000)^1000", "x / (1 + 2^3^4^5)"])
def test_enormous_numbers_are_left_alone(formula: str, tmp_path: Path) -> None:
    """What SymPy would compute forever has no exact derivative, and the answer comes at once."""
    found = verify(graph(tmp_path, formula, x=10))
    assert [check.exact for check in found.checks] == [None]


def test_large_networks_are_sampled_evenly() -> None:
    """Of many derivatives so many are checked, the first and some of the last parameters among them."""
    trace = bt.run(bt.load("five-three")).steps[0].trace
    found = verify(trace, most=8)
    assert (len(found.checks), found.derivatives) == (8, 33)
    assert {trace.graph.nodes[check.element.node].name for check in found.checks} >= {"W1", "W2"}


@pytest.mark.parametrize(
    ("function", "at", "slope"),
    [(np.exp, 1.0, np.e), (np.sin, 0.0, 1.0), (lambda x: x**3, 100.0, 3e4), (lambda x: max(x, 0.0), 0.001, 1.0)],
)
def test_extrapolated_differences_know_how_far_they_are_off(function: object, at: float, slope: float) -> None:
    """The estimate is right to eight digits, and its error is within a few of the one it admits."""
    estimate = extrapolated(function, at)  # type: ignore[arg-type]
    assert estimate is not None
    assert estimate.value == pytest.approx(slope, rel=1e-8)
    assert abs(estimate.value - slope) <= 10 * estimate.error


def test_no_values_around_give_no_difference() -> None:
    """A function without values cannot be differentiated."""
    assert extrapolated(lambda x: float("nan"), 0.0) is None


@pytest.mark.parametrize("library", RIVALS)
def test_another_library_agrees(library: str) -> None:
    """Its own functions and its own backward pass give the same gradients, for every bundled scenario."""
    pytest.importorskip(library)
    for entry in bundled():
        trace = bt.run(bt.load(entry.name)).steps[0].trace
        found = verify(trace, gradients(trace, library))
        assert found.passed, entry.name
        assert all(check.rival is not None for check in found.checks)


@pytest.mark.parametrize("library", RIVALS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_another_library_agrees_on_every_activation_and_loss(activation: str, loss: str, library: str) -> None:
    """A random network with l2 over a batch: the same gradients but for the connection that is missing."""
    pytest.importorskip(library)
    output = "softmax" if loss == "cross_entropy" else "sigmoid" if LOSSES[loss].probabilities else activation
    scenario = random_scenario("tanh" if activation == "softmax" else activation, loss, output=output)
    trace = run(scenario.graph, {**scenario.data, **scenario.parameters})
    theirs = gradients(trace, library)
    for name in ("b1", "W2", "b2", "x"):
        assert trace.adjoint(name) == pytest.approx(theirs[name], rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("library", RIVALS)
def test_a_library_that_is_not_there_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr("backprop_tutor.verify.other_libraries.find_spec", lambda name: None)
    with pytest.raises(TutorError, match=f"pip install {library}"):
        gradients(bt.run(bt.load("two-two-one")).steps[0].trace, library)


def test_what_is_never_exact_is_tried_once() -> None:
    """A function of an enormous number is not computed with more and more digits: its formula is refused for all."""
    tried: list[int] = []

    def number_at(digits: int) -> None:
        tried.append(digits)
        symbolic(Call("tanh", (Sym("z"),)), {"z": 1e308})

    with pytest.raises(NotExactError):
        settled(number_at)
    assert len(tried) == 1


def test_a_loss_of_exactly_0_is_exact() -> None:
    """0 · ln a of irrational numbers is a decimal 0, which SymPy turns into a whole number."""
    layers = [{"units": 1, "activation": "gelu", "weights": [[2]]}]
    data = [{"x": [1], "y": [0]}]
    (step,) = bt.run(
        {"title": "t", "network": {"inputs": 1, "layers": layers}, "loss": "cross_entropy", "data": data}
    ).steps
    found = verify(step.trace)
    assert [check.exact for check in found.checks] == [0]
    assert len(found.value_errors) == 4


def test_what_is_not_exact_leaves_the_rest_exact() -> None:
    """A power of a degree above 1000 is not computed, a product beside it is; what follows from the power is not, either."""
    own = bt.scenario(
        {
            "title": "t",
            "graph": {
                "inputs": {"x": 0.5, "y": 0.25},
                "nodes": {"p": "x^2000", "q": "x*y", "o": "p + q"},
                "output": "o",
            },
        }
    )
    exact = Exact(bt.run(own).steps[0].trace)
    elements = {own.graph.nodes[i].name: own.graph.element(i, (0, 0)) for i in own.graph.computed}
    assert exact.value(elements["q"]) == Fraction(1, 8)
    for name in ("p", "o"):
        with pytest.raises(NeverExactError):
            exact.value(elements[name])
