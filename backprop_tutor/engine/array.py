"""NumPy, loaded once for the whole engine.

OpenBLAS is kept to one thread: the matrices of a lesson are small, threads cost more than they bring, and the order
of every summation stays fixed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
AnyArray: TypeAlias = npt.NDArray[Any]

__all__ = ["AnyArray", "Array", "beside", "each", "is_written", "np"]


def is_written(array: AnyArray) -> bool:
    """Whether an array holds formulas, not numbers."""
    return array.dtype == object


def beside(array: AnyArray, value: Fraction) -> Any:
    """An exact constant as it can stand beside the elements of `array`: itself beside formulas, else a float."""
    return value if is_written(array) else float(value)


def each(write: Callable[..., Any], arrays: Sequence[AnyArray]) -> AnyArray:
    """`write` applied to the elements of `arrays` side by side, as an object array; (1, 1) where there are none."""
    if not arrays:
        return np.array([[write()]], dtype=object)
    return np.asarray(np.frompyfunc(write, len(arrays), 1)(*arrays), dtype=object)
