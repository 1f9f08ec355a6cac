"""A step as a Python script for people: plain floats, the letters of the notation, a comment for every formula.

It is the straight-line code that trains small networks, with readable names; what it prints is what the lesson shows.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import replace
from unicodedata import normalize

from backprop_tutor.engine.batches import data_of
from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.engine.python_code import FLOATS, Code
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.straight_line import UPDATES, Line, Program, places, program
from backprop_tutor.engine.training import Run
from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Formula, Sym, is_zero, substitute, total
from backprop_tutor.formula.plain import plain
from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.node_by_node import contribution, users
from backprop_tutor.lesson.teach import DIGITS, choose_notation
from backprop_tutor.text import Lang, T

ABOUT = T(
    "One step of backpropagation, number by number: {title}",
    "一步反向传播，逐个数计算：{title}",
)
RULE = T("update: {optimizer}", "更新：{optimizer}")
TAKEN = frozenset((*keyword.kwlist, *dir(builtins), *FLOATS.functions, UPDATES))


def script(run: Run, lang: Lang = "en", *, notation: str | None = None, digits: int | None = None) -> str:
    """The first step of a run as a script that prints every number of it."""
    scenario = run.scenario
    chosen = choose_notation(scenario.graph, notation or scenario.presentation.notation)
    lesson = Lesson(scenario, run.steps[0], chosen, lang, digits or scenario.presentation.digits or DIGITS)
    over = replace(scenario, data=data_of(scenario, 1))
    return _Script(lesson, program(over, lesson.examples)).text


class _Script:
    """The lines of the script, section by section."""

    def __init__(self, lesson: Lesson, lines: Program) -> None:
        self.lesson, self.program = lesson, lines
        self.elements = dict(_elements(lines))
        self.names: dict[str, str] = {}
        for variable, (element, derivative) in self.elements.items():
            letter = lesson.adjoint_letter(element) if derivative else lesson.reading.letter(element)
            self._name(variable, plain(letter))
        self.users = users(lesson)
        self.code = Code((), FLOATS)

    @property
    def text(self) -> str:
        """The whole script."""
        title = visible(self.lesson.scenario.title[self.lesson.lang]).replace("\\", "/").replace('"', "'")
        body = "\n".join(line for part in (self._given(), self._passes(), self._update()) for line in part)
        used = sorted(
            name for name in FLOATS.functions if re.search(rf"\b{name}\(", body) and name not in dir(builtins)
        )
        head = (f'"""{ABOUT[self.lesson.lang].format(title=title)}"""', "")
        imports = (f"from math import {', '.join(used)}", "") if used else ()
        return "\n".join((*head, *imports, body)) + "\n"

    def _name(self, variable: str, wanted: str) -> str:
        """The readable name of a variable: the letter as an identifier that is not taken."""
        name = normalize("NFKC", re.sub(r"\W+", "_", wanted).strip("_"))
        name = name if name.isidentifier() else f"q_{variable}"
        while name in TAKEN or name in self.names.values():
            name += "_"
        self.names[variable] = name
        return name

    def _given(self) -> Iterator[str]:
        yield f"# {phrases.GIVEN[self.lesson.lang]}"
        for variable in (*self.program.data, *self.program.parameters):
            value = self.lesson.reading.value(self.elements[variable][0])
            yield f"{self.names[variable]} = {value!r}"
        for number, variable in enumerate(self.program.state):
            yield f"{self._name(variable, f's{number + 1}')} = 0.0"
        yield f"{UPDATES} = 1"

    def _passes(self) -> Iterator[str]:
        parts = ((phrases.FORWARD, False), (phrases.BACKWARD, True))
        lines = self.program.lines[: self.program.passes]
        for title, backward in parts:
            yield f"\n# {title[self.lesson.lang]}"
            for line in lines:
                if self.elements[line.name][1] is backward:
                    yield from self._computed(line)

    def _computed(self, line: Line) -> Iterator[str]:
        element, derivative = self.elements[line.name]
        lesson = self.lesson
        letter = lesson.adjoint_letter(element) if derivative else lesson.reading.letter(element)
        made = self._sent_back(element) if derivative else lesson.made(element, lesson.reading.letter)
        yield f"# {unicode(letter)} = {unicode(made)}"
        yield from self._assigned(line)

    def _sent_back(self, element: Element) -> Formula:
        """Σ ∂L/∂user · ∂user/∂element over everything that uses an element."""
        terms = (contribution(self.lesson, user, element).written for user in self.users.get(element, ()))
        return total(tuple(term for term in terms if not is_zero(term)))

    def _update(self) -> Iterator[str]:
        if not self.program.kept:
            return
        optimizer = OPTIMIZERS[self.lesson.scenario.training.optimizer]
        yield f"\n# {RULE[self.lesson.lang].format(optimizer=optimizer.text[self.lesson.lang])}"
        for line in self.program.lines[self.program.passes :]:
            if line.name not in self.names:
                self._name(line.name, line.name)
            yield from self._assigned(line)

    def _assigned(self, line: Line) -> Iterator[str]:
        readable = substitute(line.formula, {variable: Sym(name) for variable, name in self.names.items()})
        name = self.names[line.name]
        text = self.code.expression(readable)
        yield f"{name} = {text[1:-1] if text.startswith('(') else text}"
        yield f'print(f"{name} = {{{name}:.{self.lesson.digits}g}}")'


def _elements(program: Program) -> Iterator[tuple[str, tuple[Element, bool]]]:
    """Every variable with its element, and whether it is a derivative; where one has two names, the first of them."""
    for arrays, derivative in ((program.adjoints, True), (program.values, False)):
        for node in reversed(range(len(arrays))):
            names = arrays[node]
            if names is None:
                continue
            for row, column in places(names):
                if isinstance(names[row, column], Sym):
                    yield names[row, column].base, (Element(node, row, column), derivative)
