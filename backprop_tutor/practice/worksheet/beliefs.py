"""What known mistakes make of every line of an exercise: one run of the step, a world for each mistake.

Only mistakes made throughout or in a whole layer: those of a single unit, or of a single number misread, are so many
that nearly any number would be one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.outcomes import Table
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.seat import Seat
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.find import known_names
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.practice.quiz.exercise import Exercise


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
    table = Table(exercise.scenario, _seats(exercise), exercise.lesson.step.number)
    return table.rows([(belief.site.changes,) for belief in held])


def _seats(exercise: Exercise) -> tuple[Seat, ...]:
    """Where the lines' numbers stand in the steps."""
    names, last = known_names(exercise.lesson), exercise.lesson.step.number - 1
    elements = (names[str(line.quantity.within("values"))][0] for line in exercise.lines)
    return tuple(Seat(last, line.quantity.section, e) for line, e in zip(exercise.lines, elements, strict=True))
