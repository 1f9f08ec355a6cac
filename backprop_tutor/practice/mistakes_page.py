"""The catalogue as pages: all mistakes, one of them worked out beside the right solution, what cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isclose

from backprop_tutor.engine.outcomes import moved
from backprop_tutor.engine.seat import numbers
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.formula.rounding import FLOAT_FIGURES, figure
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Row, Rows, Section, Table, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.words import math, plain, say
from backprop_tutor.practice import feedback_phrases as phrases
from backprop_tutor.practice.case import FIGURES, Case
from backprop_tutor.practice.first_line import told_lines
from backprop_tutor.practice.hypotheses import Hypothesis, imagine, placed, singles
from backprop_tutor.practice.mistakes.catalogue import TOPICS
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.quiz.page import whole
from backprop_tutor.text import COMMA, LANGUAGES, Lang, T

TITLE = T("Mistakes that are recognised", "能识别的错误")
EACH = T(
    "{count} mistakes and conventions; 'tutor mistakes ID SCENARIO' works one of them out.",
    "共 {count} 种错误与约定；'tutor mistakes 名字 场景' 给出其中一种的完整计算。",
)
NOT_HERE = T(
    "'{name}' cannot be made in this scenario; 'tutor mistakes {name}' tells what it is and where it can be made, "
    "'tutor mistakes --confusable {scenario}' ends with all that cannot be made here",
    "在这个场景里不会发生 '{name}'；'tutor mistakes {name}' 说明它是什么、会在哪里发生，"
    "'tutor mistakes --confusable {scenario}' 的末尾列出这里不会发生的全部错误",
)
THIS = T("The mistake: {clause} ({where}).", "错误：{clause}（{where}）。")
PLACES = T("It can also be made at: {places}.", "还可能发生在：{places}。")
WRITTEN, WITH_IT = T("written", "记号"), T("with it", "按此错误")
FIRST, LATER = T("✗ first wrong line", "✗ 第一处错误"), T("✗ follows", "✗ 随之而错")
NOTHING_SHOWS = T("In this scenario it changes no number at all.", "在这个场景里，它不改变任何一个数。")


def catalogue_page(lang: Lang) -> Document:
    """All mistakes, by topic."""
    count = sum(len(mistakes) for _, mistakes in TOPICS)
    topics = tuple(_topic(topic, mistakes, lang) for topic, mistakes in TOPICS)
    return Document(lang, say(TITLE, lang), (), (Paragraph(say(EACH, lang, count=count)), *topics))


def _topic(topic: T, mistakes: tuple[Mistake, ...], lang: Lang) -> Section:
    rows = tuple(Row((Code(mistake.name),), (Paragraph(say(mistake.clause, lang)),)) for mistake in mistakes)
    return Section(say(topic, lang), (Rows(rows),))


def mistake_page(case: Case, mistake: Mistake, where: str | None = None) -> Document:
    """The worked solution with a mistake beside the right one. Raises TutorError where it cannot be made."""
    able = tuple(each for each in singles(case.scenario) if each.names == (mistake.name,))
    if not able:
        raise TutorError(NOT_HERE.format(name=mistake.name, scenario=visible(case.scenario.name or "SCENARIO")))
    chosen = placed(able, where)[0]
    lesson = case.lessons[0]
    about = (plain(case.scenario.title[lesson.lang]), *facts(lesson))
    return Document(lesson.lang, lesson.say(mistake.text), about, tuple(_page(case, chosen, able)))


def _page(case: Case, chosen: Hypothesis, able: Sequence[Hypothesis]) -> Iterator[Block]:
    say, (made,) = case.lessons[0].say, chosen.made
    yield Paragraph(say(THIS, clause=made.mistake.clause, where=chosen.where), "strong")
    introduced = phrases.NOTE if chosen.is_convention else phrases.PRINCIPLE
    yield Paragraph(say(introduced, principle=made.mistake.principle))
    yield from _side_by_side(case, chosen)
    others = [each.where for each in able if each is not chosen]
    if others:
        places = T(*(COMMA[lang].join(where[lang] for where in others) for lang in LANGUAGES))
        yield Paragraph(say(PLACES, places=places), "muted")


def _side_by_side(case: Case, chosen: Hypothesis) -> Iterator[Block]:
    world = imagine(case.scenario, chosen, len(case.run.steps), case.since)
    told = [
        (i, seat._replace(step=i), line) for i, lesson in enumerate(case.lessons) for seat, line in told_lines(lesson)
    ]
    places = [seat for _, seat, _ in told]
    right, wrong = numbers(case.run.steps, places), numbers(world, places)
    marks = moved(wrong, right[0].tolist())[0].tolist()
    first = marks.index(True) if any(marks) else None
    rows = []
    for k, (i, _, line) in enumerate(told):
        mark = "" if not marks[k] else (FIRST if k == first else LATER)[case.lessons[i].lang]
        name = line.key.removeprefix("values.") if i == 0 else f"step{i + 1}.{line.key}"
        rows.append(
            (plain(name), math(line.letter), *_both(right[0, k].item(), wrong[0, k].item()), plain(mark, "bad"))
        )
    titles = (phrases.QUANTITY, WRITTEN, phrases.RIGHT, WITH_IT, phrases.VERDICT)
    yield Table(tuple(map(case.lessons[0].say, titles)), tuple(rows), ("left", "left", "right", "right", "left"))
    if first is None:
        yield Paragraph(case.lessons[0].say(NOTHING_SHOWS))
    else:
        yield Paragraph(case.lessons[0].say(phrases.RIGHT_LINE))
        yield from whole(told[first][2])


def _both(right: float, wrong: float) -> tuple[Words, Words]:
    """Two numbers to 6 figures, or to as many as tell them apart."""
    for digits in range(FIGURES, FLOAT_FIGURES + 1):
        shown = figure(right, digits), figure(wrong, digits)
        if shown[0].text != shown[1].text or isclose(right, wrong, rel_tol=1e-11):
            break
    return math(shown[0]), math(shown[1])
