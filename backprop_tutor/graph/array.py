"""NumPy, loaded once for the whole engine.

OpenBLAS is limited to one thread: the matrices of a lesson are small, threads cost more than they save, and the order
of every summation stays fixed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
AnyArray: TypeAlias = np.ndarray[Any, np.dtype[Any]]
MATRIX = 2
SMALL = 256
MOST_SIDE_BY_SIDE = 60
"""NumPy takes at most 63 arrays in one call."""

UNIT = np.ones((1, 1))
"""The derivative of a loss by itself: what is multiplied by it need not be."""

__all__ = [
    "UNIT",
    "AnyArray",
    "Array",
    "at",
    "each",
    "euclidean_norm",
    "is_written",
    "np",
    "product",
    "quietly",
    "remembered",
    "transposed",
]


P = ParamSpec("P")
R = TypeVar("R")
QUIET = copy_context()


def quietly(function: Callable[P, R]) -> Callable[P, R]:
    """`function` without warnings of overflow, division by zero and invalid numbers, as by ``np.errstate(all="ignore")``.

    NumPy holds what it warns of in a context variable, from 2.0 on; to enter a context takes a seventh of the time of
    setting it anew.
    """
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return np.errstate(all="ignore")(function)

    @wraps(function)
    def quiet(*args: P.args, **kwargs: P.kwargs) -> R:
        return QUIET.copy().run(function, *args, **kwargs)

    QUIET.run(np.seterr, all="ignore")
    return quiet


def is_written(array: AnyArray) -> bool:
    """Whether an array contains formulas instead of numbers."""
    return array.dtype == object


def product(left: AnyArray, right: AnyArray) -> AnyArray:
    """The product of two matrices, or of every two of two stacks.

    `dot` is called in half the time of `@`, but copies arrays that are not contiguous. The products of columns and rows
    are products of numbers, which `*` computes in half the time of a stack of small products.
    """
    if right.size <= SMALL and left.ndim == right.ndim == MATRIX:
        return left.dot(right)  # type: ignore[no-any-return]
    if left.ndim > MATRIX and left.shape[-1] == 1:
        return left * right
    return left @ right


def at(place: tuple[int, ...]) -> Any:
    """The index of an element in an array, whatever axes come before those of its own index."""
    return (..., *place)


def transposed(array: AnyArray) -> AnyArray:
    """The transpose of a matrix, or of every matrix of a stack."""
    return array.T if array.ndim == MATRIX else array.swapaxes(-1, -2)


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Caches the last result of `function`, returned again for identical (not merely equal) arguments, at most four.

    Forward and backward pass often need the same value of the same arrays. Arrays of a trace never change.
    """
    count, answer = function.__code__.co_argcount, None
    if count == 1:
        return _remembered_by_one(function)
    known: tuple[Any, Any, Any, Any] = (None, None, None, None)

    def answered(first: Any, second: Any = None, third: Any = None, fourth: Any = None) -> Any:
        nonlocal known, answer
        one, two, three, four = known
        if first is not one or second is not two or third is not three or fourth is not four:
            known = first, second, third, fourth
            answer = function(*known[:count])
        return answer

    return answered


def _remembered_by_one(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known = answer = None

    def answered(only: Any) -> Any:
        nonlocal known, answer
        if only is not known:
            known, answer = only, function(only)
        return answer

    return answered


def each(write: Callable[..., Any], arrays: Sequence[AnyArray]) -> AnyArray:
    """Applies `write` to the elements of `arrays` side by side, as an object array; (1, 1) where there are none."""
    if not arrays:
        return np.array([[write()]], dtype=object)
    if len(arrays) >= MOST_SIDE_BY_SIDE:
        return _one_by_one(write, arrays)
    return np.asarray(np.frompyfunc(write, len(arrays), 1)(*arrays), dtype=object)


def _one_by_one(write: Callable[..., Any], arrays: Sequence[AnyArray]) -> AnyArray:
    spread = np.broadcast_arrays(*arrays)
    written = np.empty(spread[0].shape, dtype=object)
    for place in np.ndindex(written.shape):
        written[place] = write(*(array[place] for array in spread))
    return written


LEAST_SQUARED = 1e-145
"""The square of a smaller number has lost digits."""


def euclidean_norm(array: Array) -> float:
    """The root of the sum of squares, also where a square is larger than any float, or too small to have all its digits."""
    with np.errstate(over="ignore", under="ignore"):
        found = float(np.linalg.norm(array))
    largest = float(np.max(np.abs(array), initial=0.0))
    if LEAST_SQUARED < found < math.inf or not 0 < largest < math.inf:
        return found
    return largest * float(np.linalg.norm(array / largest))
