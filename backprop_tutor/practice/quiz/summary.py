"""How a session went, skill by skill, and what to practise next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from backprop_tutor.lesson.document import Align, Block, Code, Paragraph, Table
from backprop_tutor.lesson.words import plain, say
from backprop_tutor.practice.quiz.records import Answer
from backprop_tutor.practice.quiz.schedule import Standing, due
from backprop_tutor.practice.quiz.skills import SKILLS
from backprop_tutor.practice.quiz.verdict import Verdict
from backprop_tutor.text import COMMA, Lang, T

SKILL, ANSWERED, RIGHT = T("skill", "技能"), T("answered", "已答"), T("right", "正确")
IN_A_ROW, STATE = T("in a row", "连续答对"), T("state", "状态")
MASTERED, LEARNING, NEW = T("mastered", "已掌握"), T("learning", "练习中"), T("not met yet", "尚未练习")
DUE_NOW, DUE_TODAY = T("{state}, due now", "{state}，现在该复习"), T("{state}, due today", "{state}，今天复习")
DUE_ON = T("{state}, due {day}", "{state}，{day} 复习")
SCORE = T("{right} of {count} right.", "{count} 题中答对 {right} 题。")
NEXT = T("Practise next: {skills}: {call}", "接下来练习：{skills}：{call}")
ANY_DAY = T(
    "The days are for remembering it long. Before an exam any skill can be practised at once, as often as you like: {call}",
    "日期是为了记得长久。考试之前，任何一项都可以马上练，练多少次都行：{call}",
)
MOST_NEXT = 3


def summary(answers: Sequence[Answer], known: Mapping[str, Standing], now: datetime, lang: Lang) -> tuple[Block, ...]:
    """The score of a session, its skills with where they stand, and what comes next."""
    right = sum(Verdict(answer.verdict).right for answer in answers)
    met = Counter(answer.skill for answer in answers)
    score = Paragraph(say(SCORE, lang, right=right, count=len(answers)))
    return score, table([known[skill] for skill in SKILLS if skill in met], now, lang), *onward(known, now, lang)


def onward(known: Mapping[str, Standing], now: datetime, lang: Lang) -> tuple[Block, ...]:
    """What to practise next, with the call; and, where something is due on another day, how to practise it before."""
    return tuple(_onward(known, now, lang))


def _onward(known: Mapping[str, Standing], now: datetime, lang: Lang) -> Iterator[Block]:
    if coming := next_skills(known, now):
        skills = COMMA[lang].join(SKILLS[skill].text[lang] for skill in coming)
        yield Paragraph(say(NEXT, lang, skills=skills, call=_practising(*coming)))
    if waiting := [(s.due, s.skill) for s in known.values() if s.due and s.due > now]:
        yield Paragraph(say(ANY_DAY, lang, call=_practising(max(waiting)[1])), "muted")


def _practising(*skills: str) -> Code:
    return Code(f"tutor quiz --skill {','.join(skills)}")


def next_skills(known: Mapping[str, Standing], now: datetime) -> tuple[str, ...]:
    """What to practise next: met but not mastered, the weakest first; else what is due, or new."""
    weak = sorted((s for s in known.values() if s.answered and not s.mastered), key=lambda s: s.right / s.answered)
    return (tuple(s.skill for s in weak) or due(known, now))[:MOST_NEXT]


def table(standings: Sequence[Standing], now: datetime, lang: Lang) -> Table:
    """Where each skill stands."""
    header = tuple(say(title, lang) for title in (SKILL, ANSWERED, RIGHT, IN_A_ROW, STATE))
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
