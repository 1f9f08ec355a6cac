"""Where the files of a class go: worksheets to hand out, keys to keep, and the scenario each is checked against."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from unicodedata import category, normalize

from backprop_tutor.practice.worksheet.forms import FORMS

NARROWEST = 2  # digits of a number, so that files stand in order
LONGEST = 160
"""Bytes of a name in a file's name: file systems stop at 255, with number, ending and a mark while it is written."""

PER_FILE = 100
"""Variants whose questions stand in one file: some tens of megabytes, which a course still takes."""

KEPT = "LMN"
"""Kinds of signs that stay in a file's name: letters, the marks on them, digits."""


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


def question_files(folder: Path, count: int) -> Iterator[tuple[Path, int]]:
    """The files that the questions of `count` variants are divided over, and how many variants are in each."""
    if count <= PER_FILE:
        yield folder / "questions.xml", count
        return
    digits = len(str(count))
    for first in range(1, count + 1, PER_FILE):
        last = min(first + PER_FILE - 1, count)
        yield folder / f"questions-{first:0{digits}d}-{last:0{digits}d}.xml", last - first + 1


def safe(person: str) -> str:
    """A name as a part of a file's name: letters and digits of any script, a hyphen for all else."""
    words = groupby(normalize("NFC", person), key=lambda sign: category(sign)[0] in KEPT)
    joined = "-".join("".join(signs) for kept, signs in words if kept)
    return joined.encode()[:LONGEST].decode(errors="ignore").rstrip("-")
