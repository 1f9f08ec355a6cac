"""What a worksheet is told by: the scenario, the seed and the number of the variant, in its title and its scenario's."""

from __future__ import annotations

import re
from typing import NamedTuple

WRITTEN = re.compile(
    r"[(（](?P<scenario>[^()（）\n]+)[,，]\s*(?:seed|种子)\s*(?P<seed>\d+)[,，]\s*"
    r"(?:variant\s*(?P<number>\d+)|第\s*(?P<zh>\d+)\s*份)[)）]"
)


class Label(NamedTuple):
    """Variant `number` of a scenario, its numbers drawn from `seed`."""

    scenario: str
    seed: int
    number: int


def label_in(text: str) -> Label | None:
    """The label in a title, or the first one in a file; None where there is none."""
    found = WRITTEN.search(text.replace("\\", ""))
    return Label(found["scenario"], int(found["seed"]), int(found["number"] or found["zh"])) if found else None
