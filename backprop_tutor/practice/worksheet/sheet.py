"""One learner's worksheet: a variant of the scenario, worked out, with a number by which it can be made again.

Its numbers reveal mistakes: a draw is chosen in which no mistake is hidden, and whose answers can be computed with a
pen. With a small learning rate the new weights used for the old ones may change every number by less than 1 %, and be
marked right. Which mistakes a scenario can reveal at all is found from a few draws of it, once for a whole class. And
where nearly equal numbers are subtracted, the six figures that a worksheet asks for may not be enough. An answer is
accepted where the judge of a quiz accepts one of four figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import groupby
from math import floor, inf, isfinite, log10, nan
from pathlib import Path

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.figures import rounded
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Code, Words
from backprop_tutor.lesson.inline import math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.diagnosis.line_grading import rounded_on_the_way
from backprop_tutor.practice.exercise.draw import drawn, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.lines import FIGURES, Form, Line, fixed_forms
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.practice.quiz.mistaken_answers import element
from backprop_tutor.practice.worksheet.windows import Name, outcomes, placed_mistakes
from backprop_tutor.text import Lang, T, visible
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.whatif.follow_through import Spot

ASKED = 4
"""The figures that an answer is asked for with; of a new value those of its change."""
FLOOR, INCLUSIVE = 1e-9, 1 + 1e-9


def tolerances(made: Exercise) -> Mapping[str, float]:
    """How far an answer to each line may be off, by the line's name.

    Half a unit of the last figure asked for, and what the same rounding of every line before leaves open, as the judge
    has it.
    """
    return _with_room(made, rounded_on_the_way(made.scenario, ASKED, since=made.since))


def side_by_side(several: Sequence[Exercise]) -> Iterator[Mapping[str, float]]:
    """The tolerances of some variants of a scenario, those with the same training computed together."""
    for _, group in groupby(several, lambda made: made.scenario.training):
        alike = tuple(group)
        scenario, since = stacked(alike)
        try:
            halves = rounded_on_the_way(scenario, ASKED, since=since, variants=True)
        except DomainError:
            yield from map(tolerances, alike)
        else:
            yield from (_with_room(made, {s: half[i] for s, half in halves.items()}) for i, made in enumerate(alike))


def _with_room(made: Exercise, halves: Mapping[Spot, Array]) -> Mapping[str, float]:
    room = {}
    for line in made.lines:
        place = element(made.lesson.graph, line.quantity)
        half = float(halves[Spot(0, line.quantity.section, place.node)][place.place])
        room[line.key] = max(half_unit(line.scale, ASKED), FLOOR) * INCLUSIVE + half
    return room


def stacked(alike: Sequence[Exercise]) -> tuple[Scenario, TrainState | None]:
    """Variants of a scenario as one whose arrays have an axis of variants in front, and the state they start from."""

    def joined(arrays: Iterable[Mapping[str, Array]]) -> dict[str, Array]:
        every = tuple(arrays)
        return {name: np.stack([each[name] for each in every]) for name in every[0]}

    scenarios, starts = [made.scenario for made in alike], [made.since for made in alike if made.since]
    data, parameters = joined(each.data for each in scenarios), joined(each.parameters for each in scenarios)
    scenario = replace(scenarios[0], data=data, parameters=parameters)
    if not starts:
        return scenario, None
    state = {name: joined(start.state[name] for start in starts) for name in starts[0].state}
    return scenario, TrainState(starts[0].updates, joined(start.parameters for start in starts), state)


def half_unit(scale: float, figures: int) -> float:
    """Half a unit of the last of so many figures of a number of this size."""
    if not isfinite(scale):
        return inf
    return float(10.0 ** (floor(log10(scale)) + 1 - figures)) / 2 if scale else 0.0


LOOKED_AT = 8
"""The number of draws that decide which mistakes a scenario can reveal: those that most of these reveal."""

ATTEMPTS = 8


def shown_by_most(scenario: Scenario) -> frozenset[Name]:
    """The mistakes that most draws of `scenario` reveal.

    Raises TutorError where the scenario has no value.
    """
    everything = frozenset(placed.key for placed in placed_mistakes(scenario))
    if not everything:
        return everything
    looked_at = _candidates([_looked_at(scenario, i) for i in range(LOOKED_AT)])
    hidden = Counter(name for names in _hidden(scenario, looked_at, everything) for name in names)
    return frozenset(name for name in everything if 2 * hidden[name] < LOOKED_AT)


def _looked_at(scenario: Scenario, number: int) -> Exercise:
    return exercise(variant(scenario, drawn(0, "looked at", number)), "en", None, 0)


@frozen(eq=False)
class Candidate:
    """A variant, and how far an answer to each of its lines may be off."""

    exercise: Exercise
    room: Mapping[str, float]


def distinguishing(
    scenario: Scenario, draws: Sequence[Callable[[int], Exercise]], names: Collection[Name]
) -> tuple[Candidate, ...]:
    """Of the variants of `scenario` that each of `draws` makes of 0, 1, ..., the first without faults, else the one
    with fewest.

    It is a fault to hide one of these mistakes, and to need more figures than are asked for.
    """
    best, fewest, waiting = dict[int, Candidate](), [inf] * len(draws), list(range(len(draws)))
    for attempt in range(ATTEMPTS):
        made = _candidates([draws[i](attempt) for i in waiting])
        for i, each, hidden in zip(waiting, made, _hidden(scenario, made, names), strict=True):
            faults = len(hidden) + len(out_of_reach(each.exercise, each.room))
            if faults < fewest[i]:
                best[i], fewest[i] = each, faults
        waiting = [i for i in waiting if fewest[i]]
        if not waiting:
            break
    return tuple(best[i] for i in range(len(draws)))


def _candidates(made: Sequence[Exercise]) -> tuple[Candidate, ...]:
    return tuple(map(Candidate, made, side_by_side(made)))


def out_of_reach(made: Exercise, room: Mapping[str, float]) -> tuple[Line, ...]:
    """The lines that become wrong if every line is computed from those before, each rounded to 6 figures.

    So does a line that needs a number which is too large to be one.
    """
    known, missed = dict(made.values), []
    for line in made.lines:
        value = line.from_values(known) if all(key in known for key in line.needs) else nan
        if not abs(value - line.value) <= room[line.key]:
            missed.append(line)
        if line.quantity.section in ("values", "grads"):
            known[line.key] = float(rounded(value, FIGURES)) if isfinite(value) else value
    return tuple(missed)


def _hidden(scenario: Scenario, made: Sequence[Candidate], names: Collection[Name]) -> Iterator[frozenset[Name]]:
    """For each variant of `scenario` those mistakes that give every line a number that is accepted as right."""
    held = placed_mistakes(scenario, frozenset(names))
    for each, rows in zip(made, outcomes([one.exercise for one in made], held), strict=True):
        right = [line.value for line in each.exercise.lines]
        within = [each.room[line.key] for line in each.exercise.lines]
        accepted = (np.abs(rows - right) <= within).all(axis=1)
        yield frozenset(held[i].key for i in np.flatnonzero(accepted))


TITLE = T("{title} ({scenario}, seed {seed}, variant {number})", "{title}（{scenario}，种子 {seed}，第 {number} 份）")
AGAIN = {
    "updated": T("new {letter}", "新的 {letter}"),
    "after": T("{letter} after the update", "更新后的 {letter}"),
}
NOTHING_ASKED = T("no line of this scenario is of that part and skill", "这个场景里没有一行属于那个部分和技能")
FROM_INPUT = "stdin"

PARTS = ("forward", "loss", "backward", "update", "after")
"""The parts of a worksheet, in their order."""


@frozen
class Assignment:
    """An assignment for a whole class: the seed of its numbers, and how worksheets are written.

    `formulas` is true where the worksheet contains the formulas, with only their values left blank; `mistakes` are
    those that the numbers should reveal. `compact` makes a key one table. The blanks are the lines of one part
    (`only`), of one `skill`, and at most so many `blanks`; the other lines are given. `like` the original: figures of
    the author's kind.
    """

    seed: int
    lang: Lang
    notation: str | None = None
    view: str | None = None
    formulas: bool = True
    mistakes: frozenset[Name] = frozenset()
    compact: bool = False
    only: str | None = None
    skill: str | None = None
    blanks: int | None = None
    like: bool = False

    @property
    def shown(self) -> Mapping[str, str]:
        """The choices in place of the author's own notation and view."""
        chosen = {"notation": self.notation, "view": self.view}
        return {name: value for name, value in chosen.items() if value is not None}


