"""Which typed numbers mean what: intervals around the right answer and around what known mistakes give.

They never overlap. The right answer's interval is as wide as its tolerance, always; the others give way to it and to
each other. Mistakes whose numbers cannot be told apart share an interval.

What known mistakes make of every line of an exercise: one run of the step, a world for each mistake.

Only mistakes made throughout or in a whole layer: those of a single unit, or of a single number misread, are so many
that nearly any number would be one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import isfinite
from typing import Generic, TypeVar

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.names import known_names
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.training.address import Address
from backprop_tutor.whatif.predictions import PredictionTable


@frozen(eq=False)
class Belief:
    """A mistake made at a place."""

    mistake: Mistake
    site: Site

    @property
    def key(self) -> tuple[str, str]:
        """What it is called in any variant of a scenario."""
        return self.mistake.name, self.site.where.en


def beliefs(scenario: Scenario) -> tuple[Belief, ...]:
    """Every mistake that can be made in `scenario`, at every place."""
    return tuple(
        Belief(mistake, site)
        for mistake in MISTAKES.values()
        for site in mistake.sites(scenario)
        if site.broad and mistake.pairs
    )


def outcomes(exercise: Exercise, held: Sequence[Belief]) -> Array:
    """(beliefs, lines): what each of them gives for each line; where it changes nothing, the right number."""
    table = PredictionTable(exercise.scenario, _seats(exercise), exercise.lesson.step.number)
    return table.rows([(belief.site.changes,) for belief in held])


def _seats(exercise: Exercise) -> tuple[Address, ...]:
    """Where the lines' numbers stand in the steps."""
    names, last = known_names(exercise.lesson), exercise.lesson.step.number - 1
    elements = (names[str(line.quantity.within("values"))][0] for line in exercise.lines)
    return tuple(Address(last, line.quantity.section, e) for line, e in zip(exercise.lines, elements, strict=True))


Cause = TypeVar("Cause")
"""What tells mistakes apart."""

SPREAD = 0.003
"""How far from what a mistake gives a number still counts as it, on the mistake's own scale: rounding on the way."""

ALIKE = 0.001
"""Numbers closer than this, on their own scale, are the same to whoever writes 4 significant figures."""

MARGIN = 0.01
"""The part of the way between two neighbours that belongs to neither."""

NEAREST = 1e-6
"""What is closer than this to the right answer's interval, on its own scale, counts as inside it."""


@frozen
class Wrong(Generic[Cause]):
    """What a mistake gives: the number, the scale it is rounded on, and what gives it."""

    value: float
    scale: float
    causes: tuple[Cause, ...]


@frozen
class Window(Generic[Cause]):
    """Every number within `tolerance` of `value`; `causes` is empty for the right answer."""

    value: float
    tolerance: float
    causes: tuple[Cause, ...] = ()

    @property
    def low(self) -> float:
        """Its lower end."""
        return self.value - self.tolerance

    @property
    def high(self) -> float:
        """Its upper end."""
        return self.value + self.tolerance


@frozen
class _Core(Generic[Cause]):
    """Numbers that cannot be told apart, from `first` to `last`, and how far around them it would reach."""

    first: float
    last: float
    reach: float
    causes: tuple[Cause, ...]


def windows(right: Window[Cause], wrong: Iterable[Wrong[Cause]]) -> tuple[Window[Cause], ...]:
    """The windows of what mistakes give, lowest first, each apart from `right` and from all others."""
    cores = [*_cores([w for w in wrong if _outside(w, right)], right.value), _Core(right.low, right.high, 0.0, ())]
    cores.sort(key=lambda core: core.first)
    lows = [core.first - core.reach for core in cores]
    highs = [core.last + core.reach for core in cores]
    for i, (below, above) in enumerate(pairwise(cores)):
        if highs[i] >= lows[i + 1]:
            highs[i], lows[i + 1] = _parted(below, above)
    return tuple(
        Window((low + high) / 2, (high - low) / 2, core.causes)
        for low, high, core in zip(lows, highs, cores, strict=True)
        if core.causes
    )


def _outside(wrong: Wrong[Cause], right: Window[Cause]) -> bool:
    return isfinite(wrong.value) and abs(wrong.value - right.value) - right.tolerance > NEAREST * wrong.scale


def _cores(wrong: Iterable[Wrong[Cause]], right: float) -> Iterator[_Core[Cause]]:
    """Neighbours that cannot be told apart, together; the right answer never lies between two of them."""
    group: list[Wrong[Cause]] = []
    for each in sorted(wrong, key=lambda w: w.value):
        if group and not _alike(group[-1], each, right):
            yield _core(group)
            group = []
        group.append(each)
    if group:
        yield _core(group)


def _alike(below: Wrong[Cause], above: Wrong[Cause], right: float) -> bool:
    between = below.value < right < above.value
    return not between and above.value - below.value <= ALIKE * max(above.scale, below.scale)


def _core(group: list[Wrong[Cause]]) -> _Core[Cause]:
    causes = tuple(dict.fromkeys(cause for wrong in group for cause in wrong.causes))
    reach = SPREAD * min(wrong.scale for wrong in group)
    return _Core(group[0].value, group[-1].value, reach, causes)


def _parted(below: _Core[Cause], above: _Core[Cause]) -> tuple[float, float]:
    """Where two neighbours end that would meet: the right answer keeps all of its own, others share what is between."""
    gap = above.first - below.last
    if not below.causes:
        return below.last, min(below.last + MARGIN * gap, above.first)
    if not above.causes:
        return max(above.first - MARGIN * gap, below.last), above.first
    return below.last + gap * (1 - MARGIN) / 2, above.first - gap * (1 - MARGIN) / 2
