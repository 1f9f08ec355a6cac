"""What the author left to the program, said once: the loss and the learning rate that are taken instead."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.engine.losses import LOSSES
from backprop_tutor.formula.nodes import Num
from backprop_tutor.lesson.document import Inline, Paragraph, Text, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

NO_LOSS = T("The file names no loss: {loss} is taken.", "文件里没有写损失函数，这里取 {loss}。")
NO_RATE = T(
    "The file names no learning rate: {rate} = {value} is taken.", "文件里没有写学习率，这里取 {rate} = {value}。"
)


def left_out(lesson: Lesson) -> tuple[Paragraph, ...]:
    """A muted line, in the first step only; nothing where the author said everything."""
    said = tuple(_said(lesson)) if lesson.step.number == 1 else ()
    space = Text(" " if lesson.lang == "en" else "")
    words: list[Inline] = [word for sentence in said for word in (*sentence, space)]
    return (Paragraph(tuple(words[:-1]), "muted"),) if words else ()


def _said(lesson: Lesson) -> Iterator[Words]:
    unsaid, network, rate = lesson.scenario.unsaid, lesson.graph.network, lesson.scenario.training.learning_rate
    if "loss" in unsaid and network is not None and isinstance(network.loss, str):
        yield lesson.say(NO_LOSS, loss=LOSSES[network.loss].text)
    if "learning_rate" in unsaid and lesson.graph.parameters:
        yield lesson.say(NO_RATE, rate=lesson.letters.rate, value=Num(rate, f"{rate:g}"))
