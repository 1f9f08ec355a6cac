"""Every question of every unit held against what the quiz promises of it: right answers, wrong ones, mistakes by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Document, Paragraph, Table
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.course.course import Unit
from backprop_tutor.practice.quiz.plan import Turn, question
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.self_check import Fault, faults
from backprop_tutor.text import Lang, T

CHECKED = T("✓ every question keeps its promises", "✓ 所有题目均符合要求")
FAULTS = T("✗ {count} faults", "✗ {count} 处问题")
FAULT = T("{unit}, {kind}, seed {seed}, {subject}: {what}", "{unit}，{kind}，种子 {seed}，{subject}：{what}")
UNIT, QUESTIONS = T("unit", "单元"), T("questions", "题目")
CHECK_TITLE = T("The course, {count} seeds", "课程自检，{count} 个种子")


@frozen
class UnitReport:
    """How many questions of a unit were checked, and what was wrong with them."""

    unit: Unit
    questions: int
    faults: tuple[Fault, ...]


def check_unit(unit: Unit, seeds: Iterable[int], lang: Lang) -> UnitReport:
    """Every question of a unit as it is planned for each seed, and as it comes again with new numbers."""
    count, broken = 0, []
    for seed in seeds:
        for index, ask in enumerate(unit.asks):
            for again in (0, 1):
                count += 1
                about = ", ".join(ask.about)
                broken += [Fault(ask.kind, seed, about, what) for what in _wrong(unit, seed, Turn(index, again), lang)]
    return UnitReport(unit, count, tuple(broken))


def _wrong(unit: Unit, seed: int, turn: Turn, lang: Lang) -> Iterator[T]:
    """What is wrong with the question of a turn; that there is none is a fault too."""
    try:
        asked: Question = question(unit.request(seed), turn, 1, lang)
    except TutorError as error:
        yield from (problem.message for problem in error.problems)
        return
    yield from faults(asked)


def check_document(reports: tuple[UnitReport, ...], seeds: int, lang: Lang) -> Document:
    """What --self-check found, unit by unit."""
    rows = tuple((plain(report.unit.name), plain(str(report.questions))) for report in reports)
    table = Table((say(UNIT, lang), say(QUESTIONS, lang)), rows, ("left", "right"))
    broken = [(report.unit, fault) for report in reports for fault in report.faults]
    verdict = (
        Paragraph(say(FAULTS, lang, count=len(broken)), "bad") if broken else Paragraph(say(CHECKED, lang), "good")
    )
    said = (
        Paragraph(say(FAULT.format(unit=u.name, kind=f.kind, seed=f.seed, subject=f.subject, what=f.what), lang))
        for u, f in broken
    )
    return Document(lang, say(CHECK_TITLE, lang, count=seeds), (), (table, verdict, *said))
