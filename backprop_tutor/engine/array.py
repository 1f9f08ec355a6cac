"""NumPy, loaded once for the whole engine.

OpenBLAS is kept to one thread: the matrices of a lesson are small, threads cost more than they bring, and the order
of every summation stays fixed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
AnyArray: TypeAlias = npt.NDArray[Any]

__all__ = ["AnyArray", "Array", "each", "np"]


def each(write: Callable[..., Any], arrays: Sequence[AnyArray]) -> AnyArray:
    """`write` applied to the elements of `arrays` side by side, as an object array; (1, 1) where there are none."""
    if not arrays:
        return np.array([[write()]], dtype=object)
    return np.asarray(np.frompyfunc(write, len(arrays), 1)(*arrays), dtype=object)
