"""In which order the trunks of a channel stand: such that few branches have to cross a trunk."""

from __future__ import annotations

from collections.abc import Iterable

from backprop_tutor.frozen import frozen


@frozen(slots=True)
class Trunk:
    """The upright part of the lines of one source: where they leave it, and the rows of its branches."""

    source: str
    exit: int
    rows: tuple[int, ...]

    @property
    def straight(self) -> bool:
        """Whether everything goes on in the row it leaves from, so that there is nothing upright."""
        return set(self.rows) == {self.exit}

    def spans(self, row: int) -> bool:
        """Whether a line in `row` has to cross the trunk."""
        return min(self.exit, *self.rows) <= row <= max(self.exit, *self.rows)


def ordered(trunks: Iterable[Trunk]) -> list[Trunk]:
    """The trunks from left to right, each put where it adds the fewest crossings."""
    order: list[Trunk] = []
    for trunk in trunks:
        costs = [_cost(trunk, order[:place], order[place:]) for place in range(len(order) + 1)]
        order.insert(costs.index(min(costs)), trunk)
    return order


def _cost(trunk: Trunk, left: list[Trunk], right: list[Trunk]) -> int:
    return sum(_crossings(other, trunk) for other in left) + sum(_crossings(trunk, other) for other in right)


def _crossings(left: Trunk, right: Trunk) -> int:
    """How often the branches of `left` cross `right`, and the line to `right` crosses `left`."""
    return sum(map(right.spans, left.rows)) + left.spans(right.exit)
