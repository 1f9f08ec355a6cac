"""What is said of an answer: the verdict, both numbers, what may have happened, the principle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Num
from backprop_tutor.formula.rounding import figure
from backprop_tutor.lesson.document import Block, Paragraph, Section, Text, Tone
from backprop_tutor.practice.quiz.explained import explained
from backprop_tutor.practice.quiz.grading import Grade, Part, grade
from backprop_tutor.practice.quiz.key import Expression, Number, Pick
from backprop_tutor.practice.quiz.line import FIGURES
from backprop_tutor.practice.quiz.page import choices
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.records import Answer
from backprop_tutor.practice.quiz.skills import SKILLS
from backprop_tutor.practice.quiz.verdict import WORDS, Verdict
from backprop_tutor.text import NOTHING, T

BOTH = T("{letter}: you have {typed}, right is {right}.", "{letter}：你的答案是 {typed}，正确的是 {right}。")
CHOSE = {
    (False, False): T("You chose {chosen}; right is {right}.", "你选了 {chosen}；正确的是 {right}。"),
    (True, False): T(
        "Answer {place}: you have {chosen}; right is {right}.", "第 {place} 项：你答 {chosen}；正确的是 {right}。"
    ),
    (True, True): T("Answer {place}: {chosen} is right.", "第 {place} 项：{chosen}，正确。"),
}
"""By whether there are several answers, and whether this one is right."""

CARRIED = T(
    "{letter}: you have {typed}, which is right from your earlier value; without the slip it is {right}.",
    "{letter}：你的答案是 {typed}，按你前面的值算是对的；若前面没有失误，应为 {right}。",
)
EXACTLY = T("{letter} is {right}.", "{letter} 等于 {right}。")
ANSWER = T("The answer is {right}.", "答案是 {right}。")
IS_ZERO = T("It is exactly 0. Can you say why?", "它恰好是 0。你能说出为什么吗？")
PRINCIPLE = T("The principle: {principle}", "原理：{principle}")
TONES: dict[bool, Tone] = {True: "good", False: "bad"}


def feedback(question: Question, given: Grade) -> tuple[Block, ...]:
    """The feedback on an answer."""
    return tuple(_feedback(question, given))


def _feedback(question: Question, given: Grade) -> Iterator[Block]:
    say = question.exercise.lesson.say
    tone: Tone = "plain" if given.verdict.free else TONES[given.verdict.right]
    yield Paragraph(say(WORDS[given.verdict], why=given.why or NOTHING), tone)
    if given.verdict.free:
        return
    for place, part in enumerate(given.parts, start=1):
        yield from _numbers(question, part)
        yield from _choice(question, part, place if len(given.parts) > 1 else 0)
    yield from (Paragraph(words) for words in given.explained)
    if not given.verdict.right:
        principle = SKILLS[_practised(question)].principle
        if Paragraph(say(principle)) not in question.solution:
            yield Paragraph(say(PRINCIPLE, principle=principle))
        yield from question.solution


def _practised(question: Question) -> str:
    """The skill whose principle helps: with a formula, that of the step it writes."""
    return question.key.line.skill if isinstance(question.key, Expression) else question.skill


def _numbers(question: Question, part: Part) -> Iterator[Block]:
    """Both numbers where they differ; the number in full where it was right."""
    if not isinstance(part.key, Number) or part.typed is None:
        return
    say, line = question.exercise.lesson.say, part.key.line
    holes = {"letter": line.letter, "right": line.shown}
    if line.value == 0 and part.verdict.right:
        yield Paragraph(say(IS_ZERO))
    elif part.verdict == Verdict.CORRECT:
        yield Paragraph(say(EXACTLY, **holes))
    elif part.verdict == Verdict.EARLIER:
        yield Paragraph(say(CARRIED, typed=_as_typed(part), **holes))
    else:
        yield Paragraph(say(BOTH, typed=_as_typed(part), **holes))


def _choice(question: Question, part: Part, place: int) -> Iterator[Block]:
    """What was chosen and what is right, where they differ; of several answers also that one was right."""
    if not isinstance(part.key, Pick) or (part.verdict.right and not place):
        return
    said = CHOSE[bool(place), part.verdict.right]
    holes = {"place": place, "chosen": part.chosen or 0, "right": part.key.right}
    yield Paragraph(question.exercise.lesson.say(said, **holes))


def _as_typed(part: Part) -> Num:
    """The number as it was typed; the result of arithmetic to a few figures."""
    assert part.typed is not None, "only numbers are shown as typed"
    typed = part.typed
    return Num(typed.value, typed.text) if typed.half_unit else figure(typed.value, FIGURES)


def worked(question: Question) -> tuple[Block, ...]:
    """The worked solution of a question that was given up; of one with choices also which is right."""
    if not isinstance(question.key, Pick):
        return question.solution
    return (Paragraph(question.exercise.lesson.say(ANSWER, right=question.key.right)), *question.solution)


def prompt(question: Question) -> tuple[Block, ...]:
    """What is asked, the choices, and how to answer."""
    return (*question.prompt, *choices(question.choices), Paragraph(question.how, "muted"))


def review(answered: Iterable[tuple[Question, Answer]]) -> tuple[Block, ...]:
    """An exam afterwards: every question with what was answered and what there is to say of it."""
    return tuple(_reviewed(question, answer, number) for number, (question, answer) in enumerate(answered, start=1))


def _reviewed(question: Question, answer: Answer, number: int) -> Section:
    lesson, verdict = question.exercise.lesson, Verdict(answer.verdict)
    if verdict == Verdict.SKIPPED:
        said: tuple[Block, ...] = (Paragraph(lesson.say(WORDS[verdict]), "bad"), *worked(question))
    else:
        said = feedback(question, explained(question, grade(question, answer.typed)))
    typed = Paragraph((Text(visible(answer.typed)),), "muted")
    return Section(lesson.say(SKILLS[question.skill].text), (*question.prompt[:1], typed, *said), "reviewed", number)
