"""A number that was read or written wrongly: its sign lost, two digits exchanged, the point moved."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from math import isfinite

from backprop_tutor.formula.figures import is_whole
from backprop_tutor.formula.nodes import Num
from backprop_tutor.practice.edits.rewrites import OFTEN, SELDOM, SOMETIMES, Edit


def misread(number: Num, of_result: bool = False, signed: bool = True) -> Iterator[Edit]:
    """What may be taken for a number; of a result its sign is the sign of its line, so it is not asked for here. A setting
    is not `signed`: a rate or a share is never negative.

    A result is a number that its writer just computed and wrote down: there digits are exchanged most easily, and what
    follows the last one is often cut off. Nothing is read otherwise that is no finite number.
    """
    if not isfinite(number.value):
        return
    if signed and not of_result and number.value:
        yield _edit("sign-lost", "#-", number, _turned(number.text), OFTEN)
    texts = dict.fromkeys([number.text, _cut_off(number)]) if of_result else (number.text,)
    for n, shown in enumerate(texts):
        for i, text in enumerate(exchanged(shown)):
            yield _edit(
                "digits-exchanged",
                f"#x{n or ''}.{i}",
                Num(number.value, shown),
                text,
                OFTEN if of_result else SOMETIMES,
            )
    for power, cost in ((1, OFTEN), (-1, OFTEN), (2, SELDOM), (-2, SELDOM)):
        if number.value:
            yield _edit("point-moved", f"#{power}", number, repr(moved(number.text, power)), cost)


def _cut_off(number: Num) -> str:
    """A number whose further digits were cut off, not rounded."""
    if is_whole(number) or "e" in number.text:
        return number.text
    return f"{Decimal(number.value).quantize(Decimal(number.text), ROUND_DOWN):f}"


def _edit(kind: str, place: str, number: Num, text: str, cost: float) -> Edit:
    other = Num(float(text), text)
    return Edit(kind, place, number, other, other, cost)


def _turned(text: str) -> str:
    return text.lstrip("+-") if text.startswith("-") else f"-{text.lstrip('+')}"


def exchanged(text: str) -> Iterator[str]:
    """The number with two neighbouring digits exchanged."""
    mantissa, e, exponent = text.lower().partition("e")
    places = [i for i, sign in enumerate(mantissa) if sign.isdigit()]
    for first, second in pairwise(places):
        if mantissa[first] != mantissa[second]:
            signs = list(mantissa)
            signs[first], signs[second] = signs[second], signs[first]
            yield "".join(signs) + e + exponent


def moved(text: str, power: int) -> float:
    """The number with its point moved, as the float nearest to what is written then."""
    mantissa, _, exponent = text.lower().partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + power}")
