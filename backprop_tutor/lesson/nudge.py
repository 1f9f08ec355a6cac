"""A derivative felt by hand: move one quantity a little and see how far the loss goes along.

The derivative predicts a change of ∂L/∂q · Δq. What the loss really does differs by a remainder that shrinks with the
square of the step: halve the step and it falls to a quarter.
"""

from __future__ import annotations

from math import isfinite

from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.nudge import nudged
from backprop_tutor.engine.reading import Element
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Add, Formula, Neg, Num, Role, Sym, chain
from backprop_tutor.lesson.document import Block, Equation, Paragraph, Section
from backprop_tutor.lesson.find import element_of
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import derivation
from backprop_tutor.text import T

TITLE = T("Move {quantity} by {step} and look at the loss", "把 {quantity} 变动 {step}，看损失怎样变")
COMPARED = T(
    "The derivative predicts a change of {predicted}; the loss, computed again, changes by {actual}. The difference, "
    "{remainder}, is what the curvature adds: with half the step it is about a quarter as large.",
    "导数预测损失变化 {predicted}，重新计算得到的变化是 {actual}。两者相差 {remainder}，来自曲率：步长减半，差约减为四分之一。",
)
EQUAL = T(
    "The derivative predicts a change of {predicted}, and the loss, computed again, changes by just that.",
    "导数预测损失变化 {predicted}，重新计算得到的变化正好也是这么多。",
)
NO_DERIVATIVE = T(
    "'{name}' is a target: the loss is not differentiated by it; move an input, a weight or anything computed",
    "'{name}' 是目标值，损失不对它求导；请变动输入、权重或某个计算出来的量",
)
NO_STEP = T("a step of {by} moves nothing; take a small number such as 0.01", "步长 {by} 不能用；请取一个小的数，如 0.01")
NO_LOSS = T("'{name}' moved by {by} leaves the loss without a value", "'{name}' 变动 {by} 后损失没有值")


def nudge(lesson: Lesson, name: str, by: float) -> Section:
    """What a step of `by` in the quantity `name` does to the loss, beside what its derivative says.

    Raises TutorError for a name that is not there, for a target, and for a step that is no number or leaves the loss
    without a value.
    """
    element, _ = element_of(lesson, name)
    if lesson.graph.nodes[element.node].role == Role.TARGET:
        raise TutorError(NO_DERIVATIVE.format(name=name))
    if not isfinite(by) or by == 0:
        raise TutorError(NO_STEP.format(by=by))
    after = _loss_after(lesson, element, name, by)
    letter, step = lesson.reading.letter(element), lesson.figure(by)
    title = lesson.say(TITLE, quantity=letter, step=step)
    return Section(title, _compared(lesson, element, step, after), "nudge")


def _loss_after(lesson: Lesson, element: Element, name: str, by: float) -> float:
    try:
        after = nudged(lesson.step.trace, element, by).loss
    except DomainError:
        after = float("nan")
    if not isfinite(after):
        raise TutorError(NO_LOSS.format(name=name, by=by))
    return after


def _compared(lesson: Lesson, element: Element, step: Num, after: float) -> tuple[Block, ...]:
    before = lesson.step.trace.loss
    actual, predicted = after - before, lesson.reading.adjoint(element) * step.value
    change = _change(lesson.letters.loss)
    slope = lesson.adjoint_letter(element)
    foreseen = derivation(
        change,
        chain(slope, _change(lesson.reading.letter(element))),
        chain(lesson.adjoint_number(element), step),
        lesson.figure(predicted),
    )
    shown = Add((lesson.figure(after), Neg(lesson.figure(before))))
    real = derivation(change, shown, lesson.figure(actual))
    remainder = lesson.figure(actual - predicted)
    sentence = COMPARED if lesson.figure(actual).text != lesson.figure(predicted).text else EQUAL
    words = lesson.say(
        sentence, predicted=lesson.figure(predicted), actual=lesson.figure(actual), remainder=remainder
    )
    return (_moved(lesson, element, step), foreseen, real, Paragraph(words))


def _moved(lesson: Lesson, element: Element, step: Num) -> Equation:
    """The quantity after the step."""
    value = lesson.reading.number(element)
    end = lesson.figure(lesson.reading.value(element) + step.value)
    letter = lesson.reading.letter(element)
    return derivation(_moved_letter(letter), Add((letter, _change(letter))), Add((value, step)), end)


def _moved_letter(letter: Formula) -> Formula:
    return Sym("new") if not isinstance(letter, Sym) else letter


def _change(letter: Formula) -> Formula:
    """Δq, the change of q."""
    from dataclasses import replace

    assert isinstance(letter, Sym), "a quantity is written as a letter"
    return replace(letter, base=f"Δ{letter.base}", key="")