@frozen(eq=False)
class Sheet:
    """One variant of an assignment, for `person`, or for any learner where that is empty.

    `room` is how far an answer to each line may be off, by the line's name.
    """

    assignment: Assignment
    number: int
    person: str
    exercise: Exercise
    room: Mapping[str, float]

    @cached_property
    def label(self) -> T:
        """The label from which the variant can be made again: scenario, seed and number, after the title."""
        holes = {"scenario": self.scenario_name, "seed": self.assignment.seed, "number": self.number}
        return TITLE.format(title=self.exercise.scenario.title, **holes)

    @property
    def scenario_name(self) -> str:
        """The name of the scenario, independent of its folder."""
        return visible(Path(self.exercise.scenario.name).stem) or FROM_INPUT

    @cached_property
    def every_line(self) -> tuple[Line, ...]:
        """Every line of the solution, part by part."""
        return tuple(sorted(self.exercise.lines, key=lambda line: PARTS.index(part(line))))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the blanks, part by part."""
        asked = self.assignment
        found = [line for line in self.every_line if asked.only in (None, part(line))]
        found = [line for line in found if asked.skill in (None, line.skill)]
        if asked.blanks is None or asked.blanks >= len(found):
            return tuple(found)
        seed = drawn(asked.seed, "blanks", self.number)
        kept = {line.key for line in shuffled(found, seed, "blanks")[: asked.blanks]}
        return tuple(line for line in found if line.key in kept)

    @property
    def shown_lines(self) -> tuple[Line, ...]:
        """The lines of a worksheet: the blanks, and with their numbers those before the last of them."""
        if not self.lines:
            return ()
        last = next(i for i, line in enumerate(self.every_line) if line is self.lines[-1])
        return self.every_line[: last + 1]

    def say(self, text: T, **holes: object) -> Words:
        """A sentence in the language of the assignment."""
        return self.exercise.lesson.say(text, **holes)  # type: ignore[arg-type]

    def name(self, line: Line) -> str:
        """The contract's name of a line's result, as short as possible: ``z1[2]``, ``grads.W1[2,1]``."""
        return name(self.exercise.lesson, line.form)

    def written(self, line: Line) -> Words:
        """The letter of a line's result, and words where it is the same letter as before the update."""
        return self.named(line)[1]

    def named(self, line: Line) -> tuple[Words, Words]:
        """The contract's name of a line's result, and the letter."""
        return self.exercise.lesson.shared(named, line.form)


