"""Derivatives of formulas: as written, against SymPy, and against central differences."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import assume, given, settings

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Call, Formula, Matrix, Num, Partial, Sym
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.unicode import unicode
from tests.formula.formulas import SMOOTH, in_sympy, scalars


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("7", "0"),
        ("y", "0"),
        ("x", "1"),
        ("x + y + 3", "1"),
        ("a*x + b*x", "a + b"),
        ("a - x", "−1"),
        ("x*y*x", "y·x + x·y"),
        ("x^3", "3·x²"),
        ("x^2", "2·x"),
        ("x^1", "1"),
        ("x^-1", "−x⁻²"),
        ("x^-2", "−2·x⁻³"),
        ("x^n", "n·x^(n − 1)"),
        ("2^x", "2^x·ln(2)"),
        ("x^x", "x^x·(ln(x) + x/x)"),
        ("sin(x^3 + 5)", "cos(x³ + 5)·3·x²"),
        ("exp(2*x)", "e^(2·x)·2"),
        ("x/2", "1/2"),
        ("1/x", "−1/x²"),
        ("x/(1 + x)", "(1 + x − x)/(1 + x)²"),
        ("exp(x)/(exp(x) + exp(y))", "(e^x/(e^x + e^y))·(1 − e^x/(e^x + e^y))"),
        ("exp(y)/(exp(x) + exp(y))", "−(e^y/(e^x + e^y))·(e^x/(e^x + e^y))"),
        ("sigmoid(w*x + b)", "σ(w·x + b)(1 − σ(w·x + b))·w"),
        ("0.5*(x - y)^2", "0.5·2·(x − y)"),
        ("relu(3*x)", "{1, 3·x > 0; 0, 3·x ≤ 0}·3"),
        ("max(x, y)", "{1, x > y; ½, x = y; 0, x < y}"),
        ("max(y, x)", "{1, x > y; ½, x = y; 0, x < y}"),
    ],
)
def test_the_chain_rule_is_written_outside_in(text: str, written: str) -> None:
    """The outer slope comes first; exact zeros and ones are left out, and nothing else is simplified."""
    assert unicode(derivative(parse(text), "x")) == written


def test_a_quantity_is_named_by_its_key() -> None:
    """A symbol with a key is differentiated by the key alone, a derivative by its own key."""
    weight, other = Sym("W", sub="ec", key="values.W2[1,1]"), Sym("W", sub="ed", key="values.W2[1,2]")
    slope = Partial(Sym("L"), weight, key="grads.W2[1,1]")
    assert unicode(derivative(weight * Sym("x") + other * slope, "values.W2[1,1]")) == "x"
    assert unicode(derivative(weight * Sym("x") + other * slope, "grads.W2[1,1]")) == "W_ed"
    assert unicode(derivative(weight * Sym("x"), "W")) == "0"


def test_a_function_without_a_rule_gets_a_prime() -> None:
    """An unknown function of one argument is differentiated by name, f(2z)′ = f′(2z)·2, and again f″(2z)·2·2."""
    once = derivative(Call("f", (2 * Sym("z"),)), "z")
    assert unicode(once) == "f′(2·z)·2"
    assert unicode(derivative(once, "z")) == "f′′(2·z)·2·2"


def test_matrices_are_refused() -> None:
    """A matrix has no derivative by a name."""
    with pytest.raises(TypeError, match="matrix"):
        derivative(Matrix(((Sym("x"),),)), "x")


@pytest.mark.slow
@given(scalars(names=("x", "y"), functions=SMOOTH))
@settings(max_examples=120, deadline=None)
def test_derivatives_agree_with_sympy(formula: Formula) -> None:
    """The derivative of a random smooth formula is worth what SymPy's is, in thirty figures, at a point."""
    x, y = sympy.symbols("x y", real=True)
    there = {x: sympy.Rational(7, 10), y: sympy.Rational(13, 10)}
    assume(_worth(in_sympy(formula), there) is not None)
    independent = _worth(sympy.diff(in_sympy(formula), x), there)
    ours = _worth(in_sympy(derivative(formula, "x")), there)
    assume(independent is not None and ours is not None)
    assert abs(ours - independent) <= 1e-20 * max(1, abs(independent))


def _worth(expression: sympy.Expr, there: dict[sympy.Symbol, sympy.Rational]) -> sympy.Expr | None:
    """The number that a SymPy expression is at a point, None where it is not a moderate real or complex number."""
    value = sympy.N(expression.subs(there), 40)
    return value if value.is_number and value.is_finite and abs(value) < 1e30 else None


@pytest.mark.parametrize("x", [0.37, -0.81, 1.9])
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if FUNCTIONS[name].arity == 1])
def test_derivatives_agree_with_central_differences(name: str, x: float) -> None:
    """(f(x + h) − f(x − h)) / 2h approaches the derivative of f(1.5 + x²·sin x)·x for every function f."""
    formula = parse(f"{name}(1.5 + x^2*sin(x)) * x")
    step = 1e-5
    ahead, behind = (evaluate(formula, {"x": x + sign * step}) for sign in (1, -1))
    difference = (ahead - behind) / (2 * step)  # type: ignore[operator]
    assert evaluate(derivative(formula, "x"), {"x": x}) == pytest.approx(difference, rel=1e-7)


def test_a_deep_formula_is_differentiated_quickly() -> None:
    """Sixty nested sigmoids have a derivative of sixty slopes, made without copying them."""
    formula: Formula = Sym("x")
    for _ in range(60):
        formula = Call("sigmoid", (formula,))
    assert evaluate(derivative(formula, "x"), {"x": 0.5}) == pytest.approx(0.0, abs=1e-30)


def test_measured_numbers_are_constants() -> None:
    """The derivative of a measured number is 0."""
    assert unicode(derivative(Num(0.5, "0.5") * Sym("x") + Num(2.0, "2"), "x")) == "0.5"
