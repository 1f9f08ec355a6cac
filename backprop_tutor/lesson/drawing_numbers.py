"""The numbers in a picture: at the start what is given, then the values, then the derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Text, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import math, sign

Stage = Literal["start", "forward", "backward"]


@frozen
class Numbers:
    """What a picture of one step tells after a pass, of one example (from 0)."""

    lesson: Lesson
    stage: Stage
    example: int

    def at(self, node: str, row: int = 0) -> Element:
        """The element of the node of that name in the example that is shown."""
        return self.of(self.lesson.graph.index[node], row)

    def of(self, place: int, row: int = 0) -> Element:
        """The element of the node at a position in the example that is shown; a parameter has one for all examples."""
        return Element(place, row, self.example if self.lesson.reading.per_example(place) else 0)

    def value(self, element: Element) -> Iterator[Words]:
        """``h(c) = 0.61``, of what is given always, of anything else after the forward pass."""
        given = self.lesson.graph.nodes[element.node].op is None
        if given or self.stage != "start":
            yield _told(self.lesson.reading.letter(element), self.lesson.reading.number(element))

    def derivative(self, element: Element) -> Iterator[Words]:
        """``∂L/∂h(c) = 0.1``, after the backward pass."""
        if self.stage == "backward":
            yield _told(self.lesson.signal_letter(element), self.lesson.signal_number(element))

    def weight(self, element: Element) -> Words:
        """``0.4``, and after the backward pass ``0.4 (∂ −0.05)``."""
        number = math(self.lesson.reading.number(element))
        if self.stage != "backward":
            return number
        return (*number, Text(" (∂ "), *math(self.lesson.adjoint_number(element)), Text(")"))


def _told(left: Formula, number: Formula) -> Words:
    return (*math(left), Text(f" {sign(left, number)} "), *math(number))
