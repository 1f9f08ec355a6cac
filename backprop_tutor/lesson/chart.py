"""A line chart as plain data, for every renderer: what is drawn, on which scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

LOGARITHMIC_FROM = 30.0
"""A scale is logarithmic where all values are positive and the largest is this many times the smallest."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One curve: its title, what its axes count, and its points from left to right; those not finite are left out."""

    title: str
    across: str
    up: str
    points: tuple[tuple[float, float], ...]

    @property
    def drawn(self) -> tuple[tuple[float, float], ...]:
        """The points that can be drawn."""
        return tuple((x, y) for x, y in self.points if math.isfinite(y))

    @property
    def logarithmic(self) -> bool:
        """Whether the upward scale is logarithmic."""
        values = [y for _, y in self.drawn]
        return bool(values) and min(values) > 0 and max(values) >= LOGARITHMIC_FROM * min(values)

    @property
    def heights(self) -> tuple[float, ...]:
        """How far up each point lies, from 0 at the lowest to 1 at the highest."""
        scaled = [self._scaled(y) for _, y in self.drawn]
        low, high = min(scaled), max(scaled)
        return tuple((s - low) / (high - low) if high > low else 0.5 for s in scaled)

    def value(self, height: float) -> float:
        """The value at such a height."""
        scaled = [self._scaled(y) for _, y in self.drawn]
        at = min(scaled) + height * (max(scaled) - min(scaled))
        return math.exp(at) if self.logarithmic else at

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value
