"""An equation of a book in general form, as a reader finds it there: for reading, never for computing."""

from __future__ import annotations

from typing import Literal

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T

Kind = Literal["output", "hidden", "bias", "weight"]


@frozen
class Rule:
    """``left = right``: which step of the backward pass it is, the name the book gives it, what it says in words."""

    kind: Kind
    name: str
    left: Formula
    right: Formula
    meaning: T
