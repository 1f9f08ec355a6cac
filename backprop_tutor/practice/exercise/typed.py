"""A number as a learner types it: ``0.3531``, ``-1e-3``, ``1/1000``, or arithmetic such as ``0.35*0.2284``.

A number says by its digits how exactly it is meant; arithmetic is carried out in full. Nothing typed is executed.

A typed number against the right one: on the scale of the quantity, from earlier values, and rounded on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from math import isfinite
from typing import cast
from unicodedata import normalize

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.figures import rounded
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.refusal import MAX_LENGTH, TOO_LONG, FormulaError
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.verdict import Verdict
from backprop_tutor.text import T

MARKS = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "。": ".", "、": ","})
LITERAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)

EMPTY = T("nothing was typed", "什么也没有输入")
COMMA = T("write a decimal point, not a comma: {meant}", "小数点请用点，不要用逗号：{meant}")
WANTED = T("type a number, such as 0.1234", "请输入一个数，如 0.1234")
NO_VALUE = T("it has no finite value", "它没有有限的值")


class UnreadableError(Exception):
    """What was typed cannot be an answer; `why` says so to the learner."""

    def __init__(self, why: T) -> None:
        self.why = why
        super().__init__(why.en)


@frozen
class Typed:
    """A number that was typed: its value, and half a unit of its last digit (0 for arithmetic)."""

    text: str
    value: float
    half_unit: float


def number(text: str) -> Typed:
    """The number `text` stands for; a name before an equals sign is passed over. Raises UnreadableError."""
    if len(text) > MAX_LENGTH:
        raise UnreadableError(TOO_LONG.format(length=len(text), most=MAX_LENGTH))
    plain = normalize("NFKC", text.translate(MARKS)).replace("≈", "=").rpartition("=")[2].strip()
    if not plain:
        raise UnreadableError(EMPTY)
    if DECIMAL_COMMA.fullmatch(plain):
        raise UnreadableError(COMMA.format(meant=plain.replace(",", ".")))
    read = _literal(plain) if LITERAL.fullmatch(plain) else Typed(plain, _computed(plain), 0.0)
    if not isfinite(read.value):
        raise UnreadableError(NO_VALUE)
    return read


def _literal(text: str) -> Typed:
    try:
        exponent = cast(int, Decimal(text).as_tuple().exponent)
        return Typed(text, float(text), float(Decimal((0, (5,), exponent - 1))))
    except (InvalidOperation, OverflowError):
        raise UnreadableError(NO_VALUE) from None


def _computed(text: str) -> float:
    if "".join(text.split()).isalpha():
        raise UnreadableError(WANTED)
    try:
        return cast(float, evaluate(parse(text, ()), {}))
    except FormulaError as error:
        raise UnreadableError(error.message) from None


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