def name(lesson: Lesson, form: Form) -> str:
    """The contract's name of a line's result, as short as possible."""
    number = lesson.step.number
    return f"{f'step{number}.' if number > 1 else ''}{form.key}".replace("values.", "", 1)


def named(lesson: Lesson, form: Form) -> tuple[Words, Words]:
    """The contract's name of a line's result; its letter, with words where it is the same letter as before the update."""
    again = AGAIN.get(form.quantity.section)
    return (Code(name(lesson, form)),), lesson.say(again, letter=form.letter) if again else math(form.letter)


def part(line: Line) -> str:
    """The part of a worksheet that a line belongs to."""
    match line.quantity.section:
        case "values":
            return "loss" if line.quantity.name == "loss" else "forward"
        case "grads":
            return "backward"
        case "state" | "updated":
            return "update"
        case "after":
            return "after"


@frozen(eq=False)
class Template:
    """An assignment on a scenario; `forms` are what the lines of all its variants have in common, where they do."""

    assignment: Assignment
    scenario: Scenario
    forms: tuple[Form, ...] | None = None

    def sheets(self, people: Sequence[tuple[int, str]]) -> tuple[Sheet, ...]:
        """The variants with these numbers for these people, computed side by side.

        The numbers of a variant are drawn from the seed and its number alone. Raises TutorError where the scenario has
        no value, the notation does not fit, or no line is asked for.
        """
        draws = [partial(self._draw, number) for number, _ in people]
        found = distinguishing(self.scenario, draws, self.assignment.mistakes)
        made = tuple(
            Sheet(self.assignment, *person, each.exercise, each.room)
            for person, each in zip(people, found, strict=True)
        )
        if not all(each.lines for each in made):
            raise TutorError(NOTHING_ASKED)
        return made

    @cached_property
    def _sourceless(self) -> Scenario:
        """The scenario for other numbers than those that the title of its source describes."""
        return replace(self.scenario, source=None)

    def _draw(self, number: int, attempt: int) -> Exercise:
        own_seed = drawn(self.assignment.seed, "worksheet", number, *([attempt] if attempt else []))
        fresh = variant(self._sourceless, own_seed, like=self.assignment.like)
        return exercise(fresh, self.assignment.lang, self.assignment.notation, own_seed, self.forms)


def prepared(assignment: Assignment, scenario: Scenario) -> Template:
    """The template of many worksheets: what they have in common is written once."""
    first = Template(assignment, scenario).sheets([(1, "")])[0]
    return Template(assignment, scenario, fixed_forms(first.exercise.lesson))


def sheet(assignment: Assignment, scenario: Scenario, number: int, person: str = "") -> Sheet:
    """One variant of a scenario, as a template makes it."""
    return Template(assignment, scenario).sheets([(number, person)])[0]
