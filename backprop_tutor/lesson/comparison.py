"""Several trainings side by side: a table of what came of each, its chart, and which did best."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backprop_tutor.engine.comparison import Contender
from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.formula.rounding import rounded
from backprop_tutor.lesson.chart import Chart
from backprop_tutor.lesson.document import Align, Block, Document, Paragraph, Table, Text, Words
from backprop_tutor.lesson.words import plain, say
from backprop_tutor.text import Lang, T

DIGITS = 4

HEADER = (
    T("optimizer", "优化器"),
    T("learning rate", "学习率"),
    T("loss at first", "最初损失"),
    T("after 1 update", "更新一次后"),
    T("at the end", "最后"),
    T("epochs", "轮数"),
    T("", ""),
)
UP = T("the first update already makes it worse", "第一次更新就变差了")
DIVERGED = T("diverged", "发散")
BEST = T(
    "Lowest loss at the end: {optimizer} with learning rate {rate}.",
    "最后损失最低的是{optimizer}，学习率 {rate}。",
)
EPOCHS, LOSS = T("epochs", "轮数"), T("loss", "损失")


def tell(title: T, contenders: Sequence[Contender], lang: Lang) -> Document:
    """The table of a comparison, one contender a row."""
    align: tuple[Align, ...] = ("left", *("right",) * 5, "left")
    header = tuple(plain(text[lang]) for text in HEADER)
    blocks: list[Block] = [Table(header, tuple(_row(contender, lang) for contender in contenders), align)]
    standing = [c for c in contenders if c.run.stopped != "diverged" and math.isfinite(c.run.last.look.loss)]
    if standing:
        best = min(standing, key=lambda contender: contender.run.last.look.loss)
        name, rate = OPTIMIZERS[best.optimizer].text, rounded(best.learning_rate, DIGITS)
        blocks.append(Paragraph(say(BEST, lang, optimizer=name, rate=rate), "strong"))
    return Document(lang, (Text(title[lang]),), (), tuple(blocks))


def chart(contender: Contender, lang: Lang) -> Chart:
    """The loss curve of a contender."""
    title = f"{OPTIMIZERS[contender.optimizer].text[lang]}, {rounded(contender.learning_rate, DIGITS)}"
    return Chart(title, EPOCHS[lang], LOSS[lang], contender.run.points)


def _row(contender: Contender, lang: Lang) -> tuple[Words, ...]:
    run = contender.run
    first, last = run.first.look.loss, run.last.look.loss
    remark = DIVERGED if run.stopped == "diverged" else UP if contender.after_first > first else T("", "")
    figures = (contender.learning_rate, first, contender.after_first, last)
    return (
        plain(OPTIMIZERS[contender.optimizer].text[lang]),
        *(plain(rounded(figure, DIGITS)) for figure in figures),
        plain(f"{run.last.epochs:,}"),
        (Text(remark[lang], "bad"),),
    )
