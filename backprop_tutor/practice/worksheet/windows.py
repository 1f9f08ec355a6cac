"""The meaning of typed numbers: intervals around the right answer and around those of known mistakes.

They never overlap. The right answer's interval is always as wide as its tolerance; the others are narrowed for it and
for each other. Mistakes whose numbers cannot be distinguished share an interval. The numbers of the mistakes for every
line come from one run of the step, an intervention for each mistake. Only mistakes made throughout or in a whole layer
are used: those of a single unit, or of a single number misread, are so many that nearly any number would be one of
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import groupby, pairwise
from math import isfinite
from typing import Generic, TypeVar

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.practice.quiz.mistaken_answers import element
from backprop_tutor.training.address import Address
from backprop_tutor.whatif.intervention import Changes, Line
from backprop_tutor.whatif.predictions import PredictionTable

Name = tuple[str, str]
"""A mistake and its place."""


@frozen(eq=False)
class PlacedMistake:
    """A mistake at a place."""

    mistake: Mistake
    site: Site

    @property
    def key(self) -> Name:
        """Its name in any variant of a scenario."""
        return self.mistake.name, self.site.where.en


@lru_cache(maxsize=4)
def placed_mistakes(scenario: Scenario, names: frozenset[Name] | None = None) -> tuple[PlacedMistake, ...]:
    """Every mistake that can be made in `scenario`, at every place; of `names` alone where they are given."""
    named = MISTAKES.keys() if names is None else {name for name, _ in names}
    mistakes = (mistake for name, mistake in MISTAKES.items() if mistake.pairs and name in named)
    every = (PlacedMistake(mistake, site) for mistake in mistakes for site in mistake.sites(scenario) if site.broad)
    return tuple(placed for placed in every if names is None or placed.key in names)


def outcomes(exercises: Sequence[Exercise], held: Sequence[PlacedMistake]) -> Iterator[Array]:
    """(mistakes, lines) for each variant of a scenario: the number of each mistake for each line, in their order.

    It is the right number where the mistake changes nothing. Those of neighbours with the same lines and the same
    training are computed side by side.
    """
    for (seats, _), alike in groupby(exercises, lambda each: (_seats(each), each.scenario.training)):
        variants = tuple(alike)
        first = variants[0]
        table = PredictionTable(first.scenario, seats, first.lesson.step.number)
        given = [_given(each.scenario) for each in variants]
        rows = table.rows([(numbers, placed.site.changes) for numbers in given for placed in held])
        yield from rows.reshape(len(variants), len(held), len(seats))


def _given(scenario: Scenario) -> Changes:
    """The numbers of a variant in place of those of another."""
    arrays = {**scenario.data, **scenario.parameters}
    return {Line("given", name): partial(_replaced, array) for name, array in arrays.items()}


def _replaced(array: Array, *_: object) -> Array:
    return array


def _seats(exercise: Exercise) -> tuple[Address, ...]:
    """The addresses of the lines' numbers in the steps."""
    graph, last = exercise.lesson.graph, exercise.lesson.step.number - 1
    quantities = (line.quantity for line in exercise.lines)
    return tuple(Address(last, quantity.section, element(graph, quantity)) for quantity in quantities)


Cause = TypeVar("Cause")
"""What distinguishes mistakes."""

SPREAD = 0.003
"""The tolerance of a mistake's number, on the mistake's own scale: rounding on the way."""

ALIKE = 0.001
"""Numbers closer than this, on their own scale, are the same at 4 significant figures."""

MARGIN = 0.01
"""The part of the distance between two neighbours that belongs to neither."""

NEAREST = 1e-6
"""Numbers closer than this to the right answer's interval, on its own scale, count as inside it."""


@frozen
class Wrong(Generic[Cause]):
    """The result of a mistake: the number, the scale it is rounded on, and the mistakes that give it."""

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
    """Numbers that cannot be distinguished, from `first` to `last`, and how far around them their window would reach."""

    first: float
    last: float
    reach: float
    causes: tuple[Cause, ...]


def windows(right: Window[Cause], wrong: Iterable[Wrong[Cause]]) -> tuple[Window[Cause], ...]:
    """The windows of mistakes, lowest first, each apart from `right` and from all others."""
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
    """Groups of neighbours that cannot be distinguished; the right answer never lies between two of a group."""
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
    """The ends of two neighbours that would overlap: the right answer keeps its whole window, others share the
    distance.
    """
    gap = above.first - below.last
    if not below.causes:
        return below.last, min(below.last + MARGIN * gap, above.first)
    if not above.causes:
        return max(above.first - MARGIN * gap, below.last), above.first
    return below.last + gap * (1 - MARGIN) / 2, above.first - gap * (1 - MARGIN) / 2
