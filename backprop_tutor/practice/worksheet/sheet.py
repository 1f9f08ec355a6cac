"""One learner's worksheet: a variant of the scenario, worked out, with a number by which it can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Words
from backprop_tutor.practice.quiz.draw import drawn
from backprop_tutor.practice.quiz.exercise import Exercise, exercise
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.variant import variant
from backprop_tutor.practice.worksheet.telling import Name, telling
from backprop_tutor.text import Lang, T

TITLE = T("{title} ({scenario}, seed {seed}, variant {number})", "{title}（{scenario}，种子 {seed}，第 {number} 份）")
ONLY = T("{letter}", "{letter}")
AGAIN = {
    "updated": T("new {letter}", "新的 {letter}"),
    "after": T("{letter} after the update", "更新后的 {letter}"),
}
FROM_INPUT = "stdin"

PARTS = ("forward", "loss", "backward", "update", "after")
"""The parts of a worksheet, in their order."""


@frozen
class Assignment:
    """What a whole class is set: the seed of its numbers, and how worksheets are written.

    `formulas` tells whether the formulas stand on the worksheet, with only their values left blank; `mistakes` are those
    that should not hide in the numbers.
    """

    seed: int
    lang: Lang
    notation: str | None = None
    view: str | None = None
    formulas: bool = True
    mistakes: frozenset[Name] = frozenset()

    @property
    def shown(self) -> Mapping[str, str]:
        """What was chosen in place of the author's own notation and view."""
        chosen = {"notation": self.notation, "view": self.view}
        return {name: value for name, value in chosen.items() if value is not None}


@frozen(eq=False)
class Sheet:
    """One variant of an assignment, for `person`, or for anybody where that is empty."""

    assignment: Assignment
    number: int
    person: str
    exercise: Exercise

    @property
    def label(self) -> T:
        """What the variant is made again by: scenario, seed and number, behind the title."""
        holes = {"scenario": self.scenario_name, "seed": self.assignment.seed, "number": self.number}
        return TITLE.format(title=self.exercise.scenario.title, **holes)

    @property
    def scenario_name(self) -> str:
        """What the scenario is called, wherever its file lies."""
        return Path(self.exercise.scenario.name).stem or FROM_INPUT

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is asked for, part by part."""
        return tuple(sorted(self.exercise.lines, key=lambda line: PARTS.index(part(line))))

    def say(self, text: T, **holes: object) -> Words:
        """A sentence in the language of the assignment."""
        return self.exercise.lesson.say(text, **holes)  # type: ignore[arg-type]

    def written(self, line: Line) -> Words:
        """How what a line computes is written, and in words where it is the same letter as before the update."""
        return self.say(AGAIN.get(line.quantity.section, ONLY), letter=line.letter)

    def name(self, line: Line) -> str:
        """The contract's name of what a line computes, as short as it can be: ``z1[2]``, ``grads.W1[2,1]``."""
        quantity = line.quantity._replace(step=self.exercise.lesson.step.number)
        return str(quantity).replace("values.", "", 1)


def part(line: Line) -> str:
    """The part of a worksheet that a line belongs to."""
    match line.quantity.section:
        case "values":
            return "loss" if line.quantity.name == "loss" else "forward"
        case "grads":
            return "backward"
        case "updated":
            return "update"
        case "after":
            return "after"


def sheet(assignment: Assignment, scenario: Scenario, number: int, person: str = "") -> Sheet:
    """Variant `number` of a scenario, its numbers drawn from the seed and `number` alone.

    Raises TutorError where the scenario has no value or the notation does not fit.
    """

    def draw(attempt: int) -> Exercise:
        own_seed = drawn(assignment.seed, "worksheet", number, *([attempt] if attempt else []))
        fresh = replace(variant(scenario, own_seed), source=None)  # whose numbers these no longer are
        return exercise(fresh, assignment.lang, assignment.notation, own_seed)

    return Sheet(assignment, number, person, telling(draw, assignment.mistakes))
