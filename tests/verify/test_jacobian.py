"""Jacobians: published and exact figures, differences, formulas that come to their numbers, and how they are asked for."""

from __future__ import annotations

import json
import math

import pytest
import sympy

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.graph.derivatives.jacobian import OutputFormulas
from backprop_tutor.lesson.derivatives.jacobian import JacobianAnalysis, asked
from backprop_tutor.lesson.picture import lesson_of
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.verify.numerical_derivative import disagreeing
from tests.cli.calls import tutor

NAMES = [entry.name for entry in bundled()]
LARGE_JACOBIAN = 200


def jacobian_of(name: str, of: str | None = None, wrt: str | None = None, example: int = 1) -> JacobianAnalysis:
    """The Jacobian of a scenario, as the command asks for it."""
    return asked(lesson_of(run_scenario(load(name)), "en"), of, wrt, example)


def test_softmax_jacobian_is_the_one_that_courses_give() -> None:
    """z = (1, 2, ½): diag(p) − p pᵀ, to the four figures of a solution printed in full."""
    rows = jacobian_of("softmax-jacobian").jacobian.rows
    given = [[0.1778, -0.1453, -0.0324], [-0.1453, 0.2335, -0.0881], [-0.0324, -0.0881, 0.1206]]
    assert [[round(entry, 4) for entry in row] for row in rows] == given


def test_softmax_jacobian_agrees_with_sympy() -> None:
    """To 1e-14 relative, against exact derivatives evaluated to 30 digits."""
    z = sympy.symbols("z1:4")
    p = [sympy.exp(each) / sum(map(sympy.exp, z)) for each in z]
    exact = sympy.Matrix(p).jacobian(z).subs(dict(zip(z, (1, 2, sympy.Rational(1, 2)), strict=True))).evalf(30)
    rows = jacobian_of("softmax-jacobian").jacobian.rows
    for i, row in enumerate(rows):
        assert row == pytest.approx([float(exact[i, j]) for j in range(3)], rel=1e-14)


def test_network_jacobian_agrees_with_sympy() -> None:
    """How the output of the 2-2-1 network reacts to its inputs, W₂ diag(σ′) W₁ times σ′."""
    a, b = sympy.symbols("a b")

    def sigmoid(x: sympy.Expr) -> sympy.Expr:
        return 1 / (1 + sympy.exp(-x))

    lesson = lesson_of(run_scenario(load("two-two-one")), "en")
    (w1, w2, x) = (lesson.step.trace.value(name) for name in ("W1", "W2", "x"))
    hidden = [sigmoid(float(row[0]) * a + float(row[1]) * b) for row in w1]
    output = sigmoid(sum(float(w) * h for w, h in zip(w2[0], hidden, strict=True)))
    at = {a: float(x[0, 0]), b: float(x[1, 0])}
    exact = [float(sympy.diff(output, each).subs(at)) for each in (a, b)]
    assert asked(lesson).jacobian.rows[0] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_bundled_jacobian_agrees_with_differences(name: str) -> None:
    """What is shown by default: outputs by inputs, or by parameters."""
    analysis = jacobian_of(name)
    found, trace = analysis.jacobian, analysis.lesson.step.trace
    if len(found.outputs) * len(found.sources) <= LARGE_JACOBIAN:
        assert not disagreeing(trace, found.outputs, found.sources, found.rows)


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_comes_to_its_number(name: str) -> None:
    """The derivative of the first two outputs by everything on the way, in letters and with the figures shown."""
    analysis = jacobian_of(name)
    for formulas in analysis.formulas[:2]:
        _check_formulas(analysis, formulas)


def _check_formulas(analysis: JacobianAnalysis, formulas: OutputFormulas) -> None:
    for element in formulas.needed(analysis.jacobian.sources[:6])[:40]:
        written, value = formulas.derivative(element), formulas.adjoint(element)
        assert formulas.worth(written) == pytest.approx(value, rel=1e-9, abs=1e-12)
        shown = evaluate(formulas.numbers_in(written), {})
        assert isinstance(shown, float)
        assert math.isfinite(shown)


def test_gradient_is_the_jacobian_of_the_loss() -> None:
    """With the loss as the only output, the row is what the backward pass gives."""
    analysis = jacobian_of("softmax-classifier", "loss", "W1")
    trace = analysis.lesson.step.trace
    assert analysis.jacobian.rows[0] == pytest.approx(trace.adjoint("W1").ravel().tolist(), rel=1e-12)


def test_sigmoid_is_told_as_taught() -> None:
    """A sigmoid's Jacobian is diagonal: a(1 − a), and 0 beside it."""
    analysis = jacobian_of("two-two-one", "a1", "z1")
    a = analysis.lesson.step.trace.value("a1").ravel().tolist()
    assert analysis.jacobian.rows[0] == pytest.approx((a[0] * (1 - a[0]), 0.0))
    assert analysis.jacobian.rows[1] == pytest.approx((0.0, a[1] * (1 - a[1])))
    page = tutor("jacobian", "two-two-one", "--of", "a1", "--wrt", "z1").stdout
    assert "∂O(c)/∂h(c) = O(c)(1 − O(c))" in page
    assert "O(c) does not depend on h(d)." in page


def test_examples_are_told_apart() -> None:
    """Another example of a batch has another Jacobian, of its own numbers."""
    first, second = (jacobian_of("two-layer-batch", example=number).jacobian.rows for number in (1, 2))
    assert first != second


def test_json_has_names_and_entries() -> None:
    """Rows and columns under the contract's names, in full precision."""
    record = json.loads(tutor("jacobian", "softmax-jacobian", "--of", "p[2]", "--format", "json").stdout)
    assert record["format"] == "backprop-tutor/jacobian"
    assert (record["of"], record["wrt"]) == (["p[2]"], ["z[1]", "z[2]", "z[3]"])
    assert record["jacobian"][0] == pytest.approx([-0.145331553895, 0.233479597156, -0.088148043261])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("softmax-jacobian", "--of", "z"), "is given, not computed"),
        (("softmax-jacobian", "--of", "q"), "nothing is called 'q'; arrays are z, p"),
        (("softmax-jacobian", "--wrt", "z[4]"), "nothing is called 'z[4]'"),
        (("softmax-at-the-logits", "--wrt", "c"), "numbers rows or classes"),
        (("two-two-one", "--wrt", "dL/dz1[1]"), "is a derivative"),
        (("two-two-one", "--example", "2"), "no example 2"),
    ],
)
def test_what_cannot_be_meant_is_said(arguments: tuple[str, ...], words: str) -> None:
    """One sentence, exit status 2, in both languages."""
    said = tutor("jacobian", *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert words in said.stderr
    other = tutor("jacobian", *arguments, "--lang", "zh")
    assert other.returncode == 2
    assert other.stderr != said.stderr


def test_page_is_told_in_chinese() -> None:
    """Titles, remarks and the verdict."""
    page = tutor("jacobian", "softmax-jacobian", "--lang", "zh").stdout
    assert "雅可比矩阵" in page
    assert "✓ 全部 9 个元素与输出的差分一致" in page
