"""Prints the questions of a session, and checks the questions on a scenario against their invariants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from backprop_tutor.cli.console.output import json_text, say, show
from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Document, Flow, Paragraph, Section, Table
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import plain
from backprop_tutor.lesson.inline import say as say_in
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.plan import Turn, planned, question
from backprop_tutor.practice.quiz.print_record import quiz_record
from backprop_tutor.practice.quiz.question import Question, prompt, worked
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.self_check import Report, self_check
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

CHECK_TITLE = T("Questions on {title}, {count} seeds", "{title}：题目自检，{count} 个种子")
CHECK_KIND, CHECKED = T("kind", "题型"), T("checked", "已检查")
GOOD = T(
    "✓ every key confirmed, every wrong answer refused, no hint too early, {traced} questions with mistakes traced",
    "✓ 答案全部核对无误，错误答案全部判错，提示没有提前泄露，{traced} 道题的错误均能溯源",
)
BAD = T("✗ {count} faults", "✗ {count} 处问题")
FAULT = T("{kind}, seed {seed}, {subject}: {what}", "{kind}，种子 {seed}，{subject}：{what}")
NEEDS_SCENARIO = T("--self-check needs a scenario to check", "--self-check 需要给出一个场景")
MOST_SHOWN = 50
PRINT_TITLE = T("Questions, seed {seed}", "题目，种子 {seed}")
PRINT_ANSWERS = T("Answers", "答案")


def check(name: str | None, seeds: range, lang: Lang, notation: str | None, width: int | None) -> int:
    """Checks the questions on a scenario and returns the exit status: 1 for a fault. Raises TutorError without a
    scenario.
    """
    if name is None:
        raise TutorError(NEEDS_SCENARIO)
    scenario = load(name)
    report = self_check(scenario, seeds, lang, notation)
    title = say_in(CHECK_TITLE, lang, title=scenario.title, count=len(seeds))
    show(Document(lang, title, (), tuple(_blocks(report, lang))), width, paged=False)
    return int(bool(report.faults))


def _blocks(report: Report, lang: Lang) -> Iterator[Block]:
    rows = tuple((plain(KINDS[kind].text[lang]), plain(str(count))) for kind, count in report.questions.items())
    yield Table((say_in(CHECK_KIND, lang), say_in(CHECKED, lang)), rows, ("left", "right"))
    if not report.faults:
        yield Paragraph(say_in(GOOD, lang, traced=report.questions["value"]), "good")
        return
    yield Paragraph(say_in(BAD, lang, count=len(report.faults)), "bad")
    for fault in report.faults[:MOST_SHOWN]:
        yield Paragraph(
            say_in(FAULT.format(kind=fault.kind, seed=fault.seed, subject=fault.subject, what=fault.what), lang)
        )


def show_questions(request: Request, lang: Lang, form: Literal["text", "json"], width: int | None) -> None:
    """Prints every planned question with its answer; solutions to complete lack one line more each time."""
    questions = tuple(_questions(request, lang))
    if form == "json":
        say(json_text(quiz_record(request.seed, questions)))
        return
    asked = tuple(_section(i, one, (*_setting(one), *prompt(one))) for i, one in enumerate(questions, start=1))
    solved = tuple(_section(i, one, worked(one)) for i, one in enumerate(questions, start=1))
    answers = Section(say_in(PRINT_ANSWERS, lang), solved, "answers")
    show(Document(lang, say_in(PRINT_TITLE, lang, seed=request.seed), (), (*asked, answers)), width, paged=False)


def _questions(request: Request, lang: Lang) -> list[Question]:
    """The questions, in order."""
    questions: list[Question] = []
    for index in range(len(planned(request, lang))):
        level = request.level + sum(one.kind == "complete" for one in questions)
        questions.append(question(request, Turn(index), level, lang))
    return questions


def _section(number: int, asked: Question, blocks: tuple[Block, ...]) -> Section:
    title = asked.exercise.scenario.title[asked.exercise.lesson.lang]
    return Section(plain(title), blocks, asked.kind, number)


def _setting(asked: Question) -> tuple[Block, ...]:
    """The conventions of the questions."""
    return (Flow(facts(asked.exercise.lesson), "·"),)
