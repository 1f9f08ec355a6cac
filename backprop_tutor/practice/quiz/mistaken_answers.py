"""The numbers of an exercise under each mistake of the catalogue.

Distractors, wrong solutions to correct and the students of a question all come from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element, Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import FIGURES, Line
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.training.address import Address
from backprop_tutor.whatif.predictions import PredictionTable

UNSEEN = 1e-6
APART = 0.03
"""How far apart, on the scale of a line, two numbers must be for a question that distinguishes them."""


@frozen(eq=False)
class Mistaken:
    """A mistake at a place, and its numbers for the lines of the exercise."""

    mistake: Mistake
    site: Site
    values: Mapping[str, float]

    def wrong_at(self, line: Line) -> bool:
        """Whether its number of a line differs from the right one at the figures shown."""
        return abs(self.values[line.key] - line.value) > UNSEEN * max(line.scale, UNSEEN)

    def number(self, line: Line) -> Num:
        """Its number of a line, as it is shown."""
        return figure(self.values[line.key], FIGURES) if self.wrong_at(line) else line.shown

    def shows(self, line: Line) -> bool:
        """Whether its number of a line clearly differs from the right one."""
        return line.worth_asking and apart(self.values[line.key], line.value, line)

    def first_wrong(self, lines: Sequence[Line]) -> Line | None:
        """Its first wrong line."""
        return next((line for line in lines if self.wrong_at(line)), None)


@lru_cache(maxsize=16)
def mistaken(exercise: Exercise) -> tuple[Mistaken, ...]:
    """Every mistake made throughout, or in a layer, that gives a number for every line."""
    return tuple(
        _different(
            learner for learner in everybody(exercise) if learner.mistake.kind == "mistake" and _throughout(learner)
        )
    )


def _throughout(learner: Mistaken) -> bool:
    return learner.site.broad and all(map(isfinite, learner.values.values()))


@lru_cache(maxsize=16)
def everybody(exercise: Exercise) -> tuple[Mistaken, ...]:
    """Every mistake at any place, and every other convention."""
    made = [(mistake, site) for mistake in MISTAKES.values() for site in mistake.sites(exercise.scenario)]
    rows = _numbers(exercise, [site for _, site in made])
    return tuple(
        Mistaken(mistake, site, dict(zip(exercise.by_key, row, strict=True)))
        for (mistake, site), row in zip(made, rows, strict=True)
    )


def _numbers(exercise: Exercise, sites: Sequence[Site]) -> list[list[float]]:
    """The number of every line, for each place where a mistake is made, computed side by side."""
    graph = exercise.lesson.graph
    seats = [Address(0, line.quantity.section, element(graph, line.quantity)) for line in exercise.lines]
    table = PredictionTable(exercise.scenario, seats, since=exercise.since)
    found: list[list[float]] = table.rows([(site.changes,) for site in sites]).tolist()
    return found


def _different(several: Iterator[Mistaken]) -> Iterator[Mistaken]:
    """One of all mistakes with the same numbers, which cannot be distinguished."""
    seen: set[tuple[float, ...]] = set()
    for learner in several:
        rounded = tuple(float(f"{value:.9g}") for value in learner.values.values())
        if rounded not in seen:
            seen.add(rounded)
            yield learner


def apart(first: float, second: float, line: Line) -> bool:
    """Whether two numbers for a line are far enough apart to be distinguished."""
    return abs(first - second) > APART * max(line.scale, UNSEEN)


@lru_cache(maxsize=1000)
def element(graph: Graph, quantity: Quantity) -> Element:
    """The place of a named number."""
    of_one = quantity.name == "loss" and quantity.example
    node, indices = (graph.losses, ()) if of_one else graph.located(quantity.name, quantity.indices)
    example = None if graph.nodes[node].shared else (quantity.example or 1) - 1
    return Element(node, tuple(i - 1 for i in indices), example)
