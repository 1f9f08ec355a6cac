"""Draws a chart in a terminal with Braille dots: two across and four up in every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from backprop_tutor.errors import visible
from backprop_tutor.formula.figures import rounded
from backprop_tutor.lesson.training.chart import Chart
from backprop_tutor.render.terminal.line import cells

BLANK = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a Braille character, by row from the top and column."""

LABEL = 10
TICKS = 4
NARROWEST = 4
SMALLEST, FEW, GAP = 36, 6, 2


def braille(chart: Chart, width: int, rows: int = 10) -> str:
    """The chart as lines at most `width` cells wide: its title, the curve with its scale, the axis below."""
    if len(chart.drawn) < 2:
        return ""
    columns = max(NARROWEST, width - LABEL - 2)
    lit = set(_dots(chart, 2 * columns, 4 * rows))
    lines = [f"{_label(chart, row, rows):>{LABEL}} ┤{_cells(lit, row, columns)}".rstrip() for row in range(rows)]
    return "\n".join((_fitted(chart.title, width), *lines, *_axis(chart, columns))) + "\n"


def side_by_side(charts: Sequence[Chart], width: int) -> str:
    """Small charts, as many beside each other as fit."""
    many = max(1, min(len(charts), (width + GAP) // (SMALLEST + GAP)))
    each = (width + GAP) // many - GAP
    drawn = [braille(chart, each, FEW).splitlines() for chart in charts]
    return "\n".join(_beside(drawn[i : i + many], each) for i in range(0, len(drawn), many))


def _beside(drawings: Sequence[Sequence[str]], width: int) -> str:
    rows = zip_longest(*drawings, fillvalue="")
    return "".join((" " * GAP).join(_padded(line, width) for line in row).rstrip() + "\n" for row in rows)


def _padded(line: str, width: int) -> str:
    return line + " " * (width - cells(line))


def _dots(chart: Chart, wide: int, high: int) -> Iterator[tuple[int, int]]:
    """The dots of the curve, (across, down), joined from point to point."""
    places = [(round(x * (wide - 1)), round((1 - y) * (high - 1))) for x, y in chart.places]
    for (x, y), (to_x, to_y) in pairwise(places):
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for i in range(steps + 1):
            yield x + round(i * (to_x - x) / steps), y + round(i * (to_y - y) / steps)


def _cells(lit: set[tuple[int, int]], row: int, columns: int) -> str:
    return "".join(_cell(lit, row, column) for column in range(columns))


def _cell(lit: set[tuple[int, int]], row: int, column: int) -> str:
    bits = sum(DOTS[y][x] for y in range(4) for x in range(2) if (2 * column + x, 4 * row + y) in lit)
    return chr(BLANK + bits) if bits else " "


def _label(chart: Chart, row: int, rows: int) -> str:
    marked = {round(i * (rows - 1) / (TICKS - 1)) for i in range(TICKS)}
    return rounded(chart.scale.value(1 - row / (rows - 1)), 3) if row in marked else ""


def _axis(chart: Chart, columns: int) -> tuple[str, str]:
    first, last = f"{chart.scale.first:.0f}", f"{chart.scale.last:.0f}"
    between = max(1, columns - len(first) - len(last))
    label = _fitted(chart.across, between - 2)
    before = (between - cells(label)) // 2
    below = f"{first}{' ' * before}{label}{' ' * (between - before - cells(label))}{last}"
    return f"{'':>{LABEL}} └{'─' * columns}", f"{'':>{LABEL}}  {below}"


def _fitted(text: str, width: int) -> str:
    shown = visible(text)
    return shown if cells(shown) <= width else ""
