"""The whole gradient as one formula: what backpropagation spares the reader from writing down."""

from __future__ import annotations

from backprop_tutor.engine.check import given_elements
from backprop_tutor.engine.closed_form import gradient
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, substitute
from backprop_tutor.lesson.document import Paragraph, Section
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import derivation
from backprop_tutor.text import T

TITLE = T("One gradient in closed form", "一个梯度的闭式表达")
SAID = T(
    "SymPy differentiates the loss, written in what is given alone, and finds:",
    "把损失只用已知量写出来，让 SymPy 直接求导，得到：",
)


def closed_form(lesson: Lesson) -> tuple[Section, ...]:
    """The closed form of the last given quantity's derivative that is short enough to read; nothing for larger graphs."""
    if lesson.examples > 1:
        return ()
    for name, row, column in reversed(given_elements(lesson.step.trace)):
        element = Element(lesson.graph.index[name], row, column)
        found = gradient(lesson.step.trace, element) if lesson.reading.exists(element) else None
        if found is not None:
            return (_section(lesson, element, found),)
    return ()


def _section(lesson: Lesson, element: Element, found: Formula) -> Section:
    letters = {
        lesson.key(each): lesson.reading.letter(each)
        for node, _ in enumerate(lesson.graph.nodes)
        for each in lesson.reading.elements(node)
    }
    line = derivation(lesson.adjoint_letter(element), substitute(found, letters), lesson.adjoint_number(element))
    return Section(lesson.say(TITLE), (Paragraph(lesson.say(SAID)), line), "closed-form")
