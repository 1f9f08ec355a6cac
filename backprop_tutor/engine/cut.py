"""Numbers rounded as a hand does it: to so many significant figures, or to so many decimals."""

from __future__ import annotations

from backprop_tutor.engine.array import Array, np


def to_decimals(values: Array, places: int) -> Array:
    """Each value to so many decimals."""
    return np.round(values, places)


def to_figures(values: Array, figures: int) -> Array:
    """Each value to so many significant figures; 0 and what is not finite stay as they are."""
    known = np.isfinite(values) & (values != 0)
    size = np.floor(np.log10(np.abs(np.where(known, values, 1.0))))
    unit = 10.0 ** (figures - 1 - size)
    return np.where(known & np.isfinite(unit), np.round(values * unit) / unit, values)
