"""A typed number against the right one: on the scale of the quantity, from earlier values, and rounded on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from math import isfinite

from backprop_tutor.formula.rounding import rounded
from backprop_tutor.practice.quiz.exercise import Exercise
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.typed import Typed
from backprop_tutor.practice.quiz.verdict import Verdict

RELATIVE = 0.01
FLOOR = 1e-9
INCLUSIVE = 1 + 1e-9
MOST_ROUNDED = 0.1
"""How far, on its own scale, rounding on the way may have carried an answer: 4 decimals cost a gradient so much."""

LONGEST_LEAP = 1000.0


def judge(line: Line, typed: Typed, exercise: Exercise, earlier: Mapping[str, float]) -> Verdict:
    """The verdict on a number; `earlier` holds what the learner typed for lines before this one."""
    off = abs(typed.value - line.value)
    if accepted(typed.value, line.value, line.scale):
        return Verdict.CORRECT
    if typed.value and off <= typed.half_unit * INCLUSIVE:
        return Verdict.TOO_FEW
    if carried(line, typed.value, exercise, earlier):
        return Verdict.EARLIER
    if off <= MOST_ROUNDED * line.scale and any(
        abs(typed.value - value) <= max(typed.half_unit, FLOOR) * INCLUSIVE for value in _rounded(line, exercise)
    ):
        return Verdict.ROUNDED
    return Verdict.WRONG


def accepted(value: float, right: float, scale: float) -> bool:
    """|value − right| ≤ 1 % of the scale, ends included; where the scale is 0, next to nothing."""
    return abs(value - right) <= max(RELATIVE * scale, FLOOR) * INCLUSIVE


def carried(line: Line, value: float, exercise: Exercise, earlier: Mapping[str, float]) -> bool:
    """Whether `value` follows from the learner's own earlier values, where those may be used."""
    own = {key: typed for key, typed in earlier.items() if key in line.needs and usable(typed, exercise.by_key[key])}
    followed = line.from_values({**exercise.values, **own})
    scale = abs(followed) if line.scale == abs(line.value) else line.scale
    return bool(own) and isfinite(followed) and accepted(value, followed, scale)


def usable(typed: float, line: Line) -> bool:
    """Whether a wrong value may be carried on: not a bare 0 or 1, within reason, and of the right range."""
    if typed in (0.0, 1.0) or not 1 / LONGEST_LEAP <= abs(typed) / max(abs(line.value), FLOOR) <= LONGEST_LEAP:
        return False
    return line.skill not in ("activation", "softmax-cross-entropy") or abs(typed) < max(1.0, 2 * abs(line.value))


def _decimals(value: float, places: int) -> float:
    return round(value, places) if isfinite(value) else value


def _figures(value: float, figures: int) -> float:
    return float(rounded(value, figures)) if isfinite(value) else value


CUTS: tuple[Callable[[float], float], ...] = (
    *(partial(_decimals, places=n) for n in (2, 3, 4, 5)),
    *(partial(_figures, figures=n) for n in (3, 4, 5)),
)
"""The ways to round on the way: to so many decimals, to so many significant figures."""


def _rounded(line: Line, exercise: Exercise) -> Iterator[float]:
    """What the line gives where every number on the way is rounded, or only those it needs; typing rounds the result."""
    for world, cut in zip(_worlds(exercise), CUTS, strict=True):
        yield line.from_values(world)
        yield line.from_values({key: cut(value) for key, value in exercise.values.items()})


@lru_cache(maxsize=32)
def _worlds(exercise: Exercise) -> tuple[Mapping[str, float], ...]:
    """The solution carried out by someone who rounds every result, for each way to round."""
    return tuple(_world(exercise, cut) for cut in CUTS)


def _world(exercise: Exercise, cut: Callable[[float], float]) -> Mapping[str, float]:
    known = dict(exercise.values)
    for line in exercise.lines:
        known[line.key] = cut(line.from_values(known))
    return known
