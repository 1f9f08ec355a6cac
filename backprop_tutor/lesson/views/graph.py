"""The view `graph`: node by node, upstream times local.

The adjoint of a node is the sum, over everything that uses it, of that user's adjoint times the local derivative.
"""

from __future__ import annotations

from collections import defaultdict

from backprop_tutor.formula.nodes import ZERO, Formula, Mul, Num, Partial, Role, formula, total
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Block, Equation, Link, Paragraph, Row, Rows, Section
from backprop_tutor.lesson.inline import derivation, math
from backprop_tutor.lesson.lesson import Lesson


def backward(lesson: Lesson) -> Section:
    """∂L/∂node for every node that the loss depends on, from the loss back."""
    uses = users(lesson)
    start = first(lesson)
    blocks: list[Block] = [Paragraph(lesson.say(phrases.UPSTREAM_LOCAL)), seed(lesson, start)]
    blocks += [_node(lesson, e, uses.get(e, ())) for e in reversed(shown_elements(lesson)) if e != start]
    return Section(lesson.say(phrases.BACKWARD_NODES), tuple(blocks), "backward")


def focus(lesson: Lesson, element: Element) -> tuple[Block, ...]:
    """The contributions to one element."""
    if element == first(lesson):
        return (seed(lesson, element),)
    return (_node(lesson, element, users(lesson).get(element, ())),)


def first(lesson: Lesson) -> Element:
    """The start of the backward pass: the reported loss, or the output itself where they are the same."""
    return lesson.graph.reported_loss if reports(lesson) else lesson.graph.example_loss()


def reports(lesson: Lesson) -> bool:
    """Whether the reported loss differs from the loss of one example."""
    return lesson.examples > 1 or lesson.graph.penalised


def shown_elements(lesson: Lesson) -> tuple[Element, ...]:
    """The elements of the lesson in the order of the computation, without targets."""
    nodes = [i for i, node in enumerate(lesson.graph.nodes) if node.role != Role.TARGET]
    return tuple(e for i in (nodes if reports(lesson) else nodes[:-1]) for e in lesson.reading.elements(i))


def users(lesson: Lesson) -> dict[Element, tuple[Element, ...]]:
    """For each element, the elements computed from it that the loss depends on, in the order of the computation."""
    found: defaultdict[Element, list[Element]] = defaultdict(list)
    reaching = {first(lesson)}
    for element in reversed(shown_elements(lesson)):
        if element in reaching and lesson.graph.nodes[element.node].op is not None:
            for source in lesson.reading.sources(element):
                found[source].append(element)
                reaching.add(source)
    return {element: tuple(reversed(using)) for element, using in found.items()}


def seed(lesson: Lesson, start: Element) -> Equation:
    """∂L/∂L = 1, the start of every backward pass."""
    letter = lesson.reading.letter(start)
    return Equation(Partial(letter, letter), (Link("=", formula(1)),), (), lesson.say(phrases.SEED))


def _node(lesson: Lesson, element: Element, uses: tuple[Element, ...]) -> Block:
    letter = lesson.adjoint_letter(element)
    key = (lesson.key(element, "grads"),)
    value = lesson.adjoint_number(element)
    if not uses:
        return Equation(letter, (Link("=", value),), key, lesson.say(phrases.NOT_USED))
    terms = tuple(contribution(lesson, user, element) for user in uses)
    if len(terms) == 1:
        (term,) = terms
        steps = (
            (term.written, term.numbers) if uses[0] == first(lesson) else (term.partials, term.written, term.numbers)
        )
        return derivation(letter, *steps, value, keys=key)
    rows = [
        Row(lesson.say(phrases.THROUGH, node=lesson.reading.letter(user)), (_term(term),))
        for user, term in zip(uses, terms, strict=True)
    ]
    added = derivation(letter, total(tuple(term.value for term in terms)), value, keys=key)
    rows.append(Row(lesson.say(phrases.SUM), (added,)))
    return Section(math(letter), (Rows(tuple(rows)),), key[0])


@frozen
class Term:
    """The contribution of one user: upstream · local as derivatives, as formulas, with numbers, and its value."""

    partials: Formula
    written: Formula
    numbers: Formula
    value: Num


def contribution(lesson: Lesson, user: Element, element: Element) -> Term:
    """∂L/∂user · ∂user/∂element; at the start of the pass, whose own derivative is 1, only the local derivative.

    That one is written by its formula: ∂L/∂element is the whole derivative, not this part of it.
    """
    reading = lesson.reading
    local, numbers = (reading.local_derivatives(user, of).get(element, ZERO) for of in (reading.letter, reading.number))
    value = lesson.figure(reading.adjoint(user) * reading.local_value(user, element))
    if user == first(lesson):
        return Term(local, local, numbers, value)
    partial = Partial(reading.letter(user), reading.letter(element))
    upstream, figure = lesson.adjoint_letter(user), lesson.adjoint_number(user)
    return Term(Mul((upstream, partial)), upstream * local, figure * numbers, value)


def _term(term: Term) -> Equation:
    return derivation(term.partials, term.written, term.numbers, term.value)
