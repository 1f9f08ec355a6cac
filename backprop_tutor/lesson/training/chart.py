"""A line chart as plain data, for every renderer: its points and its scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backprop_tutor.frozen import frozen
from backprop_tutor.text import Lang, T

LOGARITHMIC_FROM = 30.0
"""A scale is logarithmic where all values are positive and the largest is this many times the smallest."""

MANTISSAS = (1, 2, 5, 10)
FEW_POWERS = 3
EPOCHS, LOSS = T("epochs", "轮数"), T("loss", "损失")
LOGARITHMIC = T("{label} (logarithmic scale)", "{label}（对数刻度）")

Point = tuple[float, float]


@frozen(slots=True)
class Scale:
    """The range of a chart, across and up, and whether the way up is logarithmic."""

    first: float
    last: float
    low: float
    high: float

    @classmethod
    def of(cls, points: Iterable[Point]) -> Scale:
        """The scale on which some points fill a chart."""
        across, up = zip(*points, strict=True)
        return cls(min(across), max(across), min(up), max(up))

    @property
    def logarithmic(self) -> bool:
        """Whether the upward scale is logarithmic."""
        return self.low > 0 and self.high >= LOGARITHMIC_FROM * self.low

    def share(self, across: float) -> float:
        """The position of a point across, from 0 to 1."""
        return (across - self.first) / (self.last - self.first) if self.last > self.first else 0.0

    def height(self, value: float) -> float:
        """The height of a value, from 0 at the lowest to 1 at the highest, clipped."""
        low, high, at = map(self._scaled, (self.low, self.high, min(max(value, self.low), self.high)))
        return (at - low) / (high - low) if high > low else 0.5

    def value(self, height: float) -> float:
        """The value at that height."""
        low, high = map(self._scaled, (self.low, self.high))
        at = low + height * (high - low)
        return math.exp(at) if self.logarithmic else at

    def marks_across(self, most: int) -> tuple[float, ...]:
        """Round numbers along the axis, about so many at most."""
        return _round_numbers(self.first, self.last, most)

    def marks_up(self, most: int) -> tuple[float, ...]:
        """Round numbers up the axis, about so many at most; powers of ten where it is logarithmic and long."""
        if not self.logarithmic:
            return _round_numbers(self.low, self.high, most)
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        stride = -(-len(powers) // most)
        between = MANTISSAS[:-1] if len(powers) <= FEW_POWERS else (1,)
        marks = (mantissa * 10.0**power for power in powers[::stride] for mantissa in between)
        return tuple(mark for mark in marks if self.low <= mark <= self.high)

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value


@frozen(slots=True)
class Chart:
    """One curve: its title, the labels of its axes, and its points from left to right; those not finite are left out.

    It has its own scale, or one that it shares with others.
    """

    title: str
    across: str
    up: str
    points: tuple[Point, ...]
    shared: Scale | None = None

    @property
    def drawn(self) -> tuple[Point, ...]:
        """The points that can be drawn."""
        return tuple((x, y) for x, y in self.points if math.isfinite(y))

    @property
    def scale(self) -> Scale:
        """The scale of the curve."""
        return self.shared or Scale.of(self.drawn)

    @property
    def places(self) -> tuple[Point, ...]:
        """The positions of the points: across and up, from 0 to 1."""
        scale = self.scale
        return tuple((scale.share(x), scale.height(y)) for x, y in self.drawn)


def loss_curve(title: str, points: tuple[Point, ...], lang: Lang, shared: Scale | None = None) -> Chart:
    """The loss over the epochs."""
    chart = Chart(title, EPOCHS[lang], LOSS[lang], points, shared)
    logarithmic = len(chart.drawn) > 0 and chart.scale.logarithmic
    return replace(chart, up=LOGARITHMIC.format(label=LOSS)[lang]) if logarithmic else chart


def common_scale(curves: Sequence[Sequence[Point]]) -> Scale | None:
    """One scale for several curves, so that they can be compared; None where there is nothing to draw."""
    points = [point for curve in curves for point in curve if math.isfinite(point[1])]
    return Scale.of(points) if points else None


def _round_numbers(low: float, high: float, most: int) -> tuple[float, ...]:
    """Multiples of 1, 2 or 5 times a power of ten from low to high."""
    if high <= low:
        return (low,)
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(power * mantissa for mantissa in MANTISSAS if (high - low) / (power * mantissa) <= most)
    return tuple(i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1))
