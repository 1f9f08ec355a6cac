"""The functions that lines of a graph's program call where NumPy has none; a script that needs one contains its source."""

from __future__ import annotations

from typing import Any

from backprop_tutor.graph.array import np


def windows(x: Any, size: Any, stride: int = 1, padding: int = 0) -> Any:
    """Every window of the last axes of x: (..., places, window)."""
    axes = len(size)
    around = [(0, 0)] * (x.ndim - axes) + [(padding, padding)] * axes
    found = np.lib.stride_tricks.sliding_window_view(np.pad(x, around), size, axis=tuple(range(-axes, 0)))
    where: Any = (..., *[slice(None, None, stride)] * axes, *[slice(None)] * axes)
    return found[where]


def add_windows(shares: Any, shape: Any, stride: int = 1, padding: int = 0) -> Any:
    """The reverse of windows: each share added to the place it was taken from."""
    axes = shares.ndim - len(shape)
    total = np.zeros((*shape[:-axes], *(n + 2 * padding for n in shape[-axes:])), dtype=shares.dtype)
    for offset in np.ndindex(*shares.shape[-axes:]):
        counts = zip(offset, shares.shape[-2 * axes : -axes], strict=True)
        places: Any = (..., *(slice(start, start + stride * n, stride) for start, n in counts))
        total[places] += shares[(..., *offset)]
    inside: Any = (..., *(slice(padding, padding + n) for n in shape[-axes:]))
    return total[inside]


def first_largest(parts: Any, axes: int) -> Any:
    """1 at the first largest number of each window, 0 elsewhere."""
    flat = parts.reshape(*parts.shape[:-axes], -1)
    return (np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]).reshape(parts.shape) * 1.0


def placed(g: Any, like: Any, where: Any) -> Any:
    """Zeros like an array, with g where it was taken from."""
    total = np.zeros(like.shape, dtype=g.dtype if hasattr(g, "dtype") else float)
    total[where] = g
    return total


def product_of_others(x: Any, axes: Any) -> Any:
    """For each number the product of the others along the axes."""
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    flat = moved.reshape(*moved.shape[: moved.ndim - len(axes)], -1)
    others = np.stack([np.delete(flat, i, axis=-1).prod(axis=-1) for i in range(flat.shape[-1])], axis=-1)
    return np.moveaxis(others.reshape(moved.shape), range(-len(axes), 0), axes)


HELPERS = {each.__name__: each for each in (windows, add_windows, first_largest, placed, product_of_others)}
"""Each of them by its name."""
