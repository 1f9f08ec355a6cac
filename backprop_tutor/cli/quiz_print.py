"""The questions of a session on paper: as text, answers at the end, or as JSON."""

from __future__ import annotations

from typing import Literal

from backprop_tutor.cli.output import json_text, say, show
from backprop_tutor.lesson.document import Block, Document, Flow, Section
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.words import plain
from backprop_tutor.lesson.words import say as said
from backprop_tutor.practice.quiz.feedback import prompt, worked
from backprop_tutor.practice.quiz.plan import planned, question
from backprop_tutor.practice.quiz.print_record import quiz_record
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.turns import Turn
from backprop_tutor.text import Lang, T

TITLE = T("Questions, seed {seed}", "题目，种子 {seed}")
ANSWERS = T("Answers", "答案")


def show_questions(request: Request, lang: Lang, form: Literal["text", "json"], width: int | None) -> None:
    """Print every planned question with its answer; solutions to complete lack one line more each time."""
    questions = tuple(_questions(request, lang))
    if form == "json":
        say(json_text(quiz_record(request.seed, questions)))
        return
    asked = tuple(_section(i, one, (*_setting(one), *prompt(one))) for i, one in enumerate(questions, start=1))
    solved = tuple(_section(i, one, worked(one)) for i, one in enumerate(questions, start=1))
    answers = Section(said(ANSWERS, lang), solved, "answers")
    show(Document(lang, said(TITLE, lang, seed=request.seed), (), (*asked, answers)), width, paged=False)


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
    """The conventions in force."""
    return (Flow(facts(asked.exercise.lesson), "·"),)
