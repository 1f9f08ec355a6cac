"""A mistake: a change of the rules of a step, its words, and the places where it can be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes

Kind = Literal["mistake", "convention", "slip"]

WHOLE = T("everywhere", "全部")


@frozen(eq=False)
class Site:
    """A place where a mistake can be made, and the lines it changes there.

    A `broad` one is made throughout, or in a whole layer; only those are combined in pairs. `lasts` is False where its
    changed lines are for numbers only, and cannot be written as code for thousands of steps.
    """

    where: T
    changes: Changes
    broad: bool = True
    lasts: bool = True


Sites: TypeAlias = Callable[[Scenario], Iterator[Site]]


@frozen(eq=False)
class Mistake:
    """An entry of the catalogue.

    `clause` completes "your figures are what you get when ..."; `principle` is what it violates; `sites` are the places
    in a scenario, the most likely first, none where it cannot be made. `seen` is how common it is, 1 to 3. `pairs` is
    False where it can only be made alone, `lasts` where it is never made through thousands of steps.
    """

    name: str
    text: T
    clause: T
    principle: T
    sites: Sites
    seen: int = 1
    kind: Kind = "mistake"
    pairs: bool = True
    lasts: bool = True
