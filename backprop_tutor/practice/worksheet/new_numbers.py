"""Finds the numbers that a filled worksheet belongs to: those of its own variant, not those of the original scenario.

A worksheet is identified by the scenario, the seed and the number of the variant, in its title and its scenario's.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.text import T

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


OTHER = T(
    "'{file}' is variant {number} of {name} with seed {seed}, which has numbers of its own; check it against the "
    "scenario written with it: tutor check {own} {file}",
    "'{file}' 是 {name} 的第 {number} 份（种子 {seed}），有自己的一组数；请用一同生成的场景文件批改：tutor check {own} {file}",
)
FOLDER = "scenarios"


def of_this(scenario: Scenario, file: str, text: str) -> None:
    """Raises TutorError where the title of a text names another variant than that of the scenario."""
    label = label_in(text)
    if label and label != label_in(scenario.title.en):
        holes = {"number": label.number, "name": label.scenario, "seed": label.seed}
        raise TutorError(OTHER.format(file=visible(file), own=visible(_own(file, label)), **holes))


def _own(file: str, label: Label) -> str:
    """The scenario of a worksheet, where ``tutor worksheet`` writes it: ``class/scenarios/03.yaml``."""
    beside = Path(file).parent.parent / FOLDER / f"{Path(file).stem}.yaml"
    return str(beside) if beside.exists() else f"{FOLDER}/{label.number:02d}.yaml"
