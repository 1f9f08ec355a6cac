"""The table of functions: every entry against SymPy and against itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import FUNCTIONS, KNOWN, Function, slope
from backprop_tutor.formula.nodes import Call, Formula, Lit, Sym, symbols
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.ops.functions import EVERY
from tests.formula.formulas import IN_SYMPY, in_sympy

CONTRACT = [
    *("exp", "log", "sin", "cos", "tan", "sqrt", "abs", "max", "min"),
    *("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "gelu_tanh"),
    *("hardtanh", "relu6", "hardsigmoid", "hardswish", "celu", "selu", "mish"),
]
POINTS = [(0.3, 1.7), (2.5, 0.4), (1.25, 3.5)]
BELOW = [(-0.7, 1.7), (-3.25, -2.5)]
unary = [function for function in KNOWN.values() if function.arity == 1]
real_line = [name for name in KNOWN if name not in ("log", "sqrt", "log1p")]


def points(function: Function) -> list[tuple[float, ...]]:
    """Points of the function's domain, away from its corners, one number per argument."""
    return [point[: function.arity] for point in POINTS + (BELOW if function.name in real_line else [])]


def applied(function: Function) -> Call:
    """The function of x, or of x and y."""
    return Call(function.name, (Sym("x"), Sym("y"))[: function.arity])


@pytest.mark.parametrize("name", KNOWN)
def test_every_function_takes_arrays(name: str) -> None:
    """What a function gives for an array is what it gives for each of the numbers; no table misses one."""
    function = KNOWN[name]
    for point in points(function):
        found = EVERY[name].value(*(np.array([[number]]) for number in point))
        assert float(np.asarray(found).item()) == pytest.approx(
            evaluate(applied(function), dict(zip("xy", point, strict=False))), rel=1e-14
        )


def test_the_table_is_that_of_the_contract() -> None:
    """A scenario may call exactly the functions that the contract names."""
    assert list(FUNCTIONS) == CONTRACT


@pytest.mark.parametrize("function", KNOWN.values(), ids=lambda function: function.name)
def test_values_agree_with_sympy(function: Function) -> None:
    """Each function computes, to the last figures, what SymPy computes with thirty."""
    for point in points(function):
        independent = sympy.N(IN_SYMPY[function.name](*map(sympy.Rational, point)), 30)
        assert evaluate(applied(function), dict(zip("xy", point, strict=False))) == pytest.approx(
            float(independent), rel=1e-14
        )


@pytest.mark.parametrize("function", KNOWN.values(), ids=lambda function: function.name)
def test_slopes_agree_with_sympy(function: Function) -> None:
    """Each taught derivative is the one that SymPy derives."""
    names = sympy.symbols("x y", real=True)[: function.arity]
    for argument, name in enumerate(names):
        independent = sympy.diff(IN_SYMPY[function.name](*names), name)
        for point in points(function):
            there = independent.subs(dict(zip(names, map(sympy.Rational, point), strict=True)))
            taught = evaluate(slope(applied(function), argument), dict(zip("xy", point, strict=False)))
            assert taught == pytest.approx(float(sympy.N(there, 30)), rel=1e-12)


@pytest.mark.parametrize(
    "function", [function for function in KNOWN.values() if function.taught], ids=lambda function: function.name
)
def test_the_taught_definition_is_the_function(function: Function) -> None:
    """What a lesson writes for a function is what is computed, and what SymPy knows by that name."""
    assert function.taught is not None
    for point in points(function):
        given = dict(zip("xy", point, strict=False))
        value = evaluate(applied(function), given)
        assert evaluate(function.taught, given) == pytest.approx(value)
        names = sympy.symbols("x y", real=True)[: function.arity]
        there = in_sympy(function.taught).subs(dict(zip(names, map(sympy.Rational, point), strict=True)))
        assert float(there) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("function", KNOWN.values(), ids=lambda function: function.name)
def test_definitions_mention_only_the_arguments(function: Function) -> None:
    """A slope is written in the arguments and the value, a definition in the arguments alone."""
    arguments = {"x", "y"} if function.arity == 2 else {"x"}
    for taught in filter(None, [function.taught]):
        assert {symbol.base for symbol in symbols(taught)} <= arguments
    for rule in function.slopes:
        assert {symbol.base for symbol in symbols(rule)} <= arguments | {"out"}


