"""What an optimizer remembers of the steps before, and its settings: given like the weights, each under its letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import SETTINGS, STATE, setting_values


def memory(lesson: Lesson) -> Mapping[Sym, float]:
    """The numbers the step starts from, by letter, for every parameter that moves."""
    kept = (remembered(lesson, parameter) for parameter in lesson.elements(Role.WEIGHT, Role.BIAS))
    return {letter: value for of_one in kept for letter, value in of_one.values()}


def remembered(lesson: Lesson, parameter: Element) -> Mapping[str, tuple[Sym, float]]:
    """The letter and the number of each thing remembered of a parameter, by the name it has in the optimizer's rule."""
    state = lesson.step.before.get(lesson.graph.nodes[parameter.node].name, {})
    of = lesson.reading.quantity(parameter).short
    return {
        name: (replace(STATE[name], key=f"memory.{name}.{of}"), float(array[parameter.row, parameter.column]))
        for name, array in state.items()
    }


def settings(lesson: Lesson) -> Mapping[str, tuple[Sym, float]]:
    """The letter and the number of each setting of the optimizer but the learning rate, by its name: μ of momentum."""
    values = setting_values(lesson)
    return {name: (replace(SETTINGS[name], key=f"setting.{name}"), values[name]) for name in values if name in SETTINGS}
