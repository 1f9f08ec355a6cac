"""An animated picture of one step: the values appear forward, then the derivatives backward, one after another.

No script is used: the style sheet of the SVG shows every figure after its own delay, once. Where animation is unwanted
or unsupported, all figures are shown at once.
"""

from __future__ import annotations

from dataclasses import replace

from backprop_tutor.lesson.document import Drawing, Edge, Vertex
from backprop_tutor.render.svg import FAINT, INK, Timing, label, svg
from backprop_tutor.render.svg_text import Piece

PACE = 1.2
"""Seconds from one column to the next."""

STYLE = f"""
.late {{ animation: appear .6s both; }}
@keyframes appear {{ from {{ fill-opacity: 0; }} to {{ fill-opacity: 1; }} }}
@keyframes forth {{ 50% {{ stroke: {INK}; stroke-width: 3; }} }}
@keyframes back {{ 50% {{ stroke: {INK}; stroke-width: 3; }} }}
.line {{ stroke: {FAINT}; }}
@media (prefers-reduced-motion: reduce) {{ .late, .line {{ animation: none !important; }} }}
"""


def animation(start: Drawing, forward: Drawing, backward: Drawing) -> str:
    """Combines the pictures before, between and after the two passes into one SVG that goes from each to the next.

    Their vertices are the same, and each contains the figures of the one before and more.
    """
    column = {vertex.key: vertex.column for vertex in backward.vertices}
    last = max(column.values(), default=0)
    known = [{vertex.key: len(vertex.figures) for vertex in drawing.vertices} for drawing in (start, forward)]
    labels = {_ends(edge): len(label(edge)) for edge in forward.edges}

    def figure(vertex: Vertex, row: int, line: tuple[Piece, ...]) -> tuple[Piece, ...]:
        if row < known[0][vertex.key]:
            return line
        back = row >= known[1][vertex.key]
        return _at(line, _return(column[vertex.key], last) if back else vertex.column * PACE)

    def on_edge(edge: Edge, line: tuple[Piece, ...]) -> tuple[Piece, ...]:
        before = labels[_ends(edge)]
        return (*line[:before], *_at(line[before:], _return(column[edge.target], last) + PACE / 2))

    def glow(number: int) -> str:
        times = f"{(number - 0.5) * PACE:.1f}s, {_return(number, last) + PACE / 3:.1f}s"
        return f' style="animation: forth 1s, back 1s; animation-delay: {times}"'

    return svg(backward, Timing(STYLE, figure, on_edge, glow))


def _ends(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.target, edge.key


def _return(column: int, last: int) -> float:
    """The times at which the derivatives of a column appear: the last column first, after all values."""
    return (2 * last - column + 1) * PACE


def _at(line: tuple[Piece, ...], seconds: float) -> tuple[Piece, ...]:
    return tuple(replace(piece, late=seconds) for piece in line)
