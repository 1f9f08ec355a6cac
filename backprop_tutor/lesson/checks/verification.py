"""A table of every derivative with those found in other ways, and their interpretation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import isnan

from backprop_tutor.formula.figures import SMALLEST_PLAIN, figure
from backprop_tutor.formula.nodes import Formula, Lit, Num
from backprop_tutor.lesson.document import Align, Block, Document, Paragraph, Section, Table, Text, Tone, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import math, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.phrases import STEP
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.text import Lang, T, same
from backprop_tutor.training.train_step import Run
from backprop_tutor.verify.differences import Check, Verdict, Verification
from backprop_tutor.verify.exact import DIGITS, Exactly

FIGURES, ROUGH_FIGURES, ERROR_FIGURES = 10, 8, 2
LEFT: Align = "left"
RIGHT: Align = "right"
LONGEST_FRACTION = 20  # characters

DERIVATIVE = T("derivative", "导数")
BACKWARD = T("backward pass", "反向传播")
DIFFERENCE = T("difference", "中心差分")
EXACT = T("exact (SymPy)", "精确值（SymPy）")
ERROR = T("rel. error", "相对误差")
VERDICTS: dict[Verdict, tuple[T, Tone]] = {
    "agrees": (same("✓"), "good"),
    "kink": (T("kink", "折点"), "muted"),
    "undefined": (T("no derivative here", "此处无导数"), "muted"),
    "differs": (T("✗ differs", "✗ 不一致"), "bad"),
}
NAN_THERE = T("NaN in that library", "该库得 NaN")
AGREES = T("✓ the derivative agrees", "✓ 导数一致")
AGREE = T("✓ all {count} derivatives agree", "✓ 全部 {count} 个导数一致")
AGREE_SOME = T(
    "✓ {count} of the {every} derivatives, spread over all of them, agree",
    "✓ 从全部 {every} 个导数中均匀抽取 {count} 个，都一致",
)
DIFFER = T("✗ {wrong} of {count} derivatives differ", "✗ {count} 个导数中有 {wrong} 个不一致")
WORST = T("; largest relative error {error}", "；最大相对误差 {error}")
VALUES = T(
    "✓ {count} values of the forward pass agree with the exact ones; largest relative error {error}",
    "✓ 前向传播的 {count} 个值与精确值一致；最大相对误差 {error}",
)
VALUES_DIFFER = T(
    "✗ the values of the forward pass differ from the exact ones; largest relative error {error}",
    "✗ 前向传播的值与精确值不一致；最大相对误差 {error}",
)
FIRST_STEPS = T("These are the first {count} of {every} steps.", "以上是 {every} 步中的前 {count} 步。")
ALONG = T(
    "✓ along {count} random directions through all {every} parameters the loss changes as the gradient says",
    "✓ 沿 {count} 个同时改变全部 {every} 个参数的随机方向，损失的变化都与梯度相符",
)
NOT_ALONG = T(
    "✗ along {count} random directions through all {every} parameters the loss does not change as the gradient says",
    "✗ 沿 {count} 个同时改变全部 {every} 个参数的随机方向，损失的变化与梯度不符",
)
NONE = T("There is nothing to differentiate the loss by.", "没有可供损失求导的量。")
KINK = T(
    "kink: a definition by cases (ReLU at 0, a tie of max) changes its case just here. There is no derivative, so "
    "any choice between the two slopes will do.",
    "折点：分段定义（ReLU 在 0 处、max 的几个数相等）恰好在这里换段。此处导数不存在，取两侧斜率之间的任何值都可以。",
)

UNDEFINED = T(
    "no derivative here: the slope is infinite or another on each side, or the loss has no value on one side; there is "
    "nothing to compare it with.",
    "此处无导数：斜率为无穷大，或各个方向不同，或者损失在一侧没有值，因此无从比较。",
)


def verification(
    run: Run, found: Sequence[Verification], lang: Lang, notation: str | None = None, library: str = ""
) -> Document:
    """The checks of the first steps of `run`; `library` is the title of the other library, if one was used.

    Raises TutorError for a notation that is unknown or does not fit.
    """
    written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
    lessons = [Lesson(run.scenario, step, written, lang, FIGURES) for step in run.steps[: len(found)]]
    parts = [tuple(_step(lesson, one, library)) for lesson, one in zip(lessons, found, strict=True)]
    blocks = parts[0] if len(parts) == 1 else tuple(map(_section, lessons, parts))
    if len(found) < len(run.steps):
        blocks = (*blocks, Paragraph(lessons[0].say(FIRST_STEPS, count=len(found), every=len(run.steps)), "muted"))
    return Document(lang, plain(run.scenario.title[lang]), facts(lessons[0]), blocks)


def _section(lesson: Lesson, blocks: tuple[Block, ...]) -> Section:
    return Section(lesson.say(STEP, number=lesson.step.number), blocks, "step")


def _step(lesson: Lesson, found: Verification, library: str) -> Iterator[Block]:
    if found.checks:
        yield _table(lesson, found.checks, library)
    if any(check.verdict == "kink" for check in found.checks):
        yield Paragraph(lesson.say(KINK), "muted")
    if any(check.verdict == "undefined" for check in found.checks):
        yield Paragraph(lesson.say(UNDEFINED), "muted")
    if found.directions:
        yield _along(lesson, found)
    yield from _derivatives(lesson, found)
    if found.value_errors:
        good = found.values_agree
        error = figure(max(found.value_errors), ERROR_FIGURES)
        said = lesson.say(VALUES if good else VALUES_DIFFER, count=len(found.value_errors), error=error)
        yield Paragraph(said, "good" if good else "bad")


def _derivatives(lesson: Lesson, found: Verification) -> Iterator[Paragraph]:
    """The number of derivatives that agree, in one sentence; nothing where there is none to compare."""
    known = [check for check in found.checks if check.verdict != "undefined"]
    count, wrong = len(known), sum(check.verdict == "differs" for check in known)
    if not known:
        if not found.checks:
            yield Paragraph(lesson.say(NONE), "muted")
        return
    every = AGREES if count == 1 else AGREE
    phrase = DIFFER if wrong else every if len(found.checks) == found.derivatives else AGREE_SOME
    said = lesson.say(phrase, count=count, wrong=wrong, every=found.derivatives)
    measured = any(check.relative_error is not None for check in found.checks)
    worst = () if not measured else lesson.say(WORST, error=figure(found.worst, ERROR_FIGURES))
    yield Paragraph((*said, *worst), "bad" if wrong else "good")


def _along(lesson: Lesson, found: Verification) -> Paragraph:
    """The result of the directions, which test all derivatives at once."""
    good = all(direction.agrees for direction in found.directions)
    said = lesson.say(ALONG if good else NOT_ALONG, count=len(found.directions), every=found.derivatives)
    return Paragraph(said, "good" if good else "bad")


def _table(lesson: Lesson, checks: tuple[Check, ...], library: str) -> Table:
    titles = [DERIVATIVE, BACKWARD, DIFFERENCE, EXACT, *([same(library)] if library else []), ERROR, same("")]
    align = (LEFT, *[RIGHT] * (len(titles) - 2), LEFT)
    return Table(tuple(map(lesson.say, titles)), tuple(_row(lesson, check, bool(library)) for check in checks), align)


def _row(lesson: Lesson, check: Check, rivalled: bool) -> tuple[Words, ...]:
    text, tone = VERDICTS[check.verdict]
    if check.verdict == "agrees" and check.rival is not None and isnan(check.rival):
        text, tone = NAN_THERE, "muted"
    error = check.relative_error
    return (
        math(lesson.adjoint_letter(check.element)),
        math(figure(check.derivative, FIGURES)),
        _cell(None if check.difference is None else figure(check.difference.value, ROUGH_FIGURES)),
        _cell(None if check.exact is None else exactly(check.exact)),
        *([_cell(None if check.rival is None else figure(check.rival, FIGURES))] if rivalled else []),
        _cell(None if error is None else figure(error, ERROR_FIGURES)),
        (Text(text[lesson.lang], tone),),
    )


def _cell(number: Formula | None) -> Words:
    return plain("–") if number is None else math(number)


def exactly(number: Exactly) -> Formula:
    """An exact number as it is shown: a decimal number where it is finite, a short fraction, else 30 digits."""
    if isinstance(number, Fraction):
        short = len(str(number)) <= LONGEST_FRACTION
        if short and not _ends(number):
            return Lit(number)
        number = Context(prec=DIGITS).divide(Decimal(number.numerator), Decimal(number.denominator))
    number = number.normalize(Context(prec=DIGITS))
    return Num(float(number), f"{number:f}" if SMALLEST_PLAIN <= number.adjusted() < DIGITS else f"{number:e}")


def _ends(number: Fraction) -> bool:
    """Whether the decimal form of `number` is finite: its denominator has only the factors 2 and 5."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1
