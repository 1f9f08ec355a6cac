"""A number as a learner types it: ``0.3531``, ``-1e-3``, ``1/1000``, or arithmetic such as ``0.35*0.2284``.

A number says by its digits how exactly it is meant; arithmetic is carried out in full. Nothing typed is executed.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import cast
from unicodedata import normalize

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.refusal import MAX_LENGTH, TOO_LONG, FormulaError
from backprop_tutor.frozen import frozen
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
