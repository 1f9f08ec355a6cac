"""The bundled course, a class's own, or some units of one.

A class's course file chooses from the bundled units and orders them; units of its own are files beside it. The bundled
course is read from its files once, and then stored as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from backprop_tutor.practice.course.unit import UNIT, Course, Part, Unit, needing
from backprop_tutor.practice.quiz.asks import Ask
from backprop_tutor.registry import find
from backprop_tutor.scenario.stored import ROOMS, Store
from backprop_tutor.text import T

FOLDER = Path(__file__).parent / "units"
BUNDLED = FOLDER / "course.yaml"
STORE = Store("courses", (*ROOMS, "practice/course", "practice/quiz/kinds"), (T, Course, Part, Unit, Ask))

CHOSEN = T("Chosen units", "选定的单元")


@lru_cache(maxsize=4)
def read_course(path: Path = BUNDLED) -> Course:
    """The course in a file. Raises TutorError with all that is wrong with it, or else with its units."""
    if path == BUNDLED:
        return _bundled()
    from backprop_tutor.practice.course.course_file import course_in

    return course_in(path, read_course().units)


def _bundled() -> Course:
    """The bundled course, stored or read."""
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
