"""Softmax, its logarithm, the mask of a causal attention, and the cross-entropy of logits.

With a = softmax(z): ∂a_i/∂z_j = a_i (1 if i = j, else 0) − a_i a_j, so that z_i gets a_i (G_i − Σ G_j a_j); at the
logits of a cross-entropy the two derivatives fuse into a − y.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backprop_tutor.formula.nodes import Num
from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.array import AnyArray, Array, is_written, np
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops import written
from backprop_tutor.graph.ops.operation import ArrayOp, Operation, Shape, Use, over_examples
from backprop_tutor.text import T

NO_AXES = T(
    "{call}: {array1} is {shape1}; a softmax needs several numbers", "{call}：{array1} 是{shape1}；softmax 需要多个数"
)
SQUARE = T(
    "{call}: {array1} is {shape1}; the mask needs a matrix, rows that look at columns",
    "{call}：{array1} 是{shape1}；掩码需要一个矩阵：每一行看各列",
)
CLASSES = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; logits (classes) need one class, logits (positions, classes) a list "
    "with one class a position; or a probability of each of the classes",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；logits 为（类别）时给一个类别，为（位置, 类别）时每个位置给一个类别；也可以给出各类别的概率",
)
MINUS_INFINITY = Num(-math.inf, "-inf")
MATRIX = 2


def shifted(x: Array, axis: int) -> Array:
    """x minus the largest along an axis, so that no exponential overflows."""
    return x - x.max(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def softmax_along(x: AnyArray, axis: int) -> AnyArray:
    """e^x over the sum of e^x along an axis, for numbers or formulas."""
    e = written.exp(x) if is_written(x) else np.exp(shifted(x, axis))
    return e / e.sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def _axis(use: Use) -> int:
    if not use.shapes[0]:
        raise use.refuse(NO_AXES)
    axis = use.axis(len(use.shapes[0]), default=-1)
    assert axis is not None, "there is a default"
    return axis


def _softmax(use: Use) -> ArrayOp:
    axis = _axis(use)

    def vjp(g: AnyArray, a: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        return (a * (g - (g * a).sum(axis=axis, keepdims=True)),)

    return ArrayOp(
        name="softmax", arguments=("x",), forward=lambda x: softmax_along(x, axis), vjp=vjp, shape=use.shapes[0]
    )


def _log_softmax(use: Use) -> ArrayOp:
    axis = _axis(use)

    def forward(x: AnyArray) -> AnyArray:
        if is_written(x):
            return x - written.log(written.exp(x).sum(axis=axis, keepdims=True))
        away = shifted(x, axis)
        return away - np.log(np.exp(away).sum(axis=axis, keepdims=True))  # type: ignore[no-any-return]

    def vjp(g: AnyArray, out: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        a = written.exp(out) if is_written(out) else np.exp(out)
        return (g - a * g.sum(axis=axis, keepdims=True),)

    return ArrayOp(name="log_softmax", arguments=("x",), forward=forward, vjp=vjp, shape=use.shapes[0])


def _causal(use: Use) -> ArrayOp:
    if len(use.shapes[0]) != MATRIX:
        raise use.refuse(SQUARE)
    rows, columns = use.shapes[0]
    seen = (np.arange(columns)[None, :] <= np.arange(rows)[:, None])[..., None]

    def forward(x: AnyArray) -> AnyArray:
        hidden: Any = MINUS_INFINITY if is_written(x) else -np.inf
        return np.where(seen, x, hidden)

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        return (np.where(seen, g, 0 if is_written(g) else 0.0),)

    return ArrayOp(name="causal", arguments=("S",), forward=forward, vjp=vjp, shape=use.shapes[0], kind="selection")


def _cross_entropy(use: Use) -> ArrayOp:
    """−ln softmax(logits)[class], the mean over the positions where there are several."""
    logits, target = use.shapes
    if len(logits) == 1 and target == logits:
        return _of_probabilities(logits)
    if len(logits) not in (1, MATRIX) or target != logits[:-1]:
        raise use.refuse(CLASSES)
    axes = tuple(range(-len(target) - 1, -1))
    count = int(np.prod(target, initial=1))

    def chosen(x: AnyArray, c: Array) -> Array:
        """1 at the class of each position and 0 elsewhere, shaped as the logits."""
        return (np.arange(1, logits[-1] + 1)[:, None] == c[..., None, :]).astype(int)  # type: ignore[no-any-return]

    def log_softmax(x: Array) -> Array:
        away = shifted(x, -2)
        return away - np.log(np.exp(away).sum(axis=-2, keepdims=True))  # type: ignore[no-any-return]

    def forward(x: AnyArray, c: Array) -> AnyArray:
        if is_written(x):
            return written_forward(x, chosen(x, c).astype(object))
        losses = -(log_softmax(x) * chosen(x, c)).sum(axis=-2)
        return losses.sum(axis=axes) / count  # type: ignore[no-any-return]

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray, c: Array) -> tuple[AnyArray | None, ...]:
        if is_written(x):
            return written_vjp(g, x, chosen(x, c).astype(object))
        sent = (np.exp(log_softmax(x)) - chosen(x, c)) / count
        return (g.reshape(*g.shape[:-1], *(1,) * len(logits), g.shape[-1]) * sent, None)

    def written_forward(x: AnyArray, exact: AnyArray) -> AnyArray:
        losses = written.log(written.exp(x).sum(axis=-2)) - (x * exact).sum(axis=-2)
        total = losses.sum(axis=axes)
        return total / count if count > 1 else total  # type: ignore[no-any-return]

    def written_vjp(g: AnyArray, x: AnyArray, exact: AnyArray) -> tuple[AnyArray | None, ...]:
        sent = written.fraction(count) * (softmax_along(x, -2) - exact)
        return (g.reshape(*g.shape[:-1], *(1,) * len(logits), g.shape[-1]) * sent, None)

    def taught_by(values: Sequence[Array]) -> Op:
        exact = chosen(*values).astype(object)
        return Op(
            name="cross_entropy",
            arguments=("logits", "class"),
            forward=lambda x, _: written_forward(x, exact),
            vjp=lambda g, _, x, __: written_vjp(g, x, exact),
        )

    return ArrayOp(
        name="cross_entropy",
        arguments=("logits", "class"),
        forward=forward,
        vjp=vjp,
        shape=(),
        taught_by=taught_by,
        whole=((1, logits[-1]),),
    )


def _of_probabilities(shape: Shape) -> ArrayOp:
    """−Σ y ln softmax(z) for a probability y of each class: to z goes a − y where the y add up to 1, else a Σ y − y."""

    def log_softmax(z: Array) -> Array:
        away = shifted(z, -2)
        return away - np.log(np.exp(away).sum(axis=-2, keepdims=True))  # type: ignore[no-any-return]

    def forward(z: AnyArray, y: AnyArray) -> AnyArray:
        if is_written(z):
            return written_forward(z, y, whole=False)
        return -(y * log_softmax(z)).sum(axis=-2)  # type: ignore[no-any-return]

    def vjp(g: AnyArray, _: AnyArray, z: AnyArray, y: AnyArray) -> tuple[AnyArray, ...]:
        if is_written(z):
            return written_vjp(g, z, y, whole=False)
        to_logits = g[..., None, :] * (softmax_along(z, -2) * y.sum(axis=-2, keepdims=True) - y)
        return over_examples(to_logits, z), over_examples(-g[..., None, :] * log_softmax(z), y)

    def normaliser(z: AnyArray) -> AnyArray:
        return written.log(written.exp(z).sum(axis=-2, keepdims=True))

    def written_forward(z: AnyArray, y: AnyArray, *, whole: bool) -> AnyArray:
        each = normaliser(z) if whole else normaliser(z) * y.sum(axis=-2, keepdims=True)
        return each[..., 0, :] - (y * z).sum(axis=-2)  # type: ignore[no-any-return]

    def written_vjp(g: AnyArray, z: AnyArray, y: AnyArray, *, whole: bool) -> tuple[AnyArray, ...]:
        a = softmax_along(z, -2)
        sent = a - y if whole else a * y.sum(axis=-2, keepdims=True) - y
        return over_examples(g[..., None, :] * sent, z), over_examples(g[..., None, :] * (normaliser(z) - z), y)

    def taught_by(values: Sequence[Array]) -> Op:
        """Σ y is written as 1 where one class has it all; else y may be computed, and L changes with its sum."""
        whole = bool((values[1].sum(axis=-2) == 1).all() and np.isin(values[1], (0, 1)).all())
        return Op(
            name="cross_entropy",
            arguments=("logits", "class"),
            forward=lambda z, y: written_forward(z, y, whole=whole),
            vjp=lambda g, _, z, y: written_vjp(g, z, y, whole=whole),
        )

    return ArrayOp(
        name="cross_entropy",
        arguments=("logits", "class"),
        forward=forward,
        vjp=vjp,
        shape=(),
        taught_by=taught_by,
        rules=(
            T("the softmax of {array1}, less {array2}", "{array1} 的 softmax 减去 {array2}"),
            T("minus the logarithm of the softmax of {array1}", "{array1} 的 softmax 的对数，取负"),
        ),
    )


SOFTMAX = (
    Operation(
        Signature("softmax", ("x",), ("axis",)),
        T("e^x over the sum of e^x along an axis (the last)", "e^x 除以沿一个轴（默认最后一个）的 e^x 之和"),
        _softmax,
        (
            T(
                "each output times what came back to it, less the mean of all that came back, weighted by the outputs",
                "每个输出乘以（传回它的量减去以各输出为权的加权和）",
            ),
        ),
    ),
    Operation(
        Signature("log_softmax", ("x",), ("axis",)),
        T("the logarithm of the softmax", "softmax 的对数"),
        _log_softmax,
        (T("{g} less the softmax times the sum of {g}", "{g} 减去 softmax 乘以 {g} 之和"),),
    ),
    Operation(
        Signature("causal", ("S",)),
        T("minus infinity above the diagonal: no row sees a later column", "对角线以上为负无穷：每一行看不到后面的列"),
        _causal,
        (T("{g}, and nothing above the diagonal", "{g}，对角线以上为零"),),
    ),
    Operation(
        Signature("cross_entropy", ("logits", "class")),
        T(
            "−ln of the softmax of the logits at the class (from 1), the mean over positions; or a probability of each "
            "class: −Σ y ln softmax",
            "logits 的 softmax 在所给类别（从 1 数起）处的 −ln，对各位置求平均；或给出各类别的概率：−Σ y ln softmax",
        ),
        _cross_entropy,
        (
            T("the softmax of {array1}, less 1 at the class", "{array1} 的 softmax，在所给类别处减 1"),
            T("nothing", "无"),
        ),
    ),
)
