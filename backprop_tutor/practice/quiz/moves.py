"""The update as lines: each parameter from its old value, its gradient and what the optimizer remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import SimpleNamespace

from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Lit, Role
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import given, update_line
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.memory import remembered


def moves(lesson: Lesson) -> Iterator[Line]:
    """The new value of every parameter that moves."""
    for parameter in lesson.elements(Role.WEIGHT, Role.BIAS):
        if _name(lesson, parameter) in lesson.step.lines:
            yield _moved(lesson, parameter)


def _moved(lesson: Lesson, parameter: Element) -> Line:
    """The new value p ← p − α·g, or what the optimizer makes of it, its lines put into one another."""
    reading, kept = lesson.reading, remembered(lesson, parameter)
    old, letter = reading.value(parameter), reading.letter(parameter)
    value = float(lesson.step.updated[_name(lesson, parameter)][parameter.row, parameter.column])
    letters = {name: symbol for name, (symbol, _) in kept.items()}
    figures = {name: lesson.figure(number) for name, (_, number) in kept.items()}
    written = _composed(lesson, letters, lesson.letters.rate, letter, lesson.adjoint_letter(parameter))
    rate = given(lesson, "learning_rate", lesson.scenario.training.learning_rate)
    numbers = _composed(lesson, figures, rate, reading.number(parameter), lesson.adjoint_number(parameter))
    skill = "update" if lesson.scenario.training.optimizer == "sgd" else "optimizer"
    quantity = reading.quantity(parameter, "updated")
    return Line(quantity, skill, letter, written, numbers, value, abs(value - old), update_line(lesson, parameter))


def _composed(lesson: Lesson, kept: Mapping[str, Formula], rate: Formula, p: Formula, g: Formula) -> Formula:
    """The optimizer's last line with every line before it put in its place; settings stand as numbers."""
    training = lesson.scenario.training
    optimizer = OPTIMIZERS[training.optimizer]
    settings = {n: given(lesson, n, v) for n, v in {**optimizer.settings, **training.settings}.items()}
    known = SimpleNamespace(**settings, **kept, p=p, g=g, learning_rate=rate, t=Lit(Fraction(lesson.step.number)))
    for name, line in optimizer.lines:
        setattr(known, name, line(known))
    composed: Formula = known.p
    return composed


def _name(lesson: Lesson, parameter: Element) -> str:
    return lesson.graph.nodes[parameter.node].name
