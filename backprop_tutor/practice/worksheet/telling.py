"""Numbers that tell what went wrong: a draw in which no mistake hides, and whose answers can be reached with a pen.

With a small learning rate the new weights used for the old ones may change every number by less than 1 %, and be marked
right. Which mistakes a scenario can show at all is found from a few draws of it, once for a whole class. And where nearly
equal numbers are subtracted, the six figures that a worksheet asks for may not be enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from math import inf, isfinite

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.formula.rounding import rounded
from backprop_tutor.practice.quiz.draw import drawn
from backprop_tutor.practice.quiz.exercise import Exercise, exercise
from backprop_tutor.practice.quiz.line import FIGURES, Line
from backprop_tutor.practice.quiz.number import accepted
from backprop_tutor.practice.quiz.variant import variant
from backprop_tutor.practice.worksheet.beliefs import beliefs, outcomes
from backprop_tutor.practice.worksheet.tolerance import tolerance

LOOKED_AT = 8
"""Draws from which it is found which mistakes a scenario can show: those that most of these do."""

ATTEMPTS = 8

Name = tuple[str, str]
"""A mistake and its place."""


def shown_by_most(scenario: Scenario) -> frozenset[Name]:
    """The mistakes that most draws of `scenario` show.

    Raises TutorError where the scenario has no value.
    """
    everything = frozenset(belief.key for belief in beliefs(scenario))
    if not everything:
        return everything
    looked_at = (exercise(variant(scenario, drawn(0, "looked at", i)), "en", None, 0) for i in range(LOOKED_AT))
    hidden = Counter(name for each in looked_at for name in _hidden(each, everything))
    return frozenset(name for name in everything if 2 * hidden[name] < LOOKED_AT)


def telling(draw: Callable[[int], Exercise], names: Collection[Name]) -> Exercise:
    """Of the exercises that `draw` makes of 0, 1, ..., the first without faults, else the one with fewest.

    It is a fault to hide one of these mistakes, and to need more figures than are asked for.
    """
    best, fewest = draw(0), inf
    for attempt in range(ATTEMPTS):
        made = draw(attempt) if attempt else best
        faults = len(_hidden(made, names)) + len(out_of_reach(made))
        if faults < fewest:
            best, fewest = made, faults
        if not faults:
            break
    return best


def out_of_reach(made: Exercise) -> tuple[Line, ...]:
    """The lines that someone gets wrong who computes every line from those before, each rounded to 6 figures."""
    known, missed = dict(made.values), []
    for line in made.lines:
        value = line.from_values(known)
        if not accepted(value, line.value, line.scale):
            missed.append(line)
        if line.quantity.section in ("values", "grads"):
            known[line.key] = float(rounded(value, FIGURES)) if isfinite(value) else value
    return tuple(missed)


def _hidden(made: Exercise, names: Collection[Name]) -> frozenset[Name]:
    """Those of the mistakes that give every line a number that counts as right."""
    held = [belief for belief in beliefs(made.scenario) if belief.key in names]
    within = [(line.value, tolerance(line)) for line in made.lines]
    rows = outcomes(made, held).tolist() if held else []
    return frozenset(
        belief.key
        for belief, row in zip(held, rows, strict=True)
        if all(abs(given - value) <= room for given, (value, room) in zip(row, within, strict=True))
    )
