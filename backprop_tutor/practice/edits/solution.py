"""The solution as a program of lines: every number by its name, with the formula that makes it from other numbers.

A line is written when it is asked for, in the letters of the lesson, from the rules that were carried out; networks,
expression graphs, an author's own functions and the lines of an optimizer are all the same here. The name of a number
is the contract's (``grads.W1[2,1]``, ``step2.after.loss``); settings and what an optimizer remembers have names, too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from types import SimpleNamespace

from backprop_tutor.formula.figures import FLOAT_FIGURES, figure
from backprop_tutor.formula.nodes import ZERO, Formula, Num, Partial, Role, Sym, chain, is_one, rebuilt, total
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import FEW, by_contract
from backprop_tutor.lesson.update import norm, step_count, whole_gradient
from backprop_tutor.lesson.views.chain import factors
from backprop_tutor.lesson.views.graph import first, users
from backprop_tutor.lesson.views.unit_paths import activation_of, uses
from backprop_tutor.practice.exercise.lines import leaves, remembered, settings
from backprop_tutor.training.address import Address, array_at
from backprop_tutor.training.optimizers import LETTERS
from backprop_tutor.training.rule import is_clipped_by_norm, rule_of

SECTIONS: tuple[Section, ...] = ("values", "grads", "updated", "after")


@frozen(eq=False)
class Line:
    """``letter = written``, the line that makes the number called `name`."""

    name: str
    letter: Formula
    written: Formula

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The names of what it is made from, in the order written."""
        return tuple(dict.fromkeys(leaf.key for leaf in leaves(self.written) if leaf.key))


class Solution:
    """The lines of the steps of some lessons, and the right numbers.

    `claimed` are the names that the learner gives numbers for: a line goes through dL/da only where that is one of them.
    """

    def __init__(self, lessons: Sequence[Lesson], claimed: frozenset[str] = frozenset()) -> None:
        steps: list[Step] = []
        for lesson in lessons:
            steps.append(Step(lesson, claimed, steps[-1] if steps else None))
        self.steps = tuple(steps)
        self._prefixes = {step.prefix: step for step in self.steps}
        self._lines: dict[str, Line | None] = {}
        self._right: dict[str, float] = {}

    def step(self, name: str) -> Step:
        """The step that a name belongs to; settings are the same in all."""
        head, dot, _ = name.partition(".")
        return self._prefixes.get(head + dot if head.startswith("step") else "", self.steps[0])

    def line(self, name: str) -> Line | None:
        """The line of a number, None where it is given."""
        if name not in self._lines:
            step = self.step(name)
            self._lines[name] = step.line(name.removeprefix(step.prefix))
        return self._lines[name]

    def right(self, name: str) -> float:
        """The right number of a name."""
        if name not in self._right:
            step = self.step(name)
            self._right[name] = step.right(name.removeprefix(step.prefix))
        return self._right[name]

    def given(self, name: str) -> Num:
        """A given number as it was written."""
        value, step = self.right(name), self.step(name)
        spelled = step.lesson.scenario.spelling if "." not in name else step.lesson.reading.spelling
        text = spelled.get(name.removeprefix("setting.").rpartition("values.")[2])
        return figure(value, FLOAT_FIGURES) if text is None else Num(value, text)

    def letter(self, name: str) -> Formula:
        """The letter of a given number."""
        step = self.step(name)
        return step.letter(name.removeprefix(step.prefix))


@lru_cache(maxsize=4)
def solution_of(lessons: tuple[Lesson, ...], claimed: frozenset[str]) -> Solution:
    """The solution to a question, whose lines are written once for all answers."""
    return Solution(lessons, claimed)


MOST_WORK = 2_000_000
"""The products in a step of a graph of arrays, each number with each that its array is made of, from which no line is
written: one of them takes thousands of others.
"""


