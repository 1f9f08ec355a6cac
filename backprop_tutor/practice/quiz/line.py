"""One line of the worked solution: what it computes, from what, and what number comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import cast

from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Formula, Num, Partial, Sym, children
from backprop_tutor.formula.rounding import figure
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Equation

FIGURES = 6
"""Significant figures of the numbers a question states: two more than it asks for."""


@frozen
class Line:
    """``letter = written = numbers ≈ value``, practising `skill`.

    Every letter of `written` carries the name of what it stands for, so the line can be computed again from other
    numbers. `scale` is the size that an error is measured by: of a new weight the size of its change.
    """

    quantity: Quantity
    skill: str
    letter: Formula
    written: Formula
    numbers: Formula
    value: float
    scale: float
    told: tuple[Equation, ...]

    @cached_property
    def key(self) -> str:
        """The contract's name of what the line computes."""
        return str(self.quantity)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The names of what the line is computed from, in the order written."""
        return tuple(dict.fromkeys(key for leaf in leaves(self.written) if (key := leaf.key)))

    @cached_property
    def shown(self) -> Num:
        """The value to 6 figures, or to as many as show its change to 4."""
        return next(
            num for digits in range(FIGURES, 18) if self._tells(num := figure(self.value, digits)) or digits == 17
        )

    def _tells(self, number: Num) -> bool:
        return abs(float(number.text) - self.value) <= 1e-4 * self.scale

    def from_values(self, values: Mapping[str, float]) -> float:
        """What the line gives when the things it needs have these values."""
        return cast(float, evaluate(self.written, values))


def leaves(node: Formula) -> Iterator[Sym | Partial]:
    """The letters of a formula, derivatives that have a name counting as one."""
    if isinstance(node, Sym) or (isinstance(node, Partial) and node.key):
        yield node
        return
    for part in children(node):
        yield from leaves(part)
