"""Published figures beside the computed ones, as a page and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backprop_tutor.engine.published import Judgement
from backprop_tutor.engine.record import number
from backprop_tutor.engine.training import Run
from backprop_tutor.formula.nodes import Num
from backprop_tutor.formula.rounding import FLOAT_FIGURES
from backprop_tutor.formula.rounding import figure as rounded
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Table, Tone, Words
from backprop_tutor.lesson.published import Compared
from backprop_tutor.lesson.words import math, plain, say
from backprop_tutor.text import Lang, T

VERSION = 1
MORE = 3  # digits of a computed number beyond the printed ones

NOTHING = T("", "")
QUANTITY, CALLED = T("quantity", "量"), T("called", "原文记作")
PRINTED, COMPUTED = T("printed", "原文数值"), T("computed", "计算值")
JUDGEMENTS: Mapping[Judgement, tuple[T, Tone]] = {
    "right": (T("✓ right", "✓ 正确"), "good"),
    "rounding": (T("≈ off by rounding", "≈ 舍入误差"), "muted"),
    "wrong": (T("✗ wrong", "✗ 错误"), "bad"),
}
NOTE = T("{quantity}: {note}", "{quantity}：{note}")
WHY = T("What a wrong figure comes from: ", "错误数值的来历：")
COUNT = T(
    "{right} right, {rounding} off by rounding, {wrong} wrong",
    "正确 {right} 个，舍入误差 {rounding} 个，错误 {wrong} 个",
)


def comparison(run: Run, found: Sequence[Compared], lang: Lang) -> Document:
    """What was found, as a table, with the notes of what is not right and the count of each."""
    counts = {judgement: sum(one.judgement == judgement for one in found) for judgement in JUDGEMENTS}
    summary = Paragraph(say(COUNT, lang, **counts), "bad" if counts["wrong"] else "good")
    blocks = (_table(found, lang), *_notes(found, lang), summary, *_why(run, found, lang))
    return Document(lang, plain(run.scenario.title[lang]), (), blocks)


def _table(found: Sequence[Compared], lang: Lang) -> Table:
    header = tuple(plain(title[lang]) for title in (QUANTITY, CALLED, PRINTED, COMPUTED, NOTHING))
    return Table(header, tuple(_row(one, lang) for one in found), ("left", "left", "right", "right", "left"))


def _row(one: Compared, lang: Lang) -> tuple[Words, ...]:
    text, tone = JUDGEMENTS[one.judgement]
    printed = Num(float(one.figure.number), one.figure.printed)
    digits = min(FLOAT_FIGURES, len(one.figure.number.as_tuple().digits) + MORE)
    shown = (math(printed), math(rounded(one.value, digits)))
    return (plain(one.figure.quantity), plain(one.figure.called), *shown, plain(text[lang], tone))


def _notes(found: Sequence[Compared], lang: Lang) -> Iterator[Block]:
    for one in found:
        if one.figure.note and one.judgement != "right":
            yield Paragraph(say(NOTE, lang, quantity=one.figure.quantity, note=one.figure.note))


def _why(run: Run, found: Sequence[Compared], lang: Lang) -> Iterator[Block]:
    """The call that names the mistake behind the wrong figures nobody has explained yet."""
    claims = [
        f"'{o.figure.quantity}={o.figure.printed}'" for o in found if o.judgement == "wrong" and not o.figure.note
    ]
    if claims and run.scenario.name:
        yield Paragraph((*say(WHY, lang), Code(f"tutor diagnose {run.scenario.name} {' '.join(claims)}")))


def comparison_record(found: Sequence[Compared], lang: Lang) -> dict[str, Any]:
    """The comparison as a JSON object."""
    return {
        "format": "backprop-tutor/comparison",
        "version": VERSION,
        "verdict": "wrong" if any(one.judgement == "wrong" for one in found) else "right",
        "figures": [
            {
                "name": one.figure.quantity,
                "printed": one.figure.printed,
                "correct": number(one.value),
                "verdict": one.judgement,
                "note": one.figure.note and one.figure.note[lang],
            }
            for one in found
        ],
    }
