"""The operations of NumPy on arrays of formulas, which write formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from backprop_tutor.formula.nodes import ZERO, Call, Formula, Num, formula
from backprop_tutor.graph.array import AnyArray, np


def elementwise(write: Callable[..., Formula]) -> Callable[..., AnyArray]:
    """Applies `write`, which takes one formula each, to arrays of formulas."""
    spread = np.frompyfunc(write, write.__code__.co_argcount, 1)
    return lambda *arrays: np.asarray(spread(*arrays), dtype=object)


def _exp(x: Any) -> Formula:
    return ZERO if isinstance(x, Num) and x.value == -math.inf else Call("exp", (formula(x),))


exp = elementwise(_exp)
log = elementwise(lambda x: Call("log", (formula(x),)))
sqrt = elementwise(lambda x: Call("sqrt", (formula(x),)))


def over_last(name: str, array: AnyArray) -> AnyArray:
    """A function of all the formulas along the last axis, ``max(a, b, c)``; of a single one, that one itself."""
    made = np.empty(array.shape[:-1], dtype=object)
    for place in np.ndindex(*made.shape):
        parts = tuple(formula(part) for part in array[place])
        made[place] = Call(name, parts) if len(parts) > 1 else parts[0]
    return made


def exactly(shares: AnyArray) -> AnyArray:
    """Constants such as 1, ½ or 0 as exact numbers."""
    return np.asarray(
        np.frompyfunc(lambda share: Fraction(share).limit_denominator(10_000), 1, 1)(shares), dtype=object
    )


def fraction(count: int) -> Fraction:
    """1/count, exactly."""
    return Fraction(1, count)
