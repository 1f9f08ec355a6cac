"""Published figures beside the computed ones: which are right, which are off by rounding, which are wrong.

Published figures beside the computed ones, as a page and as a JSON object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, assert_never

from backprop_tutor.errors import Problem, TutorError
from backprop_tutor.fast.choice import state_after
from backprop_tutor.formula.figures import FLOAT_FIGURES
from backprop_tutor.formula.figures import figure as rounded
from backprop_tutor.formula.nodes import Num
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Table, Tone, Words
from backprop_tutor.lesson.inline import math, plain, say
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of, factor_of
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.records.published import Figure, Judgement, by_hand, judged
from backprop_tutor.records.trace import number
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import Run, Step, run_scenario

DIGITS = 6


@frozen
class Compared:
    """A figure, the number it should be, and what is to be said of it."""

    figure: Figure
    value: float
    judgement: Judgement


def compared(run: Run, figures: Iterable[Figure], notation: str | None = None) -> tuple[Compared, ...]:
    """Every figure held against `run`; their quantities are names of the contract or of the notation shown. A step after
    those of the run is reached by training on.

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
        self._run = run
        self._written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
        self._lesson = cache(self._lesson_of)
        self._by_hand = cache(lambda decimals: by_hand(run, decimals))

    def __call__(self, figure: Figure) -> Compared:
        number, name = _step_and_name(figure.quantity)
        lesson = self._lesson(number)
        element, section = element_of(lesson, name)
        rough = self._by_hand(figure.decimals) if number <= len(self._run.steps) else None
        factor = float(factor_of(lesson, name))
        value = factor * _number(lesson.step, element, section)
        hand = None if rough is None else factor * _number(rough.steps[number - 1], element, section)
        return Compared(figure, value, judged(figure, value, hand))

    def _lesson_of(self, number: int) -> Lesson:
        scenario, steps = self._run.scenario, self._run.steps
        later = () if number <= len(steps) else run_scenario(scenario, 1, state_after(scenario, number - 1)).steps
        return Lesson(scenario, (later or steps[number - 1 :])[0], self._written, "en", DIGITS)


def _step_and_name(quantity: str) -> tuple[int, str]:
    found = re.fullmatch(r"step([1-9]\d*)\.(.+)", quantity)
    return (int(found[1]), found[2]) if found else (1, quantity)


def _number(step: Step, element: Element, section: Section) -> float:
    place = element.place
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
        case "state":
            raise AssertionError("no name of a lesson means what an optimizer keeps")
        case _:
            assert_never(section)


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
