"""Hypotheses about a learner's figures: one mistake of the catalogue at one place, or two of them at once.

In a step of a longer training the mistake was made in every step before, too, or in this one only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from itertools import combinations
from math import isqrt

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.text import COMMA, LANGUAGES, T
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.intervention import Changes, Intervention, Line
from backprop_tutor.whatif.predictions import numbers_of

FEW, MANY = 20, 300
"""After more than a few updates no pairs are followed from the first step on, after many only what `lasts`."""
MOST_PAIRS, NUMBERS_OF_PAIRS = 60_000, 100_000_000
"""How many pairs are tried, and how many numbers they may have in all."""

IN_EVERY_STEP = T("{where}, in every step from the first on", "{where}，从第一步起每一步都如此")
ONLY_HERE = T("{where}, only in the step looked at", "{where}，只在所看的这一步")
JOINED = T("{first}; {second}", "{first}；{second}")
NO_PLACE = T(
    "nowhere here is called '{where}'; places are: {places}", "这里没有叫 '{where}' 的位置；可用的有：{places}"
)


@frozen(eq=False)
class Made:
    """A mistake at one of its places."""

    mistake: Mistake
    site: Site

    @property
    def lasts(self) -> bool:
        """Whether it can be followed through a training of any length."""
        return self.mistake.lasts and self.site.lasts


@frozen(eq=False)
class Hypothesis:
    """Mistakes made together, each at its place; `lasting` where they were made throughout the training before."""

    definition: tuple[Made, ...]
    lasting: bool | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The catalogue's ids; an edit without a name has none."""
        return tuple(each.mistake.name for each in self.definition if each.mistake.name)

    @property
    def page(self) -> str | None:
        """The id whose page works the solution out with it: a page shows one mistake, and no edit that is no rule."""
        alone = len(self.definition) == 1 and bool(self.definition[0].site.changes)
        return self.names[0] if alone and self.names else None

    @property
    def where(self) -> T:
        """The places, and in which steps, in words."""
        wheres = dict.fromkeys(each.site.where for each in self.definition)
        places = reduce(lambda a, b: JOINED.format(first=a, second=b), wheres)
        return self.when(places)

    @property
    def changed(self) -> frozenset[Line]:
        """The lines it changes; none of an edit that is no rule."""
        return frozenset(line for each in self.definition for line in each.site.changes)

    def when(self, where: T) -> T:
        """A place with the steps in which the mistakes are made, where these can differ."""
        if self.lasting is None:
            return where
        return (IN_EVERY_STEP if self.lasting else ONLY_HERE).format(where=where)

    @property
    def is_convention(self) -> bool:
        """Whether no part of it is a mistake."""
        return all(each.mistake.kind == "convention" for each in self.definition)


@lru_cache(maxsize=2)
def singles(scenario: Scenario) -> tuple[Hypothesis, ...]:
    """Every mistake at every place where it can be made, in the order of the catalogue."""
    return tuple(
        Hypothesis((Made(mistake, site),)) for mistake in MISTAKES.values() for site in mistake.sites(scenario)
    )


@lru_cache(maxsize=2)
def hypotheses_after(scenario: Scenario, updates: int = 0) -> tuple[Hypothesis, ...]:
    """The hypotheses about a step after so many updates: first the mistakes made in every step."""
    among = singles(scenario)
    if not updates:
        return among
    lasting = (h for h in among if updates < MANY or all(each.lasts for each in h.definition))
    return (*(replace(h, lasting=True) for h in lasting), *(replace(h, lasting=False) for h in among))


def pairs(scenario: Scenario, among: Sequence[Hypothesis], updates: int = 0) -> tuple[Hypothesis, ...]:
    """Every two different mistakes that may be made together, each throughout or in a whole layer.

    Where these are too many or too large, those of the mistakes at their most likely places.
    """
    able = [h for h in among if all(each.mistake.pairs and each.site.broad for each in h.definition)]
    followed = [h for h in able if updates <= FEW or not h.lasting]
    kept = _likeliest(followed, min(MOST_PAIRS, NUMBERS_OF_PAIRS // numbers_of(scenario)))
    return tuple(both(a, b) for a, b in combinations(kept, 2) if a.names != b.names and a.lasting is b.lasting)


def _likeliest(among: Sequence[Hypothesis], most: int) -> Sequence[Hypothesis]:
    """As many as have at most so many pairs, in their order: the mistakes at their first places, at their second ones ..."""
    count = (1 + isqrt(1 + 8 * most)) // 2
    if len(among) <= count:
        return among
    met: Counter[tuple[str, ...]] = Counter()
    ranks: list[tuple[int, int]] = []
    for each in among:
        ranks.append((met[each.names], -max(made.mistake.seen for made in each.definition)))
        met[each.names] += 1
    chosen = sorted(range(len(among)), key=ranks.__getitem__)[:count]
    return [among[i] for i in sorted(chosen)]


def both(first: Hypothesis, second: Hypothesis) -> Hypothesis:
    """The mistakes of two hypotheses."""
    return replace(first, definition=(*first.definition, *second.definition))


@lru_cache(maxsize=2)
def imagined(scenario: Scenario, steps: int) -> tuple[Step, ...]:
    """The first steps under each of several hypotheses, side by side. Raises DomainError where one of them has no
    value.
    """
    return tuple(Intervention.batched([changes(each) for each in singles(scenario)]).walk(scenario, steps))


def imagine(
    scenario: Scenario, hypothesis: Hypothesis, steps: int, since: TrainState | None = None
) -> tuple[Step, ...]:
    """The steps under a hypothesis."""
    intervention = Intervention.single(*changes(hypothesis))
    return tuple(intervention.walk(scenario, steps, since))


def changes(hypothesis: Hypothesis) -> tuple[Changes, ...]:
    """Its changes of lines, in order."""
    return tuple(each.site.changes for each in hypothesis.definition)


def placed(among: tuple[Hypothesis, ...], where: str | None) -> tuple[Hypothesis, ...]:
    """The hypotheses whose place has `where` in its name, in either language. Raises TutorError for an unknown place."""
    if where is None:
        return among
    found = tuple(each for each in among if is_at(each, where))
    if not found:
        sites = [made.site for each in among for made in each.definition if made.site.broad and made.lasts]
        places = T(*(COMMA[lang].join(dict.fromkeys(site.where[lang] for site in sites)) for lang in LANGUAGES))
        raise TutorError(NO_PLACE.format(where=visible(where), places=places))
    return found


def is_at(hypothesis: Hypothesis, where: str) -> bool:
    """Whether its place has `where` in its name, in either language."""
    return where.casefold() in hypothesis.where.en.casefold() or where.casefold() in hypothesis.where.zh
