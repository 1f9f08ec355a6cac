"""Renders a chart as a standalone SVG, and as PNG made from it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from backprop_tutor.errors import visible
from backprop_tutor.formula.figures import rounded
from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson.training.chart import Chart
from backprop_tutor.render.palette import COLOURS

WIDE, HIGH = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 88, 24, 48, 56
MARKS = 7
SCALE = 2  # pixels of a PNG for each of the SVG


def svg(chart: Chart) -> str:
    """The chart as an SVG document. Raises ValueError where fewer than two points can be drawn."""
    if len(chart.drawn) < 2:
        raise ValueError("a curve needs two points")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}"'
    return "\n".join(
        (
            f'{head} role="img" font-family="sans-serif" font-size="13" fill="#333">',
            f"<title>{_text(chart.title)}</title>",
            f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
            _words(WIDE / 2, 28, chart.title, "middle", ' font-size="16"'),
            *_scale(chart),
            *_across(chart),
            f'<path fill="none" stroke="#888" d="M{LEFT} {TOP}V{HIGH - BOTTOM}H{WIDE - RIGHT}"/>',
            f'<polyline fill="none" stroke="{COLOURS[Role.LOSS]}" stroke-width="2" points="{_points(chart)}"/>',
            "</svg>\n",
        )
    )


def png(chart: Chart) -> bytes:
    """The chart as a PNG image, by resvg-py. Raises ImportError where that is not installed."""
    from resvg_py import svg_to_bytes

    return bytes(svg_to_bytes(svg_string=svg(chart), zoom=SCALE))


def _points(chart: Chart) -> str:
    return " ".join(f"{_x(across):.1f},{_y(up):.1f}" for across, up in chart.places)


def _scale(chart: Chart) -> Iterator[str]:
    for mark in chart.scale.marks_up(MARKS):
        y = _y(chart.scale.height(mark))
        yield f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield _words(LEFT - 8, y + 4, rounded(mark, 3), "end")
    yield _words(20, (TOP + HIGH - BOTTOM) / 2, chart.up, "middle", f' transform="rotate(-90 20 {HIGH / 2})"')


def _across(chart: Chart) -> Iterator[str]:
    for mark in chart.scale.marks_across(MARKS):
        yield _words(_x(chart.scale.share(mark)), HIGH - BOTTOM + 20, f"{mark:,g}", "middle")
    yield _words((LEFT + WIDE - RIGHT) / 2, HIGH - 14, chart.across, "middle")


def _words(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{_text(text)}</text>'


def _text(text: str) -> str:
    return escape(visible(text))


def _x(share: float) -> float:
    return LEFT + share * (WIDE - LEFT - RIGHT)


def _y(height: float) -> float:
    return TOP + (1 - height) * (HIGH - TOP - BOTTOM)
