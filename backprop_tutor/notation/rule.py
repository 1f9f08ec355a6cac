"""An equation of a book in general form, as a reader finds it there: for reading, never for computing."""

from __future__ import annotations

from typing import Literal

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T

Kind = Literal["output", "hidden", "bias", "weight"]
Outputs = Literal["any", "apart", "joint"]


@frozen
class Rule:
    """``left = right``: which step of the backward pass it is, the name the book gives it, what it says in words.

    `outputs` tells where it holds: for outputs made of their own z alone (apart), for outputs made of every z of the
    layer as in a softmax (joint), or for any.
    """

    kind: Kind
    name: str
    left: Formula
    right: Formula
    meaning: T
    outputs: Outputs = "any"

    def holds(self, *, joint: bool) -> bool:
        """Whether it holds for outputs that are `joint`."""
        return self.outputs in ("any", "joint" if joint else "apart")


JOINT = T(
    "a softmax makes every output out of every weighted input: sum over all outputs k",
    "softmax 的每个输出都由全部加权输入得出：要对所有输出 k 求和",
)