@pytest.mark.parametrize(
    ("name", "argument", "written"),
    [
        ("exp", 0, "out"),
        ("log", 0, "1/x"),
        ("sin", 0, "cos(x)"),
        ("cos", 0, "−sin(x)"),
        ("tan", 0, "1 + out²"),
        ("sqrt", 0, "1/(2·out)"),
        ("abs", 0, "{1, x > 0; −1, x < 0; 0, x = 0}"),
        ("max", 0, "{1, x > y; ½, x = y; 0, x < y}"),
        ("max", 1, "{1, y > x; ½, y = x; 0, y < x}"),
        ("min", 0, "{1, x < y; ½, x = y; 0, x > y}"),
        ("sigmoid", 0, "out·(1 − out)"),
        ("tanh", 0, "1 − out²"),
        ("relu", 0, "{1, x > 0; 0, x ≤ 0}"),
        ("leaky_relu", 0, "{1, x > 0; 0.01, x ≤ 0}"),
        ("elu", 0, "{1, x > 0; out + 1, x ≤ 0}"),
        ("softplus", 0, "σ(x)"),
        ("silu", 0, "σ(x)(1 + x(1 − σ(x)))"),
        ("gelu", 0, "½(1 + erf(x/√2)) + x·e^(−x²/2)/√(2·π)"),
    ],
)
def test_slopes_are_written_as_in_a_textbook(name: str, argument: int, written: str) -> None:
    """The rule of each derivative reads as in a textbook."""
    assert unicode(FUNCTIONS[name].slopes[argument]) == written


@pytest.mark.parametrize("tie", [(2.0, 2.0), (0.0, 0.0)])
@pytest.mark.parametrize("name", ["max", "min"])
def test_a_tie_shares_the_slope(name: str, tie: tuple[float, float]) -> None:
    """At a tie each argument of max and min gets one half, so that both together get one."""
    call = Call(name, (Sym("x"), Sym("y")))
    assert [evaluate(slope(call, argument), dict(zip("xy", tie, strict=True))) for argument in (0, 1)] == [0.5, 0.5]


@pytest.mark.parametrize(("name", "corner"), [("relu", 0.0), ("leaky_relu", 0.01), ("elu", 1.0), ("abs", 0.0)])
def test_the_slope_in_a_corner_is_the_conventional_one(name: str, corner: float) -> None:
    """At 0 the slope is that of the lower branch, and 0 for the absolute value."""
    assert evaluate(slope(Call(name, (Sym("x"),)), 0), {"x": 0.0}) == corner


@pytest.mark.parametrize("function", unary, ids=lambda function: function.name)
def test_no_function_overflows_or_raises(function: Function) -> None:
    """Far out, at poles and outside its domain, a function gives a float: a number, an infinity or nan."""
    for x in (-1e308, -800.0, -1.0, -0.0, 0.0, 5e-324, 800.0, 1e308, math.inf, -math.inf, math.nan):
        assert isinstance(float(evaluate(applied(function), {"x": x})), float)


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("exp", 1000.0, math.inf),
        ("log", 0.0, -math.inf),
        ("sigmoid", -1000.0, 0.0),
        ("sigmoid", -700.0, math.exp(-700)),
        ("softplus", 1000.0, 1000.0),
        ("softplus", -700.0, math.exp(-700)),
        ("elu", -1e-20, -1e-20),
        ("gelu", -12.0, -12.0 * 0.5 * math.erfc(12 / math.sqrt(2))),
    ],
)
def test_saturation_keeps_its_figures(name: str, x: float, value: float) -> None:
    """Where the true value is representable, it is the one that is computed."""
    assert FUNCTIONS[name].compute(x) == pytest.approx(value, rel=1e-14)


def test_a_slope_holds_the_call_itself() -> None:
    """The slope of a function at any argument is written with the function's own value there."""
    argument: Formula = Lit(2) * Sym("z")  # type: ignore[arg-type]
    assert unicode(slope(Call("sigmoid", (argument,)), 0)) == "σ(2·z)(1 − σ(2·z))"
