"""The update as lines: each parameter from its old value, its gradient and what the optimizer remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import SimpleNamespace

from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Lit, Role
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import given, setting_values, update_line
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.memory import remembered, settings


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
    letters = {name: symbol for name, (symbol, _) in (*kept.items(), *settings(lesson).items())}
    figures = {name: lesson.figure(number) for name, (_, number) in kept.items()}
    figures |= {name: given(lesson, name, value) for name, value in setting_values(lesson).items()}
    letters["learning_rate"] = lesson.letters.rate
    written = _composed(lesson, letters, letter, lesson.adjoint_letter(parameter))
    numbers = _composed(lesson, figures, reading.number(parameter), lesson.adjoint_number(parameter))
    skill = "update" if lesson.scenario.training.optimizer == "sgd" else "optimizer"
    quantity = reading.quantity(parameter, "updated")
    return Line(quantity, skill, letter, written, numbers, value, abs(value - old), update_line(lesson, parameter))


def _composed(lesson: Lesson, stated: Mapping[str, Formula], p: Formula, g: Formula) -> Formula:
    """The optimizer's last line with every line before it put in its place; `stated` are its settings and its memory."""
    known = SimpleNamespace(**stated, p=p, g=g, t=Lit(Fraction(lesson.step.number)))
    for name, line in OPTIMIZERS[lesson.scenario.training.optimizer].lines:
        setattr(known, name, line(known))
    composed: Formula = known.p
    return composed


def _name(lesson: Lesson, parameter: Element) -> str:
    return lesson.graph.nodes[parameter.node].name
