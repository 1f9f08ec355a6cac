"""Published figures beside the computed ones: the same verdicts as for a learner's, the known errata, the causes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_tutor.formula.figures import FLOAT_FIGURES, figure
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Table, Tone, Words
from backprop_tutor.lesson.inline import math, plain, say
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.agreement import figures
from backprop_tutor.practice.diagnosis.explanation_text import remarks, what
from backprop_tutor.practice.diagnosis.line_grading import LineVerdict
from backprop_tutor.practice.grading.check import Check, CheckedLine, Graded
from backprop_tutor.text import COMMA, Lang, T

MORE = 3  # digits of a computed number beyond the printed ones

CALLED, PRINTED, COMPUTED = T("called", "原文记作"), T("printed", "原文数值"), T("computed", "计算值")
VERDICTS: dict[str, tuple[T, Tone]] = {
    **dict[str, tuple[T, Tone]](phrases.VERDICTS.items()),
    "carried": (T("→ follows from the figures before", "→ 由前面的数而来"), "muted"),
}
COUNTS: dict[LineVerdict, T] = {
    "right": T("{count} right", "正确 {count} 个"),
    "rounded": T("{count} rounded on the way", "中途有舍入 {count} 个"),
    "carried": T("{count} following from a wrong one", "由错误数值而来 {count} 个"),
    "undecided": T("{count} with too few digits to tell", "位数太少无法判断 {count} 个"),
    "wrong": T("{count} wrong", "错误 {count} 个"),
}
NOTE = T("{quantity}: {note}", "{quantity}：{note}")
DIFFERS = T(
    "{quantity}: the file gives it the verdict “{expected}”; here it is “{verdict}”.",
    "{quantity}：文件给出的评判是“{expected}”；这里的评判是“{verdict}”。",
)
WHY = T("{quantity} is what you get when {what}.", "{quantity} 这样算正好得到：{what}。")
PAGE = T("The whole solution with it, beside the right one: ", "按此计算的完整解答与正确解答对照：")


def comparison(found: Graded, lang: Lang) -> Document:
    """A table in the order of the file, the notes on what is not right, the count of each verdict, and the causes."""
    judged = sorted(((check, line) for check in found.checks for line in check.lines), key=_place)
    lines = [line for _, line in judged]
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in COUNTS}
    words = COMMA[lang].join(COUNTS[verdict].format(count=count)[lang] for verdict, count in counts.items() if count)
    tone: Tone = "good" if found.verdict == "correct" else "bad" if counts["wrong"] else "plain"
    title = plain(found.checks[0].case.scenario.title[lang])
    read = tuple(block for check in found.checks for block in remarks(check.case))
    blocks = (*read, _table(judged, lang), *_notes(lines, lang), Paragraph(plain(words), tone), *_causes(found, lang))
    return Document(lang, title, (), blocks)


def _place(judged: tuple[Check, CheckedLine]) -> int:
    named = judged[1].claim.entry.named
    return named.line if named else 0


def _table(judged: Sequence[tuple[Check, CheckedLine]], lang: Lang) -> Table:
    header = tuple(plain(title[lang]) for title in (phrases.QUANTITY, CALLED, PRINTED, COMPUTED, phrases.VERDICT))
    return Table(header, tuple(_row(line, lang) for _, line in judged), ("left", "left", "right", "right", "left"))


def _row(line: CheckedLine, lang: Lang) -> tuple[Words, ...]:
    (text, tone), claim = VERDICTS[line.verdict], line.claim
    digits = min(FLOAT_FIGURES, figures(claim.typed) + MORE)
    computed = math(figure(claim.named(line.right), digits))
    return plain(claim.entry.name), plain(claim.entry.called), (claim.shown,), computed, plain(text[lang], tone)


def _notes(lines: Sequence[CheckedLine], lang: Lang) -> Iterator[Block]:
    for line in lines:
        if line.claim.entry.note and line.verdict != "right":
            yield Paragraph(say(NOTE, lang, quantity=line.claim.entry.name, note=line.claim.entry.note))
        if line.claim.entry.expected not in ("", line.verdict):
            expected, verdict = (VERDICTS[each][0] for each in (line.claim.entry.expected, line.verdict))
            yield Paragraph(say(DIFFERS, lang, quantity=line.claim.entry.name, expected=expected, verdict=verdict))


def _causes(found: Graded, lang: Lang) -> Iterator[Block]:
    """The mistake behind each wrong figure that has no explanation in the file, if one is known, and where it shows."""
    for check in found.checks:
        for cause in check.causes:
            first = next(line for line in check.lines if line.cause is cause)
            if first.claim.entry.note:
                continue
            yield Paragraph(say(WHY, lang, quantity=first.claim.entry.name, what=what(cause.hypothesis)), "strong")
            if check.case.call and cause.hypothesis.page:
                call = Code(f"tutor mistakes {cause.hypothesis.page} {check.case.call}")
                yield Paragraph((*say(PAGE, lang), call))
