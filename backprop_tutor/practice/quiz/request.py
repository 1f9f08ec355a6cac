"""What a session was asked for; together with the answers given it decides every question."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps, loads
from typing import Any, Literal, cast

from backprop_tutor.frozen import frozen

Mode = Literal["learn", "exam", "review"]


@frozen
class Request:
    """A session: on a scenario by name, on random networks of a shape, or, with neither, on random ones of any shape.

    No kinds or skills means all there are. `level` is how many lines a solution to be completed lacks at first.
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

    def text(self) -> str:
        """The request as the records keep it."""
        return dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Request:
        """The request that was kept as `text`."""
        kept = cast(dict[str, Any], loads(text))
        return cls(**{**kept, "kinds": tuple(kept["kinds"]), "skills": tuple(kept["skills"])})
