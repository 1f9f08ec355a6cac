"""A course of units, and a unit: a lesson, then its stages, from predicting the lines of an example to working alone.

A stage is a list of chosen questions of the quiz. Help fades from one to the next: an example with each line shown
after it was predicted, a solution that lacks its last lines, fresh numbers without any, another learner's mistake to find.
Sources for that order: Renkl, Atkinson & Maier 2000 (fading); McLaren, Adams & Mayer 2015 (mistakes to find).

The course is the bundled one, which is read from its files once, and then stored as data; a class's own, whose file
chooses from the bundled units and orders them, with units of its own beside it; or some units of one.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.request import Ask, Request
from backprop_tutor.registry import by_name, find
from backprop_tutor.scenario.stored import ROOMS, Store
from backprop_tutor.text import T

UNIT = T("the unit", "单元")


@frozen
class Stage:
    """A stage: its heading, what is said before it, whether its numbers are fresh; only then it counts for mastery."""

    name: str
    text: T
    opening: T
    fresh: bool = True


STAGES: Mapping[str, Stage] = by_name(
    Stage(
        "example",
        T("A worked example", "例题"),
        T(
            "We work through it together: predict each number before you see its line. A wrong guess does no harm: the example does not count.",
            "我们一起做：先预测每个数，再看这一行怎么写。猜错也没关系，例题不计入成绩。",
        ),
        fresh=False,
    ),
    Stage(
        "faded",
        T("The last lines are yours", "最后几行由你来写"),
        T(
            "New numbers. The solution is there, but its end is missing: complete it.",
            "换了一组数。解答已经写好，只缺结尾：请补全。",
        ),
    ),
    Stage(
        "alone",
        T("On your own", "独立完成"),
        T(
            "New numbers, and less help. Work on paper, and keep at least 4 significant figures on the way.",
            "又换了一组数，提示更少了。在纸上算，计算过程中至少保留 4 位有效数字。",
        ),
    ),
    Stage(
        "error",
        T("Find the mistake", "找错"),
        T(
            "Somebody else's solution has a mistake in it. To find one is the best guard against making it.",
            "别人的一份解答里有一个错误。能找出它，自己就不容易犯。",
        ),
    ),
)


@frozen
class Unit:
    """A unit: its part of the course by number from 1, what it needs, its scenario, its lesson by paragraphs, its
    questions.
    """

    name: str
    part: int
    title: T
    needs: tuple[str, ...]
    scenario: str
    lesson: tuple[T, ...]
    asks: tuple[Ask, ...]

    def request(self, seed: int = 0, *, test: bool = False) -> Request:
        """A session on it: all of it, or, to be tested, what counts for mastery only."""
        asks = tuple(ask for ask in self.asks if ask.fresh or not test)
        return Request(seed, len(asks), unit=self.name, asks=asks)


def needing(unit: Unit, before: Collection[str]) -> Unit:
    """The unit of a class, which needs only what was chosen before it."""
    return replace(unit, needs=tuple(name for name in unit.needs if name in before))


@frozen
class Part:
    """A part of the course: its number from 1, what it is called, its units in their order."""

    number: int
    title: T
    units: tuple[Unit, ...]


@frozen
class Course:
    """The parts in their order; of a class its seed, where its file has one, and that file; whether it was asked for
    some units only.
    """

    title: T
    parts: tuple[Part, ...]
    seed: int | None = None
    path: Path | None = None
    chosen: bool = False

    @property
    def call(self) -> str:
        """The command that goes on with it."""
        file = ("--course", str(self.path)) if self.path else ()
        only = ("--only", ",".join(self.units)) if self.chosen else ()
        return shlex.join(("tutor", "learn", *file, *only))

    @property
    def units(self) -> Mapping[str, Unit]:
        """Every unit by name, in the order of the course: what a unit needs is before it."""
        return by_name(*(unit for part in self.parts for unit in part.units))


FOLDER = Path(__file__).parent / "units"
BUNDLED = FOLDER / "course.yaml"
STORE = Store("courses", (*ROOMS, "practice/course", "practice/quiz/kinds"), (T, Course, Part, Unit, Ask))

CHOSEN = T("Chosen units", "选定的单元")


@lru_cache(maxsize=4)
def read_course(path: Path = BUNDLED) -> Course:
    """The course in a file. Raises TutorError with all that is wrong with it, or else with its units."""
    if path != BUNDLED:
        from backprop_tutor.practice.course.course_file import course_in

        return course_in(path, read_course().units)
    data = b"".join(each.name.encode() + each.read_bytes() for each in sorted(FOLDER.glob("*.yaml")))
    found = STORE.value(str(BUNDLED), data)
    if isinstance(found, Course):
        return found
    from backprop_tutor.practice.course.course_file import course_in

    course = replace(course_in(BUNDLED, {}), path=None)
    STORE.keep(str(BUNDLED), data, course)
    return course


def chosen_units(course: Course, names: Sequence[str]) -> Course:
    """The course with these units only, in this order. Raises TutorError for a name that is not one of its units."""
    order = tuple(dict.fromkeys(names))
    units = tuple(needing(find(course.units, name, UNIT), order[:index]) for index, name in enumerate(order))
    return replace(course, parts=(Part(1, CHOSEN, units),), chosen=True)
