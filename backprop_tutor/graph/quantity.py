"""The contract's names of quantities: ``z1[2]@3``, ``z1[2,1,3]``, ``grads.W1[2,1]``, ``state.m.W1[2,1]``.

A name is the same whatever notation is shown. Elements, examples and steps count from 1.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Section = Literal["values", "grads", "state", "updated", "after"]

_NAME = re.compile(
    r"(?:step(?P<step>[1-9]\d*)\.)?(?:(?P<section>values|grads|state\.[a-z]+|updated|after)\.)?(?P<name>[^\W\d]\w*)"
    r"(?:\[(?P<index>\s*[1-9]\d*\s*(?:,\s*[1-9]\d*\s*){0,3})\])?(?:@(?P<example>[1-9]\d*))?"
)


class Quantity(NamedTuple):
    """One number of a run, by its indices along the axes of the array called `name`; without one, the whole array.

    `state` is the name of an optimizer's state.
    """

    name: str
    indices: tuple[int, ...] = ()
    example: int | None = None
    section: Section = "values"
    step: int = 1
    state: str = ""

    def __str__(self) -> str:
        step = f"step{self.step}." if self.step != 1 else ""
        state = f".{self.state}" if self.state else ""
        return f"{step}{self.section}{state}.{self.short}"

    @property
    def short(self) -> str:
        """The name without step and section: ``W1[2,1]``, ``z1[2]@3``."""
        place = f"[{','.join(map(str, self.indices))}]" if self.indices else ""
        example = "" if self.example is None else f"@{self.example}"
        return f"{self.name}{place}{example}"

    def within(self, section: Section) -> Quantity:
        """The same quantity in another section of the same step."""
        return self._replace(section=section, state="")


def parse(text: str) -> Quantity | None:
    """The quantity named by `text`, or None where it is not such a name; whether it exists is not checked."""
    found = _NAME.fullmatch(text.strip())
    if found is None:
        return None
    index = tuple(int(n) for n in (found["index"] or "").split(",") if n)
    example = int(found["example"]) if found["example"] else None
    said, _, state = (found["section"] or "values").partition(".")
    section: Section = said  # type: ignore[assignment]
    return Quantity(found["name"], index, example, section, int(found["step"] or 1), state)
