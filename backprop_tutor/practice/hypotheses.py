"""What somebody may believe: one mistake of the catalogue at one place, or two of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

from backprop_tutor.engine.position import Position
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.training import Step
from backprop_tutor.engine.world import Changes, World
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.text import LANGUAGES, T

JOINED = T("{first}; {second}", "{first}；{second}")
NO_PLACE = T(
    "nowhere here is called '{where}'; places are: {places}", "这里没有叫 '{where}' 的位置；可用的有：{places}"
)


@dataclass(frozen=True, eq=False)
class Made:
    """A mistake made at one of its places."""

    mistake: Mistake
    site: Site


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
    return tuple(
        Hypothesis((Made(mistake, site),)) for mistake in MISTAKES.values() for site in mistake.sites(scenario)
    )


def pairs(among: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Every two different mistakes that may be made together, each throughout or in a whole layer."""
    able = [h for h in among if all(each.mistake.pairs and each.site.broad for each in h.made)]
    return tuple(Hypothesis((*a.made, *b.made)) for a, b in combinations(able, 2) if a.names != b.names)


def imagine(scenario: Scenario, hypothesis: Hypothesis, steps: int, since: Position | None = None) -> tuple[Step, ...]:
    """The steps of a learner who believes this."""
    world = World.alone(*changes(hypothesis))
    return tuple(world.walk(scenario, steps, since))


def changes(hypothesis: Hypothesis) -> tuple[Changes, ...]:
    """What is changed by it, in order."""
    return tuple(each.site.changes for each in hypothesis.made)


def placed(among: tuple[Hypothesis, ...], where: str | None) -> tuple[Hypothesis, ...]:
    """The hypotheses whose place has `where` in its name, in one language or the other."""
    if where is None:
        return among
    asked = where.casefold()
    found = tuple(each for each in among if asked in each.where.en.casefold() or asked in each.where.zh)
    if not found:
        places = T(*(", ".join(dict.fromkeys(each.where[lang] for each in among)) for lang in LANGUAGES))
        raise TutorError(NO_PLACE.format(where=visible(where), places=places))
    return found
