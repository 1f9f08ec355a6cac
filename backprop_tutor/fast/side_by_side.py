"""Arrays that lie side by side in memory, and one array that is all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from backprop_tutor.graph.array import AnyArray, np


class Room:
    """Memory for so many numbers at most, given out piece by piece, one behind the other."""

    def __init__(self, most: int) -> None:
        self.whole, self.used = np.empty(most), 0

    def empty(self, shape: tuple[int, ...]) -> AnyArray:
        """An array of the given shape."""
        first, self.used = self.used, self.used + int(np.prod(shape))
        return self.whole[first : self.used].reshape(shape)


def side_by_side(like: AnyArray, count: int, room: Room | None = None) -> list[AnyArray]:
    """So many empty arrays at equal distances, each with the shape of `like` and its order of axes in memory."""
    order = in_memory(like)
    shape = (count, *(like.shape[axis] for axis in order))
    whole = room.empty(shape) if room is not None and like.dtype == float else np.empty(shape, like.dtype)
    return [each.transpose(np.argsort(order)) if like.ndim else whole[i, ...] for i, each in enumerate(whole)]


def stacked(arrays: Sequence[AnyArray]) -> AnyArray | None:
    """The arrays as one with an axis in front, without copying a number; None where they do not lie like that."""
    first, *others = arrays
    if any(each.shape != first.shape or each.strides != first.strides or each.dtype != first.dtype for each in others):
        return None
    if any(owner(each) is not owner(first) for each in others):
        return None
    starts = list(map(address, arrays))
    distances = {b - a for a, b in pairwise(starts)}
    if len(distances) != 1:
        return None
    (distance,) = distances
    return np.lib.stride_tricks.as_strided(first, (len(arrays), *first.shape), (distance, *first.strides))


def in_memory(array: AnyArray) -> tuple[int, ...]:
    """The axes of an array in the order in which it lies in memory."""
    return tuple(sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis])))


def in_order_of_memory(*arrays: AnyArray) -> list[AnyArray]:
    """The arrays of a function element by element with their axes in the order in which the last of them lies in
    memory, which is fastest; those with fewer axes must be numbers.
    """
    *_, out = arrays
    if any(each.ndim not in (0, out.ndim) for each in arrays):
        return list(arrays)
    order = in_memory(out)
    return [each.transpose(order) if each.ndim else each for each in arrays]


def equally_spaced(arrays: Sequence[AnyArray]) -> Iterator[tuple[int, AnyArray]]:
    """The arrays in runs as long as they are at equal distances: where each run begins, and it as one array."""
    first = 0
    while first < len(arrays):
        ends = range(len(arrays), first + 1, -1)
        runs = ((end, stacked(arrays[first:end])) for end in ends)
        end, run = next(((end, run) for end, run in runs if run is not None), (first + 1, arrays[first][None]))
        yield first, run
        first = end


def address(array: AnyArray) -> int:
    """Where in memory an array begins."""
    return int(array.__array_interface__["data"][0])


def is_same(one: AnyArray, other: AnyArray) -> bool:
    """Whether two arrays are the same memory in the same order."""
    if one.shape != other.shape or one.dtype != other.dtype or not one.size or not np.may_share_memory(one, other):
        return False
    steps = zip(one.shape, one.strides, other.strides, strict=True)
    return address(one) == address(other) and all(a == b for n, a, b in steps if n > 1)


def owner(array: AnyArray) -> AnyArray:
    """The array that has the memory of a view; NumPy's views of windows have an object between."""
    base: Any = array
    while base is not None:
        array = base if isinstance(base, np.ndarray) else array
        base = getattr(base, "base", None)
    return array
