"""A graph of arrays as its author sees it: the named arrays, which of them make which, their formulas and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from backprop_tutor.graph.ops.operation import Shape
from backprop_tutor.lesson.arrays.nodes import formula_of
from backprop_tutor.lesson.document import Flow, Paragraph, Words
from backprop_tutor.lesson.inline import derivation, joined
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

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
