"""Operations defined by others, each by the formula that teaches it: norms, a variance, dropout.

A normalisation is five steps, and its backward pass has three paths: through a mean, a variance and a quotient. So it
*is* those steps, and every one of them has its own line.
"""

from __future__ import annotations

from fractions import Fraction

from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Pow, Sym
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.ops.operation import Definition
from backprop_tutor.text import T

TWO, ONE = Lit(Fraction(2)), Lit(Fraction(1))
LAST, KEPT = ("axis", Neg(ONE)), ("keepdim", ONE)
MINUS_HALF = Neg(Lit(Fraction(1, 2)))
EPSILON = Lit(Fraction(1, 100_000), "1e-5")


STEPS = ("μ", "σ²", "x̂")
"""Steps of a definition that have a name of their own, and are lines of their own where they are taught."""


def _step(name: str, made: Formula, of: Formula) -> Formula:
    """A formula as a named step of its argument: μ(x)."""
    return Call(name, (made,), letter=Sym(f"{name}({plain(of)})"))


def _option(call: Call, name: str, default: Formula) -> Formula:
    return dict(call.options).get(name, default)


def _square(x: Formula) -> Formula:
    return Pow(x, TWO)


def _without(x: Formula, mean: Formula) -> Formula:
    return Add((x, Neg(mean)))


def _var(call: Call) -> Formula:
    """The mean of the squared distances from the mean (over n, not n − 1)."""
    (x,) = call.arguments
    along = tuple(option for option in call.options if option[0] == "axis")
    mean = _step("μ", Call("mean", (x,), options=(*along, KEPT)), x)
    return Call("mean", (_square(_without(x, mean)),), options=call.options)


def _mse(call: Call) -> Formula:
    a, y = call.arguments
    return Call("mean", (_square(_without(a, y)),))


def _dropout(call: Call) -> Formula:
    x, mask, keep = call.arguments
    return Div(Mul((x, mask)), keep)


def _scaled(centred: Formula, variance: Formula, call: Call) -> Formula:
    """gain · (x − mean)/√(variance + ε) + shift."""
    x, gain, shift = call.arguments
    scale = Pow(Add((variance, _option(call, "eps", EPSILON))), MINUS_HALF)
    return Add((Mul((gain, _step("x̂", Mul((centred, scale)), x))), shift))


def _layer_norm(call: Call) -> Formula:
    x = call.arguments[0]
    centred = _without(x, _step("μ", Call("mean", (x,), options=(LAST, KEPT)), x))
    return _scaled(centred, _step("σ²", Call("mean", (_square(centred),), options=(LAST, KEPT)), x), call)


def _batch_norm(call: Call) -> Formula:
    x = call.arguments[0]
    centred = _without(x, _step("μ", Call("batch_mean", (x,)), x))
    return _scaled(centred, _step("σ²", Call("batch_mean", (_square(centred),)), x), call)


def _rms_norm(call: Call) -> Formula:
    x, gain = call.arguments
    square = _step("σ²", Call("mean", (_square(x),), options=(LAST, KEPT)), x)
    return Mul((gain, x, Pow(Add((square, _option(call, "eps", EPSILON))), MINUS_HALF)))


DEFINITIONS = (
    Definition(
        Signature("var", ("x",), ("axis", "keepdim")),
        T("the mean of (x − mean)², over n", "(x − 平均)² 的平均值，除以 n"),
        _var,
    ),
    Definition(Signature("mse", ("a", "y")), T("the mean of (a − y)²", "(a − y)² 的平均值"), _mse),
    Definition(
        Signature("dropout", ("x", "mask", "keep")),
        T("x · mask / keep, the mask given", "x · mask / keep，掩码给定"),
        _dropout,
    ),
    Definition(
        Signature("layer_norm", ("x", "gain", "shift"), ("eps",)),
        T(
            "gain (x − mean)/√(variance + eps) + shift, along the last axis",
            "gain (x − 平均)/√(方差 + eps) + shift，沿最后一个轴",
        ),
        _layer_norm,
    ),
    Definition(
        Signature("rms_norm", ("x", "gain"), ("eps",)),
        T("gain x/√(mean of x² + eps), along the last axis", "gain x/√(x² 的平均 + eps)，沿最后一个轴"),
        _rms_norm,
    ),
    Definition(
        Signature("batch_norm", ("x", "gain", "shift"), ("eps",)),
        T(
            "gain (x − mean)/√(variance + eps) + shift, over the examples, unit by unit",
            "gain (x − 平均)/√(方差 + eps) + shift，对样本逐单元计算",
        ),
        _batch_norm,
    ),
)
