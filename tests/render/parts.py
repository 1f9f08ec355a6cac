"""Short ways to write the parts of a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from backprop_tutor.formula.nodes import Formula, Matrix, Num, Role, Sym
from backprop_tutor.lesson.document import Equation, Link, Math, Sign, Text, Tone, Words
from backprop_tutor.text import Lang

Say: TypeAlias = Callable[..., Words]

L, y, alpha = Sym("L", role=Role.LOSS), Sym("y", role=Role.TARGET), Sym("α", role=Role.SETTING)


def speaking(lang: Lang) -> Say:
    """What says an English or a Chinese text, whichever the language is."""

    def say(en: str, zh: str, tone: Tone = "plain") -> Words:
        return words(en if lang == "en" else zh, tone)

    return say


def weight(sub: str = "") -> Sym:
    """The weight W_sub."""
    return Sym("W", sub=sub, role=Role.WEIGHT)


def given(sub: str) -> Sym:
    """The input x_sub."""
    return Sym("x", sub=sub, role=Role.INPUT)


def h(unit: str) -> Sym:
    """The pre-activation of a unit."""
    return Sym("h", of=unit, role=Role.PREACTIVATION)


def o(unit: str) -> Sym:
    """The activation of a unit."""
    return Sym("O", of=unit, role=Role.ACTIVATION)


def bold(base: str, layer: int, role: Role) -> Sym:
    """A whole vector or matrix of a layer."""
    return Sym(base, sup=f"({layer})", bold=True, role=role)


def num(text: str) -> Num:
    """A measured number, shown as `text`."""
    return Num(float(text), text)


def matrix(*rows: Sequence[str]) -> Matrix:
    """A matrix of measured numbers."""
    return Matrix(tuple(tuple(map(num, row)) for row in rows))


def equation(left: Formula, *members: tuple[Sign, Formula], remark: Words = ()) -> Equation:
    """An equation from its left side and the sign and formula of every further member."""
    return Equation(left, tuple(Link(sign, right) for sign, right in members), remark=remark)


def words(text: str, tone: Tone = "plain") -> Words:
    """A text alone."""
    return (Text(text, tone),)


def math(formula: Formula) -> Words:
    """A formula alone."""
    return (Math(formula),)
