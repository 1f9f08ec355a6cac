"""The files of a course: one has the parts in their order, every unit is a file beside it or a bundled unit.

What the schema cannot know is checked here: that the kinds of question, the scenarios and the units named are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as FilePath

from backprop_tutor.errors import Problem, TutorError, did_you_mean, visible
from backprop_tutor.practice.course.course import STAGES, UNIT, Course, Part, Unit, needing
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.request import Ask
from backprop_tutor.registry import UNKNOWN
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.course import parts, read_course_file, read_unit_file
from backprop_tutor.scenario.load import load
from backprop_tutor.scenario.schema.course_model import UnitFile
from backprop_tutor.scenario.yaml.source import Fault
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.scenario.yaml.tree import Value
from backprop_tutor.text import T

KIND, SCENARIO = T("the kind of question", "题型"), T("the scenario", "场景")
TWICE = T("the unit '{name}' is in the course already", "单元 '{name}' 已经在课程里了")
NEEDED = T(
    "'{name}' is no unit that comes before this one; before it: {before}{near}",
    "'{name}' 不是排在本单元之前的单元；前面的单元有：{before}{near}",
)
NONE = T("none", "无")
NOTHING_THERE = T(
    "{scenario} has nothing called '{name}' to ask about{near}", "{scenario} 里没有可以出题的 '{name}'{near}"
)
LISTED = T("any that 'tutor list' shows", "'tutor list' 列出的任何一个")


def course_in(path: FilePath, ready: Mapping[str, Unit]) -> Course:
    """The course in a file, with units of its own beside the file, and of those that are `ready`.

    Raises TutorError with all that is wrong with the file, or else with its units.
    """
    files = {each.stem: each for each in sorted(path.parent.glob("*.yaml")) if each != path}
    file = read_course_file(path, lambda value: _faults_of_course(value, {**ready, **files}))
    found: list[Part] = []
    before: list[str] = []
    problems: list[Problem] = []
    for number, part in enumerate(file.parts, start=1):
        units: list[Unit] = []
        for name in part.units:
            try:
                own = files.get(name)
                unit = read_unit(own, number, before, is_new=bool(ready)) if own else replace(ready[name], part=number)
                units.append(needing(unit, before))
            except TutorError as error:
                problems += error.problems
            before.append(name)
        found.append(Part(number, part.title.text, tuple(units)))
    if problems:
        raise TutorError(problems)
    return Course(file.title.text, tuple(found), file.seed, path)


def read_unit(path: FilePath, part: int, before: Collection[str], *, is_new: bool = True) -> Unit:
    """The unit in a file; what it needs has to be `before` it. Raises TutorError with everything wrong with it, each at
    its line and column; what it asks about is looked up where it `is_new`.
    """

    def faults(file: Value) -> Iterator[Fault]:
        yield from _faults_of_unit(file, before)
        yield from _nothing_to_ask(file) if is_new else ()

    file = read_unit_file(path, faults)
    lesson = tuple(words.text for words in file.lesson)
    return Unit(path.stem, part, file.title.text, file.needs, file.scenario, lesson, tuple(_asks(file)))


def _asks(file: UnitFile) -> Iterator[Ask]:
    for stage in STAGES.values():
        for ask in getattr(file, stage.name) or ():  # a stage is the field of its name
            yield Ask(ask.kind, ask.scenario or file.scenario, ask.about, stage.fresh, stage.name, ask.level)


def _faults_of_course(file: Value, there: Collection[str]) -> Iterator[Fault]:
    """Units that have no file, and units named twice."""
    met: set[str] = set()
    for number, part in enumerate(parts(file, "parts")):
        for index, name in enumerate(parts(part, "units")):
            at: Path = ("parts", number, "units", index)
            if isinstance(name, str):
                if name in met:
                    yield Fault(at, TWICE.format(name=visible(name)))
                yield from _unknown(at, UNIT, name, there)
                met.add(name)


def _faults_of_unit(file: Value, before: Collection[str]) -> Iterator[Fault]:
    """A scenario, a kind of question or an earlier unit that is not there."""
    scenarios = tuple(entry.name for entry in bundled())
    yield from _unknown(("scenario",), SCENARIO, _at(file, "scenario"), scenarios, LISTED)
    for index, name in enumerate(parts(file, "needs")):
        if isinstance(name, str) and name not in before:
            listed = ", ".join(before) or NONE
            said = NEEDED.format(name=visible(name), before=listed, near=did_you_mean(name, before))
            yield Fault(("needs", index), said)
    for place, ask in _questions(file):
        yield from _unknown((*place, "kind"), KIND, _at(ask, "kind"), KINDS)
        yield from _unknown((*place, "scenario"), SCENARIO, _at(ask, "scenario"), scenarios, LISTED)


def _questions(file: Value) -> Iterator[tuple[Path, Value]]:
    """Every chosen question of a unit, and where it is in the file."""
    for stage in STAGES:
        yield from (((stage, index), ask) for index, ask in enumerate(parts(file, stage)))


def _nothing_to_ask(file: Value) -> Iterator[Fault]:
    """What a question is to be about, and is no number, nor anything else that its scenario has."""
    for place, ask in _questions(file):
        scenario = str(_at(ask, "scenario") or _at(file, "scenario"))
        there = _there(scenario, str(_at(ask, "kind")))
        for index, about in enumerate(parts(ask, "about") if there else ()):
            if isinstance(about, str) and about not in there and about not in MISTAKES:
                holes = {"scenario": scenario, "name": visible(about), "near": did_you_mean(about, there)}
                yield Fault((*place, "about", index), NOTHING_THERE.format(**holes))


@lru_cache(maxsize=64)
def _there(scenario: str, kind: str) -> tuple[str, ...]:
    """What a kind of question can be about in a scenario, and its lines; nothing where it cannot be asked about."""
    if kind not in KINDS or scenario not in (entry.name for entry in bundled()):
        return ()
    try:
        asked = exercise(load(scenario), "en", None, 0)
    except TutorError:  # too large for work by hand
        return ()
    return (*(subject.name for subject in KINDS[kind].subjects(asked)), *asked.by_key)


def _at(value: Value, key: str) -> Value:
    return value.get(key) if isinstance(value, dict) else None


def _unknown(path: Path, what: T, name: Value, allowed: Collection[str], listed: T | None = None) -> Iterator[Fault]:
    """The fault of a name that is none of those allowed, `listed` in some words; what is no text the schema refuses."""
    if isinstance(name, str) and name not in allowed:
        near = did_you_mean(name, allowed)
        yield Fault(
            path, UNKNOWN.format(what=what, name=visible(name), allowed=listed or ", ".join(allowed), near=near)
        )
