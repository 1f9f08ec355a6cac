"""A claim: somebody's figure for one number of the computation."""

from __future__ import annotations

from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.engine.seat import Seat
from backprop_tutor.formula.nodes import Num
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Inline, Math, Text
from backprop_tutor.practice.precision import agrees
from backprop_tutor.practice.quiz.typed import LITERAL, Typed
from backprop_tutor.scenario.entry import Entry


@frozen(slots=True)
class Claim:
    """An entry understood: the quantity it names, where that number stands, and the value as exactly as it was written.

    `factor` is the size of what was named beside the quantity: −1 for a δ with the other sign. `typed` is the quantity's
    own value.
    """

    entry: Entry
    quantity: Quantity
    seat: Seat
    typed: Typed
    factor: float = 1.0

    def named(self, value: float) -> float:
        """A value of the quantity in the sign and scale of the name."""
        return self.factor * value

    def agrees(self, value: float) -> bool:
        """Whether `value` is what is claimed, as far as it was written."""
        return agrees(self.typed, value)

    @property
    def shown(self) -> Inline:
        """The figures as they were written."""
        plain = LITERAL.fullmatch(self.typed.text)
        return Math(Num(self.named(self.typed.value), self.typed.text)) if plain else Text(self.typed.text)
