"""The worked solution as lines, in the order a learner would compute them.

Nothing here knows a derivative: each formula is read from the lesson, in the letters of its notation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Call, Formula, Role, Sym, chain, substitute, total
from backprop_tutor.lesson.chain import error_signal, factors, gradient
from backprop_tutor.lesson.document import Block, Equation, Rows, Section
from backprop_tutor.lesson.forward import COMPUTED, in_column, made
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.node_by_node import contribution, first, focus, reports, told, users
from backprop_tutor.lesson.routes import activation_of, is_output
from backprop_tutor.practice.quiz.line import Line, leaves
from backprop_tutor.practice.quiz.moves import moves


def lines(lesson: Lesson) -> Iterator[Line]:
    """Forward, loss, backward, update, and the loss after it, where it has one."""
    yield from _values(lesson)
    yield from _signals(lesson) if lesson.graph.network else _adjoints(lesson)
    if lesson.graph.network:
        yield from _gradients(lesson)
    yield from moves(lesson)
    if lesson.graph.network and lesson.examples == 1 and not lesson.graph.network.l2:
        yield _loss_after(lesson)


def _values(lesson: Lesson) -> Iterator[Line]:
    for column in range(lesson.examples):
        for element in in_column(lesson, column, *COMPUTED):
            yield _value(lesson, element, _skill(lesson, element))
        if lesson.graph.network or lesson.graph.nodes[lesson.graph.losses].role == Role.LOSS:
            element = Element(lesson.graph.losses, 0, column)
            yield _value(lesson, element, _loss_skill(lesson))
    if reports(lesson):
        yield _value(lesson, Element(len(lesson.graph.nodes) - 1, 0, 0), "batch-mean")


def _value(lesson: Lesson, element: Element, skill: str) -> Line:
    """A value: how it is made."""
    reading = lesson.reading
    written, numbers = reading.made(element, reading.letter), reading.made(element, reading.number)
    value = reading.value(element)
    letter = reading.letter(element)
    return Line(reading.quantity(element), skill, letter, written, numbers, value, abs(value), (made(lesson, element),))


def _skill(lesson: Lesson, element: Element) -> str:
    op = lesson.graph.nodes[element.node].op
    if op is not None and op.name == "softmax":
        return "softmax-cross-entropy"
    if lesson.graph.network:
        return "activation" if lesson.graph.nodes[element.node].role == Role.ACTIVATION else "forward-sum"
    return "activation" if isinstance(lesson.reading.made(element, lesson.reading.letter), Call) else "forward-sum"


def _loss_skill(lesson: Lesson) -> str:
    network = lesson.graph.network
    return "softmax-cross-entropy" if network and network.loss == "cross_entropy" else "loss"


def _signals(lesson: Lesson) -> Iterator[Line]:
    """The error signal of every unit, from the output layer down."""
    for node in reversed(lesson.nodes(Role.PREACTIVATION)):
        for z in lesson.reading.elements(node):
            yield _signal(lesson, z)


def _signal(lesson: Lesson, z: Element) -> Line:
    parts = factors(lesson, z)
    a = activation_of(lesson, z)
    op = lesson.graph.nodes[a.node].op
    softmax = op is not None and op.name == "softmax"
    skill = "softmax-cross-entropy" if softmax else "output-delta" if is_output(lesson, a) else "hidden-delta"
    written, numbers = chain(*(part.written for part in parts)), chain(*(part.numbers for part in parts))
    return _derivative(lesson, z, skill, written, numbers, (error_signal(lesson, z),))


def _derivative(
    lesson: Lesson, element: Element, skill: str, written: Formula, numbers: Formula, shown: tuple[Equation, ...]
) -> Line:
    value = lesson.reading.adjoint(element)
    quantity = lesson.reading.quantity(element, "grads")
    return Line(quantity, skill, lesson.adjoint_letter(element), written, numbers, value, abs(value), shown)


def _gradients(lesson: Lesson) -> Iterator[Line]:
    """The gradient of every parameter, from the output layer down."""
    for node in reversed(lesson.nodes(Role.WEIGHT, Role.BIAS)):
        weight = lesson.graph.nodes[node].role == Role.WEIGHT
        skill = "bias-gradient" if not weight else "batch-mean" if lesson.examples > 1 else "weight-gradient"
        for parameter in lesson.reading.elements(node):
            equation = gradient(lesson, parameter)
            written, numbers = equation.links[0].right, equation.links[min(1, len(equation.links) - 1)].right
            yield _derivative(lesson, parameter, skill, written, numbers, (equation,))


def _adjoints(lesson: Lesson) -> Iterator[Line]:
    """The derivative by every node of an expression graph that the result depends on, from the result back."""
    uses, start = users(lesson), first(lesson)
    asked = (Role.WEIGHT, Role.NODE, Role.LOSS) if lesson.graph.parameters else tuple(Role)
    for element in reversed(told(lesson)):
        role = lesson.graph.nodes[element.node].role
        if element != start and element in uses and role in asked:
            terms = [contribution(lesson, user, element) for user in uses[element]]
            written, numbers = total(tuple(t.written for t in terms)), total(tuple(t.numbers for t in terms))
            shown = tuple(_equations(focus(lesson, element)))
            yield _derivative(lesson, element, "chain-rule", written, numbers, shown)


def _equations(blocks: tuple[Block, ...]) -> Iterator[Equation]:
    for block in blocks:
        match block:
            case Equation():
                yield block
            case Section(blocks=inner):
                yield from _equations(inner)
            case Rows(rows=rows):
                yield from (equation for row in rows for equation in _equations(row.blocks))
            case _:
                continue


def _loss_after(lesson: Lesson) -> Line:
    """The loss of the second forward pass, from its outputs."""
    reading, after = lesson.reading, lesson.reading_after
    loss = Element(lesson.graph.losses, 0, 0)
    written = _again(lesson, reading.made(loss, reading.letter))
    value, before = after.value(loss), reading.value(loss)
    letter, quantity = reading.letter(loss), reading.quantity(loss, "after")
    numbers = after.made(loss, lambda e: reading.number(e) if _is_target(lesson, e) else after.number(e))
    shown = Equation(letter, (*made(lesson, loss).links[:1],))
    return Line(quantity, "loss", letter, written, numbers, value, abs(value - before), (shown,))


def _is_target(lesson: Lesson, element: Element) -> bool:
    return lesson.graph.nodes[element.node].role == Role.TARGET


def _again(lesson: Lesson, written: Formula) -> Formula:
    """`written` about the second forward pass: what is computed has its value there, a target stays what it is."""
    letters = (leaf for leaf in leaves(written) if isinstance(leaf, Sym))
    later = (s for s in letters if s.role != Role.TARGET)
    return substitute(written, {s.key: replace(s, key=s.key.replace("values.", "after.", 1)) for s in later})
