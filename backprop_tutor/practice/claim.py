"""A claim: somebody's figure for one number of the computation."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.engine.seat import Seat
from backprop_tutor.formula.nodes import Num
from backprop_tutor.practice.precision import agrees
from backprop_tutor.practice.quiz.typed import Typed
from backprop_tutor.scenario.entry import Entry


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry understood: the quantity it names, where that number stands, and the value as exactly as it was written."""

    entry: Entry
    quantity: Quantity
    seat: Seat
    typed: Typed

    def agrees(self, value: float) -> bool:
        """Whether `value` is what is claimed, as far as it was written."""
        return agrees(self.typed, value)

    @property
    def shown(self) -> Num:
        """The figures as they were written."""
        return Num(self.typed.value, self.entry.text.strip())
