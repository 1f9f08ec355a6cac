"""A loss curve that never grows too long: as a training goes on, its points come to lie further apart."""

from __future__ import annotations

from backprop_tutor.frozen import frozen

MOST_POINTS = 1000


@frozen(slots=True)
class Curve:
    """The losses before the epochs 0, `stride`, 2 `stride`, ..., at most `MOST_POINTS` of them."""

    losses: tuple[float, ...] = ()
    stride: int = 1

    @property
    def next(self) -> int:
        """After how many epochs the next point is due."""
        return len(self.losses) * self.stride

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """Each loss behind the number of epochs after which it was seen."""
        return tuple(zip(range(0, self.next, self.stride), self.losses, strict=True))

    def with_loss(self, loss: float) -> Curve:
        """The curve with the next point, every second one left out where there would be too many."""
        losses = (*self.losses, loss)
        return Curve(losses, self.stride) if len(losses) <= MOST_POINTS else Curve(losses[::2], self.stride * 2)
