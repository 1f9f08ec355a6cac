"""The feedback on an answer: the verdict, both numbers, what may have happened, the principle.

A wrong answer is explained by the mistake behind a choice, or by a diagnosis that is sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import floor, log10
from typing import TypeAlias

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num
from backprop_tutor.lesson.document import Block, Paragraph, Section, Text, Tone, Words
from backprop_tutor.lesson.inline import joined, math
from backprop_tutor.lesson.names import with_letters
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.diagnosis.explanation_text import what
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.exercise.lines import FIGURES, Line
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.exercise.typed import Typed
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.grading import Grade, Part, grade
from backprop_tutor.practice.quiz.question import Expression, Number, Pick, Question, worked
from backprop_tutor.practice.quiz.records import WORDS, Answer, Verdict
from backprop_tutor.scenario.answers import Entry
from backprop_tutor.text import NOTHING, T

Found: TypeAlias = tuple[tuple[str, ...], Words]
"""The ids of mistakes made together, and the sentence that describes them."""

ASKED = (Number, Expression)
"""The answers that can be diagnosed: numbers, and formulas by the numbers they give here."""

SURE = 5
AS_NEAR = 1e-13

YOUR_FORMULA = T("Your formula is what you get when {what}.", "你的公式正好是这样得到的：{what}。")
YOURS = T("Your number is what you get when {what}.", "你的数正好是这样算出来的：{what}。")
ALSO = T("It is also what you get when {what}.", "这样算也得到它：{what}。")
CHOSEN = T("That number is what you get when {clause}.", "这样算正好得到这个数：{clause}。")


def explained(question: Question, grade: Grade) -> Grade:
    """`grade` with its explanation, where one is sure."""
    if grade.verdict != Verdict.WRONG:
        return grade
    every = (*_chosen(question, grade), *_slipped(question, grade), *_diagnosed(question, grade))
    found = tuple(dict.fromkeys(every))
    if not found:
        return grade
    names = tuple(dict.fromkeys(name for names, _ in found for name in names))
    said = tuple(words for _, words in found)
    return replace(grade, mistakes=names, explained=said)


def _chosen(question: Question, grade: Grade) -> Iterator[Found]:
    """The mistake that gives the number that was chosen."""
    for part in grade.parts:
        if isinstance(part.key, Pick) and part.key.mistakes and part.chosen and part.key.mistakes[part.chosen - 1]:
            name = part.key.mistakes[part.chosen - 1]
            yield (name,), question.exercise.lesson.say(CHOSEN, clause=MISTAKES[name].clause)


def _slipped(question: Question, grade: Grade) -> Iterator[Found]:
    """The slip of the question that gives the choice, the count or the shape."""
    for part in grade.parts:
        answer = part.counted or part.chosen
        yield from (((), slip.said) for slip in question.slips if slip.answer == answer)


def _diagnosed(question: Question, grade: Grade) -> Iterator[Found]:
    """The sure diagnoses: each has to explain every number that was typed.

    First the figures as they were typed, then no more of them than are meaningful.
    """
    typed = [(part.key.line, part.typed) for part in grade.parts if isinstance(part.key, ASKED) and part.typed]
    exact, meaningful = {line: exactly(n) for line, n in typed}, {line: claimed(n, line) for line, n in typed}
    for entries in (exact, *([meaningful] if meaningful != exact else ())) if typed else ():
        found = diagnosis(question, entries)
        said = YOUR_FORMULA if isinstance(question.key, Expression) else YOURS
        for explanation in _nearest(found) if found else ():
            yield explanation.hypothesis.names, _sentence(question, explanation.hypothesis, said)
            said = ALSO
        if said == ALSO:
            return


def _nearest(found: Diagnosis) -> list[Explanation]:
    """The sure diagnosis; of several those whose numbers are nearest to the typed ones, rules before mere edits, and
    mistakes before conventions.
    """
    certain = [each for each in found.shown if each.sure and not each.is_rounding]
    certain = [each for each in certain if each.hypothesis.page] or certain
    typed = [claim.typed.value for claim in found.case.claims]
    off = [max(abs(a - b) for a, b in zip(each.numbers, typed, strict=True)) for each in certain]
    nearest = [each for each, far in zip(certain, off, strict=True) if far <= min(off) + AS_NEAR]
    return sorted(nearest, key=lambda each: any(m.mistake.kind == "convention" for m in each.hypothesis.definition))


def exactly(typed: Typed) -> str:
    """A number as it was typed; arithmetic as its result."""
    return typed.text if typed.half_unit else repr(typed.value)


def claimed(typed: Typed, line: Line) -> str:
    """A number rounded to the figures that are meaningful, which are fewer than a calculator shows.

    The numbers that a question states have 6; of results computed from them, 5 on the scale of the line are sure.
    """
    if not line.scale:
        return typed.text
    decimals = SURE - 1 - floor(log10(line.scale))
    return exactly(typed) if 2 * typed.half_unit >= 10.0**-decimals else f"{typed.value:.{max(0, decimals)}f}"


def diagnosis(question: Question, typed: Mapping[Line, str]) -> Diagnosis | None:
    """The diagnosis of numbers typed for some lines; None where one is unreadable, or no number for the quantity."""
    lesson = question.exercise.lesson
    entries = [Entry(f"step{lesson.step.number}.{line.key}", text) for line, text in typed.items()]
    try:
        notation, number = lesson.notation.name, lesson.step.number
        return diagnose(case(question.exercise.scenario, entries, lesson.lang, notation, number, is_given=True))
    except TutorError:
        return None


def _sentence(question: Question, hypothesis: Hypothesis, said: T) -> Words:
    """Conditional, never "you did": the number is what one gets when ..."""
    lesson = question.exercise.lesson
    return lesson.say(said, what=with_letters(lesson, what(hypothesis)[lesson.lang]))


BOTH = T("{letter}: you have {typed}, right is {right}.", "{letter}：你的答案是 {typed}，正确的是 {right}。")
CHOSE = {
    (False, False): T("You chose {chosen}; right is {right}.", "你选了 {chosen}；正确的是 {right}。"),
    (True, False): T(
        "Answer {place}: you have {chosen}; right is {right}.", "第 {place} 项：你答 {chosen}；正确的是 {right}。"
    ),
    (True, True): T("Answer {place}: {chosen} is right.", "第 {place} 项：{chosen}，正确。"),
}
"""By whether there are several answers, and whether this one is right."""

SO_FAR = T("Right: {right}. Not right: {wrong}.", "对的：{right}。不对的：{wrong}。")
NTH = T("answer {place}", "第 {place} 项")
ONLY_SIGN = T("The size of {letter} is right, its sign is not.", "{letter} 的大小对了，符号不对。")
SAME_SIZE = 5e-4
"""Half a unit of the fourth figure."""

CARRIED = T(
    "{letter}: you have {typed}, which is right from your earlier value; without the slip it is {right}.",
    "{letter}：你的答案是 {typed}，按你前面的值算是对的；若前面没有失误，应为 {right}。",
)
EXACTLY = T("{letter} is {right}.", "{letter} 等于 {right}。")
IS_ZERO = T("It is exactly 0. Can you say why?", "它恰好是 0。你能说出为什么吗？")
PRINCIPLE = T("The principle: {principle}", "原理：{principle}")
TONES: dict[bool, Tone] = {True: "good", False: "bad"}


def feedback(question: Question, given: Grade) -> tuple[Block, ...]:
    """The feedback on an answer."""
    return tuple(_feedback(question, given))


def _feedback(question: Question, given: Grade) -> Iterator[Block]:
    say, sentence = question.exercise.lesson.say, question.exercise.lesson.sentence
    tone: Tone = "plain" if given.verdict.free else TONES[given.verdict.right]
    yield Paragraph(say(WORDS[given.verdict], why=(given.why or NOTHING).ended), tone)
    if given.verdict == Verdict.ONCE:
        yield from _so_far(question, given)
        yield from (Paragraph(words) for words in given.explained)
    if given.verdict.free:
        return
    for place, part in enumerate(given.parts, start=1):
        yield from _numbers(question, part)
        yield from _choice(question, part, place if len(given.parts) > 1 else 0)
    yield from (Paragraph(words) for words in given.explained)
    if not given.verdict.right:
        principle = question.exercise.principle(_practised(question, given))
        if sentence(principle) not in question.solution:
            yield sentence(PRINCIPLE, principle=principle)
        yield from question.solution


def _so_far(question: Question, given: Grade) -> Iterator[Block]:
    """Before the second try: which of several answers are right; without an explanation, that only a sign is wrong."""
    say, lang = question.exercise.lesson.say, question.exercise.lesson.lang
    named = [(part, _named(question, part, place)) for place, part in enumerate(given.parts, start=1)]
    right = [name for part, name in named if part.verdict.right]
    wrong = [name for part, name in named if not part.verdict.right]
    if right:
        yield Paragraph(say(SO_FAR, right=joined(right, lang), wrong=joined(wrong, lang)))
    for part, name in named:
        if not given.explained and _is_turned_round(part):
            yield Paragraph(say(ONLY_SIGN, letter=name))


def _named(question: Question, part: Part, place: int) -> Words:
    """A part of an answer: the letter of a number, else which answer it is."""
    return (
        math(part.key.line.letter) if isinstance(part.key, Number) else question.exercise.lesson.say(NTH, place=place)
    )


def _is_turned_round(part: Part) -> bool:
    """Whether a wrong number would be right, as far as it was typed, with the other sign."""
    if part.verdict.right or part.typed is None or not isinstance(part.key, Number):
        return False
    right = part.key.line.value
    return right != 0 and abs(part.typed.value + right) <= max(part.typed.half_unit, SAME_SIZE * abs(right))


def _practised(question: Question, given: Grade) -> str:
    """The skill whose principle helps: that of the first line that is wrong."""
    wrong = (part.key.line.skill for part in given.parts if isinstance(part.key, ASKED) and not part.verdict.right)
    return next(wrong, question.skill)


def _numbers(question: Question, part: Part) -> Iterator[Block]:
    """Both numbers where they differ; the number in full where it was right."""
    if not isinstance(part.key, Number) or part.typed is None:
        return
    sentence, line = question.exercise.lesson.sentence, part.key.line
    holes = {"letter": line.letter, "right": line.shown}
    if line.value == 0 and part.verdict.right:
        yield sentence(IS_ZERO)
    elif part.verdict == Verdict.RIGHT:
        yield sentence(EXACTLY, **holes)
    elif part.verdict == Verdict.CARRIED:
        yield sentence(CARRIED, typed=_as_typed(part), **holes)
    else:
        yield sentence(BOTH, typed=_as_typed(part), **holes)


def _choice(question: Question, part: Part, place: int) -> Iterator[Block]:
    """The choice made and the right one, where they differ; with several answers also that one was right."""
    if not isinstance(part.key, Pick) or (part.verdict.right and not place):
        return
    said = CHOSE[bool(place), part.verdict.right]
    holes = {"place": place, "chosen": part.chosen or 0, "right": part.key.right}
    yield question.exercise.lesson.sentence(said, **holes)


def _as_typed(part: Part) -> Num:
    """The number as it was typed; the result of arithmetic to a few figures."""
    assert part.typed is not None, "only numbers are shown as typed"
    typed = part.typed
    return Num(typed.value, typed.text) if typed.half_unit else figure(typed.value, FIGURES)


def review(answered: Iterable[tuple[Question, Answer]]) -> tuple[Block, ...]:
    """The review after an exam: every question with its answer and its feedback."""
    return tuple(_reviewed(question, answer, number) for number, (question, answer) in enumerate(answered, start=1))


def _reviewed(question: Question, answer: Answer, number: int) -> Section:
    lesson, verdict = question.exercise.lesson, answer.judged
    if verdict == Verdict.SKIPPED:
        said: tuple[Block, ...] = (Paragraph(lesson.say(WORDS[verdict]), "bad"), *worked(question))
    else:
        said = feedback(question, explained(question, grade(question, answer.typed)))
    typed = Paragraph((Text(visible(answer.typed)),), "muted")
    return Section(lesson.say(SKILLS[question.skill].text), (*question.prompt[:1], typed, *said), "reviewed", number)
