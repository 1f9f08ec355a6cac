"""Windows that slide over the last axes of an array: what convolutions and pools have in common.

An array is (..., channels, sides, examples). Its windows are a view of it, (..., channels, places, examples, offsets),
where a place is the position of a window and an offset a position within it; `gathered` adds the gradient of each
element of each window back into the array, summing where windows overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.ops.operation import Shape, Use
from backprop_tutor.text import T

TOO_LARGE = T(
    "{call}: the window of {window} does not fit into {array1}, which is {shape1}{padded}",
    "{call}：大小为 {window} 的窗口放不进 {array1}（{shape1}{padded}）",
)
PADDED = T(" and {size} with its padding", "，填充后为 {size}")
NOT_PADDED = T("", "")


@frozen
class Windows:
    """Windows of the given sides over an image of the given sides, with a stride, and zeros around the image."""

    image: Shape
    sides: Shape
    stride: int = 1
    padding: int = 0

    @classmethod
    def of(cls, use: Use, image: Shape, sides: Shape, stride: int, padding: int) -> Windows:
        """The windows of one use of an operation. Raises ShapeError where none fits."""
        windows = cls(image, sides, stride, padding)
        if min(windows.places, default=1) < 1 or min(sides, default=1) < 1:
            padded = PADDED.format(size=_times(windows.padded)) if padding else NOT_PADDED
            raise use.refuse(TOO_LARGE, window=_times(sides), padded=padded)
        return windows

    @property
    def padded(self) -> Shape:
        """The sides of the image with the zeros around it."""
        return tuple(side + 2 * self.padding for side in self.image)

    @property
    def places(self) -> Shape:
        """The number of windows along each side; a remainder at the end is in none."""
        return tuple((side - size) // self.stride + 1 for side, size in zip(self.padded, self.sides, strict=True))

    @property
    def rest(self) -> Shape:
        """The number of places at the end of each side that are in no window."""
        return tuple((side - size) % self.stride for side, size in zip(self.padded, self.sides, strict=True))

    @property
    def offsets(self) -> Iterator[tuple[int, ...]]:
        """The positions within a window in reading order."""
        return product(*map(range, self.sides))

    def over(self, x: AnyArray) -> AnyArray:
        """The windows of an array, a view: (..., places, examples, offsets)."""
        axes = tuple(range(-len(self.image) - 1, -1))
        views = np.lib.stride_tricks.sliding_window_view(self._with_zeros(x), self.sides, axis=axes)
        steps = (slice(None, None, self.stride),) * len(self.image)
        where: tuple[Any, ...] = (..., *steps, *(slice(None),) * (1 + len(self.sides)))
        return views[where]  # type: ignore[no-any-return]

    def _with_zeros(self, x: AnyArray) -> AnyArray:
        if not self.padding:
            return x
        whole = np.zeros_like(x, shape=self._whole(x))
        whole[self._inside] = x
        return whole

    @property
    def _inside(self) -> tuple[Any, ...]:
        """The part of the padded array that is the image."""
        return (..., *(slice(self.padding, self.padding + side) for side in self.image), slice(None))

    def _whole(self, like: AnyArray) -> Shape:
        return (*like.shape[: -len(self.image) - 1], *self.padded, like.shape[-1])

    def gathered(self, shares: AnyArray | Mapping[Shape, AnyArray]) -> AnyArray:
        """Adds (offsets, ..., places, examples) back into an array, summed where windows overlap, without the padding."""
        like = shares[(0,) * len(self.sides)]
        whole = np.zeros_like(like, shape=self._whole(like))
        for offset in self.offsets:
            steps = zip(offset, self.places, strict=True)
            seats = (slice(start, start + self.stride * count, self.stride) for start, count in steps)
            where: tuple[Any, ...] = (..., *seats, slice(None))
            whole[where] = whole[where] + shares[offset]
        return whole[self._inside]  # type: ignore[no-any-return]


def _times(sides: Shape) -> str:
    return " x ".join(map(str, sides))
