"""A scenario as an exercise: its worked solution, line by line, and every number of it by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property, lru_cache
from math import isfinite

from backprop_tutor.errors import TutorError
from backprop_tutor.fast.choice import state_after
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.scenario import MOST_COMPUTED, MOST_GIVEN, Scenario
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.practice.exercise.lines import FIGURES, Form, Line, lines, memory, numbered, settings
from backprop_tutor.practice.exercise.skills import PUT_IN, SKILLS
from backprop_tutor.text import Lang, T
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import TrainState
from backprop_tutor.training.train_step import Run, run_scenario

MOST_STEPS = 3
"""So many steps may be gone."""

TOO_LARGE = T(
    "this scenario has {size} given numbers, too many to work with by hand; at most {most} will do",
    "这个场景有 {size} 个给定的数，多得无法手算；最多 {most} 个",
)
TOO_LONG = T(
    "this scenario has {size} nodes to compute, too many to work through by hand; at most {most} will do",
    "这个场景有 {size} 个要计算的节点，多得无法手算；最多 {most} 个",
)


@frozen(eq=False)
class Exercise:
    """A step of a scenario as an exercise; `seed` decides between questions that are equally suitable.

    `since` is the train state the step starts from, None for the start of all: its numbers are given, not computed.
    """

    run: Run
    lesson: Lesson
    seed: int
    lines: tuple[Line, ...] = field(default=())
    since: TrainState | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.run.scenario

    @cached_property
    def by_key(self) -> Mapping[str, Line]:
        """The lines by the name of what they compute."""
        return {line.key: line for line in self.lines}

    def letter(self, key: str) -> Formula:
        """The letter of a number; a number computed again after the update has its letter from before."""
        key = key.replace("after.", "values.", 1)
        return self.by_key[key].letter if key in self.by_key else self._stated[key][0]

    def number(self, key: str) -> Formula:
        """A number as it is stated: as its author wrote it, else to 6 figures."""
        element = self._given.get(key)
        return figure(self.values[key], FIGURES) if element is None else self.lesson.reading.number(element)

    @cached_property
    def _stated(self) -> Mapping[str, tuple[Formula, float]]:
        """The letter and the value of what no line computes, by name: given numbers, the optimizer's state and settings."""
        reading, scenario = self.lesson.reading, self.scenario
        given = {key: (reading.letter(element), reading.value(element)) for key, element in self._given.items()}
        kept = (*memory(self.lesson).items(), *settings(self.lesson).values())
        rate = {"learning_rate": (self.lesson.letters.rate, scenario.training.learning_rate)}
        return {**given, **{letter.key: (letter, value) for letter, value in kept}, **rate}

    @cached_property
    def values(self) -> Mapping[str, float]:
        """Values of the step by name: the given numbers, and the results of the lines."""
        after = self.lesson.reading_after
        again = {
            self.lesson.key(element, "after"): after.value(element)
            for element in self._elements
            if self.lesson.graph.nodes[element.node].op is not None
        }
        stated = {key: value for key, (_, value) in self._stated.items()}
        loss = {self.lesson.key(self.lesson.graph.reported_loss, "grads"): 1.0}
        return {**loss, **stated, **again, **{line.key: line.value for line in self.lines}}

    @cached_property
    def _elements(self) -> tuple[Element, ...]:
        return tuple(e for node in range(len(self.lesson.graph.nodes)) for e in self.lesson.reading.elements(node))

    @cached_property
    def _given(self) -> Mapping[str, Element]:
        nodes = self.lesson.graph.nodes
        return {self.lesson.key(e): e for e in self._elements if nodes[e.node].op is None}

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what the author gave."""
        return tuple(self._given)

    def principle(self, skill: str) -> T:
        """The principle of a skill, in words that fit the scenario."""
        return PUT_IN if skill == "forward-sum" and not self.lesson.graph.layers else SKILLS[skill].principle

    @cached_property
    def targets(self) -> tuple[Line, ...]:
        """What solutions lead to: new parameters, in a graph without any the derivatives, and what the author computes
        beside the loss.
        """
        moved = tuple(line for line in self.lines if line.quantity.section == "updated")
        used = {key for line in self.lines for key in line.needs}
        beside = (line for line in self.lines if line.key not in used and self._is_beside_the_loss(line))
        return (*(moved or (line for line in self.lines if line.quantity.section == "grads")), *beside)

    def _is_beside_the_loss(self, line: Line) -> bool:
        graph = self.lesson.graph
        node, _ = graph.located(line.quantity.name, line.quantity.indices)
        return line.quantity.section == "values" and node not in graph.before_the_loss

    def closure(self, target: Line) -> tuple[Line, ...]:
        """The lines that `target` depends on, followed by itself, in the order of the solution."""
        wanted, waiting = {target.key}, [target]
        while waiting:
            for key in waiting.pop().needs:
                if key in self.by_key and key not in wanted:
                    wanted.add(key)
                    waiting.append(self.by_key[key])
        return tuple(line for line in self.lines if line.key in wanted)


def steps_to_ask(scenario: Scenario) -> int:
    """The step that is asked about: the first, where the rule of the update is the same in every step.

    With a state or a schedule it is the scenario's last step, at most the third: Adam's 1 − β² and 1 − β differ from it on,
    and a warm-up counted one off is not just half as long. An optimizer's state makes no difference before the second.
    """
    rule = rule_of(scenario.training)
    if not scenario.graph.parameters or not (rule.state or any(name == "learning_rate" for name, _ in rule.lines)):
        return 1
    return min(MOST_STEPS, max(1 + bool(rule.state), scenario.training.steps))


def refuse_large(scenario: Scenario) -> None:
    """Raises TutorError where a scenario gives more numbers, or has more to compute, than anybody does by hand."""
    if scenario.count_given > MOST_GIVEN:
        raise TutorError(TOO_LARGE.format(size=scenario.count_given, most=MOST_GIVEN))
    if len(scenario.graph.computed) > MOST_COMPUTED:
        raise TutorError(TOO_LONG.format(size=len(scenario.graph.computed), most=MOST_COMPUTED))


@lru_cache(maxsize=1)
def first_steps(scenario: Scenario, count: int) -> Run:
    """The first steps of a scenario, once for whether its numbers are suitable and for the exercise that they are."""
    return run_scenario(scenario, count)


def exercise(
    scenario: Scenario, lang: Lang, notation: str | None, seed: int, forms: Sequence[Form] | None = None
) -> Exercise:
    """Makes `scenario` an exercise: the last of the steps it takes to ask about.

    `forms` are those of its lines, where they are known from another variant. Raises TutorError where it is too large
    for work by hand, has no value, or the notation does not fit.
    """
    refuse_large(scenario)
    before = steps_to_ask(scenario) - 1
    since = state_after(scenario, before) if before else None
    run = run_scenario(scenario, 1, since) if since else first_steps(scenario, 1)
    written = choose_notation(scenario.graph, notation or scenario.presentation.notation)
    lesson = Lesson(scenario, run.steps[-1], written, lang, FIGURES)
    every = tuple(lines(lesson) if forms is None else numbered(forms, lesson))
    finite = tuple(line for line in every if isfinite(line.value) and isfinite(line.scale))
    made = Exercise(run, lesson, seed, finite, since)
    return made if len(finite) == len(every) else _computable(made)


def _computable(made: Exercise) -> Exercise:
    """The exercise without the lines that need a number which no line has, or are new where the old one is not there."""
    kept = tuple(line for line in made.lines if made.values.keys() >= {*line.needs, line.before or line.key})
    return made if len(kept) == len(made.lines) else _computable(replace(made, lines=kept))
