"""A graph of arrays as its author sees it: the named arrays, which of them make which, their formulas and shapes; and the
lines of an exercise on it, every element of every named array in terms of named quantities alone.

Inner steps of a formula have no names, so they can be neither asked for nor given; they are written through into the
lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from backprop_tutor.formula.nodes import Formula, Role, total
from backprop_tutor.graph.array_formulas import ArrayFormulas, keys_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.operation import Shape
from backprop_tutor.lesson.arrays.forward import pools
from backprop_tutor.lesson.arrays.nodes import formula_of
from backprop_tutor.lesson.document import Flow, Paragraph, Words
from backprop_tutor.lesson.inline import derivation, joined
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

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
    through = written_through(lesson)
    for node in lesson.graph.computed:
        if not lesson.graph.nodes[node].inner and node < through.last and _is_asked(through, node):
            for element in through.elements(node):
                yield element, through.formula_of(element)


def derivatives(lesson: Lesson) -> Iterator[tuple[Element, Formula]]:
    """The derivative by every element of a named array, from the result back."""
    through = written_through(lesson)
    for node in reversed(range(lesson.graph.losses + (lesson.examples > 1))):
        if _is_differentiated(lesson, node) and all(
            _is_asked(through, user) and through.sends_written(user) for user, _ in through.users[node]
        ):
            for element in through.elements(node):
                yield element, total(tuple(term.written for term in through.terms(element)))


def compared(lesson: Lesson, element: Element) -> tuple[str, ...]:
    """The numbers of the windows in which an element is the largest or might have been."""
    through = written_through(lesson)
    found: dict[str, None] = {}
    for user in _pools_on(lesson, element.node):
        for place in through.elements(user, element.example):
            keys = keys_in(through.formula_of(place))
            if through.key(element) in keys:
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


Nodes = tuple[int, ...]

SHAPES = T("Shapes: {shapes}.", "形状：{shapes}。")
SHAPED = T("{array} ({axes})", "{array}（{axes}）")


@lru_cache(maxsize=16)
def users(lesson: Lesson) -> tuple[Nodes, ...]:
    """For each node, the named ones in whose formulas it occurs and that reach the result, in their order."""
    nodes, formulas, last = lesson.graph.nodes, lesson.formulas, result(lesson)
    found: list[Nodes] = [()] * len(nodes)
    for node in reversed(range(len(nodes))):
        named = set[int]()
        for user, _ in formulas.users[node]:
            named |= set(found[user]) if nodes[user].inner else {user}
        found[node] = tuple(sorted(i for i in named if i <= last))
    return tuple(found)


def result(lesson: Lesson) -> int:
    """The named array that is differentiated: the loss of an example, or the output whose derivatives are given."""
    graph = lesson.graph
    named = (i for i in graph.computed if not graph.nodes[i].inner and i <= graph.losses)
    return max(named) if graph.is_given_upstream else graph.losses


def sources(lesson: Lesson, node: int) -> Nodes:
    """The named arrays in the formula of a node, in the order of the formula."""
    found: dict[int, None] = {}
    for i in lesson.graph.nodes[node].inputs:
        found |= dict.fromkeys(sources(lesson, i)) if lesson.graph.nodes[i].inner else {i: None}
    return tuple(found)


def formulas(lesson: Lesson, nodes: Iterable[int]) -> Flow:
    """The formulas of some arrays, as their author wrote them."""
    written = ((lesson.formulas.whole(i), formula_of(lesson, i)) for i in nodes)
    return Flow(tuple(derivation(array, formula) for array, formula in written if formula is not None))


def shapes(lesson: Lesson, nodes: Iterable[int]) -> Paragraph:
    """``Shapes: x (2×3), W (4×3).``"""
    return Paragraph(lesson.say(SHAPES, shapes=joined((_shaped(lesson, i) for i in nodes), lesson.lang)))


def _shaped(lesson: Lesson, node: int) -> Words:
    return lesson.say(SHAPED, array=lesson.formulas.whole(node), axes=axes(lesson.formulas.shape(node)))


def axes(shape: Shape) -> str:
    """``2×3``; of a single number 1."""
    return "×".join(map(str, shape)) or "1"