class Elements(Mapping[str, Element]):
    """The elements of a lesson by their names without section; those of large arrays are found when they are asked for."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson, self._known = lesson, dict[str, Element]()
        most = FEW if lesson.graph.shapes is not None else sys.maxsize
        self._large = [i for i in range(len(lesson.graph.nodes)) if lesson.reading.count(i) > most]
        for i in range(len(lesson.graph.nodes)):
            for element in lesson.reading.elements(i) if i not in self._large else ():
                self._known.setdefault(lesson.reading.quantity(element).short, element)

    def __getitem__(self, name: str) -> Element:
        found = self._known.get(name)
        if found is None and self._large and (named := by_contract(self.lesson, name)):
            found = self._known[name] = named[0]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        reading = self.lesson.reading
        every = (e for i in range(len(self.lesson.graph.nodes)) for e in reading.each_element(i))
        return iter(dict.fromkeys(reading.quantity(element).short for element in every))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Step:
    """One of the steps; inside it names have no step."""

    def __init__(self, lesson: Lesson, claimed: frozenset[str], before: Step | None) -> None:
        self.lesson, self._claimed, self.before = lesson, claimed, before
        self.prefix = "" if lesson.step.number == 1 else f"step{lesson.step.number}."

    def line(self, name: str) -> Line | None:
        """The line of a number of this step, None where it is given to the step, or one of too many to be edited."""
        if self._is_large:
            return None
        section, _, short = name.partition(".")
        kept, _, parameter = short.partition(".")
        element = self.elements.get(parameter if section in ("memory", "state") else short)
        if element is None:
            return None
        if section == "state":
            made = self._optimizer_lines(element) or {}
            return (
                Line(self.prefix + name, self.kept_letter(section, kept, element), self._named(made[kept]))
                if made
                else None
            )
        if section == "memory" or self._is_kept(section, element):
            kept = kept if section == "memory" else "p"
            return self.before.left(self.prefix + name, kept, element) if self.before else None
        found = self._made(section, element)
        return found and Line(self.prefix + name, self._named(found[0]), self._named(found[1]))

    def _is_kept(self, section: str, element: Element) -> bool:
        """Whether a number is a parameter, which a step takes over from the one before."""
        return section == "values" and self.lesson.graph.nodes[element.node].name in self.lesson.graph.parameters

    def left(self, name: str, kept: str, parameter: Element) -> Line | None:
        """The line that makes what the next step takes over under a name: the new parameter, or something remembered."""
        lines = self._optimizer_lines(parameter)
        if lines is None:
            return None
        letter = self.lesson.reading.letter(parameter)
        if kept == "p":
            key = f"{self.prefix}updated.{self.lesson.reading.quantity(parameter).short}"
            return Line(name, letter, renamed(letter, lambda _: key))
        state = self.kept_letter("state", kept, parameter)
        written = state if self.prefix + state.key in self._claimed else lines[kept]
        return Line(name, remembered(self.lesson, parameter)[kept][0], self._named(written))

    def _made(self, section: str, element: Element) -> tuple[Formula, Formula] | None:
        match section:
            case "values":
                return self._value(element)
            case "grads":
                return self._derivative(element)
            case "updated":
                return self._moved(element)
            case "after":
                return self._after(element)
            case _:
                return None

    @cached_property
    def _is_large(self) -> bool:
        graph, sizes = self.lesson.graph, [value.size for value in self.lesson.step.trace.values]
        work = sum(sizes[i] * sizes[j] for i in graph.computed for j in graph.nodes[i].inputs)
        return graph.shapes is not None and work > MOST_WORK

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element by its name without section."""
        return Elements(self.lesson)

    @cached_property
    def users(self) -> Mapping[Element, tuple[Element, ...]]:
        """What each element is used by."""
        return users(self.lesson)

    def _value(self, element: Element) -> tuple[Formula, Formula] | None:
        reading = self.lesson.reading
        if self.lesson.graph.nodes[element.node].op is None:
            return None
        return reading.letter(element), reading.definition(element, reading.letter)

    def _derivative(self, element: Element) -> tuple[Formula, Formula] | None:
        lesson, node = self.lesson, self.lesson.graph.nodes[element.node]
        if element == first(lesson):
            return None
        if node.role == Role.PREACTIVATION and not self._is_apart(element):
            written = chain(*(factor.written for factor in factors(lesson, element)))
        elif node.layer is not None and node.role in (
            Role.WEIGHT,
            Role.BIAS,
        ):  # summed over the examples in z = W a + b
            written = self._gradient(element)
        else:
            using = self.users.get(element, ())
            if not using:
                return None
            written = total(tuple(self._contribution(user, element) for user in using))
        return lesson.adjoint_letter(element), written

    def _is_apart(self, z: Element) -> bool:
        """Whether dL/da of a unit is claimed, so that δ is taken from it."""
        activation = activation_of(self.lesson, z)
        claimed = self.prefix + str(self.lesson.reading.quantity(activation, "grads"))
        return claimed in self._claimed and not self.lesson.graph.nodes[activation.node].fused

    def _gradient(self, parameter: Element) -> Formula:
        """∂L/∂W from δ: summed over the examples, plus the penalty's part."""
        reading, terms = self.lesson.reading, []
        for z in uses(self.lesson, parameter):
            local = reading.local_derivatives(z, reading.letter).get(parameter, ZERO)
            terms.append(self.lesson.adjoint_letter(z) * local)
        loss = self.lesson.graph.reported_loss
        if parameter.node in self.lesson.graph.nodes[-1].inputs:
            terms.append(reading.local_derivatives(loss, reading.letter)[parameter])
        return total(tuple(terms))

    def _contribution(self, user: Element, element: Element) -> Formula:
        """∂L/∂user · ∂user/∂element; the share of an example in the reported loss is put in as it stands."""
        reading, start = self.lesson.reading, first(self.lesson)
        local = reading.local_derivatives(user, reading.letter).get(element, ZERO)
        if user == start:
            return local
        if user.node == self.lesson.graph.losses:
            share = reading.local_derivatives(start, reading.letter).get(user, ZERO)
            return local if is_one(share) else chain(share, local)
        return self.lesson.adjoint_letter(user) * local

    def _moved(self, parameter: Element) -> tuple[Formula, Formula] | None:
        """The new value of a parameter, the optimizer's lines put into one another; of one that is kept the old one."""
        letter = self.lesson.reading.letter(parameter)
        lines = self._optimizer_lines(parameter)
        if lines is not None:
            return letter, lines["p"]
        name = self.lesson.graph.nodes[parameter.node].name
        return (letter, letter) if name in self.lesson.graph.parameters else None

    def _optimizer_lines(self, parameter: Element) -> Mapping[str, Formula] | None:
        """Every line of the optimizer for a parameter, put into one another; None where none is moved.

        A state that is claimed is not put in: later lines go on with its letter.
        """
        lesson = self.lesson
        if lesson.graph.nodes[parameter.node].name not in lesson.step.lines:
            return None
        p, g = lesson.reading.letter(parameter), lesson.adjoint_letter(parameter)
        known = SimpleNamespace(**self._letters(parameter), p=p, g=g, t=step_count(lesson))
        made: dict[str, Formula] = {}
        for name, line in rule_of(lesson.scenario.training).lines:
            made[name] = line(known)
            state = self.kept_letter("state", name, parameter) if name in LETTERS else None
            is_claimed = state is not None and self.prefix + state.key in self._claimed
            setattr(known, name, state if is_claimed else made[name])
        return made

    def kept_letter(self, held: str, kept: str, parameter: Element) -> Sym:
        """The letter of what the optimizer keeps of a parameter: `memory` before the step, as of t − 1, `state` after it."""
        key = f"{held}.{kept}.{self.lesson.reading.quantity(parameter).short}"
        return replace(LETTERS[kept], key=key, sub="t−1" if held == "memory" else LETTERS[kept].sub)

    def states(self, parameter: Element) -> tuple[str, ...]:
        """What the optimizer keeps of a parameter, by name."""
        return tuple(remembered(self.lesson, parameter))

    def _letters(self, parameter: Element) -> dict[str, Formula]:
        kept = {name: symbol for name, (symbol, _) in remembered(self.lesson, parameter).items()}
        stated = {name: symbol for name, (symbol, _) in settings(self.lesson).items()}
        clipped = is_clipped_by_norm(self.lesson.scenario.training)
        whole = {"norm": norm(map(self.lesson.adjoint_letter, whole_gradient(self.lesson)))} if clipped else {}
        return {**kept, **stated, **whole, "learning_rate": self.lesson.letters.rate}

    def _after(self, element: Element) -> tuple[Formula, Formula] | None:
        lesson = self.lesson
        if lesson.graph.nodes[element.node].op is None or not lesson.graph.parameters:
            return None
        written = lesson.reading.definition(element, lesson.reading.letter)
        return lesson.reading.letter(element), renamed(written, self._later)

    def _later(self, key: str) -> str:
        """The name in the second forward pass of what has this one in the first."""
        section, _, short = key.partition(".")
        element = self.elements.get(short)
        if section != "values" or element is None:
            return key
        node = self.lesson.graph.nodes[element.node]
        if node.op is not None:
            return f"after.{short}"
        return f"updated.{short}" if node.name in self.lesson.graph.parameters else key

    def _named(self, written: Formula) -> Formula:
        """A formula of this step with the names of all steps."""
        if not self.prefix:
            return written
        local = ("values.", "grads.", "state.", "updated.", "after.", "memory.")
        return renamed(written, lambda key: self.prefix + key if key.startswith(local) else key)

    def right(self, name: str) -> float:
        """The right number of a name of this step."""
        if name in self._stated:
            return self._stated[name]
        section, _, short = name.partition(".")
        if section == "state":
            kept, _, parameter = short.partition(".")
            element = self.elements[parameter]
            return float(array_at(self.lesson.step, Address(0, "state", element, kept))[element.place])
        return self._number(section, self.elements[short])

    @cached_property
    def _stated(self) -> Mapping[str, float]:
        """Settings and what the optimizer remembers."""
        lesson = self.lesson
        found = {symbol.key: value for symbol, value in settings(lesson).values()}
        for parameter in lesson.elements(Role.WEIGHT, Role.BIAS) if rule_of(lesson.scenario.training).state else ():
            found |= {symbol.key: value for symbol, value in remembered(lesson, parameter).values()}
        if lesson.graph.parameters:
            found[lesson.letters.rate.key or lesson.letters.rate.base] = lesson.scenario.training.learning_rate
        return found

    def _number(self, section: str, element: Element) -> float:
        lesson = self.lesson
        match section:
            case "grads":
                return lesson.reading.adjoint(element)
            case "updated":
                array = lesson.step.updated[lesson.graph.nodes[element.node].name]
                return float(array[element.place])
            case "after":
                return lesson.reading_after.value(element)
            case _:
                return lesson.reading.value(element)

    def letter(self, name: str) -> Formula:
        """The letter of a number that is given to this step."""
        rate = self.lesson.letters.rate
        stated = {symbol.key: symbol for symbol, _ in settings(self.lesson).values()} | {rate.key or rate.base: rate}
        return stated.get(name) or self.lesson.reading.letter(self.elements[name.rpartition(".")[2]])

    def names(self) -> Iterator[str]:
        """The names of all that is computed in this step."""
        for section in SECTIONS:
            yield from (f"{self.prefix}{section}.{short}" for short in self.elements)


def renamed(node: Formula, name: Callable[[str], str]) -> Formula:
    """`node` with the key of every letter replaced by what `name` makes of it."""
    if isinstance(node, (Sym, Partial)) and node.key:
        return replace(node, key=name(node.key))
    return rebuilt(node, lambda part: renamed(part, name))
