"""What authors write themselves keeps its figures where it saturates: values and slopes against 400 digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from operator import add, mul
from typing import Any

import mpmath
import numpy as np
import pytest

from backprop_tutor.fast.codegen import FLOATS, CodeWriter, compile_function
from backprop_tutor.fast.lowering import lower_activation
from backprop_tutor.fast.program import Assignment
from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Pow, Sym
from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.expression import Computation
from backprop_tutor.graph.ops import activations, losses
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.well_conditioned import well_conditioned

SATURATING = (
    "1/(1+exp(-z))",
    "z/(1+exp(-z))",
    "exp(z)/(1+exp(z))",
    "z*exp(z)/(exp(z)+1)",
    "exp(-z)/(1+exp(-z))^2",
    "(1+exp(-z))^-1",
    "1 - sigmoid(z)",
    "sigmoid(z)*(1-sigmoid(z))",
    "1 - 1/(1+exp(-z))",
    "log(1 - sigmoid(z))",
    "log(1/(1+exp(-z)))",
    "log(1+exp(z))",
    "log(exp(-z)+1)",
    "1 - tanh(z)^2",
    "1 - tanh(z)*tanh(z)",
    "1 - tanh(z)",
    "1 + tanh(z)",
    "tanh(z)/2 + 0.5",
    "1/2 - tanh(z)/2",
    "0.5*tanh(z/2) + 1/2",
    "(exp(z)-exp(-z))/(exp(z)+exp(-z))",
    "(1-exp(-2*z))/(1+exp(-2*z))",
    "(exp(2*z)-1)/(exp(2*z)+1)",
    "log(exp(z)+exp(2*z)+exp(3-z))",
    "exp(z)/(exp(z)+exp(2*z)+exp(3-z))",
    "z*tanh(log(1+exp(z)))",
    "1-cos(z)",
    "cos(z/3) - 1",
    "sqrt(z^2+1)-1",
    "1-sqrt(1+z*z)",
    "4*(sqrt(1+(z/2)^2)-1)",
    "(z^2+0.25)^0.5 - 0.5",
    "sqrt(1+z^2)-z",
    "z-sqrt(z*z+2)",
    "sqrt(z^2+1)+z",
    "sqrt(z^2+3)-sqrt(z^2+1)",
)
POINTS = (-720.0, -400.0, -40.0, -1.5, -1e-9, 0.0, 1e-9, 0.3, 2.0, 19.5, 40.0, 400.0, 720.0)
SMALL = ("exp(z) - 1", "1 - exp(z)", "log(1+z)", "log(1-z)", "log(1+z+z*z)")
WITHIN = 2e-13
"""A float of 720 is off by as much as 1e-13 in the logarithm of what it stands for."""

_BY_NAME = {name: getattr(mpmath, name) for name in ("exp", "log", "tanh", "sin", "cos", "tan", "sqrt")}
_BY_NAME |= {"sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "softplus": lambda x: mpmath.log(1 + mpmath.exp(x))}


def exactly(node: Formula, values: Mapping[str, float]) -> Any:
    """A formula as it is written, carried out with as many digits as mpmath is set to."""
    of = [exactly(part, values) for part in _parts(node)]
    match node:
        case Lit(value=value):
            return mpmath.mpf(value.numerator) / value.denominator
        case Sym(base=base):
            return mpmath.mpf(values[base])
        case Add():
            return reduce(add, of)
        case Mul():
            return reduce(mul, of)
        case Neg():
            return -of[0]
        case Div():
            return of[0] / of[1]
        case Pow():
            return of[0] ** of[1]
        case Call(function=name):
            return _BY_NAME[name](*of)
    raise TypeError(type(node).__name__)


def _parts(node: Formula) -> tuple[Formula, ...]:
    from backprop_tutor.formula.nodes import children

    return children(node)


def is_right(found: float, true: Any, beside: float = 0.0) -> bool:
    """Whether a float is the true value, where that is a normal float; `beside` a number it is a difference of."""
    if abs(true) < np.finfo(float).tiny:
        return abs(found) <= np.finfo(float).tiny
    return abs(mpmath.mpf(found) - true) <= WITHIN * max(abs(true), beside / 100)


@pytest.fixture(autouse=True)
def _many_digits() -> Any:
    with mpmath.workdps(700):
        yield


@pytest.mark.parametrize("z", POINTS)
@pytest.mark.parametrize("text", SATURATING)
@pytest.mark.filterwarnings("ignore:overflow")
def test_saturated_formulas_keep_their_figures(text: str, z: float) -> None:
    """An own activation and its slope are right to 2e-13 wherever they are normal floats, on the tape and as code."""
    written = parse(text, ("z",))
    true, rate = exactly(written, {"z": z}), exactly(derivative(written, "z"), {"z": z})
    beside = float(abs(true)) if abs(z) < 1e-6 else 0.0  # a slope may be 0 there
    op, at = activations.from_formula(written).op, np.array([[z]])
    value = op.forward(at)
    assert is_right(value.item(), true)
    assert is_right(op.vjp(np.ones((1, 1)), value, at)[0].item(), rate, beside)
    try:
        coded_value, coded_slope = _by_code(written, z)
    except OverflowError:
        return  # the tape takes over
    assert is_right(coded_value, true)
    assert is_right(coded_slope, rate, beside)


def _by_code(written: Formula, z: float) -> tuple[float, float]:
    op, at = lower_activation(written).op, np.array([[Sym("z")]], dtype=object)
    value, slope = op.forward(at).item(), op.vjp(np.array([[Lit(1)]], dtype=object), None, at)[0].item()  # type: ignore[arg-type]
    code = CodeWriter([Assignment("value", value), Assignment("slope", slope)], FLOATS)
    code.assign([Assignment("value", value), Assignment("slope", slope)])
    found: tuple[float, float] = compile_function(
        "both", ("z",), (*code.before, *code.lines, "return value, slope"), FLOATS
    )(z)
    return found


@pytest.mark.parametrize("z", [-1e-3, -1e-9, -1e-18, 1e-18, 1e-9, 1e-3, 0.4])
@pytest.mark.parametrize("text", SMALL)
def test_small_arguments_keep_their_figures(text: str, z: float) -> None:
    """e^z − 1 and ln(1 + z) are right for small z."""
    written = parse(text, ("z",))
    at = np.array([[z]])
    assert is_right(Computation(well_conditioned(written), {"z": at}).value.item(), exactly(written, {"z": z}))


@pytest.mark.parametrize(
    "y", [-1e300, -1e15, -1e5, -2.0, -1 - 1e-9, -0.7, 0.0, 0.4, 0.7, 1 - 1e-9, 1.0, 3.0, 1e5, 1e155]
)
@pytest.mark.parametrize("z", [-30.0, -10.0, -0.2, 1e-9, 0.5, 5.0, 10.0, 30.0])
def test_a_tanh_is_off_its_target_by_so_much(z: float, y: float) -> None:
    """The residual tanh z − y is right for targets of any size."""
    tanh = ACTIVATIONS["tanh"]
    found = losses.residual(tanh, np.tanh(np.array([[z]])), np.array([[y]]), np.array([[z]])).item()
    assert is_right(found, mpmath.tanh(mpmath.mpf(z)) - mpmath.mpf(y))


@pytest.mark.parametrize("y", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy"])
@pytest.mark.parametrize("z", [1e-9, 0.2, 1.0, 15.0, 19.0, 40.0, 300.0])
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_cross_entropy_of_a_tanh_is_right(z: float, loss: str, y: float) -> None:
    """−y ln tanh z − (1 − y) ln(1 − tanh z) where tanh z rounds to 1."""
    op = losses.LOSSES[loss].op(ACTIVATIONS["tanh"])
    found = op.forward(np.tanh(np.array([[z]])), np.array([[y]]), np.array([[z]])).item()
    a, target = mpmath.tanh(mpmath.mpf(z)), mpmath.mpf(y)
    other = (1 - target) * mpmath.log(1 - a) if loss == "binary_cross_entropy" else 0
    assert is_right(found, -target * mpmath.log(a) - other)
    assert math.isfinite(found)
