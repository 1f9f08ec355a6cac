"""Several trainings side by side: a table of the results of each, its chart, and which did best."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from backprop_tutor.formula.figures import rounded
from backprop_tutor.lesson.document import Align, Block, Document, Paragraph, Table, Text, Words
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.lesson.training.chart import Chart, Scale, common_scale, loss_curve
from backprop_tutor.text import NOTHING, Lang, T
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.whatif.comparison import Contender

DIGITS = 4

HEADER = (
    T("optimizer", "优化器"),
    T("rate", "学习率"),
    T("after 1 step", "更新一次后"),
    T("at the end", "最后"),
    T("epochs", "轮数"),
    NOTHING,
)
FIRST = T("Before the first step the loss is {loss}, for all of them.", "更新之前，损失都是 {loss}。")
RUN = T("{optimizer}, {rate}", "{optimizer}，{rate}")
UP = T("rises at first", "先升高")
REMARKS: Mapping[str, T] = {"diverged": T("diverged", "发散"), "interrupted": T("interrupted", "已中断")}
BEST = T(
    "Lowest loss at the end: {optimizer} with learning rate {rate}.",
    "最后损失最低的：{optimizer}，学习率 {rate}。",
)
SHARED = T("All curves lie on the same scale.", "所有曲线用同一刻度。")
SHARED_LOGARITHMIC = T("All curves lie on the same, logarithmic, scale.", "所有曲线用同一对数刻度。")


def comparison_document(heading: T, contenders: Sequence[Contender], lang: Lang) -> Document:
    """The table of a comparison, one contender a row."""
    align: tuple[Align, ...] = ("left", *("right",) * 4, "left")
    header = tuple(plain(text[lang]) for text in HEADER)
    blocks: list[Block] = [Table(header, tuple(_row(contender, lang) for contender in contenders), align)]
    blocks += (
        Paragraph(say(FIRST, lang, loss=rounded(c.run.first.evaluate.loss, DIGITS)), "muted") for c in contenders[:1]
    )
    scale = _scale(contenders)
    if scale is not None and len(contenders) > 1:
        blocks.append(Paragraph(say(SHARED_LOGARITHMIC if scale.logarithmic else SHARED, lang), "muted"))
    standing = [c for c in contenders if c.run.stopped != "diverged" and math.isfinite(c.run.last.evaluate.loss)]
    if standing:
        best = min(standing, key=lambda contender: contender.run.last.evaluate.loss)
        name, rate = OPTIMIZERS[best.optimizer].text, rounded(best.learning_rate, DIGITS)
        blocks.append(Paragraph(say(BEST, lang, optimizer=name, rate=rate), "strong"))
    blocks += (Paragraph(say(note, lang), "muted") for note in _notes(contenders))
    return Document(lang, (Text(heading[lang]),), (), tuple(blocks))


def charts(contenders: Sequence[Contender], lang: Lang) -> tuple[Chart, ...]:
    """The loss curve of every contender, all on one scale."""
    scale = _scale(contenders)
    return tuple(loss_curve(title(c.optimizer, c.learning_rate, lang), c.run.points, lang, scale) for c in contenders)


def _scale(contenders: Sequence[Contender]) -> Scale | None:
    """The scale of the contenders that do not diverge, or of all where all do."""
    steady = [contender.run.points for contender in contenders if contender.run.stopped != "diverged"]
    return common_scale(steady or [contender.run.points for contender in contenders])


def _notes(contenders: Sequence[Contender]) -> Iterator[T]:
    """The differences of PyTorch, once for each optimizer."""
    for name in dict.fromkeys(contender.optimizer for contender in contenders):
        note = OPTIMIZERS[name].elsewhere
        if note is not None:
            yield note


def title(optimizer: str, learning_rate: float, lang: Lang) -> str:
    """The title of one way of training."""
    return RUN.format(optimizer=OPTIMIZERS[optimizer].text, rate=rounded(learning_rate, DIGITS))[lang]


def _row(contender: Contender, lang: Lang) -> tuple[Words, ...]:
    run = contender.run
    first, last = run.first.evaluate.loss, run.last.evaluate.loss
    remark = REMARKS.get(run.stopped, UP if contender.after_first > first else NOTHING)
    figures = (contender.learning_rate, contender.after_first, last)
    return (
        plain(OPTIMIZERS[contender.optimizer].text[lang]),
        *(plain(rounded(figure, DIGITS)) for figure in figures),
        plain(f"{run.last.epochs:,}"),
        (Text(remark[lang], "bad"),),
    )
