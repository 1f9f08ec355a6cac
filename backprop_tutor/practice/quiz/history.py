"""The history of practice: where every skill stands, a small chart by day, and the answers for other programs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from backprop_tutor.lesson.document import Align, Block, Document, Paragraph, Section, Table, Text
from backprop_tutor.lesson.words import plain, say
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.records import COLUMNS, Answer, Records
from backprop_tutor.practice.quiz.schedule import Standing, standings
from backprop_tutor.practice.quiz.summary import onward, table
from backprop_tutor.practice.quiz.verdict import Verdict
from backprop_tutor.text import Lang, T

VERSION = 1
DAYS = 14
LONGEST_BAR = 30

TITLE = T("Progress", "学习进度")
SKILLS_PART, DAYS_PART = T("Skills", "技能"), T("The last {count} days", "最近 {count} 天")
MISTAKES_PART = T("Mistakes met most often", "最常犯的错误")
NONE = T("Nothing has been practised yet. To begin: tutor quiz", "还没有练习过。开始：tutor quiz")
DAY, RIGHT, WRONG = T("day", "日期"), T("right", "正确"), T("not right", "未答对")
LEGEND = T("█ right   ░ not right", "█ 正确   ░ 未答对")
MOST_MISTAKES = 5


def progress_document(kept: Records, now: datetime, lang: Lang) -> Document:
    """Skills, the last days, the mistakes made most often, what to do next."""
    answers = over(kept.answers())
    known = standings(answers, kept.resets())
    blocks = tuple(_blocks(answers, known, now, lang)) if answers else (Paragraph(say(NONE, lang)),)
    return Document(lang, say(TITLE, lang), (), blocks)


def over(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The answers that ended a question."""
    return tuple(answer for answer in answers if not Verdict(answer.verdict).free)


def _blocks(answers: Sequence[Answer], known: Mapping[str, Standing], now: datetime, lang: Lang) -> Iterable[Block]:
    yield Section(say(SKILLS_PART, lang), (table(list(known.values()), now, lang),), "skills")
    yield Section(
        say(DAYS_PART, lang, count=DAYS), (_days(answers, now, lang), Paragraph(say(LEGEND, lang), "muted")), "days"
    )
    mistakes = Counter(name for answer in answers for name in answer.mistakes.split())
    if mistakes:
        most = mistakes.most_common(MOST_MISTAKES)
        rows = tuple((plain(_called(name, lang)), plain(str(count))) for name, count in most)
        yield Section(say(MISTAKES_PART, lang), (Table(((), ()), rows, ("left", "right")),), "mistakes")
    yield from onward(known, now, lang)


def _called(mistake: str, lang: Lang) -> str:
    """A mistake in words; by its name where only another version knows it."""
    return MISTAKES[mistake].text[lang] if mistake in MISTAKES else mistake


def _days(answers: Sequence[Answer], now: datetime, lang: Lang) -> Table:
    """A bar a day: answers that were right, then those that were not."""
    days = [(now - timedelta(days=back)).astimezone().date().isoformat() for back in range(DAYS - 1, -1, -1)]
    right, wrong = Counter[str](), Counter[str]()
    for answer in answers:
        day = datetime.fromisoformat(answer.at).astimezone().date().isoformat()
        (right if Verdict(answer.verdict).right else wrong)[day] += 1
    met = [day for day in days if right[day] + wrong[day]]
    days = days[days.index(met[0]) :] if met else days[-1:]
    most = max([right[day] + wrong[day] for day in days] + [LONGEST_BAR])
    rows = (
        (plain(day), plain(str(right[day])), plain(str(wrong[day])), _bar(right[day], wrong[day], most)) for day in days
    )
    header = (*(say(title, lang) for title in (DAY, RIGHT, WRONG)), ())
    align: tuple[Align, ...] = ("left", "right", "right", "left")
    return Table(header, tuple(rows), align)


def _bar(right: int, wrong: int, most: int) -> tuple[Text, ...]:
    """At most `LONGEST_BAR` cells for the busiest day; a day with answers has at least one."""
    cells = -(-LONGEST_BAR * (right + wrong) // most)
    full = round(cells * right / (right + wrong)) if right + wrong else 0
    return (Text("█" * full, "good"), Text("░" * (cells - full), "bad"))


def csv_text(answers: Iterable[Answer]) -> str:
    """Every answer as a row of a CSV file, under the names of the columns."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(tuple(map(_cell, astuple(answer))) for answer in answers)
    return out.getvalue()


def _cell(value: object) -> object:
    """What was typed is text: no spreadsheet may take it for a formula of its own."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r") else value


def progress_record(kept: Records) -> dict[str, Any]:
    """The standing of every skill as the JSON object other programs read."""
    known = standings(kept.answers(), kept.resets())
    return {
        "format": "backprop-tutor/progress",
        "version": VERSION,
        "answers": len(over(kept.answers())),
        "skills": [_skill(standing) for standing in known.values()],
    }


def _skill(standing: Standing) -> dict[str, Any]:
    return {
        "skill": standing.skill,
        "answered": standing.answered,
        "right": standing.right,
        "in_a_row": standing.streak,
        "mastered": standing.mastered,
        "due": standing.due.isoformat() if standing.due else None,
    }
