"""Operations defined by others, each by the formula that teaches it: norms, a variance, dropout.

A normalisation is five steps, and its backward pass has three paths: through a mean, a variance and a quotient. So it
*is* those steps, and every one of them has its own line.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from backprop_tutor.formula.evaluate import exact
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Pow, Sym
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.ops.operation import Definition, Shape, ShapeError, words
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


OF_LAST_AXIS = T(
    "{call}: {array} is {came} and {x} is {wanted}; {array} is one number, or one for each of the {last} places of the last axis",
    "{call}：{array} 是{came}，{x} 是{wanted}；{array} 应是一个数，或最后一个轴的 {last} 个位置各一个数",
)
OF_X = T(
    "{call}: {array} is {came} and {x} is {wanted}; {array} must fit into {x} without making it larger",
    "{call}：{array} 是{came}，{x} 是{wanted}；{array} 不能使 {x} 变大",
)
KEEP = T(
    "{call}: keep is the share that passes, more than 0 and at most 1, not {came}",
    "{call}：keep 是保留的比例，应大于 0 且不超过 1，而不是 {came}",
)
ShapeOf: TypeAlias = Callable[[Formula], Shape | None]


def _other(said: T, call: Call, array: Formula, came: Shape, wanted: Shape) -> ShapeError:
    x = call.arguments[0]
    holes = {"call": plain(call), "array": plain(array), "x": plain(x), "last": wanted[-1] if wanted else 1}
    return ShapeError(said.format(came=words(came), wanted=words(wanted), **holes), call)


def _of_last_axis(call: Call, shape_of: ShapeOf) -> None:
    """Gain and shift have a number for each place of the last axis of x, or one for all."""
    x, *others = call.arguments
    wanted = shape_of(x)
    for array in others:
        came = shape_of(array)
        if wanted is not None and came is not None and came not in ((), (1,), wanted[-1:]):
            raise _other(OF_LAST_AXIS, call, array, came, wanted)


def _into_x(call: Call, shape_of: ShapeOf) -> None:
    """Gain and shift, or a mask, do not make x larger."""
    x, *others = call.arguments
    wanted = shape_of(x)
    for array in others:
        came = shape_of(array)
        if wanted is not None and came is not None and not _fits_into(came, wanted):
            raise _other(OF_X, call, array, came, wanted)


def _fits_into(came: Shape, wanted: Shape) -> bool:
    last = wanted[len(wanted) - len(came) :]
    return len(came) <= len(wanted) and all(a in (1, b) for a, b in zip(came, last, strict=True))


def _mask_and_share(call: Call, shape_of: ShapeOf) -> None:
    """The mask fits into x, and the share that is kept is one."""
    keep = call.arguments[-1]
    share = exact(keep)
    if share is not None and not 0 < share <= 1:
        raise ShapeError(KEEP.format(call=plain(call), came=plain(keep)), call)
    _into_x(call, shape_of)


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
        _mask_and_share,
    ),
    Definition(
        Signature("layer_norm", ("x", "gain", "shift"), ("eps",)),
        T(
            "gain (x − mean)/√(variance + eps) + shift, along the last axis",
            "gain (x − 平均)/√(方差 + eps) + shift，沿最后一个轴",
        ),
        _layer_norm,
        _of_last_axis,
    ),
    Definition(
        Signature("rms_norm", ("x", "gain"), ("eps",)),
        T("gain x/√(mean of x² + eps), along the last axis", "gain x/√(x² 的平均 + eps)，沿最后一个轴"),
        _rms_norm,
        _of_last_axis,
    ),
    Definition(
        Signature("batch_norm", ("x", "gain", "shift"), ("eps",)),
        T(
            "gain (x − mean)/√(variance + eps) + shift, over the examples, unit by unit",
            "gain (x − 平均)/√(方差 + eps) + shift，对样本逐单元计算",
        ),
        _batch_norm,
        _into_x,
    ),
)
