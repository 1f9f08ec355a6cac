"""How far from the right value an answer on a worksheet still counts: as far as in a quiz."""

from __future__ import annotations

from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.number import FLOOR, RELATIVE


def tolerance(line: Line) -> float:
    """1 % of the line's own scale."""
    return max(RELATIVE * line.scale, FLOOR)
