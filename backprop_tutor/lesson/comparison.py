"""Published figures beside the computed ones: which are right, which are off by rounding, which are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, assert_never

from backprop_tutor.engine.published import Figure, Judgement, by_hand, judged
from backprop_tutor.engine.quantity import Section
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.record import number
from backprop_tutor.engine.training import Run, Step
from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.formula.nodes import Num
from backprop_tutor.formula.rounding import FLOAT_FIGURES
from backprop_tutor.formula.rounding import figure as rounded
from backprop_tutor.lesson.document import Block, Document, Paragraph, Table, Tone, Words
from backprop_tutor.lesson.find import element_of
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.lesson.words import math, plain, say
from backprop_tutor.text import Lang, T

VERSION = 1
MORE = 3  # digits of a computed number beyond the printed ones

QUANTITY, CALLED = T("quantity", "量"), T("called", "原书记作")
PRINTED, COMPUTED = T("printed", "印刷值"), T("computed", "计算值")
JUDGEMENTS: Mapping[Judgement, tuple[T, Tone]] = {
    "right": (T("✓ right", "✓ 正确"), "good"),
    "rounding": (T("≈ off by rounding", "≈ 舍入误差"), "muted"),
    "wrong": (T("✗ wrong", "✗ 错误"), "bad"),
}
NOTHING = T("", "")
NO_STEP = T("there is no step {number}; the scenario has {count}", "没有第 {number} 步；该场景共 {count} 步")
NOTE = T("{quantity}: {note}", "{quantity}：{note}")
COUNT = T("{right} right, {rounding} off by rounding, {wrong} wrong", "正确 {right} 个，舍入误差 {rounding} 个，错误 {wrong} 个")


@dataclass(frozen=True)
class Compared:
    """A figure, the number it should be, and what is to be said of it."""

    figure: Figure
    value: float
    judgement: Judgement


def compared(run: Run, figures: Iterable[Figure], notation: str | None = None) -> tuple[Compared, ...]:
    """Every figure held against `run`; their quantities are names of the contract or of the notation shown.

    Raises TutorError for every name that is not there, at its place.
    """
    compare, found, problems = _Comparer(run, notation), [], []
    for figure in figures:
        try:
            found.append(compare(figure))
        except TutorError as error:
            problems += [Problem(problem.message, figure.place) for problem in error.problems]
    if problems:
        raise TutorError(problems)
    return tuple(found)


class _Comparer:
    """A run, read in a notation, and the same run computed by people who round."""

    def __init__(self, run: Run, notation: str | None) -> None:
        written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
        self._lessons = {step.number: Lesson(run.scenario, step, written, "en", MORE) for step in run.steps}
        self._by_hand = cache(lambda decimals: by_hand(run, decimals))

    def __call__(self, figure: Figure) -> Compared:
        number, name = _step_and_name(figure.quantity)
        if number not in self._lessons:
            raise TutorError(NO_STEP.format(number=number, count=len(self._lessons)))
        lesson = self._lessons[number]
        element, section = element_of(lesson, name)
        rough = self._by_hand(figure.decimals)
        value = _number(lesson.step, element, section)
        hand = None if rough is None else _number(rough.steps[number - 1], element, section)
        return Compared(figure, value, judged(figure, value, hand))


def _step_and_name(quantity: str) -> tuple[int, str]:
    found = re.fullmatch(r"step([1-9]\d*)\.(.+)", quantity)
    return (int(found[1]), found[2]) if found else (1, quantity)


def _number(step: Step, element: Element, section: Section) -> float:
    place = element.row, element.column
    match section:
        case "values":
            return float(step.trace.values[element.node][place])
        case "after":
            return float(step.after.values[element.node][place])
        case "grads":
            adjoint = step.trace.adjoints[element.node]
            return 0.0 if adjoint is None else float(adjoint[place])
        case "updated":
            return float(step.updated[step.trace.graph.nodes[element.node].name][place])
        case _:
            assert_never(section)


def comparison(run: Run, found: Sequence[Compared], lang: Lang) -> Document:
    """What was found, as a table, with the notes of what is not right and the count of each."""
    counts = {judgement: sum(one.judgement == judgement for one in found) for judgement in JUDGEMENTS}
    summary = Paragraph(say(COUNT, lang, **counts), "bad" if counts["wrong"] else "good")
    blocks = (_table(found, lang), *_notes(found, lang), summary)
    return Document(lang, plain(run.scenario.title[lang]), (), blocks)


def _table(found: Sequence[Compared], lang: Lang) -> Table:
    header = tuple(plain(title[lang]) for title in (QUANTITY, CALLED, PRINTED, COMPUTED, NOTHING))
    return Table(header, tuple(_row(one, lang) for one in found), ("left", "left", "right", "right", "left"))


def _row(one: Compared, lang: Lang) -> tuple[Words, ...]:
    text, tone = JUDGEMENTS[one.judgement]
    figure, number = one.figure, one.figure.number
    digits = min(FLOAT_FIGURES, len(number.as_tuple().digits) + MORE)
    shown = math(rounded(one.value, digits))
    return plain(figure.quantity), plain(figure.called), math(Num(float(number), figure.printed)), shown, plain(text[lang], tone)


def _notes(found: Sequence[Compared], lang: Lang) -> Iterator[Block]:
    for one in found:
        if one.figure.note and one.judgement != "right":
            yield Paragraph(say(NOTE, lang, quantity=one.figure.quantity, note=one.figure.note))


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
