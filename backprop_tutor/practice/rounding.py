"""How far rounding on the way can carry a correct solution: about as far as cutting every intermediate result does.

Someone who writes k significant figures is taken to carry no fewer than that. Twice what the whole step is off by when
it is carried out so, and two units of the last digit, is allowed for.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from backprop_tutor.engine.seat import numbers
from backprop_tutor.practice.case import Case
from backprop_tutor.practice.claim import Claim
from backprop_tutor.practice.hypotheses import singles
from backprop_tutor.practice.mistakes.conventions import FIGURES, LEAST, MOST
from backprop_tutor.practice.precision import figures
from backprop_tutor.text import T

ROUNDED = "rounded-early"
TWICE, UNITS = 2, 2
MOST_LOST = 0.1
"""Of its own scale, more than this is not lost by rounding alone: 4 decimals cost a gradient so much."""


def allowances(case: Case) -> tuple[float, ...]:
    """How far off each claim may be and still be put down to rounding."""
    among = singles(case.scenario)
    told = zip(among, case.rows(among).tolist(), strict=True)
    rows = {each.where: row for each, row in told if each.names == (ROUNDED,)}
    return tuple(
        min(_most(case, i), _allowance(claim, case.right[i], [rows[w][i] for w in _carried(claim) if w in rows]))
        for i, claim in enumerate(case.claims)
    )


def _allowance(claim: Claim, right: float, rounded: list[float]) -> float:
    off = [abs(value - right) for value in rounded if isfinite(value)]
    return TWICE * max(off, default=0.0) + UNITS * 2 * claim.typed.half_unit


def _most(case: Case, i: int) -> float:
    """A part of the claim's own scale, and of a number with any digits of its own the last two units."""
    half = case.claims[i].typed.half_unit
    return max(MOST_LOST * scale(case, i), UNITS * 2 * half if half <= abs(case.right[i]) / 2 else 0.0)


def scale(case: Case, i: int) -> float:
    """The size a claim is measured by: of what comes after the update that of its change, otherwise its own."""
    seat, right = case.claims[i].seat, case.right[i]
    if seat.section in ("updated", "after"):
        before = numbers(case.run.steps, [seat._replace(section="values")])[0].item()
        return abs(right - before) or abs(right)
    return abs(right)


def _carried(claim: Claim) -> Iterator[T]:
    """The ways to round that someone may have carried who writes this claim."""
    if claim.typed.half_unit:
        yield from (FIGURES.format(count=count) for count in range(max(LEAST, figures(claim.typed)), MOST + 1))
