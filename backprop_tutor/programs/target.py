"""An array that the caller gives, and how near another must come to be the same: float64, float32, printed figures."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np

Precision: TypeAlias = Literal["double", "single", "half", "printed"]

DOUBLE, SINGLE, HALF = 1e-9, 2e-5, 4e-3
SAFETY = 64
PRINTED_FIGURES = 9
SAMPLE = 500


@frozen(eq=False)
class Target:
    """An array by the name of the program's line, with what counts as agreement.

    `slack` is what the array of a wrong program may differ by, one that was computed in single precision on the way.
    """

    name: str
    value: Array
    tolerance: float
    precision: Precision
    slack: float = 0.0

    def loosely(self, made: Any) -> bool:
        """Whether a value made by a wrong program is this array."""
        return self.agrees(made, max(self.slack, self.tolerance))

    def agrees(self, made: Any, tolerance: float | None = None) -> bool:
        """Whether a value made by a program is this array."""
        within = self.tolerance if tolerance is None else tolerance
        if made is None:
            return False
        other = fitted(np.asarray(made), self.value.shape)
        if other is None:
            return False
        if other.ndim and other.size > SAMPLE and not _first_agree(other, self.value, within):
            return False
        with np.errstate(all="ignore"):
            near = np.abs(other - self.value) <= within
        return bool(near.all()) or bool((near | (np.isnan(other) & np.isnan(self.value)) | (other == self.value)).all())


def _first_agree(one: AnyArray, other: AnyArray, within: float) -> bool:
    """Whether a few of the entries agree, which tells most wrong arrays apart at once."""
    with np.errstate(all="ignore"):
        far = np.abs(one[:2].ravel()[:SAMPLE] - other[:2].ravel()[:SAMPLE]) > within
    return not far.any()


def fitted(array: AnyArray, shape: tuple[int, ...]) -> AnyArray | None:
    """`array` in that shape where it is the same numbers in it: a vector as a matrix, one number for all."""
    if array.dtype == object or array.dtype.kind not in "fiub":
        return None
    if array.shape == shape:
        return array
    if array.size == 1:
        return np.broadcast_to(array.reshape(()), shape)
    if array.size == np.prod(shape, dtype=int) and _squeezed(array.shape) == _squeezed(shape):
        return array.reshape(shape)
    return None


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def entries_off(given: AnyArray, right: Array, tolerance: float) -> int:
    """How many entries of an array are off; all of them where its shape is another."""
    found = fitted(np.asarray(given, dtype=float), right.shape)
    if found is None:
        return right.size
    with np.errstate(all="ignore"):
        return int(np.sum(~(np.abs(found - right) <= tolerance)))


def precision_of(array: AnyArray) -> Precision:
    """In what precision an array was computed, which its type or its figures show."""
    if array.dtype.kind == "f" and array.dtype.itemsize <= 2:
        return "half"
    if array.dtype.kind == "f" and array.dtype.itemsize == 4:
        return "single"
    flat = np.asarray(array, dtype=float).ravel()
    flat = flat[np.isfinite(flat) & (flat != 0)]
    if flat.size == 0 or (flat == np.round(flat)).all():
        return "double"
    with np.errstate(over="ignore"):
        if (flat.astype(np.float32).astype(float) == flat).all():
            return "single"
    sample = flat[:: max(1, flat.size // SAMPLE)]
    return "printed" if all(len(_figures(v)) <= PRINTED_FIGURES for v in sample.tolist()) else "double"


def _figures(value: float) -> str:
    return repr(abs(value)).split("e")[0].replace(".", "").strip("0")


def tolerance_of(array: AnyArray, precision: Precision, noise: float) -> float:
    """How far a right number may be from the engine's; `noise` is what programs of that precision were seen to differ by."""
    finite = np.abs(np.asarray(array, dtype=float))
    scale = float(finite[np.isfinite(finite)].max(initial=0.0))
    match precision:
        case "printed":
            sample = array.ravel()[:: max(1, array.size // SAMPLE)].tolist()
            return max(0.5000001 * 10.0 ** -max(map(_places, sample)), SAFETY * noise)
        case "half":
            return max(HALF * scale, SAFETY * noise)
        case "single":
            return max(SINGLE * scale, SAFETY * noise)
        case "double":
            return max(DOUBLE * scale, SAFETY * noise)


def _places(value: float) -> int:
    """How many decimal places a number was written with."""
    mantissa, _, exponent = repr(float(value)).partition("e")
    decimals = len(mantissa.partition(".")[2].rstrip("0"))
    return decimals - int(exponent or 0)
