"""A figure someone printed, and whether it is right as far as it was printed.

An author who goes on with rounded intermediate values ends up a little off. How far that can lead is not guessed: the
whole step is computed once more with every value rounded to the decimals that the figure has.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Literal

from backprop_tutor.errors import Place
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.tape import Adjoints, Contributions, Rules, Values
from backprop_tutor.text import T
from backprop_tutor.training.train_step import Run, iterate_steps

Judgement = Literal["right", "rounding", "wrong"]

HALF, TWO = Decimal("0.5"), Decimal(2)
LAST_BIT = Decimal("4e-16")
FEWEST_DECIMALS = 3  # with fewer, rounding every value leaves nothing of the computation


@frozen
class Figure:
    """A printed figure: the quantity it stands for, its text, what its author calls it, what is known of it."""

    quantity: str
    printed: str
    called: str = ""
    note: T | None = None
    place: Place | None = None

    @property
    def number(self) -> Decimal:
        """The figure as a number."""
        return Decimal(self.printed)

    @property
    def decimals(self) -> int:
        """How many decimals it was printed with."""
        return -int(self.number.as_tuple().exponent)

    def units_off(self, value: float) -> Decimal:
        """How far `value` is away, in units of the last printed digit, beyond the last bits of a float."""
        if not math.isfinite(value):
            return Decimal("inf")
        distance = abs(Decimal(value) - self.number) - LAST_BIT * abs(Decimal(value))
        return max(distance, Decimal(0)).scaleb(self.decimals)


def judged(figure: Figure, value: float, by_hand: float | None) -> Judgement:
    """Right to half a unit of the last digit; off by rounding to two units, or to one from a rounded computation."""
    off = figure.units_off(value)
    if off <= HALF:
        return "right"
    near_hand = by_hand is not None and figure.units_off(by_hand) <= 1
    return "rounding" if off <= TWO or near_hand else "wrong"


def by_hand(run: Run, decimals: int) -> Run | None:
    """The same steps with every value and every contribution rounded to so many decimals; None for too few of them."""
    if decimals < FEWEST_DECIMALS:
        return None
    steps = iterate_steps(run.scenario, len(run.steps), rounding(run.scenario.graph, decimals))
    return Run(run.scenario, tuple(steps))


def rounding(graph: Graph, decimals: int) -> Rules:
    """The rules of someone who rounds everything that is written down."""
    right = Rules.of(graph)
    return Rules(
        tuple(rule and partial(_rounded, rule, decimals) for rule in right.forward),
        tuple(rule and partial(_all_rounded, rule, decimals) for rule in right.backward),
    )


def _rounded(rule: Callable[[Values], Array], decimals: int, values: Values) -> Array:
    return np.round(rule(values), decimals)


def _all_rounded(
    rule: Callable[[Values, Adjoints], Contributions], decimals: int, values: Values, adjoints: Adjoints
) -> Contributions:
    return tuple(sent if sent is None else np.round(sent, decimals) for sent in rule(values, adjoints))
