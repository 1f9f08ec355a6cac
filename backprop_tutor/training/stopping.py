"""When a long training ends: at the first criterion that is met between two epochs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from backprop_tutor.frozen import frozen

Stopped = Literal["loss", "gradient_norm", "epochs", "time", "diverged", "interrupted"]

EPOCHS = 10_000
"""The number of epochs of a training that names no criterion at all."""


@frozen(slots=True)
class Goal:
    """The goal of a training: the loss, or the norm of its gradient, is at most so much; None where that is no goal."""

    loss: float | None = None
    gradient_norm: float | None = None

    @property
    def asked(self) -> bool:
        """Whether there is a goal."""
        return self.loss is not None or self.gradient_norm is not None

    def reached(self, loss: float, gradient_norm: float) -> Stopped | None:
        """Which part of the goal is reached, the loss first."""
        if self.loss is not None and loss <= self.loss:
            return "loss"
        if self.gradient_norm is not None and gradient_norm <= self.gradient_norm:
            return "gradient_norm"
        return None


WITHOUT_END = Goal()
"""No goal: the training never ends early."""


@frozen(slots=True)
class Criteria:
    """A goal, and the limits: so many epochs, so many seconds; None is unlimited."""

    goal: Goal = WITHOUT_END
    epochs: int | None = None
    seconds: float | None = None

    def met(self, loss: float, gradient_norm: float, epochs: int, seconds: float) -> Stopped | None:
        """The criterion that is met: the goal first, then the epochs, then the time."""
        if self.epochs is not None and epochs >= self.epochs:
            return self.goal.reached(loss, gradient_norm) or "epochs"
        if self.seconds is not None and seconds >= self.seconds:
            return self.goal.reached(loss, gradient_norm) or "time"
        return self.goal.reached(loss, gradient_norm)


def criteria(stop: Mapping[str, float], **asked: float | None) -> Criteria:
    """The criteria of a scenario, each replaced by the `asked` one of its name where that is not None.

    Where nothing limits the time or the number of epochs, `EPOCHS` does.
    """
    wanted: dict[str, Any] = {**stop, **{name: value for name, value in asked.items() if value is not None}}
    epochs, seconds = wanted.get("epochs"), wanted.get("seconds")
    found = Criteria(Goal(wanted.get("loss"), wanted.get("gradient_norm")), epochs and int(epochs), seconds)
    return found if epochs or seconds else replace(found, epochs=EPOCHS)
