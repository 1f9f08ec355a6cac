"""Which nodes of a graph of arrays a lesson shows, and what their author wrote."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Formula, substitute
from backprop_tutor.lesson.lesson import Lesson


def shown_nodes(lesson: Lesson) -> tuple[int, ...]:
    """The computed nodes that have lines of their own: named ones, and inner steps that are not written through."""
    formulas = lesson.formulas
    nodes = lesson.graph.computed
    kept = nodes[:-1] if lesson.examples == 1 or lesson.graph.outputs or lesson.graph.is_given_upstream else nodes
    joining = (
        {lesson.graph.losses} if lesson.graph.is_given_upstream else set()
    )  # what it makes of the output is no node
    return tuple(i for i in kept if not formulas.through(i) and i not in joining)


def formula_of(lesson: Lesson, node: int) -> Formula | None:
    """The formula of a node as its author wrote it, with the letters of whole arrays; None for an inner step."""
    own, formulas = lesson.graph.nodes[node], lesson.formulas
    if own.inner or lesson.graph.formulas is None or own.name not in lesson.graph.formulas:
        return None
    known = {n.name: formulas.whole(i) for i, n in enumerate(lesson.graph.nodes) if not n.inner}
    return substitute(lesson.graph.formulas[own.name], known)
