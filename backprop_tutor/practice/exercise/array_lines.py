"""The lines of an exercise on a graph of arrays: every element of every named array, in terms of named quantities
alone.

Inner steps of a formula have no names, so they can be neither asked for nor given; they are written through into the
lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from backprop_tutor.formula.nodes import Formula, Role, total
from backprop_tutor.graph.array_formulas import ArrayFormulas, keys_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.arrays.forward import pools
from backprop_tutor.lesson.arrays.nodes import formula_of
from backprop_tutor.lesson.document import Block, Flow
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson

MOST = 1_000
"""Elements of an array whose lines are written."""


@lru_cache(maxsize=4)
def written_through(lesson: Lesson) -> ArrayFormulas:
    """The formulas of a step in named quantities alone."""
    return ArrayFormulas(
        lesson.step.trace, lesson.letters.value, lesson.letters.loss, lesson.digits, lesson.spelling, whole=True
    )


def values(lesson: Lesson) -> Iterator[tuple[Element, Formula]]:
    """The line of every element of a named array: its formula."""
    formulas = written_through(lesson)
    for node in lesson.graph.computed:
        if not lesson.graph.nodes[node].inner and node < formulas.last and _is_asked(formulas, node):
            for element in formulas.elements(node):
                yield element, formulas.formula_of(element)


def derivatives(lesson: Lesson) -> Iterator[tuple[Element, Formula]]:
    """The derivative by every element of a named array, from the result back."""
    formulas = written_through(lesson)
    for node in reversed(range(lesson.graph.losses + (lesson.examples > 1))):
        if _is_differentiated(lesson, node) and all(
            _is_asked(formulas, user) and formulas.sends_written(user) for user, _ in formulas.users[node]
        ):
            for element in formulas.elements(node):
                yield element, total(tuple(term.written for term in formulas.terms(element)))


def compared(lesson: Lesson, element: Element) -> tuple[str, ...]:
    """The numbers of the windows in which an element is the largest or might have been."""
    formulas = written_through(lesson)
    found: dict[str, None] = {}
    for user in _pools_on(lesson, element.node):
        for place in formulas.elements(user, element.example):
            keys = keys_in(formulas.formula_of(place))
            if formulas.key(element) in keys:
                found |= dict.fromkeys(keys)
    return tuple(found)


def _pools_on(lesson: Lesson, node: int) -> tuple[int, ...]:
    """The nodes that take the largest number of each window of a node."""
    users = written_through(lesson).users[node]
    return tuple(user for user, _ in users if pools(lesson, user) and not lesson.graph.nodes[user].inner)


def _is_differentiated(lesson: Lesson, node: int) -> bool:
    """Whether the loss is differentiated by a node: no inner step, target, array of row numbers, or unused node."""
    own = lesson.graph.nodes[node]
    named = not own.inner and own.role != Role.TARGET and own.name not in lesson.graph.whole_numbers
    return named and bool(written_through(lesson).users[node])


def _is_asked(formulas: ArrayFormulas, node: int) -> bool:
    return formulas.is_written(node) and formulas.trace.values[node].size <= MOST


def definitions(lesson: Lesson) -> tuple[Block, ...]:
    """The author's formulas of whole arrays."""
    shown = []
    for i in lesson.graph.computed:
        written = formula_of(lesson, i)
        if written is not None:
            shown.append(derivation(lesson.formulas.whole(i), written))
    return (Flow(tuple(shown)),)
