"""From a name a reader types to the element it means: a contract name, or the name in the notation shown."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.engine.quantity import Section, parse
from backprop_tutor.engine.reading import Element
from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.formula.plain import plain
from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.lesson import Lesson


def element_of(lesson: Lesson, name: str) -> tuple[Element, Section]:
    """The element `name` means, and the section it was asked in.

    Raises TutorError, with the nearest name, where there is none.
    """
    names = known_names(lesson)
    found = names.get(_squeezed(name))
    if found is None:
        quantity = parse(name)
        found = names.get(_squeezed(str(quantity.within("values")))) if quantity else None
        if found is not None and quantity is not None:
            found = found[0], quantity.section
    if found is None:
        near = did_you_mean(name, names)
        raise TutorError(phrases.NOT_FOUND.format(name=name, near=near))
    return found


def known_names(lesson: Lesson) -> dict[str, tuple[Element, Section]]:
    """Every name of a number of this step, without blanks: contract names and those of the notation shown."""
    return {_squeezed(name): found for name, found in _names(lesson)}


def _names(lesson: Lesson) -> Iterator[tuple[str, tuple[Element, Section]]]:
    reading = lesson.reading
    for node in range(len(lesson.graph.nodes)):
        for element in reading.elements(node):
            quantity = reading.quantity(element)
            yield str(quantity), (element, "values")
            yield quantity.short, (element, "values")
            yield str(quantity.within("grads")), (element, "grads")
            for written in _spellings(reading.letter(element)):
                yield written, (element, "values")
            if lesson.graph.nodes[node].role != Role.TARGET:
                for written in _spellings(lesson.adjoint_letter(element)):
                    yield written, (element, "grads")


def _spellings(formula: Formula) -> Iterator[str]:
    """A letter as shown, in plain letters, and with ``d`` for ``∂``."""
    yield unicode(formula)
    yield unicode(formula).replace("∂", "d")
    yield plain(formula)


def _squeezed(name: str) -> str:
    return "".join(name.split())
