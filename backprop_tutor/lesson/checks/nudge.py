"""Demonstrates a derivative: move one quantity a little and see how much the loss changes.

The derivative predicts a change of ∂L/∂q · Δq. The actual change of the loss differs by a remainder that shrinks faster
than the step.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Add, Num, Role, Sym, chain
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.document import Block, Equation, Paragraph, Section
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of
from backprop_tutor.text import T
from backprop_tutor.verify.numerical_derivative import nudged

STEP = 0.01
TITLE = T("Move {quantity} by {step} and look at the loss", "把 {quantity} 变动 {step}，看损失怎样变")
COMPARED = T(
    "The derivative predicts a change of {predicted}; the loss, computed again, changes by {actual}. The difference, "
    "{remainder}, is what a straight line leaves out; it shrinks faster than the step.",
    "导数预测损失变化 {predicted}，重新计算得到的变化是 {actual}。两者相差 {remainder}，是直线近似略去的部分，它比步长缩小得更快。",
)
EQUAL = T(
    "The derivative predicts a change of {predicted}, and the loss, computed again, changes by just that.",
    "导数预测损失变化 {predicted}，重新计算得到的变化正好也是这么多。",
)
NO_DERIVATIVE = T(
    "'{name}' is a target: the loss is not differentiated by it; move an input, a weight or anything computed",
    "'{name}' 是目标值，损失不对它求导；请变动输入、权重或某个计算出来的量",
)
NO_STEP = T(
    "a step of {by} moves nothing; take a small number such as 0.01", "步长 {by} 不能用；请取一个小的数，如 0.01"
)
NO_LOSS = T("'{name}' moved by {by} leaves the loss without a value", "'{name}' 变动 {by} 后损失没有值")


def reaction(lesson: Lesson, name: str, by: float) -> Section:
    """The effect of a step of `by` in the quantity `name` on the loss, with the prediction of its derivative.

    Raises TutorError for an unknown name, for a target, and for a step that is not finite or gives the loss no value.
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
    before, derivative = lesson.step.trace.loss, lesson.reading.adjoint(element)
    loss, figure = _change(lesson.letters.loss), lesson.figure
    actual, predicted = figure(after - before), figure(derivative * step.value)
    quantity = lesson.letters.value(lesson.reading.quantity(element))
    foreseen = chain(lesson.adjoint_letter(element), _change(quantity)), chain(lesson.adjoint_number(element), step)
    words = lesson.say(
        EQUAL if actual.text == predicted.text else COMPARED,
        predicted=predicted,
        actual=actual,
        remainder=figure(after - before - derivative * step.value),
    )
    return (
        _moved(lesson, element, step),
        _predicted_line(derivation(loss, *foreseen, predicted)),
        derivation(loss, figure(after) - figure(before), actual),
        Paragraph(words),
    )


def _moved(lesson: Lesson, element: Element, step: Num) -> Equation:
    """The step itself, ``w ← w + Δw = 0.5 + 0.01 = 0.51``."""
    letter = lesson.letters.value(lesson.reading.quantity(element))
    made = Add((letter, _change(letter))), Add((lesson.reading.number(element), step))
    moved = derivation(letter, *made, lesson.figure(lesson.reading.value(element) + step.value))
    return replace(moved, links=(replace(moved.links[0], sign="←"), *moved.links[1:]))


def _predicted_line(equation: Equation) -> Equation:
    """The predicted change, which is near the real one, not equal: ``ΔL ≈ ∂L/∂w · Δw``."""
    return replace(equation, links=(replace(equation.links[0], sign="≈"), *equation.links[1:]))


def _change(letter: Sym) -> Sym:
    """Δq, the change of q."""
    return replace(letter, base=f"Δ{letter.base}", key="")
