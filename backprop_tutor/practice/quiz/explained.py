"""Where a wrong answer may come from: the mistake behind a choice, or what the diagnosis is sure of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import floor, log10
from typing import TypeAlias

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Words
from backprop_tutor.practice.case import case
from backprop_tutor.practice.diagnosis import Diagnosis
from backprop_tutor.practice.hypotheses import Hypothesis
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.grading import Grade, Part
from backprop_tutor.practice.quiz.key import Expression, Number, Pick
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.typed import Typed
from backprop_tutor.practice.quiz.verdict import Verdict
from backprop_tutor.practice.search import diagnose
from backprop_tutor.scenario.entry import Entry
from backprop_tutor.text import T

Found: TypeAlias = tuple[tuple[str, ...], Words]
"""The ids of mistakes made together, and the sentence that tells of them."""

ASKED = (Number, Expression)
"""What a diagnosis can be made of: numbers, and formulas by the numbers they give here."""

SURE = 5

YOUR_FORMULA = T(
    "Your formula is what you get when {clause} ({where}).", "你的公式正好是这样得到的：{clause}（{where}）。"
)
YOURS = T("Your number is what you get when {clause} ({where}).", "你的数正好是这样算出来的：{clause}（{where}）。")
NEAR = T("That is within 1 % of the right number, but not by rounding.", "这在正确值的 1 % 以内，但不是舍入造成的。")
CHOSEN = T("That number is what you get when {clause}.", "这样算正好得到这个数：{clause}。")


def explained(question: Question, grade: Grade) -> Grade:
    """`grade` with what explains it, where something surely does.

    What a mistake gives figure by figure is that mistake's, even within 1 % of what is right: 1 % is there for rounding.
    """
    near = grade.verdict == Verdict.CORRECT and not isinstance(question.key, Expression)
    if not near and grade.verdict != Verdict.WRONG:
        return grade
    found = tuple(dict.fromkeys((*_chosen(question, grade), *_diagnosed(question, grade, near))))
    if not found:
        return grade
    names = tuple(dict.fromkeys(name for names, _ in found for name in names))
    said = (*([question.exercise.lesson.say(NEAR)] if near else []), *(words for _, words in found))
    parts = tuple(map(_off, grade.parts)) if near else grade.parts
    return replace(grade, verdict=Verdict.DIAGNOSED, parts=parts, mistakes=names, explained=said)


def _off(part: Part) -> Part:
    """A number that is near but, to the figures typed, another one counts as wrong after all."""
    off = isinstance(part.key, Number) and part.typed and abs(part.typed.value - part.key.line.value)
    return replace(part, verdict=Verdict.WRONG) if part.typed and off and off > part.typed.half_unit else part


def _chosen(question: Question, grade: Grade) -> Iterator[Found]:
    """The mistake that gives the number that was chosen."""
    for part in grade.parts:
        if isinstance(part.key, Pick) and part.key.mistakes and part.chosen and part.key.mistakes[part.chosen - 1]:
            name = part.key.mistakes[part.chosen - 1]
            yield (name,), question.exercise.lesson.say(CHOSEN, clause=MISTAKES[name].clause)


def _diagnosed(question: Question, grade: Grade, near: bool) -> Iterator[Found]:
    """What the diagnosis is sure of: it has to explain every number that was typed.

    First the figures as they were typed, then no more of them than can be meant. Of a number near the right one only
    what is done throughout, or in a layer, is believed.
    """
    typed = [(part.key.line, part.typed) for part in grade.parts if isinstance(part.key, ASKED) and part.typed]
    for text in (exactly, claimed) if typed else ():
        found = diagnosis(question, {line: text(number, line) for line, number in typed})
        shown = [each.hypothesis for each in found.shown if not each.is_rounding] if found else []
        sure = [each for each in shown if not near or all(made.site.broad for made in each.made)]
        if sure:
            yield from ((hypothesis.names, _sentence(question, hypothesis)) for hypothesis in sure)
            return


def exactly(typed: Typed, line: Line) -> str:
    """A number as it was typed; arithmetic as what it comes to."""
    del line
    return typed.text if typed.half_unit else repr(typed.value)


def claimed(typed: Typed, line: Line) -> str:
    """A number to as many figures as can be meant, which are fewer than a calculator shows.

    The numbers that a question states have 6; of what is worked out from them, 5 on the scale of the line are sure.
    """
    if not line.scale:
        return typed.text
    decimals = SURE - 1 - floor(log10(line.scale))
    return exactly(typed, line) if 2 * typed.half_unit >= 10.0**-decimals else f"{typed.value:.{max(0, decimals)}f}"


def diagnosis(question: Question, typed: Mapping[Line, str]) -> Diagnosis | None:
    """The diagnosis of numbers typed for some lines; None where one is no claim, or no number for the quantity."""
    lesson = question.exercise.lesson
    entries = [Entry(f"step{lesson.step.number}.{line.key}", text) for line, text in typed.items()]
    try:
        asked = case(question.exercise.scenario, entries, lesson.lang, lesson.notation.name, lesson.step.number)
        return diagnose(asked)
    except TutorError:
        return None


def _sentence(question: Question, hypothesis: Hypothesis) -> Words:
    """Conditional, never "you did": the number is what one gets when ..."""
    lesson = question.exercise.lesson
    clauses = " + ".join(MISTAKES[name].clause[lesson.lang] for name in hypothesis.names)
    said = YOUR_FORMULA if isinstance(question.key, Expression) else YOURS
    return lesson.say(said, clause=clauses, where=hypothesis.where)
