"""Second derivatives: known figures, SymPy, differences of gradients, symmetry, and how they are asked for."""

from __future__ import annotations

import json

import pytest
import sympy

from backprop_tutor.graph.hessian import Part, columns, differences_of_gradients
from backprop_tutor.lesson.derivatives.hessian import asked
from backprop_tutor.lesson.picture import lesson_of
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from tests.cli.calls import tutor

NAMES = [entry.name for entry in bundled()]
FEW, MOST_NUMBERS = 6, 2_000


def test_logistic_hessian_is_the_one_that_courses_give() -> None:
    """X = [[1, 2], [1, −1]], y = (1, 0), w = (0.1, 0.2), losses added: the gradient and XᵀSX to four decimals."""
    lesson = lesson_of(run_scenario(load("logistic-hessian")), "en")
    assert [round(float(g), 4) for g in lesson.step.trace.adjoint("W1")[0]] == [0.0975, -1.2301]
    assert [[round(h, 4) for h in row] for row in asked(lesson).rows] == [[0.4844, 0.2206], [0.2206, 1.1894]]


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
    """By the first given numbers of every bundled scenario; and the order of differentiation does not matter."""
    lesson = lesson_of(run_scenario(load(name)), "en")
    graph, trace = lesson.graph, lesson.step.trace
    if graph.outputs or sum(value.size for value in trace.values) > MOST_NUMBERS:
        return
    names = graph.parameters or tuple(name for name in graph.inputs if name not in graph.whole_numbers)
    given = [e for each in names for e in lesson.formulas.elements(graph.index[each]) if graph.exists(e)][:FEW]
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
