"""The history of practice: the level of every skill, a small chart by day, and the answers for other programs.

It also summarises a session, skill by skill, and suggests what to practise next.
"""

from __future__ import annotations

import csv
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from backprop_tutor.lesson.document import Align, Block, Code, Document, Paragraph, Section, Table, Text
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.records import Answer, Records, over
from backprop_tutor.practice.quiz.schedule import Standing, due, standings
from backprop_tutor.text import COMMA, Lang, T, spreadsheet_cell

SKILL, ANSWERED, SUMMARY_RIGHT = T("skill", "技能"), T("answered", "已答"), T("right", "正确")
IN_A_ROW, STATE = T("in a row", "连续答对"), T("state", "状态")
MASTERED, LEARNING, NEW = T("mastered", "已掌握"), T("learning", "练习中"), T("not met yet", "尚未练习")
DUE_NOW, DUE_TODAY = T("{state}, due now", "{state}，现在该复习"), T("{state}, due today", "{state}，今天复习")
DUE_ON = T("{state}, due {day}", "{state}，{day} 复习")
SCORE = T("{right} of {count} right.", "{count} 题中答对 {right} 题。")
NEXT = T("Practise next: {skills}: {call}", "接下来练习：{skills}：{call}")
ANY_DAY = T(
    "The days are for remembering it long. Before an exam any skill can be practised at once, as often as you like: {call}",
    "这样安排日期是为了记得更久。考试之前，任何一项都可以马上练，练多少次都行：{call}",
)
MOST_NEXT = 3


def summary(
    answers: Sequence[Answer], known: Mapping[str, Standing], now: datetime, lang: Lang, scenario: str | None = None
) -> tuple[Block, ...]:
    """The score of a session, its skills with their levels, and what to practise next, on the same scenario."""
    right = sum(answer.judged.right for answer in answers)
    met = {answer.skill for answer in answers}
    score = Paragraph(say(SCORE, lang, right=right, count=len(answers)))
    skills = table([known[skill] for skill in SKILLS if skill in met], now, lang)
    return (score, skills, *onward(known, now, lang, scenario))


def onward(known: Mapping[str, Standing], now: datetime, lang: Lang, scenario: str | None = None) -> Iterator[Block]:
    """What to practise next, with the command; and, where a skill is due on another day, how to practise it before."""
    if coming := next_skills(known, now):
        skills = COMMA[lang].join(SKILLS[skill].text[lang] for skill in coming)
        yield Paragraph(say(NEXT, lang, skills=skills, call=_practising(scenario, *coming)))
    if waiting := [(s.due, s.skill) for s in known.values() if s.due and s.due > now]:
        yield Paragraph(say(ANY_DAY, lang, call=_practising(scenario, max(waiting)[1])), "muted")


def _practising(scenario: str | None, *skills: str) -> Code:
    return Code(shlex.join(("tutor", "quiz", *([scenario] if scenario else []), "--skill", ",".join(skills))))


def next_skills(known: Mapping[str, Standing], now: datetime) -> tuple[str, ...]:
    """What to practise next: met but not mastered, the weakest first; else skills that are due, or new."""
    weak = sorted((s for s in known.values() if s.answered and not s.mastered), key=lambda s: s.right / s.answered)
    return (tuple(s.skill for s in weak) or due(known, now))[:MOST_NEXT]


def table(standings: Sequence[Standing], now: datetime, lang: Lang) -> Table:
    """The level of each skill."""
    header = tuple(say(title, lang) for title in (SKILL, ANSWERED, SUMMARY_RIGHT, IN_A_ROW, STATE))
    align: tuple[Align, ...] = ("left", "right", "right", "right", "left")
    rows = (
        (
            plain(SKILLS[standing.skill].short[lang]),
            plain(str(standing.answered)),
            plain(str(standing.right)),
            plain(str(standing.streak)),
            plain(_state(standing, now, lang), "good" if standing.mastered else "plain"),
        )
        for standing in standings
    )
    return Table(header, tuple(rows), align)


def _state(standing: Standing, now: datetime, lang: Lang) -> str:
    if standing.due is None:
        return NEW[lang]
    state = (MASTERED if standing.mastered else LEARNING)[lang]
    day, today = standing.due.astimezone().date(), now.astimezone().date()
    when = DUE_NOW if standing.due <= now else DUE_TODAY if day == today else DUE_ON
    return when.format(state=state, day=day.isoformat())[lang]


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


def progress_document(kept: Records, now: datetime, lang: Lang, course: tuple[Block, ...] = ()) -> Document:
    """Where the course stands, skills, the last days, the mistakes made most often, what to do next."""
    answers = over(kept.answers())
    known = standings(answers, kept.resets())
    blocks = (*course, *_blocks(answers, known, now, lang)) if answers else (Paragraph(say(NONE, lang)),)
    return Document(lang, say(TITLE, lang), (), blocks)


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
        (right if answer.judged.right else wrong)[day] += 1
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


def csv_text(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A CSV file, in which no text can be taken for a formula of a spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([spreadsheet_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


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
