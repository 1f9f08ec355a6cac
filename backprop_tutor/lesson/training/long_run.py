"""A long training as a document: why it stopped, and the final loss, parameters and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from backprop_tutor.formula.figures import rounded
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import (
    Align,
    Block,
    Document,
    Equation,
    Link,
    Paragraph,
    Section,
    Table,
    Text,
    Words,
)
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import math, sign
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.notes import notes
from backprop_tutor.lesson.teach import DIGITS, choose_notation
from backprop_tutor.text import Lang, T
from backprop_tutor.training.long_run import LongRun, closing_step
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.stopping import Goal, Stopped

MOST_ROWS = 60
MOST_INPUTS = 6  # columns for them beside the predictions

WHY: dict[Stopped, T] = {
    "loss": T("the loss is at most {goal}", "损失不超过 {goal}"),
    "gradient_norm": T("the norm of the gradient is at most {goal}", "梯度的范数不超过 {goal}"),
    "epochs": T("as many epochs as were asked for", "已达到要求的轮数"),
    "time": T("the time is up", "时间已到"),
    "diverged": T("the next step runs away", "再走一步就会发散"),
    "interrupted": T("interrupted", "已中断"),
}
EPOCHS = T("{number} epochs", "{number} 轮")
ONE_EPOCH = T("1 epoch", "1 轮")
UPDATES = T("{number} updates", "{number} 次更新")
ONE_UPDATE = T("1 update", "1 次更新")
STOPPED = T(
    "Stopped after {epochs} ({updates}, {seconds} s): {why}.",
    "{epochs}（{updates}，{seconds} 秒）后停止：{why}。",
)
DIVERGED = T(
    "Diverged after {epochs} ({updates}): each step overshoots the valley and lands higher on the other side, until "
    "the numbers run away. The learning rate {rate} is too large here; try {smaller}. What follows is the last good "
    "step.",
    "{epochs}（{updates}）后训练发散：每一步都跨过谷底，落到对面更高的地方，数值越来越大。这里的学习率 {rate} 太大，可试 {smaller}。"
    "下面给出最后一步正常的结果。",
)
MISSED: dict[str, T] = {
    "loss": T("The loss has not come down to {goal} yet.", "损失还没有降到 {goal}。"),
    "gradient_norm": T("The norm of the gradient has not come down to {goal} yet.", "梯度的范数还没有降到 {goal}。"),
}
AT_REST = T(
    "Converged: the gradient, {norm}, is {ratio} of what it was; further steps change next to nothing.",
    "已收敛：梯度范数 {norm} 只有开始时的 {ratio}，再走下去几乎没有变化。",
)
STILL = T(
    "The gradient, {norm}, is {ratio} times what it was at the start; in the last tenth of the training the loss went "
    "from {before} to {now}.",
    "梯度范数为 {norm}，是开始时的 {ratio} 倍；在训练的最后十分之一里，损失从 {before} 变为 {now}。",
)
LOSS, PARAMETERS, PREDICTIONS = T("Loss", "损失"), T("Parameters", "参数"), T("Predictions", "预测")
BEFORE, AFTER, TARGET = T("before", "训练前"), T("after", "训练后"), T("target", "目标值")
MORE = T("… {count} more", "…… 另有 {count} 个")

RESTING = 1e-3
"""A training has converged where the gradient is at most this many times its first one."""


def training_document(
    run: LongRun, lang: Lang = "en", *, notation: str | None = None, digits: int | None = None
) -> Document:
    """The document of a training in one language. Raises TutorError for a notation that does not fit."""
    scenario = run.scenario
    written = choose_notation(scenario.graph, notation or scenario.presentation.notation)
    figures = digits or scenario.presentation.digits or DIGITS
    first, last = (Lesson(scenario, closing_step(scenario, at), written, lang, figures) for at in (run.first, run.last))
    parts = (_loss(run, last), _parameters(first, last), _predictions(first, last))
    blocks = (*_stopped(run, last), *(part for part in parts if part is not None), *notes(last), *_elsewhere(last))
    return Document(lang, (Text(scenario.title[lang]),), facts(first), blocks)


def _stopped(run: LongRun, lesson: Lesson) -> Iterator[Paragraph]:
    epochs, updates = run.last.epochs, run.last.position.updates
    holes = {"epochs": _counted(epochs, EPOCHS, ONE_EPOCH), "updates": _counted(updates, UPDATES, ONE_UPDATE)}
    if run.stopped == "diverged":
        rate = run.scenario.training.learning_rate
        said = lesson.say(DIVERGED, rate=lesson.figure(rate), smaller=lesson.figure(rate / 10), **holes)
        yield Paragraph(said, "bad")
        return
    asked = _asked(run.goal)
    why = WHY[run.stopped].format(goal=rounded(asked.get(run.stopped, 0.0), lesson.digits))
    yield Paragraph(lesson.say(STOPPED, **holes, seconds=f"{run.seconds:.2g}", why=why), "strong")
    if run.stopped not in asked:
        for name, goal in asked.items():
            yield Paragraph(lesson.say(MISSED[name], goal=lesson.figure(goal)))


def _counted(number: int, many: T, one: T) -> T:
    return one if number == 1 else many.format(number=f"{number:,}")


def _asked(goal: Goal) -> dict[str, float]:
    """The criteria, by name."""
    parts = {"loss": goal.loss, "gradient_norm": goal.gradient_norm}
    return {name: value for name, value in parts.items() if value is not None}


def _elsewhere(lesson: Lesson) -> Iterator[Paragraph]:
    note = OPTIMIZERS[lesson.scenario.training.optimizer].elsewhere
    if note is not None:
        yield Paragraph(lesson.say(note), "muted")


def _loss(run: LongRun, lesson: Lesson) -> Section:
    first, second = lesson.figure(run.first.evaluate.loss), lesson.figure(run.last.evaluate.loss)
    letter = lesson.letters.loss
    change = Equation(letter, (Link(sign(letter, first), first), Link("→", second)))
    converged = () if run.stopped == "diverged" else (Paragraph(_convergence(run, lesson)),)
    return Section(lesson.say(LOSS), (change, *converged), "loss")


def _convergence(run: LongRun, lesson: Lesson) -> Words:
    """Whether the loss can still fall: the gradient against that of the start, and the last tenth of the loss."""
    began, (now, norm) = run.first.evaluate.gradient_norm, run.last.evaluate
    ratio = norm / began if began else 0.0
    holes: dict[str, Formula | str] = {"norm": lesson.figure(norm), "ratio": rounded(ratio, 2)}
    if ratio <= RESTING:
        return lesson.say(AT_REST, **holes)
    recent = run.curve.losses[-max(1, len(run.curve.losses) // 10) - 1 :][0]
    return lesson.say(STILL, **holes, before=lesson.figure(recent), now=lesson.figure(now))


def _parameters(first: Lesson, last: Lesson) -> Section | None:
    nodes = last.nodes(Role.WEIGHT, Role.BIAS)
    if not nodes:
        return None
    elements = islice(chain.from_iterable(map(last.reading.each_element, nodes)), MOST_ROWS)
    header = tuple(last.say(title) for title in (phrases.PARAMETER, BEFORE, AFTER))
    rows = [(math(last.reading.letter(e)), _number(first, e), _number(last, e)) for e in elements]
    table = _table(last, header, rows, ("left", "right", "right"), sum(map(last.reading.count, nodes)))
    return Section(last.say(PARAMETERS), tuple(table), "updated")


def _predictions(first: Lesson, last: Lesson) -> Section | None:
    """For a network the outputs with their inputs and targets; empty for an expression graph."""
    if not last.graph.layers:
        return None
    elements = last.reading.elements(last.graph.layers[-1].output)

    def target(output: Element) -> Element:
        return Element(last.graph.target, output.indices, output.example)

    count = len(last.graph.units(0)) if len(last.graph.units(0)) <= MOST_INPUTS else 0
    inputs = range(count)
    letters = (math(last.letters.value(Quantity(last.graph.part_name(0, "a"), (row + 1,)))) for row in inputs)
    header = ((), *letters, *(last.say(title) for title in (TARGET, BEFORE, AFTER)))
    rows = [
        (
            math(last.reading.letter(e)),
            *(_number(last, Element(last.graph.part(0, "a"), (row,), e.example)) for row in inputs),
            *(_number(lesson, at) for lesson, at in ((last, target(e)), (first, e), (last, e))),
        )
        for e in elements[:MOST_ROWS]
    ]
    numbers: list[Align] = ["right"] * (len(header) - 1)
    return Section(last.say(PREDICTIONS), tuple(_table(last, header, rows, ("left", *numbers), len(elements))), "after")


def _number(lesson: Lesson, element: Element) -> Words:
    return math(lesson.reading.number(element))


def _table(
    lesson: Lesson, header: tuple[Words, ...], rows: Sequence[tuple[Words, ...]], align: tuple[Align, ...], count: int
) -> Iterator[Block]:
    """The first rows of so many, and how many are left out."""
    yield Table(header, tuple(rows), align)
    if count > len(rows):
        yield Paragraph(lesson.say(MORE, count=count - len(rows)), "muted")
