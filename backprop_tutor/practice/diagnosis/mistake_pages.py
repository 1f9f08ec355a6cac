"""The catalogue as pages: all mistakes, or one of them worked out beside the right solution.

Without a scenario, one mistake is described in words: what it is, what it violates, where it can be made, and the
command that works it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isclose

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.formula.figures import FLOAT_FIGURES, figure
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Row, Rows, Section, Table, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import math, plain, say
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.first_line import shown_lines
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, imagine, placed, singles
from backprop_tutor.practice.diagnosis.submission import FIGURES, Submission
from backprop_tutor.practice.exercise.page import whole
from backprop_tutor.practice.mistakes.catalogue import TOPICS
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import COMMA, LANGUAGES, Lang, T, same
from backprop_tutor.training.address import numbers
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.whatif.predictions import moved

WHAT = {
    "mistake": T("The mistake: {clause}.", "错误：{clause}。"),
    "slip": T("The slip: {clause}.", "小错：{clause}。"),
    "convention": T("Not a mistake, but another convention: {clause}.", "这不是错误，而是另一种约定：{clause}。"),
}
WHERE = T(
    "How and where it can be made, for example in {scenario}: {places}.",
    "可能怎样发生、在哪里发生，以 {scenario} 为例：{places}。",
)
WORKED_OUT = T("Worked out with numbers, beside the right solution: {call}", "带数字的完整计算，与正确解答并排：{call}")
MOST_PLACES = 6
SEE_FIRST = ("two-two-one", "mazur-two-two-two")


def mistake_in_words(mistake: Mistake, lang: Lang) -> Document:
    """The description of a mistake without a scenario of the reader's own."""
    return Document(lang, say(mistake.text, lang), (), tuple(_description(mistake, lang)))


def _description(mistake: Mistake, lang: Lang) -> Iterator[Block]:
    yield Paragraph(say(WHAT[mistake.kind], lang, clause=mistake.clause), "strong")
    introduced = phrases.NOTE if mistake.kind == "convention" else phrases.PRINCIPLE
    yield Paragraph(say(introduced, lang, principle=mistake.principle))
    for call, sites in _first_place(mistake):
        wheres = tuple(dict.fromkeys(site.where for site in sites if site.broad)) or (sites[0].where,)
        shown = (*wheres[:MOST_PLACES], *([same("…")] if len(wheres) > MOST_PLACES else []))
        places = T(*(COMMA[each].join(where[each] for where in shown) for each in LANGUAGES))
        yield Paragraph(say(WHERE, lang, scenario=call, places=places))
        yield Paragraph(say(WORKED_OUT, lang, call=Code(f"tutor mistakes {mistake.name} {call}")))


def _first_place(mistake: Mistake) -> Iterator[tuple[str, tuple[Site, ...]]]:
    """The first of the bundled scenarios, as it is or with another optimizer, in which it can be made, and the places."""
    names = dict.fromkeys((*SEE_FIRST, *(entry.name for entry in bundled())))
    cases = (*((name, None) for name in names), *((SEE_FIRST[0], optimizer) for optimizer in OPTIMIZERS))
    for name, optimizer in cases:
        if sites := tuple(mistake.sites(load(name, optimizer=optimizer))):
            yield name if optimizer is None else f"{name} --optimizer {optimizer}", sites
            return


TITLE = T("Mistakes that are recognised", "能识别的错误")
EACH = T(
    "{count} mistakes and conventions; 'tutor mistakes ID SCENARIO' works one of them out.",
    "共 {count} 种错误与约定；'tutor mistakes 名字 场景' 给出其中一种的完整计算。",
)
NO_VALUE = T(
    "with '{name}' ({where}) {node} has no value: {what}; --where chooses another place",
    "犯了 '{name}'（{where}）之后，{node} 没有值：{what}；用 --where 换一个位置",
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


def mistake_page(case: Submission, mistake: Mistake, where: str | None = None) -> Document:
    """The worked solution with a mistake beside the right one.

    Raises TutorError where it cannot be made, or where nothing can be computed any more once it is.
    """
    able = tuple(each for each in singles(case.scenario) if each.names == (mistake.name,))
    if not able:
        raise TutorError(NOT_HERE.format(name=mistake.name, scenario=visible(case.scenario.name or "SCENARIO")))
    chosen = placed(able, where)[0]
    lesson = case.lessons[0]
    about = (plain(case.scenario.title[lesson.lang]), *facts(lesson))
    try:
        page = tuple(_page(case, chosen, able))
    except DomainError as error:
        said = NO_VALUE.format(name=mistake.name, where=chosen.where, node=error.node, what=error.what)
        raise TutorError(said) from None
    return Document(lesson.lang, lesson.say(mistake.text), about, page)


def _page(case: Submission, chosen: Hypothesis, able: Sequence[Hypothesis]) -> Iterator[Block]:
    say, (made,) = case.lessons[0].say, chosen.definition
    yield Paragraph(say(THIS, clause=made.mistake.clause, where=chosen.where), "strong")
    introduced = phrases.NOTE if chosen.is_convention else phrases.PRINCIPLE
    yield Paragraph(say(introduced, principle=made.mistake.principle))
    yield from _side_by_side(case, chosen)
    others = [each.where for each in able if each is not chosen]
    if others:
        places = T(*(COMMA[lang].join(where[lang] for where in others) for lang in LANGUAGES))
        yield Paragraph(say(PLACES, places=places), "muted")


def _side_by_side(case: Submission, chosen: Hypothesis) -> Iterator[Block]:
    wrong_steps = imagine(case.scenario, chosen, len(case.run.steps), case.since)
    shown = [
        (i, seat._replace(step=i), write())
        for i, lesson in enumerate(case.lessons)
        for seat, write in shown_lines(lesson)
    ]
    places = [seat for _, seat, _ in shown]
    right, wrong = numbers(case.run.steps, places), numbers(wrong_steps, places)
    marks = moved(wrong, right[0].tolist())[0].tolist()
    first = marks.index(True) if any(marks) else None
    rows = []
    for k, (i, _, line) in enumerate(shown):
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
        yield from whole(shown[first][2])


def _both(right: float, wrong: float) -> tuple[Words, Words]:
    """Two numbers to 6 figures, or to as many as distinguish them."""
    for digits in range(FIGURES, FLOAT_FIGURES + 1):
        shown = figure(right, digits), figure(wrong, digits)
        if shown[0].text != shown[1].text or isclose(right, wrong, rel_tol=1e-11):
            break
    return math(shown[0]), math(shown[1])
