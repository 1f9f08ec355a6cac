"""What formulas are worth, in full and by their figures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_tutor.formula.evaluate import agree_exactly, evaluate, exact
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Hadamard,
    Lit,
    MatMul,
    Matrix,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    Transpose,
)
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.plain import plain
from tests.formula.formulas import scalars


def num(text: str, value: float | None = None) -> Num:
    """A measured value shown by `text`, by default worth just that."""
    return Num(float(text) if value is None else value, text)


def matrix(*rows: tuple[float, ...]) -> Matrix:
    """A matrix of measured values."""
    return Matrix(tuple(tuple(num(repr(float(cell))) for cell in row) for row in rows))


def _of_real_numbers(compute: Callable[..., float]) -> Callable[..., float]:
    """A function that refuses the complex numbers Python makes of a root of a negative one."""

    def applied(*numbers: float) -> float:
        if any(isinstance(number, complex) for number in numbers):
            raise ValueError("not a real number")
        return compute(*numbers)

    return applied


@pytest.mark.slow
@given(scalars(names=("x", "y")))
@settings(max_examples=200, deadline=None)
def test_a_formula_is_worth_what_python_makes_of_its_text(formula: Formula) -> None:
    """Python's own reading of the plain text, with the functions of the table, gives the same number."""
    names = {"x": 0.7, "y": -1.3}
    functions = {name: _of_real_numbers(function.compute) for name, function in FUNCTIONS.items()}
    try:
        independent = eval(plain(formula), {"__builtins__": {}}, functions | names)
    except (ArithmeticError, ValueError, TypeError):
        return  # a pole, or a root of a negative number: ours is an infinity or nan, see below
    if isinstance(independent, complex):
        return
    assert evaluate(formula, names) == pytest.approx(float(independent), rel=1e-9, nan_ok=True)


def test_measured_values_are_used_in_full() -> None:
    """A displayed 0.67 that was measured as 2/3 counts as 2/3; exactly, it counts as 67/100."""
    shown = Mul((Lit(Fraction(3)), num("0.67", 2 / 3)))
    assert evaluate(shown, {}) == 2.0
    assert exact(shown) == Fraction(201, 100)


def test_values_are_found_by_key_and_else_by_base() -> None:
    """A quantity is looked up by its key, a bare letter by its base, a derivative by its key."""
    weight = Sym("W", sub="ec", key="values.W2[1,1]")
    formula = weight - Sym("α") * Partial(Sym("L"), weight, key="grads.W2[1,1]")
    assert evaluate(formula, {"values.W2[1,1]": 0.4, "α": 0.5, "grads.W2[1,1]": 0.2, "W": 9.0}) == pytest.approx(0.3)
    with pytest.raises(KeyError):
        evaluate(weight, {"W": 9.0})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/0", math.inf),
        ("-1/0", -math.inf),
        ("0/0", math.nan),
        ("0^-1", math.inf),
        ("(-8)^(1/3)", math.nan),
        ("(-10)^999", -math.inf),
        ("10^1000", math.inf),
        ("9^9^9", math.inf),
        ("log(0)", -math.inf),
        ("log(-1)", math.nan),
        ("sqrt(-1)", math.nan),
        ("exp(1000)", math.inf),
        ("1/(1 + exp(1000))", 0.0),
    ],
)
def test_poles_and_overflow_give_infinities(text: str, value: float) -> None:
    """No arithmetic raises: what is not finite comes out as infinity or nan, at once."""
    assert evaluate(parse(text), {}) == pytest.approx(value, nan_ok=True)


def test_primes_are_derivatives() -> None:
    """σ′(z) is σ(z)(1 − σ(z)), and σ″(z) the derivative of that."""
    value = FUNCTIONS["sigmoid"].compute(0.3)
    slope = value * (1 - value)
    assert evaluate(Call("sigmoid", (Sym("z"),), 1), {"z": 0.3}) == pytest.approx(slope)
    assert evaluate(Call("sigmoid", (Sym("z"),), 2), {"z": 0.3}) == pytest.approx(slope * (1 - 2 * value))


def test_only_the_case_that_holds_is_looked_at() -> None:
    """A branch that does not hold may be undefined."""
    cases = Cases(((Sym("missing"), Compare(Lit(Fraction(1)), "<", Lit(Fraction(0)))),), num("2"))
    assert evaluate(cases, {}) == 2.0
    assert exact(cases) == 2


def test_matrices_follow_numpy() -> None:
    """Products, transposes, sums with a column stretched, functions and cases of matrices are NumPy's."""
    W, X, b = [(0.1, 0.7), (0.3, 0.2)], [(0.5, 1.0, -2.0), (0.8, 0.0, 0.25)], [(0.35,), (-0.1,)]
    z = Add((MatMul((matrix(*W), matrix(*X))), matrix(*b)))
    independent = np.array(W) @ np.array(X) + np.array(b)
    zero = Lit(Fraction(0))
    gate = Cases(((Lit(Fraction(1)), Compare(z, ">", zero)),), zero)
    assert np.array(evaluate(z, {})) == pytest.approx(independent)
    assert np.array(evaluate(Call("tanh", (z,)), {})) == pytest.approx(np.tanh(independent))
    assert np.array(evaluate(Hadamard((gate, Neg(z))), {})) == pytest.approx(-independent * (independent > 0))
    assert np.array(evaluate(Div(Transpose(z), num("2")), {})) == pytest.approx(independent.T / 2)
    assert evaluate(
        MatMul((Sym("W", bold=True), Sym("x", bold=True))), {"W": ((2.0, 3.0),), "x": ((5.0,), (7.0,))}
    ) == ((31.0,),)
    assert evaluate(MatMul((num("2"), matrix((1.0, 2.0)))), {}) == ((2.0, 4.0),)


