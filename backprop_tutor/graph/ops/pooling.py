"""Pooling: one number for each window, its largest or its mean.

The gradient of a maximum goes to the one element that is largest; of several equal ones to the first in reading order,
as in PyTorch, JAX and TensorFlow. A mean distributes the gradient equally.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import accumulate

from backprop_tutor.formula.nodes import Cases, Compare, formula
from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.array import AnyArray, Array, at, is_written, np
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops import written
from backprop_tutor.graph.ops.operation import ArrayOp, Bind, Operation, Use, share
from backprop_tutor.graph.ops.windows import Windows
from backprop_tutor.text import T

RANKS = T(
    "{call}: {array1} is {shape1}; {name} takes {wanted}, with or without an axis for channels in front",
    "{call}：{array1} 是{shape1}；{name} 需要{wanted}，前面可以有通道轴",
)
WANTED = {1: T("a list", "一维序列"), 2: T("(height, width)", "（高, 宽）")}
Make = Callable[[str, Windows, tuple[int, ...]], ArrayOp]


def _windows(use: Use, axes: int) -> Windows:
    size = use.whole("size", 1)
    return Windows.of(use, use.shapes[0][-axes:], (size,) * axes, use.whole("stride", size), 0)


def tied(use: Use, axes: int, x: Array) -> Array:
    """Which elements of each window are equal to its largest: (..., places, examples, elements)."""
    seats = _seats(_windows(use, axes), x)
    found: Array = seats == seats.max(axis=-1, keepdims=True)
    return found


def shared_by_ties(use: Use, axes: int, g: Array, x: Array) -> Array:
    """The gradient of the largest of each window, in equal parts to all that are equal to it."""
    equal = tied(use, axes, x)
    return _back(_windows(use, axes), g[..., None] * equal / equal.sum(axis=-1, keepdims=True))


def _pool(kind: str, axes: int, make: Make) -> Bind:
    name = f"{kind}_pool{axes}d"

    def bind(use: Use) -> ArrayOp:
        x = use.shapes[0]
        if len(x) not in (axes, axes + 1):
            raise use.refuse(RANKS, name=name, wanted=WANTED[axes])
        windows = _windows(use, axes)
        return replace(make(name, windows, (*x[:-axes], *windows.places)), rest=windows.rest)

    return bind


def _seats(windows: Windows, x: AnyArray) -> AnyArray:
    """The elements of every window in reading order as the last axis: (..., places, examples, elements)."""
    views = windows.over(x)
    return views.reshape(*views.shape[: -len(windows.sides)], -1)


def _back(windows: Windows, shares: AnyArray) -> AnyArray:
    """The gradient of each element of each window, added back into the array: from (..., places, examples, elements)."""
    first = np.moveaxis(shares, -1, 0)
    return windows.gathered(first.reshape(*windows.sides, *first.shape[1:]))


def _max(name: str, windows: Windows, shape: tuple[int, ...]) -> ArrayOp:
    def won(x: AnyArray) -> AnyArray:
        """Which element of each window is the maximum: the first of the largest."""
        seats = _seats(windows, x)
        if is_written(x):
            return _first_of_largest(seats)
        return np.arange(seats.shape[-1]) == seats.argmax(axis=-1)[..., None]  # type: ignore[no-any-return]

    def forward(x: AnyArray) -> AnyArray:
        if is_written(x):
            return written.over_last("max", _seats(windows, x))
        return reduce(np.maximum, seats_of(x))

    def seats_of(x: AnyArray) -> list[AnyArray]:
        """The elements of every window, one array for each place in a window."""
        views = windows.over(x)
        return [views[at(offset)] for offset in windows.offsets]

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        """From the last element to the first, each takes what came back where it is larger than all before it."""
        if is_written(x):
            return (_back(windows, g[..., None] * won(x)),)
        seats, shares = seats_of(x), {}
        best = [*accumulate(seats, np.maximum)]
        for i in range(len(seats) - 1, 0, -1):
            shares[i] = g * (seats[i] > best[i - 1])
            g = g - shares[i]
        shares[0] = g
        return (windows.gathered({offset: shares[i] for i, offset in enumerate(windows.offsets)}),)

    def taught_by(values: Sequence[Array]) -> Op:
        exact = won(values[0]).astype(int).astype(object)
        return Op(
            name=name,
            arguments=("x",),
            forward=forward,
            vjp=lambda g, _, x: (_back(windows, g[..., None] * exact),),
        )

    return ArrayOp(name=name, arguments=("x",), forward=forward, vjp=vjp, shape=shape, taught_by=taught_by)


def _first_of_largest(seats: AnyArray) -> AnyArray:
    """1 for the first of the largest of each window and 0 for the others, as formulas that compare them."""
    found = np.empty(seats.shape, dtype=object)
    for place in np.ndindex(*seats.shape[:-1]):
        window = [formula(each) for each in seats[place]]
        for i, own in enumerate(window):
            share = formula(1)
            for j, other in enumerate(window):
                if j != i:
                    share = Cases(((share, Compare(other, "<" if j < i else "<=", own)),), formula(0))
            found[(*place, i)] = share
    return found


def _avg(name: str, windows: Windows, shape: tuple[int, ...]) -> ArrayOp:
    count = int(np.prod(windows.sides))

    def forward(x: AnyArray) -> AnyArray:
        total = _seats(windows, x).sum(axis=-1)
        return total / count if count > 1 else total  # type: ignore[no-any-return]

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        each = share(g, count)[..., None]
        return (_back(windows, np.broadcast_to(each, (*each.shape[:-1], count))),)

    return ArrayOp(name=name, arguments=("x",), forward=forward, vjp=vjp, shape=shape, kind="linear")


def _entries(kind: str, make: Make, text: T, rule: T) -> tuple[Operation, ...]:
    return tuple(
        Operation(
            Signature(f"{kind}_pool{axes}d", ("x",), ("size", "stride"), 1), text, _pool(kind, axes, make), (rule,)
        )
        for axes in (1, 2)
    )


POOLS = (
    *_entries(
        "max",
        _max,
        T("the largest number of each window", "每个窗口中最大的数"),
        T(
            "{g}, each element to the largest place of its window, of equal ones the first",
            "{g}，每个元素只给其窗口中最大的那个位置（相等时给第一个）",
        ),
    ),
    *_entries(
        "avg",
        _avg,
        T("the mean of each window", "每个窗口的平均值"),
        T("{g} divided by the size of the window, to every place of it", "{g} 除以窗口大小，给窗口中的每个位置"),
    ),
)
