"""How far rounding on the way can carry a correct solution: about as far as cutting every intermediate result does.

Someone who writes k figures, or d decimals, is taken to carry no fewer than that. Twice what the whole step is off by
when it is carried out so, and two units of the last digit, is allowed for.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, log10

from backprop_tutor.practice.case import Case
from backprop_tutor.practice.claim import Claim
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.conventions import DECIMALS, FIGURES, LEAST, MOST
from backprop_tutor.practice.precision import figures
from backprop_tutor.text import T

ROUNDED = "rounded-early"
TWICE, UNITS = 2, 2


def allowances(case: Case) -> tuple[float, ...]:
    """How far off each claim may be and still be put down to rounding."""
    sites = {site.where: site.changes for site in MISTAKES[ROUNDED].sites(case.scenario)}
    rows = dict(zip(sites, case.table.rows([(changes,) for changes in sites.values()]).tolist(), strict=True))
    return tuple(
        _allowance(claim, right, [rows[w][i] for w in _carried(claim) if w in rows])
        for i, (claim, right) in enumerate(zip(case.claims, case.right, strict=True))
    )


def _allowance(claim: Claim, right: float, rounded: list[float]) -> float:
    off = [abs(value - right) for value in rounded if isfinite(value)]
    return TWICE * max(off, default=0.0) + UNITS * 2 * claim.typed.half_unit


def _carried(claim: Claim) -> Iterator[T]:
    """The ways to round that someone may have carried who writes this claim."""
    if not claim.typed.half_unit:
        return
    decimals = round(-log10(2 * claim.typed.half_unit))
    for count in range(max(LEAST, figures(claim.typed)), MOST + 1):
        yield FIGURES.format(count=count)
    for count in range(max(LEAST, decimals), MOST + 1):
        yield DECIMALS.format(count=count)
