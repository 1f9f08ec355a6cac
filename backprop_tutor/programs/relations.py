"""How an array is off, told before any cause: a constant factor, zeros, whole numbers, another array's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.programs.target import fitted
from backprop_tutor.text import T

SHAPE = T("shape {given}, not {right}", "形状是 {given}，应为 {right}")
NOT_FINITE = T("{count} of {all} entries are nan or inf", "{all} 个数中有 {count} 个是 nan 或 inf")
ZERO = T("all zeros", "全是 0")
FACTOR = T("{factor} times the right one", "是正确值的 {factor} 倍")
OPPOSITE = T("the right one with the other sign", "与正确值差一个负号")
TRANSPOSED = T("the right one transposed", "是正确值的转置")
ANOTHER = T("the values of {name}", "是 {name} 的值")
WHOLE = T("whole numbers only: an integer array cuts off the rest", "只有整数：整数类型的数组会舍去小数")
ROWS = T("all its rows are equal", "各行都相同")
COLUMNS = T("all its columns are equal", "各列都相同")
ENTRIES = T("{count} of {all} entries differ", "{all} 个数中有 {count} 个不同")
SINGLE = T("in single precision", "单精度")
HALF = T("in half precision", "半精度")
NEAR = 1e-6


def relation(given: AnyArray, right: Array, off: int, others: Mapping[str, Array]) -> T:
    """What can be said of a wrong array by looking at it; `others` are the right arrays by name."""
    return next(_relations(np.asarray(given, dtype=float), right, off, others))


def _relations(given: Array, right: Array, off: int, others: Mapping[str, Array]) -> Iterator[T]:
    same = next((n for n, other in others.items() if other is not right and _alike(given, other) and other.any()), None)
    if same is not None:
        yield ANOTHER.format(name=same)
    if given.ndim == right.ndim == 2 and _alike(given, right.T) and right.shape != (1, 1):
        yield TRANSPOSED
    if fitted(given, right.shape) is None:
        yield SHAPE.format(given=given.shape, right=right.shape)
    fits = fitted(given, right.shape)
    bad = int(np.sum(~np.isfinite(given)))
    if bad:
        yield NOT_FINITE.format(count=bad, all=given.size)
    if not given.any():
        yield ZERO
    factor = _factor(fits, right) if fits is not None else None
    if factor is not None:
        yield OPPOSITE if abs(factor + 1) < NEAR else FACTOR.format(factor=_text(factor))
    if given.any() and (given == np.round(given)).all() and not (right == np.round(right)).all():
        yield WHOLE
    if given.ndim == 2 and given.shape[0] > 1 and (given == given[:1]).all():
        yield ROWS
    if given.ndim == 2 and given.shape[1] > 1 and (given == given[:, :1]).all():
        yield COLUMNS
    yield ENTRIES.format(count=off, all=right.size)


def _alike(given: Array, other: Array) -> bool:
    fits = fitted(given, other.shape) if given.size == other.size else None
    scale = float(np.abs(other).max(initial=0.0))
    with np.errstate(all="ignore"):
        return fits is not None and bool((np.abs(fits - other) <= 1e-9 * scale).all())


def _factor(given: AnyArray, right: Array) -> float | None:
    """The one factor by which all entries differ, None where there is none."""
    place = np.unravel_index(int(np.abs(right).argmax()), right.shape)
    if right[place] == 0 or not np.isfinite(given).all():
        return None
    factor = float(given[place] / right[place])
    far = np.abs(given - factor * right).max()
    return factor if factor not in (0.0, 1.0) and far <= NEAR * abs(factor * right[place]) else None


def _text(factor: float) -> str:
    """A factor as people would say it: 5, −2, 1/5, 0.37."""
    if abs(factor - round(factor)) < NEAR * abs(factor):
        return str(round(factor))
    inverse = 1 / factor
    return f"1/{round(inverse)}" if abs(inverse - round(inverse)) < NEAR * abs(inverse) else f"{factor:.6g}"
