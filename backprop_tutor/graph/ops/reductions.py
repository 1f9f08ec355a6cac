"""Reductions: the sum, mean, maximum and the like, of all elements of an array or along one axis.

A derivative goes back to every element that was reduced: the same to each for a sum, 1/n of it for a mean, to the
largest alone for a maximum (a tie is shared equally), times the product of the others for a product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from backprop_tutor.formula.nodes import Cases, Compare, formula
from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.array import AnyArray, Array, is_written, np
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops import written
from backprop_tutor.graph.ops.operation import ArrayOp, Operation, Ranges, Shape, Use, only, share
from backprop_tutor.text import T

EMPTY = T(
    "{call}: {array1} is {shape1}; there is nothing to put together", "{call}：{array1} 是{shape1}；没有可合并的元素"
)


class Along:
    """The axes a reduction goes over, and the way from an array to its result and back."""

    def __init__(self, use: Use) -> None:
        own = use.shapes[0]
        axis, self.keeps = use.axis(len(own)), bool(use.whole("keepdim", 0, least=0))
        self.axes = tuple(range(-len(own) - 1, -1)) if axis is None else (axis,)
        goes = [i - len(own) - 1 in self.axes for i in range(len(own))]
        self.full: Shape = tuple(1 if gone else n for n, gone in zip(own, goes, strict=True))
        self.shape: Shape = self.full if self.keeps else tuple(n for n, gone in zip(own, goes, strict=True) if not gone)
        self.count = int(np.prod([n for n, gone in zip(own, goes, strict=True) if gone], initial=1))
        if not self.count:
            raise use.refuse(EMPTY)

    def stretched(self, left: AnyArray) -> AnyArray:
        """A result or its gradient with the reduced axes restored at length 1."""
        lead = left.ndim - len(self.shape) - 1
        return left.reshape(*left.shape[:lead], *self.full, left.shape[-1])

    def beside(self, x: AnyArray) -> AnyArray:
        """The elements that are reduced together as the last axis: (..., the other axes, examples, count)."""
        moved = np.moveaxis(x, self.axes, range(-len(self.axes), 0))
        return moved.reshape(*moved.shape[: moved.ndim - len(self.axes)], self.count)

    def apart(self, beside: AnyArray, like: AnyArray) -> AnyArray:
        """The inverse of `beside`: the last axis returned to the reduced axes."""
        sides = tuple(like.shape[axis] for axis in self.axes)
        moved = beside.reshape(*beside.shape[:-1], *sides)
        return np.moveaxis(moved, range(-len(self.axes), 0), self.axes)

    def left(self, reduced: AnyArray) -> AnyArray:
        """The result of a reduction of the last axis of `beside`, its axes kept where requested."""
        if not self.keeps:
            return reduced
        lead = reduced.ndim - 1 - sum(1 for n, axis in self._own() if axis not in self.axes)
        return reduced.reshape(*reduced.shape[:lead], *self.full, reduced.shape[-1])

    def _own(self) -> list[tuple[int, int]]:
        return [(n, i - len(self.full) - 1) for i, n in enumerate(self.full)]

    def needs(self, index: Shape, argument: int | None) -> tuple[Ranges, ...] | None:
        """What comes back to an element of an array of which all are reduced takes that of the result alone."""
        return (only((0,) * len(self.shape)), only(index)) if argument == 0 and all(n == 1 for n in self.full) else None


def _sum(use: Use) -> ArrayOp:
    along = Along(use)

    def forward(x: AnyArray) -> AnyArray:
        return x.sum(axis=along.axes, keepdims=along.keeps)  # type: ignore[no-any-return]

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        return (np.broadcast_to(along.stretched(g), np.broadcast_shapes(along.stretched(g).shape, x.shape)),)

    return ArrayOp("sum", ("x",), forward, vjp, shape=along.shape, kind="linear", needs=along.needs)


def _mean(use: Use) -> ArrayOp:
    along = Along(use)

    def forward(x: AnyArray) -> AnyArray:
        total = x.sum(axis=along.axes, keepdims=along.keeps)
        return total / along.count if along.count > 1 else total  # type: ignore[no-any-return]

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        each = along.stretched(share(g, along.count))
        return (np.broadcast_to(each, np.broadcast_shapes(each.shape, x.shape)),)

    return ArrayOp("mean", ("x",), forward, vjp, shape=along.shape, kind="linear", needs=along.needs)


def _extreme(name: str, best: Callable[..., Array]) -> Callable[[Use], ArrayOp]:
    """max or min of many: the gradient goes to the largest or smallest; elements of the same value share it equally."""

    def bind(use: Use) -> ArrayOp:
        along = Along(use)

        def shares(x: AnyArray) -> AnyArray:
            beside = along.beside(x)
            if is_written(x):
                equal = written.elementwise(lambda own, top: Cases(((formula(1), Compare(own, "=", top)),), formula(0)))
                won = equal(beside, written.over_last(name, beside)[..., None])
                return along.apart(won / won.sum(axis=-1, keepdims=True), x)
            won = beside == best(beside, axis=-1, keepdims=True)
            return along.apart(won / won.sum(axis=-1, keepdims=True), x)

        def forward(x: AnyArray) -> AnyArray:
            if is_written(x):
                return along.left(written.over_last(name, along.beside(x)))
            return along.left(best(along.beside(x), axis=-1))

        def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
            return (along.stretched(g) * shares(x),)

        def taught_by(values: Sequence[Array]) -> Op:
            exact = written.exactly(shares(values[0]))
            return Op(name=name, arguments=("x",), forward=forward, vjp=lambda g, _, x: (along.stretched(g) * exact,))

        return ArrayOp(name=name, arguments=("x",), forward=forward, vjp=vjp, shape=along.shape, taught_by=taught_by)

    return bind


def _prod(use: Use) -> ArrayOp:
    along = Along(use)

    def forward(x: AnyArray) -> AnyArray:
        return along.left(np.multiply.reduce(along.beside(x), axis=-1))

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        beside = along.beside(x)
        others = [np.delete(beside, i, axis=-1) for i in range(along.count)]
        others = [part.prod(axis=-1) if part.shape[-1] else np.ones_like(beside[..., 0]) for part in others]
        return (along.stretched(g) * along.apart(np.stack(others, axis=-1), x),)

    return ArrayOp(name="prod", arguments=("x",), forward=forward, vjp=vjp, shape=along.shape)


def _logsumexp(use: Use) -> ArrayOp:
    along = Along(use)

    def forward(x: AnyArray) -> AnyArray:
        if is_written(x):
            return written.log(written.exp(x).sum(axis=along.axes, keepdims=along.keeps))
        top = x.max(axis=along.axes, keepdims=True) if along.axes else x
        top = np.where(np.isfinite(top), top, 0.0)
        return np.log(np.exp(x - top).sum(axis=along.axes, keepdims=along.keeps)) + (  # type: ignore[no-any-return]
            top if along.keeps or not along.axes else top.squeeze(along.axes)
        )

    def vjp(g: AnyArray, out: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        away = x - along.stretched(out)
        return (along.stretched(g) * (written.exp(away) if is_written(x) else np.exp(away)),)

    return ArrayOp(name="logsumexp", arguments=("x",), forward=forward, vjp=vjp, shape=along.shape)


def _norm(use: Use) -> ArrayOp:
    along = Along(use)

    def forward(x: AnyArray) -> AnyArray:
        squares = (x**2).sum(axis=along.axes, keepdims=along.keeps)
        return written.sqrt(squares) if is_written(x) else np.sqrt(squares)

    def vjp(g: Array, out: Array, x: Array) -> tuple[Array, ...]:
        length = along.stretched(out)
        return (along.stretched(g) * np.where(length > 0, x / np.where(length > 0, length, 1.0), 0.0),)

    def written_vjp(g: AnyArray, out: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        return (along.stretched(g) * (x / along.stretched(out)),)

    taught = Op(name="norm", arguments=("x",), forward=forward, vjp=written_vjp)
    return ArrayOp(name="norm", arguments=("x",), forward=forward, vjp=vjp, taught=taught, shape=along.shape)


def over_examples(kind: Literal["mean", "sum"], shape: Shape = ()) -> ArrayOp:
    """The mean or the sum over the examples, element by element: one array for all of them."""

    def count(x: AnyArray) -> int:
        return x.shape[-1] if kind == "mean" else 1

    def forward(x: AnyArray) -> AnyArray:
        total = x.sum(axis=-1, keepdims=True)
        return total / count(x) if count(x) > 1 else total  # type: ignore[no-any-return]

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        each = share(g, count(x))
        return (np.broadcast_to(each, np.broadcast_shapes(each.shape, x.shape)),)

    return ArrayOp(
        name=f"batch_{kind}", arguments=("x",), forward=forward, vjp=vjp, shape=shape, kind="linear", joint=True
    )


ALONG = ("axis", "keepdim")


def _entry(name: str, bind: Callable[[Use], ArrayOp], text: T, rule: T) -> Operation:
    return Operation(Signature(name, ("x",), ALONG), text, bind, (rule,))


REDUCTIONS = (
    _entry(
        "sum",
        _sum,
        T("the sum of all elements, or along an axis", "所有元素之和，或沿一个轴求和"),
        T("{g}, to every element alike", "{g}，每个元素都一样"),
    ),
    _entry(
        "mean",
        _mean,
        T("the mean of all elements, or along an axis", "所有元素的平均值，或沿一个轴求平均"),
        T("{g} divided by how many there are, to every element alike", "{g} 除以元素个数，每个元素都一样"),
    ),
    _entry(
        "max",
        _extreme("max", np.max),
        T("the largest element of all, or along an axis", "最大的元素，或沿一个轴取最大"),
        T("{g}, to the largest element alone; a tie shares it", "{g}，只给最大的元素；并列时平分"),
    ),
    _entry(
        "min",
        _extreme("min", np.min),
        T("the smallest element of all, or along an axis", "最小的元素，或沿一个轴取最小"),
        T("{g}, to the smallest element alone; a tie shares it", "{g}，只给最小的元素；并列时平分"),
    ),
    _entry(
        "prod",
        _prod,
        T("the product of all elements, or along an axis", "所有元素之积，或沿一个轴求积"),
        T("{g} times the product of the other elements", "{g} 乘以其余元素之积"),
    ),
    _entry(
        "norm",
        _norm,
        T("the length √Σx², of all elements or along an axis", "长度 √Σx²，所有元素或沿一个轴"),
        T("{g} times the element over the length", "{g} 乘以元素与长度之比"),
    ),
    _entry(
        "logsumexp",
        _logsumexp,
        T("ln Σ e^x, of all elements or along an axis", "ln Σ e^x，所有元素或沿一个轴"),
        T("{g} times the softmax of {array1}", "{g} 乘以 {array1} 的 softmax"),
    ),
    Operation(
        Signature("batch_mean", ("x",)),
        T("the mean over the examples, element by element", "对样本逐元素求平均"),
        lambda use: over_examples("mean", use.shapes[0]),
        (T("{g} divided by the number of examples, to every example alike", "{g} 除以样本数，每个样本都一样"),),
    ),
)
