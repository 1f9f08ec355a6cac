"""Whose numbers a filled worksheet was worked out with: those of its own variant, not those of the scenario it came from."""

from __future__ import annotations

from pathlib import Path

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.practice.worksheet.label import Label, label_in
from backprop_tutor.text import T

OTHER = T(
    "'{file}' is variant {number} of {name} with seed {seed}, which has numbers of its own; check it against the "
    "scenario written with it: tutor check {own} {file}",
    "'{file}' 是 {name} 的第 {number} 份（种子 {seed}），有自己的一组数；请用一同生成的场景文件批改：tutor check {own} {file}",
)
FOLDER = "scenarios"


def of_this(scenario: Scenario, file: str, text: str) -> None:
    """Raises TutorError where a text says in its title that it is of another variant than the scenario."""
    label = label_in(text)
    if label and label != label_in(scenario.title.en):
        holes = {"number": label.number, "name": label.scenario, "seed": label.seed}
        raise TutorError(OTHER.format(file=visible(file), own=visible(_own(file, label)), **holes))


def _own(file: str, label: Label) -> str:
    """The scenario of a worksheet, where ``tutor worksheet`` puts it: ``class/scenarios/03.yaml``."""
    beside = Path(file).parent.parent / FOLDER / f"{Path(file).stem}.yaml"
    return str(beside) if beside.exists() else f"{FOLDER}/{label.number:02d}.yaml"
