"""A derivative beside others that came about in other ways, and a verdict on it.

Where a definition by cases just changes its case, as ReLU does at 0, there is no derivative and none need agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from backprop_tutor.engine.exact_number import Exactly
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.richardson import Estimate
from backprop_tutor.frozen import frozen

Verdict = Literal["agrees", "kink", "differs"]

TOLERANCE = 1e-9  # relative: what rounding may do to a derivative in floats
ROUGH = 1e-6  # relative: what a central difference can tell
NOISE = 1e-12  # of the largest derivative: so small a one may be the rest of larger ones that cancel


@frozen
class Check:
    """One derivative beside the others: `difference` without derivatives, `exact` by SymPy, `rival` by another library.

    Each is None where it cannot be had. `scale` is the largest derivative of the trace.
    """

    element: Element
    derivative: float
    difference: Estimate | None
    exact: Exactly | None
    rival: float | None
    kink: bool
    scale: float

    @property
    def relative_error(self) -> float | None:
        """How far the derivative is from the exact one, as a part of that."""
        return None if self.exact is None else relative_error(self.derivative, self.exact)

    @property
    def verdict(self) -> Verdict:
        """Whether all agree, or need not."""
        return "agrees" if self._agree else "kink" if self.kink else "differs"

    @property
    def _agree(self) -> bool:
        known = list(self._others())
        return bool(known) and all(self._near(other, allowed) for other, allowed in known)

    def _others(self) -> Iterator[tuple[float, float]]:
        """The other derivatives that are known, each with the distance it allows."""
        if self.exact is not None:
            yield float(self.exact), TOLERANCE * abs(float(self.exact))
        if self.rival is not None and math.isfinite(self.rival):
            yield self.rival, TOLERANCE * abs(self.rival)
        if self.difference is not None:
            yield self.difference.value, ROUGH * abs(self.difference.value) + 10 * self.difference.error

    def _near(self, other: float, allowed: float) -> bool:
        return self.derivative == other or abs(self.derivative - other) <= allowed + NOISE * self.scale


@frozen
class Verification:
    """The checks of one trace, of how many derivatives they are, and the relative error of each value checked."""

    checks: tuple[Check, ...]
    derivatives: int
    value_errors: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The largest relative error of a derivative that agrees, or should."""
        errors = (check.relative_error for check in self.checks if check.verdict != "kink")
        return max((error for error in errors if error is not None), default=0.0)

    @property
    def values_agree(self) -> bool:
        """Whether every value is as exact as floats can be expected to be."""
        return max(self.value_errors, default=0.0) <= TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether no derivative differs and no value does."""
        return self.values_agree and all(check.verdict != "differs" for check in self.checks)


def relative_error(value: float, exact: Exactly) -> float:
    """|value − exact| / |exact|; where the exact number is 0, the value itself."""
    if not math.isfinite(value):
        return math.inf
    true = Fraction(exact)
    return abs(value) if true == 0 else float(abs((Fraction(value) - true) / true))
