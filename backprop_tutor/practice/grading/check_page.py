"""A checked solution as a document: every line with its verdict, the first wrong one, and its explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_tutor.formula.figures import figure
from backprop_tutor.lesson import inline as words
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Table, Tone, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import math, plain
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.explanation_text import remarks, what
from backprop_tutor.practice.diagnosis.first_line import edit_of, first_of, line_of
from backprop_tutor.practice.diagnosis.line_grading import LineVerdict
from backprop_tutor.practice.edits.marked_correction import blocks as edit_blocks
from backprop_tutor.practice.exercise.page import whole
from backprop_tutor.practice.grading.check import Check, CheckedLine, Graded
from backprop_tutor.text import COMMA, Lang, T

BECAUSE = T("{verdict} ({number})", "{verdict}（{number}）")
FOLLOWS = T("from yours", "按你的数")
ALL_RIGHT = T("✓ Every line is right.", "✓ 每一行都正确。")
ALL_FILLED_RIGHT = T("✓ Every line that is filled in is right.", "✓ 填了的每一行都正确。")
FIRST_WRONG = T(
    "The first wrong line is {name}: {typed}; right is {right}.",
    "第一处错误在 {name}：你写的是 {typed}，正确的是 {right}。",
)
FIRST_OTHER = T(
    "The first line that differs is {name}: {typed}; with what is stated here it is {right}.",
    "最先不同的是 {name}：你写的是 {typed}，按题目的规定应是 {right}。",
)
CAUSE = T("({number}) This is what you get when {what}.", "（{number}）这样算正好得到这些数：{what}。")
ALSO_WRONG = T(
    "Also wrong is {name}: {typed}; right is {right}.", "{name} 也有错：你写的是 {typed}，正确的是 {right}。"
)
NO_CAUSE = T("No single known slip gives this.", "没有哪一种已知的错误单独得出这个数。")
MANY, TOLD = 60, 3
"""With more lines than this an array is summarised in one line, and at most this many wrong ones are shown separately.
"""

MANY_WRONG = T(
    "{count} more lines are wrong, each in itself: mend the first one and check again.",
    "另有 {count} 行各自也有错：先改正第一处，再检查一遍。",
)
FOLLOW = T(
    "{count} of the later lines follow from it: mending it mends them.",
    "后面有 {count} 行都是由它而来：改正它，那些行也就改正了。",
)
FOLLOWS_ONE = T(
    "One of the later lines follows from it: mending it mends that one.",
    "后面有 1 行是由它而来：改正它，那一行也就改正了。",
)
ARRAY, LINES = T("array", "数组"), T("numbers", "个数")
BLANKS = T("Left blank and skipped ({count}): {names}.", "空着未填、已跳过（{count} 个）：{names}。")
COUNTS: dict[LineVerdict, T] = {
    "right": T("{count} right", "正确 {count} 行"),
    "undecided": T("{count} with too few digits to tell", "位数太少无法判断 {count} 行"),
    "carried": T("{count} right from your own numbers", "按自己的数算正确 {count} 行"),
    "rounded": T("{count} rounded", "有舍入 {count} 行"),
    "wrong": T("{count} wrong", "错误 {count} 行"),
}


def check_page(found: Graded) -> Document:
    """The document of a checked solution."""
    lesson = found.checks[0].case.lessons[0]
    title = plain(lesson.scenario.title[lesson.lang])
    return Document(lesson.lang, title, facts(lesson), tuple(block for each in found.checks for block in _blocks(each)))


def _blocks(found: Check) -> Iterator[Block]:
    say, lang = found.case.lessons[0].say, found.case.lessons[0].lang
    yield from remarks(found.case)
    counts = Paragraph(plain(_counts(found)), "muted")
    are_many = len(found.lines) > MANY
    yield from (() if are_many else (_table(found), counts))
    if found.first_wrong is not None:
        first = found.first_wrong
        yield from _wrong(found, first, FIRST_OTHER if _is_convention(first) else FIRST_WRONG)
    elif found.verdict == "undecided":
        yield Paragraph(say(phrases.ALL_FEW))
    else:
        yield Paragraph(say(ALL_FILLED_RIGHT if found.blanks else ALL_RIGHT), "good")
    yield from (summary(found), counts) if are_many else ()
    unexplained = [each for each in found.lines if each.verdict == "wrong" and each.cause is None]
    also = [line for line in unexplained if line is not found.first_wrong]
    for line in also if len(also) <= TOLD else ():
        yield from _wrong(found, line, ALSO_WRONG)
    if len(also) > TOLD:
        yield Paragraph(say(MANY_WRONG, count=len(also)))
    for count, cause in enumerate(found.causes, start=1):
        if not cause.sure:
            yield Paragraph(say(phrases.LIKELIEST_ONE))
        yield Paragraph(say(CAUSE, number=count, what=what(cause.hypothesis)), "strong")
        if are_many and count > 1:
            continue
        introduced = phrases.NOTE if cause.hypothesis.is_convention else phrases.PRINCIPLE
        yield Paragraph(say(introduced, principle=cause.hypothesis.definition[0].mistake.principle))
        edited = edit_of(found.case, cause, first_of(found.case, cause.hypothesis))
        yield from edit_blocks(*edited) if edited else ()
    yield from _following(found)
    if found.blanks:
        yield Paragraph(say(BLANKS, count=len(found.blanks), names=COMMA[lang].join(found.blanks)), "muted")
    yield from _next(found)


def _following(found: Check) -> Iterator[Block]:
    """The number of later lines that follow from the first wrong one."""
    first = found.first_wrong
    count = found.follow_from(first.cause) if first else 0
    if count:
        say = found.case.lessons[0].say
        yield Paragraph(say(FOLLOW if count > 1 else FOLLOWS_ONE, count=count), "muted")


def summary(found: Check) -> Table:
    """The lines of each array counted, verdict by verdict, in the order of the computation."""
    lang, say = found.case.lessons[0].lang, found.case.lessons[0].say
    arrays: dict[str, list[CheckedLine]] = {}
    for line in found.lines:
        quantity = line.claim.quantity._replace(indices=(), example=None)
        arrays.setdefault(str(quantity).removeprefix("values."), []).append(line)
    rows = (
        (plain(name), plain(str(len(lines))), plain(_count(lines, lang), _tone(lines)))
        for name, lines in arrays.items()
    )
    header = tuple(map(say, (ARRAY, LINES, phrases.VERDICT)))
    return Table(header, tuple(rows), ("left", "right", "left"))


def _tone(lines: Sequence[CheckedLine]) -> Tone:
    return "bad" if any(line.verdict == "wrong" for line in lines) else "plain"


def _counts(found: Check) -> str:
    """The number of lines of each verdict."""
    return _count(found.lines, found.case.lessons[0].lang)


def _count(lines: Sequence[CheckedLine], lang: Lang) -> str:
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in COUNTS}
    counted = (COUNTS[verdict].format(count=count)[lang] for verdict, count in counts.items() if count)
    return COMMA[lang].join(counted)


def _table(found: Check) -> Table:
    say = found.case.lessons[0].say
    titles = (phrases.QUANTITY, phrases.YOURS, FOLLOWS, phrases.RIGHT, phrases.VERDICT)
    rows = tuple(_row(found, line) for line in found.lines)
    return Table(tuple(map(say, titles)), rows, ("left", "right", "right", "right", "left"))


def _row(found: Check, line: CheckedLine) -> tuple[Words, ...]:
    place = found.case.claims.index(line.claim)
    digits = found.case.digits(place)
    text, tone = phrases.OTHER if _is_convention(line) else found.case.verdict(place, line.verdict)
    if line.cause is not None:
        text = BECAUSE.format(verdict=text, number=found.causes.index(line.cause) + 1)
    follows = (
        ()
        if line.verdict in ("right", "undecided") or line is found.first_wrong
        else math(figure(line.claim.named(line.follows), digits))
    )
    verdict = plain(text[found.case.lessons[0].lang], tone)
    right = math(figure(line.claim.named(line.right), digits))
    return plain(line.claim.name), (line.claim.shown,), follows, right, verdict


def _is_convention(line: CheckedLine) -> bool:
    """Whether a line is not right only by another convention than the stated one."""
    return line.cause is not None and line.cause.hypothesis.is_convention


def _wrong(found: Check, line: CheckedLine, said: T) -> Iterator[Block]:
    lang, digits = found.case.lessons[0].lang, found.case.digits(found.case.claims.index(line.claim))
    name, typed, right = line.claim.name, line.claim.shown, figure(line.claim.named(line.right), digits)
    tone = "muted" if _is_convention(line) else phrases.VERDICTS[line.verdict][1]
    yield Paragraph(words.say(said, lang, name=name, typed=typed, right=right), tone)
    counted = line_of(found.case.lessons[line.claim.seat.step], line.claim.seat)
    yield from whole(counted) if counted else ()
    if line.cause is None:
        yield Paragraph(words.say(NO_CAUSE, lang))
        if call := found.case.line_call(found.case.claims.index(line.claim)):
            yield Paragraph(words.say(phrases.IN_PLACE, lang, call=Code(call)))


def _next(found: Check) -> Iterator[Block]:
    """A suggestion for practice: the line where the first cause first shows, else the first wrong line."""
    first, name = found.first_wrong, found.case.call
    if not (name and first) or _is_convention(first) or not found.case.scenario.is_by_hand:
        return
    counted = first.cause and first_of(found.case, first.cause.hypothesis)
    line = counted.line if counted else line_of(found.case.lessons[first.claim.seat.step], first.claim.seat)
    if line:
        yield Paragraph((*found.case.lessons[0].say(phrases.NEXT), Code(f"tutor quiz {name} --skill {line.skill}")))
