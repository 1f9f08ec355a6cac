"""Whose turn it is: the questions of a session in their order, and again what was not answered rightly.

A question that was answered wrongly, or only when its value had been told, comes back a little later; one that was
skipped does not, for who skips wants to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.request import Request

LATER = 2
"""How many other questions come before one that was not answered rightly comes back."""

MOST_AGAIN = 2


@frozen
class Turn:
    """A place in a session: the question planned there, or, `again` times asked anew, the same with new numbers."""

    index: int
    again: int = 0


@frozen
class Outcome:
    """How a question of a session ended; `told` says that the value had been shown as the last hint."""

    kind: str
    right: bool
    unaided: bool
    told: bool = False
    skipped: bool = False

    @property
    def again(self) -> bool:
        """Whether the like of it is asked later."""
        return not self.skipped and (self.told or not self.right)


def queue(request: Request, outcomes: Sequence[Outcome]) -> tuple[Turn, ...]:
    """The turns still to come after these outcomes."""
    waiting = [Turn(index) for index in range(request.count)]
    for outcome in outcomes:
        turn = waiting.pop(0)
        if outcome.again and request.mode != "exam" and turn.again < MOST_AGAIN:
            waiting.insert(LATER, replace(turn, again=turn.again + 1))
    return tuple(waiting)


def level(request: Request, outcomes: Sequence[Outcome]) -> int:
    """How much is left to the learner: a line more for every solution completed without help."""
    return request.level + sum(o.kind == "complete" and o.right and o.unaided for o in outcomes)
