"""The lines of straight-line code for the elements of a lesson: what stays true where a taught formula does not."""

from __future__ import annotations

from dataclasses import replace

from backprop_tutor.engine.array import AnyArray
from backprop_tutor.engine.batches import data_of
from backprop_tutor.engine.reading import Element, Writer
from backprop_tutor.engine.straight_line import places, program
from backprop_tutor.formula.nodes import Formula, Sym, formula, substitute
from backprop_tutor.lesson.identifiers import Identifiers
from backprop_tutor.lesson.lesson import Lesson


class StableForms:
    """The stable formula of every element and of every derivative, in the names of the script."""

    def __init__(self, lesson: Lesson, names: Identifiers) -> None:
        over = replace(lesson.scenario, data=data_of(lesson.scenario, lesson.step.number))
        self.program = program(over, lesson.examples)
        self._lines = {line.name: line.formula for line in self.program.lines[: self.program.passes]}
        self._names: dict[str, Formula] = {}
        nodes = range(len(self.program.values))
        for node in nodes:
            self._name(self.program.values[node], node, names.value)
        for node in reversed(nodes):
            self._name(self.program.adjoints[node], node, names.derivative)

    def value(self, element: Element) -> Formula:
        """An element, made of those before it."""
        return self._of(self.program.values[element.node], element)

    def derivative(self, element: Element) -> Formula:
        """∂L/∂element, made of what was computed before it."""
        return self._of(self.program.adjoints[element.node], element)

    def _name(self, found: AnyArray | None, node: int, letter: Writer) -> None:
        """The names of the variables of a node; one that several elements share has that of the first computed."""
        if found is None:
            return
        for place in places(found):
            if isinstance(found[place], Sym):
                self._names.setdefault(found[place].base, letter(Element(node, *place)))

    def _of(self, found: AnyArray | None, element: Element) -> Formula:
        variable: Formula = formula(0) if found is None else found[element.row, element.column]
        written = self._lines.get(variable.base, variable) if isinstance(variable, Sym) else variable
        return substitute(written, self._names)