@pytest.mark.parametrize(
    "formula",
    [
        Add((matrix((1.0, 2.0)), matrix((1.0, 2.0, 3.0)))),
        MatMul((matrix((1.0, 2.0)), matrix((1.0, 2.0)))),
        Matrix(((matrix((1.0,)),),)),
    ],
    ids=["sum", "product", "nested"],
)
def test_matrices_that_do_not_fit_are_refused(formula: Formula) -> None:
    """Shapes that do not fit together are an error, never a guess."""
    with pytest.raises(ValueError, match=r"fit|shorter|longer|inside"):
        evaluate(formula, {})


figures = st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=4).map(
    lambda value: (num(f"{value}"), Fraction(value))
)
pairs = st.recursive(
    figures,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda p: (Add((p[0][0], p[1][0])), p[0][1] + p[1][1])),
        st.tuples(parts, parts).map(lambda p: (Add((p[0][0], Neg(p[1][0]))), p[0][1] - p[1][1])),
        st.tuples(parts, parts).map(lambda p: (Mul((p[0][0], p[1][0])), p[0][1] * p[1][1])),
        st.tuples(parts, parts).filter(lambda p: p[1][1]).map(lambda p: (Div(p[0][0], p[1][0]), p[0][1] / p[1][1])),
        parts.map(lambda p: (Pow(p[0], Lit(Fraction(3))), p[1] ** 3)),
        parts.map(lambda p: (Call("relu", (p[0],)), max(p[1], Fraction(0)))),
        parts.map(lambda p: (Call("leaky_relu", (p[0],)), max(p[1], p[1] / 100))),
        parts.map(lambda p: (Call("abs", (p[0],)), abs(p[1]))),
        parts.map(lambda p: (Call("sqrt", (Pow(p[0], Lit(Fraction(2))),)), abs(p[1]))),
        st.tuples(parts, parts).map(lambda p: (Call("max", (p[0][0], p[1][0])), max(p[0][1], p[1][1]))),
    ),
    max_leaves=6,
)


@given(pairs)
@settings(deadline=None)
def test_figures_are_worth_their_fractions(pair: tuple[Formula, Fraction]) -> None:
    """The exact value of displayed figures is that of the same arithmetic with fractions."""
    formula, value = pair
    assert exact(formula) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1*0.5 + 0.7*0.8", Fraction(61, 100)),
        ("exp(0)", 1),
        ("log(1)", 0),
        ("sin(0) + cos(0) + tan(0)", 1),
        ("sigmoid(0)", Fraction(1, 2)),
        ("tanh(0)", 0),
        ("silu(0) + gelu(0) + elu(0)", 0),
        ("elu(2)", 2),
        ("min(0.3, 2)", Fraction(3, 10)),
        ("sqrt(0.25)", Fraction(1, 2)),
        ("4^0.5", 2),
        ("4^(-1/2)", Fraction(1, 2)),
        ("2^-2", Fraction(1, 4)),
        ("0^0", 1),
        ("exp(1)", None),
        ("sqrt(2)", None),
        ("sqrt(-4)", None),
        ("2^0.5", None),
        ("8^(1/3)", None),
        ("softplus(0)", None),
        ("sigmoid(1)", None),
        ("1/0", None),
        ("0^-1", None),
        ("x", None),
        ("x - x", None),
        ("0*log(0)", None),
    ],
)
def test_exact_values_are_known_where_they_are_rational(text: str, value: Fraction | int | None) -> None:
    """Rational values of the functions are found, and nothing else is called exact."""
    assert exact(parse(text)) == value


@pytest.mark.parametrize("text", ["9^9^9", "9^-9^9", "((9^999)^999)^999", "1.5^1e300", "0.1^9999999999", "10^10^10^10"])
def test_hostile_powers_are_not_computed(text: str) -> None:
    """A power too large to be worth computing has no exact value, and that is known at once."""
    started = time.perf_counter()
    assert exact(parse(text)) is None
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("text", ["inf", "-inf", "nan"])
def test_figures_that_are_no_number_are_not_exact(text: str) -> None:
    """Infinity and nan have no exact value."""
    assert exact(num(text)) is None


def test_both_sides_agree_exactly_or_not() -> None:
    """`=` holds for figures that are worth the same, numbers or matrices, never for values that only round to it."""
    product = Add((Mul((num("0.1"), num("0.5"))), Mul((num("0.7"), num("0.8")))))
    assert agree_exactly(product, num("0.61"))
    assert not agree_exactly(product, num("0.610001"))
    assert not agree_exactly(num("0.61"), num("0.610001", 0.61))
    assert not agree_exactly(Sym("x"), Sym("x"))
    assert agree_exactly(MatMul((matrix((0.1, 0.7)), matrix((0.5,), (0.8,)))), matrix((0.61,)))
    assert not agree_exactly(matrix((0.61,)), num("0.61"))
