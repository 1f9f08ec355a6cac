"""The contract's names of quantities: ``z1[2]@3``, ``grads.W1[2,1]``, ``step2.after.loss``.

A name is the same whatever notation is shown. Elements, examples and steps count from 1.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Section = Literal["values", "grads", "updated", "after"]

_NAME = re.compile(
    r"(?:step(?P<step>[1-9]\d*)\.)?(?:(?P<section>values|grads|updated|after)\.)?(?P<name>[^\W\d]\w*)"
    r"(?:\[\s*(?P<row>[1-9]\d*)\s*(?:,\s*(?P<column>[1-9]\d*)\s*)?\])?(?:@(?P<example>[1-9]\d*))?"
)


class Quantity(NamedTuple):
    """One number of a run, or, without a row, the whole array called `name`."""

    name: str
    row: int | None = None
    column: int | None = None
    example: int | None = None
    section: Section = "values"
    step: int = 1

    def __str__(self) -> str:
        step = f"step{self.step}." if self.step != 1 else ""
        return f"{step}{self.section}.{self.short}"

    @property
    def short(self) -> str:
        """The name without step and section: ``W1[2,1]``, ``z1[2]@3``."""
        column = "" if self.column is None else f",{self.column}"
        place = "" if self.row is None else f"[{self.row}{column}]"
        example = "" if self.example is None else f"@{self.example}"
        return f"{self.name}{place}{example}"

    def within(self, section: Section) -> Quantity:
        """The quantity of the same name in another section of the same step."""
        return Quantity(self.name, self.row, self.column, self.example, section, self.step)


def parse(text: str) -> Quantity | None:
    """The quantity `text` names, or None where it is not such a name; whether it exists is another question."""
    found = _NAME.fullmatch(text.strip())
    if found is None:
        return None
    row, column, example = (int(n) if (n := found[g]) else None for g in ("row", "column", "example"))
    section: Section = found["section"] or "values"  # type: ignore[assignment]
    return Quantity(found["name"], row, column, example, section, int(found["step"] or 1))
