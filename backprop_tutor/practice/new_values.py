"""The old weight or the new one: what somebody means who writes ``W_ca_new``, ``new W_ca``, ``W_ca'``, or just ``W_ca``.

By the contract a bare name means the value before the update. But nobody claims a number that is given: where that does
not fit, people mean the new one, and are told that they are understood so. Other programs get the contract's reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backprop_tutor.engine.position import moving
from backprop_tutor.engine.seat import Seat, numbers
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.claim import Claim
from backprop_tutor.practice.precision import agrees

AHEAD = re.compile(r"(?:new|neu|更新后的?|新的?)[._]?(?P<name>.+)", re.IGNORECASE)
BEHIND = re.compile(r"(?P<name>.+?)[_^.]?\(?(?:new|neu|更新后|新)\)?", re.IGNORECASE)
PRIMED = re.compile(r"(?P<name>.+?)\^?['′’+⁺]")
"""A sign behind a name; only a parameter's, for a prime behind a function is its derivative."""


def unmarked(name: str) -> tuple[str, bool] | None:
    """``W_ca_new`` as ``W_ca``, and whether a mere sign said that it is new; None where nothing says so."""
    found = AHEAD.fullmatch(name) or BEHIND.fullmatch(name)
    primed = PRIMED.fullmatch(name)
    return (found["name"], False) if found else (primed["name"], True) if primed else None


def read_as_new(lessons: Sequence[Lesson], claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims, those by a parameter's bare name as ones of its new value where the value before does not fit.

    Of a later step the value before had to be worked out, too: there the new one has to fit.
    """
    found = tuple(claims)
    taken = {claim.seat for claim in found}
    return tuple(_read(lessons[claim.seat.step], claim, taken) for claim in found)


def _read(lesson: Lesson, claim: Claim, taken: set[Seat]) -> Claim:
    seat = claim.seat._replace(section="updated")
    name = lesson.graph.nodes[seat.element.node].name
    if not claim.is_bare or seat in taken or name not in moving(lesson.scenario):
        return claim
    before, new = _values(lesson, claim.seat, seat)
    if agrees(claim.typed, before) or not (lesson.step.number == 1 or agrees(claim.typed, new)):
        return claim
    return replace(claim, seat=seat, quantity=claim.quantity.within("updated"), instead_of=before)


def _values(lesson: Lesson, *seats: Seat) -> Iterator[float]:
    yield from numbers([lesson.step], [seat._replace(step=0) for seat in seats])[0].tolist()
