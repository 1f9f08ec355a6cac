"""A learner's figures for a range of steps of a scenario, with the right ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from shlex import quote
from typing import TYPE_CHECKING

from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.fast.choice import state_after
from backprop_tutor.formula.figures import FLOAT_FIGURES
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.diagnostics import rounding_rest
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Tone
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.agreement import agrees, figures
from backprop_tutor.practice.diagnosis.claims import claims, claims_by_spot, step_of, steps_named
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, changes, imagined, singles
from backprop_tutor.practice.diagnosis.names import read_as_new, read_as_of_one_example
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue
from backprop_tutor.scenario.answers import Entry
from backprop_tutor.text import Lang, T
from backprop_tutor.training.address import array_at, numbers
from backprop_tutor.training.batches import batch_size
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.training.train_step import Run, Step, run_scenario
from backprop_tutor.training.trainer import work
from backprop_tutor.whatif.dependence import Dependence
from backprop_tutor.whatif.follow_through import Spot
from backprop_tutor.whatif.predictions import PredictionTable, at_once

if TYPE_CHECKING:
    from backprop_tutor.practice.diagnosis.line_grading import LineVerdict

FIGURES = 6
MOST_STEPS, NEAR, WORK, FAR = 100, 1000, 600_000, 20
"""The number of steps examined together; how far into a training any scenario is followed, and how much work that may
be; how many steps must lie between two ranges that are examined separately.
"""

TOO_MANY = T(
    "the figures are of steps {first} to {last}; one call takes up to {most} steps in a row: ask in two calls",
    "这些数分属第 {first} 步到第 {last} 步；一次最多看连续 {most} 步：请分两次来问",
)
TOO_FAR = T(
    "step {step} is too far: every mistake is followed from the first step on, here up to step {most}",
    "第 {step} 步太远了：每种错误都要从第一步起跟着算，在这里最多到第 {most} 步",
)
MOST_PARAMETERS = 250_000
TOO_WIDE = T(
    "{count:,} parameters are too many to look into single figures of (at most {most:,}); arrays of a program are compared "
    "by tutor diagnose --gradients FILE",
    "参数有 {count:,} 个，太多了，无法逐个数地查找（最多 {most:,} 个）；程序算出的数组可用 tutor diagnose --gradients FILE 比较",
)


MOST_NODES = 1_500
TOO_LONG = T(
    "{count:,} nodes to compute are too many to look into single figures of (at most {most:,}); how one of them is made: "
    "tutor run FILE --focus NAME",
    "要计算的节点有 {count:,} 个，太多了，无法逐个数地查找（最多 {most:,} 个）；其中一个数怎么算出：tutor run FILE --focus 名字",
)


@frozen(eq=False)
class Submission:
    """The submitted values, the steps they are about, and the train state those start from (None is the start of all).

    Where that state `is_given`, as in a question about the second step, no mistake was made before it. `problems`
    contains the entries that cannot be understood.
    """

    run: Run
    lessons: tuple[Lesson, ...]
    claims: tuple[SubmittedValue, ...]
    since: TrainState | None = None
    problems: tuple[Problem, ...] = ()
    is_given: bool = False

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.run.scenario

    @cached_property
    def opening(self) -> tuple[Lesson, ...]:
        """The first two steps of the training, where a mistake made in every step first shows."""
        lesson = self.lessons[0]
        return _lessons(run_scenario(self.scenario, 2), lesson.lang, lesson.notation.name)

    @cached_property
    def right(self) -> tuple[float, ...]:
        """The right number for each submitted value."""
        return tuple(numbers(self.run.steps, self.table.seats)[0].tolist())

    @cached_property
    def spots(self) -> Mapping[Spot, tuple[int, ...]]:
        """The submitted values of each quantity."""
        return claims_by_spot(self.claims)

    @cached_property
    def largest(self) -> tuple[float, ...]:
        """The size of the largest right number in the array of each submitted value."""
        steps, found = self.run.steps, [0.0] * len(self.claims)
        for mine in self.spots.values():
            seat = self.claims[mine[0]].seat
            array = array_at(steps[seat.step], seat)
            size = float(np.abs(array[np.isfinite(array)]).max(initial=0.0))
            for i in mine:
                found[i] = size
        return tuple(found)

    @cached_property
    def rests(self) -> tuple[float, ...]:
        """How far rounding may have moved the number of each claim from 0, where that is all that is left of a sum."""
        seats = [claim.seat for claim in self.claims]
        lessons = [self.lessons[seat.step] for seat in seats]
        return tuple(
            rounding_rest(lesson.reading, seat.element) if seat.section == "values" else 0.0
            for lesson, seat in zip(lessons, seats, strict=True)
        )

    def agrees(self, i: int, value: float, slack: float = 0.0) -> bool:
        """Whether `value`, within `slack`, agrees with submitted value i to its precision."""
        return agrees(self.claims[i].typed, value, self.largest[i], slack + self.rests[i])

    def verdict(self, i: int, verdict: LineVerdict) -> tuple[T, Tone]:
        """The words and the tone of a verdict on submitted value i."""
        return phrases.ALSO_OLD if verdict == "undecided" and self._is_old(i) else phrases.VERDICTS[verdict]

    def _is_old(self, i: int) -> bool:
        """Whether submitted value i, of a parameter after the update, is that before it as well."""
        seat = self.claims[i].seat
        if seat.section != "updated":
            return False
        return self.agrees(i, numbers(self.run.steps, [seat._replace(section="values")])[0].item())

    @cached_property
    def leads(self) -> Dependence:
        """What the submitted values depend on."""
        again = len(self.run.steps) > 1 or self.since is not None
        return Dependence(self.scenario, (claim.seat for claim in self.claims), again)

    @property
    def table(self) -> PredictionTable:
        """The table of the submitted quantities, to compare hypotheses with."""
        seats = tuple(claim.seat for claim in self.claims)
        return PredictionTable(self.scenario, seats, len(self.run.steps), self.since)

    @property
    def call(self) -> str | None:
        """The scenario as a command takes it: its name or its file; None where it came from neither."""
        name = self.scenario.name
        return quote(name) if name and name != "-" else None

    def line_call(self, i: int) -> str | None:
        """The command that shows the line of a submitted value in its place; None where the scenario is no file.

        A derivative is named as one, but of a parameter, whose plain name shows its derivative and its update.
        """
        if self.call is None:
            return None
        claim = self.claims[i]
        number, quantity = self.lessons[claim.seat.step].step.number, claim.quantity._replace(step=1)
        is_plain = quantity.section == "values" or (
            quantity.section in ("grads", "updated") and quantity.name in self.scenario.parameters
        )
        at_step = f" --at-step {number}" if number > 1 else ""
        return f"tutor run {self.call}{at_step} --focus {quote(quantity.short if is_plain else str(quantity))}"

    @property
    def updates(self) -> int:
        """The number of updates before the first step examined in which a mistake may have been made."""
        return self.since.updates if self.since and not self.is_given else 0

    def rows(self, among: Sequence[Hypothesis]) -> Array:
        """The number of each hypothesis for each submitted value."""
        if self.since is None and among is singles(self.scenario):
            return self._of_singles
        return self.table.rows([changes(each) for each in among], [bool(each.lasting) for each in among])

    @cached_property
    def _of_singles(self) -> Array:
        """The same of every single hypothesis from the first step on; few enough of them are run together once."""
        among = singles(self.scenario)
        if len(among) <= at_once(self.scenario):
            with suppress(DomainError):
                return numbers(self.imagined, self.table.seats, len(among))
        return self.table.rows([changes(each) for each in among])

    @property
    def imagined(self) -> tuple[Step, ...]:
        """The steps of all who make one mistake."""
        return imagined(self.scenario, len(self.run.steps))

    def digits(self, i: int) -> int:
        """The figures to show for a submitted value: as many as were written, and at least 6."""
        typed = self.claims[i].typed
        return min(FLOAT_FIGURES, max(FIGURES, figures(typed) if typed.half_unit else 0))


def case(
    scenario: Scenario,
    entries: Sequence[Entry],
    lang: Lang = "en",
    notation: str | None = None,
    at_step: int = 1,
    by_contract: bool = True,
    lenient: bool = False,
    is_given: bool = False,
) -> Submission:
    """The submission of `entries` about a scenario; a name without a step means step `at_step`.

    A parameter's bare name means its value before the update: always `by_contract`, else where that fits. Whether the
    state before the steps `is_given` is noted.

    Raises TutorError with every entry that cannot be understood, or, where it is `lenient`, only if that is all of
    them; and where the steps cannot be computed.
    """
    first, last = steps_named(entries, at_step)
    _reachable(scenario, first, last)
    since, run, lessons = _steps(scenario, first, last, lang, notation)
    found, problems = claims(lessons, entries)
    if problems and not (lenient and found):
        raise TutorError(problems)
    return Submission(
        run,
        lessons,
        read_as_of_one_example(lessons, found if by_contract else read_as_new(lessons, found)),
        since,
        problems,
        is_given,
    )


@lru_cache(maxsize=4)
def _steps(
    scenario: Scenario, first: int, last: int, lang: Lang, notation: str | None
) -> tuple[TrainState | None, Run, tuple[Lesson, ...]]:
    """The train state before some steps, the steps, and their lessons: the same for all answers to one question."""
    since = state_after(scenario, first - 1) if first > 1 else None
    run = run_scenario(scenario, last - first + 1, since)
    return since, run, _lessons(run, lang, notation)


def stretches(entries: Sequence[Entry], at_step: int = 1) -> Iterator[tuple[Entry, ...]]:
    """The entries grouped by nearby steps, the first steps first: those about step 10000 alone, for example."""
    steps = sorted({step_of(each) or at_step for each in entries})
    starts = [step for before, step in zip([-FAR, *steps], steps, strict=False) if step - before > FAR]
    for start, end in zip(starts, [*starts[1:], float("inf")], strict=True):
        yield tuple(each for each in entries if start <= (step_of(each) or at_step) < end)


def _reachable(scenario: Scenario, first: int, last: int) -> None:
    """Raises TutorError where there are too many parameters or nodes, the steps are too many to record, or too far to follow every
    mistake to them.
    """
    count = sum(array.size for array in scenario.parameters.values())
    if count > MOST_PARAMETERS:
        raise TutorError(TOO_WIDE.format(count=count, most=MOST_PARAMETERS))
    if (nodes := len(scenario.graph.computed)) > MOST_NODES:
        raise TutorError(TOO_LONG.format(count=nodes, most=MOST_NODES))
    if last - first >= MOST_STEPS:
        raise TutorError(TOO_MANY.format(first=first, last=last, most=MOST_STEPS))
    most = max(NEAR, WORK // max(1, work(scenario, batch_size(scenario))))
    if first > most:
        raise TutorError(TOO_FAR.format(step=first, most=most))


def worked(scenario: Scenario, lang: Lang, notation: str | None = None, steps: int = 0) -> Submission:
    """The scenario without submitted values: so many steps, or else one, or two for an optimizer with a state."""
    remembers = OPTIMIZERS[scenario.training.optimizer].state and scenario.graph.parameters
    run = run_scenario(scenario, steps or (2 if remembers else 1))
    return Submission(run, _lessons(run, lang, notation), ())


def _lessons(run: Run, lang: Lang, notation: str | None) -> tuple[Lesson, ...]:
    written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
    return tuple(Lesson(run.scenario, step, written, lang, FIGURES) for step in run.steps)
