"""Second derivatives: known figures, SymPy, differences of gradients, symmetry, and how they are asked for."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import sympy

from backprop_tutor.graph.derivatives.hessian import Part, columns, differences_of_gradients
from backprop_tutor.lesson.derivatives.hessian import asked
from backprop_tutor.lesson.derivatives.tangents import asked as tangents
from backprop_tutor.lesson.picture import lesson_of
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from tests.cli.calls import tutor

NAMES = [entry.name for entry in bundled()]
FEW, MANY, MOST_NUMBERS = 6, 400, 2_000
AT_A_KINK = {"lasso", "max-pooling-tie"}  # where a derivative jumps there is no second one


def test_logistic_hessian_is_the_one_that_courses_give() -> None:
    """X = [[1, 2], [1, −1]], y = (1, 0), w = (0.1, 0.2), losses added: the gradient and XᵀSX to four decimals."""
    lesson = lesson_of(run_scenario(load("logistic-hessian")), "en")
    assert [round(float(g), 4) for g in lesson.step.trace.adjoint("W1")[0]] == [0.0975, -1.2301]
    assert [[round(h, 4) for h in row] for row in asked(lesson).rows] == [[0.4844, 0.2206], [0.2206, 1.1894]]


SATURATED = """title: t
network:
  inputs: [x]
  layers: [{{units: 1, activation: {activation}, weights: [[1]], bias: [0]}}]
loss: {loss}
data: [{{x: [{z}], y: [{y}]}}]
"""


@pytest.mark.parametrize(("z", "y"), [(40, 0), (-40, 1), (300, 0), (-700, 1)])
def test_a_saturated_sigmoid_keeps_its_second_derivatives(z: float, y: float, tmp_path: Path) -> None:
    """d²L/db² of a binary cross-entropy is σ′(z) = e^−|z|/(1 + e^−|z|)², however far out; floats have 0 for 1 − σ(40)."""
    file = tmp_path / "s.yaml"
    file.write_text(SATURATED.format(activation="sigmoid", loss="binary_cross_entropy", z=z, y=y))
    lesson = lesson_of(run_scenario(load(file)), "en")
    e = math.exp(-abs(z))
    slope = e / (1 + e) ** 2
    for row, wanted in zip(asked(lesson).rows, ((z * z * slope, z * slope), (z * slope, slope)), strict=True):
        assert row == pytest.approx(wanted, rel=1e-12, abs=0)
    forward = tangents(lesson)
    assert forward.rows[0] == pytest.approx(forward.reverse[0], rel=1e-12, abs=0)


def test_a_saturated_tanh_keeps_its_second_derivatives(tmp_path: Path) -> None:
    """At z = 25 and the target 1: d²L/db² = s² − 2·a·s·(a − 1), s = 1 − a² = 4e⁻⁵⁰ to all figures."""
    file = tmp_path / "s.yaml"
    file.write_text(SATURATED.format(activation="tanh", loss="half_squared_error", z=25, y=1))
    e = math.exp(-50)
    s, short = 4 * e / (1 + e) ** 2, -2 * e / (1 + e)
    rows = asked(lesson_of(run_scenario(load(file)), "en")).rows
    assert rows[-1][-1] == pytest.approx(s * s - 2 * s * short, rel=1e-12, abs=0)


def test_logistic_hessian_agrees_with_sympy() -> None:
    """The exact second derivatives of Σ −y ln a − (1 − y) ln(1 − a)."""
    w = sympy.symbols("w1 w2")
    loss = 0
    for (x1, x2), y in (((1, 2), 1), ((1, -1), 0)):
        a = 1 / (1 + sympy.exp(-(w[0] * x1 + w[1] * x2)))
        loss += -y * sympy.log(a) - (1 - y) * sympy.log(1 - a)
    exact = sympy.hessian(loss, w).subs(dict(zip(w, (sympy.Rational(1, 10), sympy.Rational(1, 5)), strict=True)))
    rows = asked(lesson_of(run_scenario(load("logistic-hessian")), "en")).rows
    for i, row in enumerate(rows):
        assert row == pytest.approx([float(exact[i, j].evalf(30)) for j in range(2)], rel=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_second_derivatives_agree_with_differences_of_gradients(name: str) -> None:
    """By the first given numbers of every bundled scenario, in a large one by the last two, whose ways are short; and
    the order of differentiation does not matter.
    """
    lesson = lesson_of(run_scenario(load(name)), "en")
    graph, trace = lesson.graph, lesson.step.trace
    numbers = sum(value.size for value in trace.values)
    if graph.outputs or numbers > MOST_NUMBERS or name in AT_A_KINK:
        return
    names = graph.parameters or tuple(name for name in graph.inputs if name not in graph.whole_numbers)
    given = [e for each in names for e in lesson.formulas.elements(graph.index[each]) if graph.exists(e)]
    given = given[-2:] if numbers > MANY else given[:FEW]
    found = columns(trace, lesson.letters.value, given, 6, lesson.spelling)
    measured = differences_of_gradients(trace, given)
    for i, source in enumerate(given):
        for j, column in enumerate(found):
            entry = column.rate(Part(source, True))
            assert entry == pytest.approx(measured[j][i], rel=1e-6, abs=1e-8)
            assert entry == pytest.approx(found[i].rate(Part(given[j], True)), rel=1e-10, abs=1e-12)


def test_page_names_each_line() -> None:
    """How a value changes, how a derivative changes, and the verdict, in both languages."""
    page = tutor("hessian", "two-two-one", "--wrt", "W2").stdout
    assert "∂(∂L/∂W_ec)/∂W_ec = O(c)·∂(∂L/∂h(e))/∂W_ec" in page
    assert "✓ all 4 entries agree with differences of gradients" in page
    assert "黑塞矩阵" in tutor("hessian", "two-two-one", "--wrt", "W2", "--lang", "zh").stdout


def test_json_has_names_and_entries() -> None:
    """d²/dx² of the chain at its x, under the contract's name."""
    record = json.loads(tutor("hessian", "logistic-hessian", "--wrt", "W1[1,2]", "--format", "json").stdout)
    assert record["wrt"] == ["W1[1,2]"]
    assert record["hessian"] == [[pytest.approx(1.18939, rel=1e-5)]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("softmax-jacobian",), "no number to differentiate"),
        (("two-two-one", "--wrt", "z1"), "is computed"),
        (("two-two-one", "--wrt", "W9"), "nothing is called 'W9'"),
        (("softmax-at-the-logits", "--wrt", "c"), "numbers rows or classes"),
    ],
)
def test_what_cannot_be_differentiated_twice_is_said(arguments: tuple[str, ...], words: str) -> None:
    """One sentence, exit status 2."""
    said = tutor("hessian", *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert words in said.stderr
