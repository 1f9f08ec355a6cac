"""The parts of a lesson on a graph of arrays, in their order, and the derivation of one quantity of it."""

from __future__ import annotations

from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section as Of
from backprop_tutor.lesson.arrays import phrases
from backprop_tutor.lesson.arrays.backward import backward, element_blocks
from backprop_tutor.lesson.arrays.figures import is_long
from backprop_tutor.lesson.arrays.forward import Shown, after, element_line, forward
from backprop_tutor.lesson.arrays.update import update
from backprop_tutor.lesson.detail import Detail
from backprop_tutor.lesson.document import Block, Paragraph, Section
from backprop_tutor.lesson.inline import listed
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import update_line


def sections(lesson: Lesson, view: str, detail: Detail) -> list[Section]:
    """Forward, backward, update, after; the view `matrix` has whole arrays only, `graph` an element of each."""
    shown: Shown = "all" if detail == "full" else "one"
    if view == "matrix":
        shown = "none"
    elif detail != "full" and is_long(lesson):
        shown = "flat"
    if lesson.graph.outputs:
        return [_only_computed(lesson, forward(lesson, shown))]
    parts = [forward(lesson, shown), backward(lesson, shown)]
    return (
        [*parts, update(lesson, flat=shown == "flat", whole=detail == "full"), after(lesson)]
        if lesson.graph.parameters
        else parts
    )


def _only_computed(lesson: Lesson, section: Section) -> Section:
    """The forward pass of outputs that are no single number, with a word on what is missing."""
    outputs = listed((lesson.formulas.whole(lesson.graph.index[name]) for name in lesson.graph.outputs), lesson.lang)
    said = Paragraph(lesson.say(phrases.NOTHING_DIFFERENTIATED, outputs=outputs))
    return Section(section.title, (*section.blocks, said), section.key)


def focused(lesson: Lesson, element: Element, section: Of) -> list[Block]:
    """One quantity with its whole derivation, in the section it was asked in."""
    computed = lesson.graph.nodes[element.node].op is not None
    if section == "updated" and lesson.graph.nodes[element.node].name in lesson.step.lines:
        return list(update_line(lesson, element))
    if section == "after" and computed:
        return [element_line(lesson, element, lesson.formulas_after)]
    if section == "values" and computed:
        return [element_line(lesson, element)]
    return list(element_blocks(lesson, element))
