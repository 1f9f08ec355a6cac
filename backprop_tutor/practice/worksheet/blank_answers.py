"""A file of answers to fill in: every number of a scenario by its contract name, blank, in the order of the
computation.

It is YAML, a line each, followed by the letter of the notation; ``tutor check`` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import MOST_GIVEN, Scenario
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.diagnosis.submission import worked
from backprop_tutor.practice.exercise.exercise import TOO_LARGE
from backprop_tutor.practice.exercise.lines import Line, lines
from backprop_tutor.practice.worksheet.blanks import HEADINGS, OF_EXPRESSIONS
from backprop_tutor.practice.worksheet.sheet import AGAIN, PARTS, part
from backprop_tutor.text import Lang, T
from backprop_tutor.training.optimizers import OPTIMIZERS

ABOUT = (
    T(
        "{title}. Your numbers, each behind its colon; leave empty what you have not worked out.",
        "{title}。把你的数写在冒号后面；没有算的可以空着。",
    ),
    T(
        "4 significant figures are enough to tell most mistakes apart; carry 6 on the way.",
        "写 4 位有效数字就足以区分大多数错误；计算途中请保留 6 位。",
    ),
    T("To have them graded: tutor check {name} answers.yaml", "批改：tutor check {name} answers.yaml"),
)
ONLY = T("{letter}", "{letter}")
KEPT = T("{state} of {letter}", "{letter} 的 {state}")
STEP = T("step {number}: ", "第 {number} 步：")
NO_NAME = "scenario.yaml"


class Asked(NamedTuple):
    """A blank: its part of the solution, its contract name, and its letter."""

    part: str
    name: str
    written: T


def blank_answers(scenario: Scenario, lang: Lang, notation: str | None = None) -> str:
    """The text of the file, for as many steps as `run` shows. Raises TutorError where nothing of it is worked by hand."""
    holes = {"title": scenario.title, "name": scenario.name or NO_NAME}
    about = [f"# {' '.join(visible(each.format(**holes)[lang]).split())}" for each in ABOUT]
    lessons = worked(scenario, lang, notation, scenario.training.steps).lessons
    if not any(map(blanks_of, lessons[:1])):
        raise TutorError(TOO_LARGE.format(size=scenario.count_given, most=MOST_GIVEN))
    return "\n".join((*about, *(line for lesson in lessons for line in _step(lesson)), ""))


def _step(lesson: Lesson) -> Iterator[str]:
    """The lines of a step under their headings, the names in one column and the letters in another."""
    headings = HEADINGS if lesson.graph.layers else OF_EXPRESSIONS
    ahead = STEP.format(number=lesson.step.number)[lesson.lang] if lesson.step.number > 1 else ""
    asked = blanks_of(lesson)
    wide = max(len(each.name) for each in asked) + 2
    for key, together in groupby(asked, lambda each: each.part):
        yield from ("", f"# {ahead}{headings[key][lesson.lang]}")
        yield from (f"{each.name + ':':<{wide}}        # {each.written[lesson.lang]}" for each in together)


def blanks_of(lesson: Lesson) -> list[Asked]:
    """The blanks of a step, part by part."""
    return sorted(_asked(lesson), key=lambda each: PARTS.index(each.part))


def _asked(lesson: Lesson) -> Iterator[Asked]:
    """Every line of the solution, and, where parameters are updated, each value once more after the update.

    A new value is preceded by the optimizer's state of it.
    """
    lessons = [line for line in lines(lesson) if part(line) != "after"]
    for line in lessons:
        yield from _kept(lesson, line) if line.quantity.section == "updated" else ()
        yield _blank(lesson, line.quantity, line.letter, part(line))
    for line in lessons if lesson.graph.parameters else ():
        if line.quantity.section == "values":
            yield _blank(lesson, line.quantity.within("after"), line.letter, "after")


def _kept(lesson: Lesson, line: Line) -> Iterator[Asked]:
    """The optimizer's state of the parameter that a line updates."""
    for state in OPTIMIZERS[lesson.scenario.training.optimizer].state:
        quantity = line.quantity.within("state")._replace(state=state, step=lesson.step.number)
        yield Asked(part(line), str(quantity), KEPT.format(state=state, letter=unicode(line.letter)))


def _blank(lesson: Lesson, quantity: Quantity, letter: Formula, where: str) -> Asked:
    name = str(quantity._replace(step=lesson.step.number)).replace("values.", "", 1)
    return Asked(where, name, AGAIN.get(quantity.section, ONLY).format(letter=unicode(letter)))
