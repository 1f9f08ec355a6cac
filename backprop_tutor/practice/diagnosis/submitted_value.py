"""A submitted value: a learner's figure for one number of the computation."""

from __future__ import annotations

import re

from backprop_tutor.formula.nodes import Num
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Inline, Math, Text
from backprop_tutor.practice.diagnosis.agreement import agrees
from backprop_tutor.practice.exercise.typed import LITERAL, Typed
from backprop_tutor.scenario.answers import Entry
from backprop_tutor.training.address import Address

DERIVATIVE = re.compile(r"(?:step\d+\.)?\$?[d∂]\s*\w*\s*/\s*[d∂]")


@frozen(slots=True)
class SubmittedValue:
    """A parsed entry: the quantity it names, the address of its number, and the value with its precision.

    `factor` is the factor from the quantity to what was named: −1 for a δ with the other sign. `typed` is the
    quantity's own value. `is_bare` means that no section was written before the name; `instead_of` is the number before
    the update where the value is nevertheless read as the new one; `of_one_example` that a δ is read as one of the loss
    of its own example, not of the mean.
    """

    entry: Entry
    quantity: Quantity
    seat: Address
    typed: Typed
    factor: float = 1.0
    is_bare: bool = False
    instead_of: float | None = None
    of_one_example: bool = False

    @property
    def is_derivative(self) -> bool:
        """Whether it is named as a derivative, ``dL/dW_ca``, whose sign is fixed, unlike that of δ."""
        return bool(DERIVATIVE.match(self.entry.name.strip()))

    @property
    def name(self) -> str:
        """The name as it was written, or the one of the number it is read as: ``updated.W_ca``."""
        step, dot, name = self.entry.name.rpartition(".")
        return self.entry.name if self.instead_of is None else f"{step}{dot}{self.seat.section}.{name}"

    def named(self, value: float) -> float:
        """A value of the quantity in the sign and scale of the name."""
        return self.factor * value

    def agrees(self, value: float) -> bool:
        """Whether `value` agrees with it to the precision it was written with."""
        return agrees(self.typed, value)

    @property
    def shown(self) -> Inline:
        """The figures as they were written."""
        plain = LITERAL.fullmatch(self.typed.text)
        return Math(Num(self.named(self.typed.value), self.typed.text)) if plain else Text(self.typed.text)
