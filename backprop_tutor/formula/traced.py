"""Numbers that record how they were computed: with these, a lesson knows the formula of every figure.

A traced number is a float like any other. Sums, products, quotients and signs of it are traced as well, a quotient by 0 as floats of arrays
have it; any other operation gives a plain float, which is then valid only for this run.
"""

from __future__ import annotations

import math
from typing import Any

from backprop_tutor.formula.functions import call
from backprop_tutor.formula.nodes import Formula, Neg, Num, add, formula, mul
from backprop_tutor.formula.stable import divide


class Traced(float):
    """A float, the formula of variables whose value it is, and the significant figures it is shown by."""

    __slots__ = ("digits", "formula")
    formula: Formula
    digits: int

    def __new__(cls, value: float, written: Formula, digits: int) -> Traced:
        """`value`, computed by `written`."""
        made = super().__new__(cls, value)
        made.formula, made.digits = written, digits
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Traced, (float(self), self.formula, self.digits)

    def _of(self, value: float, written: Formula) -> Traced:
        return Traced(value, written, self.digits)

    def _with(self, other: float, value: float, written: Formula) -> Traced:
        return Traced(value, written, min(self.digits, other.digits) if isinstance(other, Traced) else self.digits)

    def __add__(self, other: float) -> Traced:
        return self._with(other, float(self) + float(other), add(self.formula, written(other)))

    def __radd__(self, other: float) -> Traced:
        return self._with(other, float(other) + float(self), add(written(other), self.formula))

    def __sub__(self, other: float) -> Traced:
        return self._with(other, float(self) - float(other), add(self.formula, Neg(written(other))))

    def __rsub__(self, other: float) -> Traced:
        return self._with(other, float(other) - float(self), add(written(other), Neg(self.formula)))

    def __mul__(self, other: float) -> Traced:
        return self._with(other, float(self) * float(other), mul(self.formula, written(other)))

    def __rmul__(self, other: float) -> Traced:
        return self._with(other, float(other) * float(self), mul(written(other), self.formula))

    def __truediv__(self, other: float) -> Traced:
        return self._with(other, divide(float(self), float(other)), self.formula / written(other))

    def __rtruediv__(self, other: float) -> Traced:
        return self._with(other, divide(float(other), float(self)), written(other) / self.formula)

    def __neg__(self) -> Traced:
        return self._of(-float(self), -self.formula)

    def __abs__(self) -> Traced:
        return self._of(abs(float(self)), call("abs", self.formula))


def root(number: float) -> float:
    """The square root of a number, traced if the number is."""
    value = math.sqrt(number)
    return Traced(value, call("sqrt", number.formula), number.digits) if isinstance(number, Traced) else value


def written(number: float) -> Formula:
    """A number as a formula: for a traced one the formula it was computed by, for any other the number itself."""
    if isinstance(number, Traced):
        return number.formula
    return formula(int(number)) if float(number).is_integer() else Num(float(number), repr(float(number)))
