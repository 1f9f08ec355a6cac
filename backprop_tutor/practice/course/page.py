"""What the course shows: the map, a lesson, the opening of a stage, how a unit ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Section, Table, Text, Tone, Words
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.course.course import STAGES, Course, Part, Unit
from backprop_tutor.practice.course.progress import Contrast, Progress, missing, next_unit
from backprop_tutor.practice.quiz.schedule import IN_A_ROW
from backprop_tutor.practice.quiz.session import Session
from backprop_tutor.text import COMMA, Lang, T

LESSON = T("Lesson", "讲解")
MASTERED, DUE = T("✓ mastered", "✓ 已掌握"), T("✓ mastered, due again", "✓ 已掌握，该复习了")
LEFT, ROW = T("… left open", "… 做到一半"), T("{count} of {all} in a row", "连续答对 {count}/{all}")
WAITS, OPEN = T("after {unit}", "先学 {unit}"), T("open", "可以开始")
WORKED = T("{done} of {all} units mastered.", "共 {all} 个单元，已掌握 {done} 个。")
GO_ON = T("Go on with '{unit}': {call}", "接着学“{unit}”：{call}")
TO_MISTAKE = T(
    "A mistake made {count} times: {mistake}. See it beside the right solution: {call}",
    "这个错误犯了 {count} 次：{mistake}。把它和正确的解答并排看一看：{call}",
)
ALL_DONE = T(
    "Everything is mastered, and nothing is due. More practice: {call}",
    "全部单元都已掌握，暂时没有要复习的。继续练习：{call}",
)
NOT_YET = T(
    "Not mastered yet: it takes {all} right answers in a row without hints on fresh numbers; so far {count}. Only those "
    "questions come the next time.",
    "还没有掌握：在新的数上不看提示连续答对 {all} 题才算掌握，目前连续 {count} 题。下次只出这些题。",
)
OVERCOME = T("✓ You have overcome this mistake: {mistake}.", "✓ 你已经克服了这个错误：{mistake}。")
NOT_OVERCOME = T(
    "So far {count} of {all} right in a row. It comes back in some time, with other numbers.",
    "目前连续答对 {count}/{all}。过一段时间它会换一组数再来。",
)
MISTAKES_PART = T("Mistakes made more than once", "犯过不止一次的错误")
MASTERED_UNITS = T("mastered", "已掌握")
DONE_WITH, NOW = T("✓ overcome", "✓ 已克服"), T("comes next", "接下来就练")
MISTAKE, TIMES, STATE = T("mistake", "错误"), T("times", "次数"), T("state", "状态")
PARTS_PART, PART_NAME = T("The course", "课程"), T("part", "部分")
REACHED = T("✓ The unit '{unit}' is mastered.", "✓ 单元“{unit}”已掌握。")
NEEDS = T(
    "This unit builds on {units}, which you have not mastered yet.", "本单元以{units}为基础，而这部分你还没有掌握。"
)
NAMED = T("'{title}' ({name})", "“{title}”（{name}）")
PART = T("{number}. {title}", "{number}. {title}")


def map_document(
    course: Course, known: Mapping[str, Progress], met: Mapping[str, Contrast], now: datetime, lang: Lang
) -> Document:
    """The parts with their units, where each stands, the mistakes made twice, and where to go on."""
    done = sum(each.mastered for each in known.values())
    blocks: list[Block] = [_units_table(course, known, now, lang), *mistakes_part(met, now, lang)]
    blocks += [Paragraph(say(WORKED, lang, done=done, all=len(known))), *onward(course, known, met, now, lang)]
    return Document(lang, say(course.title, lang), (), tuple(blocks))


def progress_parts(
    course: Course, known: Mapping[str, Progress], met: Mapping[str, Contrast], now: datetime, lang: Lang
) -> tuple[Block, ...]:
    """For the history of practice: how many units of each part are mastered, and the mistakes made twice."""
    if not any(each.sessions for each in known.values()):
        return mistakes_part(met, now, lang)
    rows = tuple(_part_row(part, known, lang) for part in course.parts)
    table = Table((say(PART_NAME, lang), say(MASTERED_UNITS, lang), ()), rows, ("left", "right", "left"))
    return (Section(say(PARTS_PART, lang), (table,), "course"), *mistakes_part(met, now, lang))


def _part_row(part: Part, known: Mapping[str, Progress], lang: Lang) -> tuple[Words, ...]:
    done, all_ = sum(known[unit.name].mastered for unit in part.units), len(part.units)
    bar = (Text("█" * done, "good"), Text("░" * (all_ - done), "muted"))
    return (say(PART, lang, number=part.number, title=part.title), plain(f"{done}/{all_}"), bar)


def mistakes_part(met: Mapping[str, Contrast], now: datetime, lang: Lang) -> tuple[Block, ...]:
    """The mistakes made twice, and which of them are overcome."""
    if not met:
        return ()
    rows = tuple(
        (
            plain(one.mistake.text[lang]),
            plain(str(one.made)),
            plain(_mistake_state(one, now, lang), "good" if one.overcome else "plain"),
        )
        for one in met.values()
    )
    table = Table((say(MISTAKE, lang), say(TIMES, lang), say(STATE, lang)), rows, ("left", "right", "left"))
    return (Section(say(MISTAKES_PART, lang), (table,), "mistakes"),)


def _mistake_state(one: Contrast, now: datetime, lang: Lang) -> str:
    if one.overcome:
        return DONE_WITH[lang]
    if one.left:
        return LEFT[lang]
    return NOW[lang] if one.is_due(now) else ROW.format(count=one.standing.streak, all=IN_A_ROW)[lang]


def _units_table(course: Course, known: Mapping[str, Progress], now: datetime, lang: Lang) -> Table:
    rows: list[tuple[Words, ...]] = []
    for part in course.parts:
        rows.append((say(PART, lang, number=part.number, title=part.title), (), ()))
        for unit in part.units:
            tone: Tone = "good" if known[unit.name].mastered else "plain"
            state = _state(known[unit.name], known, now, lang)
            rows.append((plain(f" {unit.title[lang]}"), plain(unit.name), plain(state, tone)))
    return Table(((), (), ()), tuple(rows), ("left", "left", "left"))


def _state(one: Progress, known: Mapping[str, Progress], now: datetime, lang: Lang) -> str:
    if one.mastered:
        return (DUE if one.is_due(now) else MASTERED)[lang]
    if one.left:
        return LEFT[lang]
    if one.standing.answered:
        return ROW.format(count=one.standing.streak, all=IN_A_ROW)[lang]
    lacks = missing(one.unit, known)
    return WAITS.format(unit=lacks[0].name)[lang] if lacks else OPEN[lang]


def onward(
    course: Course, known: Mapping[str, Progress], met: Mapping[str, Contrast], now: datetime, lang: Lang
) -> tuple[Block, ...]:
    """Where the course goes on from here."""
    match next_unit(known, now, met):
        case None:
            return (Paragraph(say(ALL_DONE, lang, call=Code("tutor quiz"))),)
        case Contrast(mistake=mistake, made=made):
            return (Paragraph(say(TO_MISTAKE, lang, count=made, mistake=mistake.text, call=Code(course.call))),)
        case coming:
            return (Paragraph(say(GO_ON, lang, unit=coming.unit.title, call=Code(course.call))),)


def before_question(unit: Unit, session: Session) -> tuple[tuple[Block, ...], ...]:
    """The lesson before the first question of a unit, and what is said where a stage begins: a page each."""
    asks, turn, lang = session.request.asks, session.ahead[0], session.lang
    stage, pages = STAGES[asks[turn.index].stage], list[tuple[Block, ...]]()
    if not session.answers and not stage.fresh:
        pages.append((lesson(unit, lang),))
    if not turn.again and (turn.index == 0 or asks[turn.index - 1].stage != stage.name):
        pages.append((Section(say(stage.text, lang), (Paragraph(say(stage.opening, lang)),), "stage"),))
    return tuple(pages)


def lesson(unit: Unit, lang: Lang) -> Section:
    """The lesson of a unit."""
    return Section(say(LESSON, lang), tuple(Paragraph(say(words, lang)) for words in unit.lesson), "lesson")


def lacking(unit: Unit, known: Mapping[str, Progress], lang: Lang) -> tuple[Block, ...]:
    """That a unit builds on others that are not mastered, where it does."""
    lacks = missing(unit, known)
    titles = COMMA[lang].join(NAMED.format(title=one.title, name=one.name)[lang] for one in lacks)
    return (Paragraph(say(NEEDS, lang, units=titles)),) if lacks else ()


def closing(one: Progress | Contrast, lang: Lang) -> Block:
    """Whether the unit is mastered now, or the mistake overcome, and what it takes otherwise."""
    row = {"all": IN_A_ROW, "count": one.standing.streak}
    match one:
        case Progress(mastered=True, unit=unit):
            return Paragraph(say(REACHED, lang, unit=unit.title), "good")
        case Contrast(overcome=True, mistake=mistake):
            return Paragraph(say(OVERCOME, lang, mistake=mistake.text), "good")
        case _:
            return Paragraph(say(NOT_YET if isinstance(one, Progress) else NOT_OVERCOME, lang, **row))
