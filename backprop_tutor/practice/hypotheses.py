"""What somebody may believe: one mistake of the catalogue at one place, or two of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

from backprop_tutor.engine.position import Position
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.training import Step
from backprop_tutor.engine.world import Changes, World
from backprop_tutor.practice.mistakes.catalogue import Made, made
from backprop_tutor.text import T

JOINED = T("{first}; {second}", "{first}；{second}")


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """Mistakes made together, each at its place."""

    made: tuple[Made, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The catalogue's ids."""
        return tuple(each.mistake.name for each in self.made)

    @property
    def where(self) -> T:
        """The places, in words."""
        return reduce(lambda a, b: JOINED.format(first=a, second=b), (each.site.where for each in self.made))

    @property
    def is_convention(self) -> bool:
        """Whether nothing of it is a mistake."""
        return all(each.mistake.kind == "convention" for each in self.made)


def singles(scenario: Scenario) -> tuple[Hypothesis, ...]:
    """Every mistake at every place where it can be made, in the order of the catalogue."""
    return tuple(Hypothesis((each,)) for each in made(scenario))


def pairings(among: Sequence[Hypothesis]) -> Iterator[tuple[int, int]]:
    """The positions of every two different mistakes that may be made together, throughout or in a whole layer."""
    able = [i for i, h in enumerate(among) if all(each.mistake.pairs and each.site.broad for each in h.made)]
    return ((a, b) for a, b in combinations(able, 2) if among[a].names != among[b].names)


def together(first: Hypothesis, second: Hypothesis) -> Hypothesis:
    """Both at once."""
    return Hypothesis((*first.made, *second.made))


def imagine(scenario: Scenario, hypothesis: Hypothesis, steps: int, since: Position | None = None) -> tuple[Step, ...]:
    """The steps of a learner who believes this."""
    world = World.alone(*changes(hypothesis))
    return tuple(world.walk(scenario, steps, since))


def changes(hypothesis: Hypothesis) -> tuple[Changes, ...]:
    """What is changed by it, in order."""
    return tuple(each.site.changes for each in hypothesis.made)
