"""What every part of a lesson uses: one step of a run, with the letters, the language and the number of figures."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cache, cached_property
from typing import TypeVar

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula, Num, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array_formulas import ArrayFormulas
from backprop_tutor.graph.graph import Element, Graph
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.symbolic_trace import SymbolicTrace, Writer
from backprop_tutor.lesson.document import Paragraph, Words
from backprop_tutor.lesson.inline import say
from backprop_tutor.notation.notation import Letters, Notation
from backprop_tutor.text import Lang, T
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_step import Step

Made = TypeVar("Made")


@frozen(eq=False)
class Lesson:
    """One step of a scenario, with everything a lesson on it needs."""

    scenario: Scenario
    step: Step
    notation: Notation
    lang: Lang
    digits: int

    @property
    def graph(self) -> Graph:
        """The graph the step ran on."""
        return self.scenario.graph

    @cached_property
    def examples(self) -> int:
        """How many examples the step covers."""
        return len(self.step.examples)

    @cached_property
    def letters(self) -> Letters:
        """The letters of the notation for this graph."""
        return self.notation.letters(self.graph, self.examples)

    @cached_property
    def reading(self) -> SymbolicTrace:
        """The formulas of the step before its update."""
        return SymbolicTrace(self.step.trace, self.letters.value, self.digits, self.spelling)

    @cached_property
    def reading_after(self) -> SymbolicTrace:
        """The formulas of the forward pass after the update; only what no update changes keeps its spelling."""
        return SymbolicTrace(self.step.after, self.letters.value, self.digits)

    @cached_property
    def formulas(self) -> ArrayFormulas:
        """The formulas of the step in a graph of arrays, every element with all its terms."""
        return ArrayFormulas(self.step.trace, self.letters.value, self.letters.loss, self.digits, self.spelling)

    @cached_property
    def formulas_after(self) -> ArrayFormulas:
        """The same of the forward pass after the update."""
        return ArrayFormulas(self.step.after, self.letters.value, self.letters.loss, self.digits, {})

    @cached_property
    def settings(self) -> Mapping[str, float]:
        """Every setting of the training's optimizer, defaults included, and the learning rate."""
        training = self.scenario.training
        return rule_of(training).constants(training)

    def update_value(self, parameter: Element, line: int) -> float:
        """The value of a line of the optimizer's rule (from 0, −1 the last) for one parameter."""
        array = self.step.lines[self.graph.nodes[parameter.node].name][line][1]
        return float(array[parameter.place])

    def state_value(self, parameter: Element, name: str) -> float:
        """The optimizer's state of one parameter before the step."""
        return float(self.step.before[self.graph.nodes[parameter.node].name][name][parameter.place])

    def sent_value(self, element: Element, argument: int, source: Element) -> float | None:
        """The contribution of a node to one element of its inputs; None where it has none."""
        sent = (self.step.trace.cotangents[element.node] or {argument: None})[argument]
        return None if sent is None else float(sent[source.place])

    @property
    def spelling(self) -> Mapping[str, str]:
        """The author's figures for the given numbers of this step: data always, parameters in the first step."""
        spelling = self.scenario.spelling
        position = {example: i for i, example in enumerate(self.step.examples, start=1)}
        shown = {}
        for name, text in spelling.items():
            base, _, example = name.partition("@")
            if not example:
                if self.step.number == 1 or base.partition("[")[0] in self.scenario.frozen:
                    shown[name] = text
            elif int(example) in position:
                shown[f"{base}@{position[int(example)]}" if self.examples > 1 else base] = text
        return shown

    @property
    def has_fields(self) -> bool:
        """Whether its given numbers can be changed, so that every one of them is written."""
        return False

    def figure(self, value: float) -> Num:
        """A value rounded to this lesson's figures."""
        return figure(value, self.digits)

    def say(self, text: T, **holes: Formula | Words | str | int | T) -> Words:
        """A sentence in this lesson's language."""
        return say(text, self.lang, **holes)

    def sentence(self, text: T, **holes: Formula | Words | str | int | T) -> Paragraph:
        """A sentence in this lesson's language, as a paragraph."""
        return Paragraph(self.say(text, **holes))

    @cached_property
    def adjoint_letter(self) -> Callable[[Element], Formula]:
        """∂L/∂element, as this notation writes it; each made once."""
        return cache(lambda element: self.letters.adjoint(self.reading.quantity(element)))

    @cached_property
    def adjoint_number(self) -> Callable[[Element], Num]:
        """The figure of ∂L/∂element; each made once."""
        return cache(lambda element: self.figure(self.reading.adjoint(element)))

    def signal_letter(self, element: Element) -> Formula:
        """The derivative with respect to an element in the notation's own letter, sign and scale: δ, dZ."""
        return self.letters.signal(self.reading.quantity(element))

    def signal_number(self, element: Element) -> Num:
        """The figure of `signal_letter`."""
        return self.figure(float(self.letters.factor(self.reading.quantity(element))) * self.reading.adjoint(element))

    def definition(self, element: Element, of: Writer) -> Formula:
        """The formula of a computed element in this notation, with each of its sources written by `of`."""
        return self.letters.rewritten(self.reading.quantity(element), self.reading.definition(element, of))

    def key(self, element: Element, section: Section = "values") -> str:
        """The contract's name of an element."""
        return self.reading.layout.key(element, section)

    def shared(self, make: Callable[..., Made], *of: Hashable) -> Made:
        """What `make` writes of the letters of this graph, and of no number: once for the lessons of all its variants."""
        return self.reading.layout.shared((make, self.lang, of), lambda: make(self, *of))

    def nodes(self, *roles: Role) -> tuple[int, ...]:
        """The positions of the nodes with one of these roles, in the order of the graph."""
        return tuple(i for i, node in enumerate(self.graph.nodes) if node.role in roles)

    def elements(self, *roles: Role) -> tuple[Element, ...]:
        """Every element of the nodes with one of these roles."""
        return tuple(e for i in self.nodes(*roles) for e in self.reading.elements(i))
