"""The diagnosis of a program for people: what was understood, the arrays, the line wrong and right, what else fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_tutor.graph.array import Array
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Row, Rows, Table, Text, Words
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.programs.diagnosis import ArrayDiagnosis, ArrayVerdict
from backprop_tutor.programs.naming import MEANS, SUMS, names_of, said
from backprop_tutor.programs.relations import HALF, SINGLE, relation
from backprop_tutor.programs.search import Found
from backprop_tutor.text import COMMA, Lang, T

TITLE = T("The gradients of a program", "程序算出的梯度")
CORRECT = T("✓ Right: these are the gradients of this network.", "✓ 正确：这就是该网络的梯度。")
CORRECT_SO_FAR = T("✓ What was given is right. Not given: {missing}.", "✓ 给出的都正确。没有给出：{missing}。")
UNDERSTOOD = T("Understood: {layout}; {names}.", "这样理解：{layout}；{names}。")
IS = T("{called} is {name}", "{called} 即 {name}")
CAUSE = T("Your arrays are what you get when, {what}.", "你的数组正好是这样算出来的：{what}。")
FIRST_WRONG = T(
    "The first array that does not follow from those before it: {name}.", "第一个与前面各数组不相符的是 {name}。"
)
WRONG_LINE, RIGHT_LINE = T("wrong", "错误"), T("right", "正确")
ALSO = T("The same arrays also come out when, {what}.", "这样也会得到同样的数组：{what}。")
PRINCIPLE = T("The principle: {principle}", "原理：{principle}")
NO_NUMBERS = T(
    "These arrays are not numbers: every entry is nan or inf, which no cause can be told from. Look for the first line that gives "
    "nan: an overflow of exp, a log of 0, a division by 0.",
    "这些数组不是数：全部是 nan 或 inf，无法由此看出原因。请找出第一处得到 nan 的行：exp 溢出、log 0 或除以 0。",
)
UNEXPLAINED = T(
    "No single edit of the right program gives these arrays ({tried} tried, and pairs of them). With the arrays on the way, "
    "values={{'z1': z1, 'a1': a1, 'dz2': dz2, ...}}, the first wrong line is found.",
    "对正确的程序只改一处得不到这些数组（试了 {tried} 种，以及其中两处的组合）。再给出中间的数组，"
    "如 values={{'z1': z1, 'a1': a1, 'dz2': dz2, ...}}，就能找出第一处错误的行。",
)
UNEXPLAINED_LINE = T("No single edit of its line gives it. The right line:", "只改这一行的一处得不到它。正确的一行：")
ARRAY, VERDICT, HOW = T("array", "数组"), T("", ""), T("how it is off", "差在哪里")
IS_RIGHT, IS_WRONG = T("✓ right", "✓ 正确"), T("✗ wrong", "✗ 错误")
MOST_ALSO = 2


def arrays_page(found: ArrayDiagnosis, lang: Lang) -> Document:
    """The diagnosis as a document."""
    title = (*say(TITLE, lang), Text(f" · {found.scenario.title[lang]}"))
    return Document(lang, title, (), tuple(_blocks(found, lang)))


def _blocks(found: ArrayDiagnosis, lang: Lang) -> Iterator[Block]:
    names = COMMA[lang].join(_called(each)[lang] for each in found.arrays)
    yield Paragraph(say(UNDERSTOOD, lang, layout=found.layout.said, names=names), "muted")
    if found.summed:
        is_mean = found.scenario.graph.reduction == "mean"
        yield Paragraph(say(SUMS if is_mean else MEANS, lang, count=found.examples))
    if found.verdict == "correct":
        said_ = CORRECT_SO_FAR.format(missing=_listed(found.missing)) if found.missing else CORRECT
        yield Paragraph(say(said_, lang), "good")
        yield _table(found, lang)
        return
    yield _table(found, lang)
    for name, causes in found.lines:
        yield Paragraph(say(FIRST_WRONG, lang, name=name), "strong")
        yield from explained(causes, lang) if causes else _unexplained_line(found, name, lang)
    if found.are_no_numbers:
        yield Paragraph(say(NO_NUMBERS, lang), "strong")
        return
    if found.explanations:
        yield from explained(found.explanations, lang)
    elif not found.lines:
        yield Paragraph(say(UNEXPLAINED, lang, tried=f"{found.tried:,}"), "strong")


def _listed(names: tuple[str, ...]) -> T:
    """Names with the commas of either language."""
    return T(*(COMMA[lang].join(names) for lang in ("en", "zh")))


def _called(each: ArrayVerdict) -> T:
    name = each.name if each.name.startswith("d") else f"{each.name}"
    return T(each.called, each.called) if each.called == name else IS.format(called=each.called, name=name)


def _table(found: ArrayDiagnosis, lang: Lang) -> Table:
    others = {each.name: each.right for each in found.arrays}
    rows = tuple(_row(each, others, lang) for each in found.arrays)
    return Table(tuple(say(title, lang) for title in (ARRAY, VERDICT, HOW)), rows, ("left", "left", "left"))


def _row(each: ArrayVerdict, others: dict[str, Array], lang: Lang) -> tuple[Words, ...]:
    if each.is_right:
        note = {"single": SINGLE, "half": HALF}.get(each.precision)
        is_whole = each.precision == "single" and each.given.dtype.kind == "f" and each.given.dtype.itemsize > 4
        return plain(each.called), plain(IS_RIGHT[lang], "good"), plain("" if note is None or is_whole else note[lang])
    how = relation(each.given, each.right, each.off, others)
    return plain(each.called), plain(IS_WRONG[lang], "bad"), plain(how[lang])


def explained(causes: tuple[Found, ...], lang: Lang) -> Iterator[Block]:
    """The first of the causes with its lines and its principle, and what else gives the same."""
    best = causes[0]
    yield Paragraph(say(CAUSE, lang, what=said(best)), "strong")
    yield from edited_lines(best, lang)
    for name in dict.fromkeys(names_of(best)):
        if name in MISTAKES and MISTAKES[name].kind == "mistake":
            yield Paragraph(say(PRINCIPLE, lang, principle=MISTAKES[name].principle))
    for other in distinct(causes)[1 : 1 + MOST_ALSO]:
        yield Paragraph(say(ALSO, lang, what=said(other)), "muted")


def distinct(causes: Sequence[Found]) -> list[Found]:
    """The explanations that are about different lines or have different names, in their order."""
    once: dict[object, Found] = {}
    for each in causes:
        lines = each.bench.program.lines
        key = frozenset(lines[edit.line].name for slip in each.slips for edit in slip.edits)
        once.setdefault(key, each)
    return list(once.values())


def edited_lines(found: Found, lang: Lang) -> Iterator[Block]:
    """Each line that is wrong, and as it should be."""
    rows = []
    for slip in found.slips:
        for edit in sorted(slip.edits, key=lambda edit: edit.line):
            line = found.bench.program.lines[edit.line]
            rows.append(Row(say(WRONG_LINE, lang), (Paragraph((Code(f"{line.name} = {edit.text}"),), "bad"),)))
            rows.append(Row(say(RIGHT_LINE, lang), (Paragraph((Code(f"{line.name} = {line.text}"),), "good"),)))
    yield Rows(tuple(rows))


def _unexplained_line(found: ArrayDiagnosis, name: str, lang: Lang) -> Iterator[Block]:
    yield Paragraph(say(UNEXPLAINED_LINE, lang))
    yield Rows((Row(say(RIGHT_LINE, lang), (Paragraph((Code(f"{name} = {found.line_text(name)}"),)),)),))
