"""Where the files of a class go: worksheets to hand out, keys to keep, and the scenario each is checked against."""

from __future__ import annotations

import re
from pathlib import Path

from backprop_tutor.practice.worksheet.forms import FORMS

NARROWEST = 2  # digits of a number, so that files stand in order
LONGEST = 60
_UNSAFE = re.compile(r"\W+")


def places(folder: Path, form: str, number: int, person: str, count: int) -> tuple[Path, Path, Path]:
    """The worksheet, the key and the scenario with its numbers; `count` is how many worksheets there are."""
    digits = max(NARROWEST, len(str(count)))
    named = "-".join(filter(None, (f"{number:0{digits}d}", safe(person))))
    suffix = FORMS[form].suffix
    return (
        folder / "worksheets" / f"{named}{suffix}",
        folder / "keys" / f"{named}{suffix}",
        folder / "scenarios" / f"{named}.yaml",
    )


def safe(person: str) -> str:
    """A name as a part of a file's name: letters and digits of any script, a hyphen for all else."""
    return _UNSAFE.sub("-", person).strip("-_")[:LONGEST]
