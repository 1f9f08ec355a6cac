"""``tutor quiz --self-check``: the questions on a scenario, checked against what they promise."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.cli.output import show
from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Document, Paragraph, Table
from backprop_tutor.lesson.words import plain, say
from backprop_tutor.practice.quiz.kinds.table import KINDS
from backprop_tutor.practice.quiz.self_check import Report, self_check
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

TITLE = T("Questions on {title}, {count} seeds", "{title}：题目自检，{count} 个种子")
KIND, CHECKED = T("kind", "题型"), T("checked", "已检查")
GOOD = T(
    "✓ every key confirmed, every wrong answer refused, no hint too early, {traced} questions with mistakes traced",
    "✓ 答案全部核对无误，错误答案全部判错，提示没有提前泄露，{traced} 道题的错误均能溯源",
)
BAD = T("✗ {count} faults", "✗ {count} 处问题")
FAULT = T("{kind}, seed {seed}, {subject}: {what}", "{kind}，种子 {seed}，{subject}：{what}")
NEEDS_SCENARIO = T("--self-check needs a scenario to check", "--self-check 需要给出一个场景")
MOST_SHOWN = 50


def check(name: str | None, seeds: range, lang: Lang, notation: str | None, width: int | None) -> int:
    """Check the questions on a scenario and give the exit status: 1 where there is a fault. Raises TutorError without one."""
    if name is None:
        raise TutorError(NEEDS_SCENARIO)
    scenario = load(name)
    report = self_check(scenario, seeds, lang, notation)
    title = say(TITLE, lang, title=scenario.title, count=len(seeds))
    show(Document(lang, title, (), tuple(_blocks(report, lang))), width, paged=False)
    return int(bool(report.faults))


def _blocks(report: Report, lang: Lang) -> Iterator[Block]:
    rows = tuple((plain(KINDS[kind].text[lang]), plain(str(count))) for kind, count in report.questions.items())
    yield Table((say(KIND, lang), say(CHECKED, lang)), rows, ("left", "right"))
    if not report.faults:
        yield Paragraph(say(GOOD, lang, traced=report.traced), "good")
        return
    yield Paragraph(say(BAD, lang, count=len(report.faults)), "bad")
    for fault in report.faults[:MOST_SHOWN]:
        yield Paragraph(
            say(FAULT.format(kind=fault.kind, seed=fault.seed, subject=fault.subject, what=fault.what), lang)
        )
