"""The course in its files: `course.yaml` has the parts in their order, every unit is a file beside it.

A class's own course file chooses from the bundled units and orders them; units of its own are files beside it. What the
schema cannot know is checked here: that the kinds of question, the scenarios and the units named are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as FilePath

from backprop_tutor.errors import did_you_mean, visible
from backprop_tutor.practice.course.unit import STAGES, Course, Part, Unit
from backprop_tutor.practice.quiz.asks import Ask
from backprop_tutor.practice.quiz.names import KIND_NAMES
from backprop_tutor.registry import UNKNOWN, find
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.course import read_course_file, read_unit_file
from backprop_tutor.scenario.schema.course_model import AskFile, CourseFile, UnitFile
from backprop_tutor.scenario.yaml.source import Fault
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

FOLDER = FilePath(__file__).parent / "units"
BUNDLED = FOLDER / "course.yaml"

KIND, SCENARIO, UNIT = T("the kind of question", "题型"), T("the scenario", "场景"), T("the unit", "单元")
TWICE = T("the unit '{name}' is in the course already", "单元 '{name}' 已经在课程里了")
NEEDED = T(
    "'{name}' is no unit that comes before this one; before it: {before}{near}",
    "'{name}' 不是排在本单元之前的单元；前面的单元有：{before}{near}",
)
NONE = T("none", "无")
CHOSEN = T("Chosen units", "选定的单元")


@lru_cache(maxsize=4)
def read_course(path: FilePath = BUNDLED) -> Course:
    """The course in a file. Raises TutorError with all that is wrong with the first file that has faults."""
    files = {each.stem: each for folder in (FOLDER, path.parent) for each in sorted(folder.glob("*.yaml"))}
    files = {name: each for name, each in files.items() if each not in (BUNDLED, path)}
    file = read_course_file(path, lambda course: _faults_of_course(course, files))
    parts: list[Part] = []
    before: list[str] = []
    for number, part in enumerate(file.parts, start=1):
        units: list[Unit] = []
        for name in part.units:
            chosen = path != BUNDLED and files[name].parent == FOLDER
            unit = read_unit(files[name], number, None if chosen else before)
            units.append(needing(unit, before))
            before.append(name)
        parts.append(Part(number, part.title.text, tuple(units)))
    return Course(file.title.text, tuple(parts), file.seed, None if path == BUNDLED else path)


def chosen_units(course: Course, names: Sequence[str]) -> Course:
    """The course with these units only, in this order. Raises TutorError for a name that is not one of its units."""
    order = tuple(dict.fromkeys(names))
    units = tuple(needing(find(course.units, name, UNIT), order[:index]) for index, name in enumerate(order))
    return replace(course, parts=(Part(1, CHOSEN, units),), chosen=True)


def needing(unit: Unit, before: Collection[str]) -> Unit:
    """The unit of a class, which needs only what was chosen before it."""
    return replace(unit, needs=tuple(name for name in unit.needs if name in before))


def read_unit(path: FilePath, part: int, before: Collection[str] | None) -> Unit:
    """The unit in a file; what it needs has to be `before` it, where that is known. Raises TutorError with everything
    wrong with it, each at its line and column.
    """
    file = read_unit_file(path, lambda unit: _faults_of_unit(unit, before))
    lesson = tuple(words.text for words in file.lesson)
    return Unit(path.stem, part, file.title.text, file.needs, file.scenario, lesson, tuple(_asks(file)))


def _asks(file: UnitFile) -> Iterator[Ask]:
    for stage in STAGES.values():
        for ask in _of_stage(file, stage.name):
            yield Ask(ask.kind, ask.scenario or file.scenario, ask.about, stage.fresh, stage.name, ask.level)


def _of_stage(file: UnitFile, stage: str) -> tuple[AskFile, ...]:
    """The questions of a stage; a stage is the field of its name."""
    return getattr(file, stage) or ()


def _faults_of_course(file: CourseFile, there: Collection[str]) -> Iterator[Fault]:
    """Units that have no file, and units named twice."""
    met: set[str] = set()
    for number, part in enumerate(file.parts):
        for index, name in enumerate(part.units):
            at: Path = ("parts", number, "units", index)
            if name not in there:
                yield _unknown(at, UNIT, name, there)
            elif name in met:
                yield Fault(at, TWICE.format(name=name))
            met.add(name)


def _faults_of_unit(file: UnitFile, before: Collection[str] | None) -> Iterator[Fault]:
    """A scenario, a kind of question or an earlier unit that is not there."""
    scenarios = tuple(entry.name for entry in bundled())
    if file.scenario not in scenarios:
        yield _unknown(("scenario",), SCENARIO, file.scenario, scenarios)
    for index, name in enumerate(file.needs):
        if before is not None and name not in before:
            near = did_you_mean(name, before)
            listed = ", ".join(before) or NONE
            yield Fault(("needs", index), NEEDED.format(name=visible(name), before=listed, near=near))
    for stage in STAGES:
        for index, ask in enumerate(_of_stage(file, stage)):
            if ask.kind not in KIND_NAMES:
                yield _unknown((stage, index, "kind"), KIND, ask.kind, KIND_NAMES)
            if ask.scenario and ask.scenario not in scenarios:
                yield _unknown((stage, index, "scenario"), SCENARIO, ask.scenario, scenarios)


def _unknown(path: Path, what: T, name: str, allowed: Collection[str]) -> Fault:
    near = did_you_mean(name, allowed)
    return Fault(path, UNKNOWN.format(what=what, name=visible(name), allowed=", ".join(allowed), near=near))
