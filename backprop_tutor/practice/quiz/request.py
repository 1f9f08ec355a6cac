"""What a session is asked for, as a record and as text."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps, loads
from typing import Any, Literal, cast, get_args

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import KINDS

Mode = Literal["learn", "exam", "review"]


@frozen
class Ask:
    """A chosen question: its kind, its scenario, what it may be about, and whether it takes fresh numbers.

    `stage` is where in a unit it belongs; `level` is how many lines a solution to be completed lacks.
    """

    kind: str
    scenario: str
    about: tuple[str, ...]
    fresh: bool
    stage: str
    level: int = 1


@frozen
class Request:
    """A session: on a scenario by name, on random networks of a shape, or, with neither, on random ones of any shape.

    In place of a shape, the name of a scenario stands for that scenario with fresh numbers in every question.

    No kinds or skills means all there are. `level` is how many lines a solution to be completed lacks at first. With
    `asks` the questions were chosen beforehand, by the `unit` of a course.
    """

    seed: int
    count: int
    scenario: str | None = None
    shape: str | None = None
    kinds: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    mode: Mode = "learn"
    notation: str | None = None
    level: int = 1
    unit: str | None = None
    asks: tuple[Ask, ...] = ()

    def text(self) -> str:
        """The request as text for the records."""
        return dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Request:
        """The request from the text of the records. Raises ValueError where no session can have been asked for so."""
        try:
            kept = cast(dict[str, Any], loads(text))
            asks = tuple(Ask(**{**ask, "about": tuple(ask["about"])}) for ask in kept.get("asks", ()))
            found = cls(**{**kept, "kinds": tuple(kept["kinds"]), "skills": tuple(kept["skills"]), "asks": asks})
        except (AttributeError, KeyError, RecursionError, TypeError) as error:
            raise ValueError(text) from error
        if not found._can_be_asked():
            raise ValueError(text)
        return found

    def _can_be_asked(self) -> bool:
        counts = (self.seed, self.count, self.level)
        texts = (self.scenario, self.shape, self.notation, self.unit)
        return (
            all(isinstance(each, int) for each in counts)
            and all(isinstance(each, str | None) for each in texts)
            and self.mode in get_args(Mode)
            and all(kind in KINDS for kind in (*self.kinds, *(ask.kind for ask in self.asks)))
            and all(skill in SKILLS for skill in self.skills)
            and (not self.asks or self.count <= len(self.asks))
        )
