"""The invariants of a question, and whether it satisfies them.

A right, a wrong and an unreadable answer, made from the key, are graded as such; the key is computed again in another
way; all choices are tried; no hint shows the value too early; the number of a mistake is refused, and traced to that
mistake or to one that gives the same number.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isfinite, log10
from typing import assert_never

from backprop_tutor.formula.nodes import Formula, Lit, Num, Partial, Sym, children, rebuilt
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import (
    Block,
    Changed,
    Code,
    Drawing,
    Equation,
    Flow,
    Inline,
    Math,
    Paragraph,
    Rows,
    Section,
    Table,
    Text,
)
from backprop_tutor.lesson.names import typeable
from backprop_tutor.practice.exercise.draw import shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.verdict import Verdict
from backprop_tutor.practice.quiz.feedback import diagnosis, explained
from backprop_tutor.practice.quiz.grading import grade
from backprop_tutor.practice.quiz.kinds.value import SMALLEST
from backprop_tutor.practice.quiz.mistaken_answers import Mistaken, element, everybody, mistaken
from backprop_tutor.practice.quiz.question import (
    Axes,
    Count,
    Expression,
    Key,
    Number,
    Parts,
    Pick,
    Question,
    Ways,
    as_typed,
)
from backprop_tutor.text import T
from backprop_tutor.verify.numerical_derivative import central, is_bent, loss_by


def leaks(question: Question) -> tuple[int, ...]:
    """The hints, from 1, before the last that show a number asked for which the question itself does not show."""
    stated = set(_figures(question.prompt))
    asked = set(_asked(question.key)) - stated
    return tuple(i for i, hint in enumerate(question.hints[:-1], start=1) if asked.intersection(_figures(hint)))


def _asked(key: Key) -> Iterator[float]:
    match key:
        case Number(line=line):
            yield line.value
        case Parts(parts=parts):
            yield from (value for part in parts for value in _asked(part))
        case _:
            return


def _figures(blocks: tuple[Block, ...]) -> Iterator[float]:
    """Every measured value in some blocks."""
    for block in blocks:
        match block:
            case Equation(links=links):
                yield from (value for link in links for value in _numbers(link.right))
            case Paragraph(words=words):
                yield from _in_words(words)
            case Flow(items=items):
                yield from (value for item in items for value in _of(item))
            case Rows(rows=rows):
                yield from (value for row in rows for value in _figures(row.blocks))
            case Section(blocks=inner):
                yield from _figures(inner)
            case Table(rows=cells):
                yield from (value for row in cells for cell in row for value in _in_words(cell))
            case Drawing():
                continue


def _of(item: Equation | tuple[Inline, ...]) -> Iterator[float]:
    return _figures((item,)) if isinstance(item, Equation) else _in_words(item)


def _in_words(words: tuple[Inline, ...]) -> Iterator[float]:
    for word in words:
        match word:
            case Math(formula=formula):
                yield from _numbers(formula)
            case Changed(words=inner):
                yield from _in_words(inner)
            case Text() | Code():
                continue


def _numbers(formula: Formula) -> Iterator[float]:
    if isinstance(formula, Num):
        yield formula.value
    for part in children(formula):
        yield from _numbers(part)


@frozen
class Samples:
    """Answers as they would be typed."""

    right: str
    wrong: str
    invalid: str


def samples(key: Key) -> Samples:
    """The samples of a key."""
    match key:
        case Number(line=line):
            return Samples(line.shown.text, f"{line.value + 0.25 * line.scale + 1e-6:.12g}", "0,5 or so")
        case Pick(right=right, count=count):
            return Samples(str(right), str(right % count + 1), str(count + 1))
        case Count(count=count):
            return Samples(str(count), str(count + 1), "many")
        case Axes(axes=axes):
            *before, last = axes or (1,)
            return Samples(as_typed(axes), as_typed((*before, last + 1)), "square")
        case Ways(ways=ways):
            listed = "; ".join("-".join(way) for way in sorted(ways))
            return Samples(listed, f"{listed}; nowhere", "1")
        case Expression(line=line):
            return Samples(typed(line.written), f"1.5*({typed(line.written)})", f"{typed(line.written)} +")
        case Parts(parts=parts):
            each = [samples(part) for part in parts]
            first, *rest = each
            wrong = "; ".join((first.wrong, *(one.right for one in rest)))
            return Samples("; ".join(one.right for one in each), wrong, first.right)
        case _:
            assert_never(key)


def typed(formula: Formula) -> str:
    """A formula as a learner would type it, in letters that can be typed."""
    return plain(_renamed(formula))


def _renamed(node: Formula) -> Formula:
    if isinstance(node, Sym) or (isinstance(node, Partial) and node.key):
        return Sym(typeable(node))
    if isinstance(node, Num):
        return Lit(Fraction(node.text), node.text)
    return rebuilt(node, _renamed)


MISTAKES_TRIED = 3
SHOWS = 2e-3
"""A mistake that changes less on the scale of a line is hidden by the rounding of the known numbers."""

PLENTY = 7
CLOSE, FLOOR = 1e-5, 1e-8

REFUSED = T("the right answer '{typed}' is judged {verdict}", "正确答案 '{typed}' 被判为 {verdict}")
ACCEPTED = T("the wrong answer '{typed}' is judged {verdict}", "错误答案 '{typed}' 被判为 {verdict}")
READ = T("the unreadable answer '{typed}' is judged {verdict}", "无法读取的答案 '{typed}' 被判为 {verdict}")
OTHER_KEY = T("the key {key} is {value} computed another way", "答案 {key} 用另一种方法算得 {value}")
LEAK = T("hint {number} gives the value away", "第 {number} 条提示泄露了答案")
UNTRACED = T("the number {typed} of {mistake} is traced to {found}", "{mistake} 得到的数 {typed} 被诊断为 {found}")


def faults(question: Question) -> Iterator[T]:
    """The faults of a question by itself."""
    answers = samples(question.key)
    for typed, expected, fault in (
        (answers.right, Verdict.RIGHT, REFUSED),
        (answers.wrong, Verdict.WRONG, ACCEPTED),
        (answers.invalid, Verdict.INVALID, READ),
    ):
        verdict = grade(question, typed).verdict
        if verdict != expected:
            yield fault.format(typed=typed, verdict=verdict.value)
    yield from _wrong_choices(question)
    yield from _unexplained(question)
    for line in lines_of(question.key):
        yield from _recomputed(question.exercise, line)
    yield from (LEAK.format(number=number) for number in leaks(question))


def _wrong_choices(question: Question) -> Iterator[T]:
    """Choices other than the right one that are not graded wrong."""
    if isinstance(question.key, Pick):
        for choice in range(1, question.key.count + 1):
            verdict = grade(question, str(choice)).verdict
            if choice != question.key.right and verdict != Verdict.WRONG:
                yield ACCEPTED.format(typed=choice, verdict=verdict.value)


def _unexplained(question: Question) -> Iterator[T]:
    """Answers of slips that are graded right, or wrong without the words about them."""
    for slip in question.slips:
        answer = as_typed(slip.answer)
        judged = explained(question, grade(question, answer))
        if slip.said not in judged.explained:
            yield ACCEPTED.format(typed=answer, verdict=judged.verdict.value)


def lines_of(key: Key) -> tuple[Line, ...]:
    """The lines whose numbers are asked for."""
    match key:
        case Number(line=line):
            return (line,)
        case Parts(parts=parts):
            return tuple(line for part in parts for line in lines_of(part))
        case _:
            return ()


def _recomputed(asked: Exercise, line: Line) -> Iterator[T]:
    """The error of a key that its formula, or for a gradient by a given number a central difference, does not confirm.

    At a bend, as where two numbers of a window are largest, differences confirm nothing.
    """
    found = [line.from_values(asked.values)]
    if line.quantity.section == "grads" and asked.lesson.graph.nodes[element_of(asked, line)].op is None:
        trace, place = asked.lesson.step.trace, element(asked.lesson.graph, line.quantity)
        if not is_bent(loss_by(trace, place), float(trace.values[place.node][place.place])):
            found.append(_difference(asked, line))
    for value in found:
        if abs(value - line.value) > CLOSE * abs(line.value) + FLOOR:
            yield OTHER_KEY.format(key=line.key, value=f"{value:.9g}")


def element_of(asked: Exercise, line: Line) -> int:
    """The node of a line."""
    return element(asked.lesson.graph, line.quantity).node


def _difference(asked: Exercise, line: Line) -> float:
    trace, place = asked.lesson.step.trace, element(asked.lesson.graph, line.quantity)
    nodes = zip(trace.graph.nodes, trace.values, strict=True)
    given = {node.name: value for node, value in nodes if node.op is None}
    return central(trace.graph, given, place)


def traces(question: Question) -> Iterator[T]:
    """Numbers of mistakes that are accepted as right, or not traced to the mistake or to one that gives the same."""
    (line,) = lines_of(question.key)
    clear = [learner for learner in mistaken(question.exercise) if _clearly_wrong(learner, line)]
    for learner in shuffled(clear, question.exercise.seed, "traced")[:MISTAKES_TRIED]:
        typed = typed_by(learner, line)
        judged = explained(question, grade(question, typed))
        twins = {other.mistake.name for other in everybody(question.exercise) if typed_by(other, line) == typed}
        if not twins.issuperset(judged.mistakes) or not (
            judged.mistakes or _rightly_silent(question, line, typed, twins)
        ):
            found = ", ".join(judged.mistakes) or judged.verdict.value
            yield UNTRACED.format(typed=typed, mistake=learner.mistake.name, found=found)


def _rightly_silent(question: Question, line: Line, typed: str, twins: set[str]) -> bool:
    """Whether the quiz rightly names nothing: rounding could have carried an answer so far, or one of the mistakes that
    give it is the cause that the diagnosis holds back as doubtful.
    """
    found = diagnosis(question, {line: typed})
    if found is None:
        return False
    held_back = {name for each in (*found.doubtful, *found.shown) if not each.sure for name in each.hypothesis.names}
    return not found.wrong or any(each.is_rounding for each in found.shown) or bool(twins & held_back)


def _clearly_wrong(learner: Mistaken, line: Line) -> bool:
    """Whether a mistake is visible in a number, even within 1 % of the right one."""
    value = learner.values[line.key]
    return abs(value) > SMALLEST and abs(value - line.value) > SHOWS * line.scale


def typed_by(learner: Mistaken, line: Line) -> str:
    """A mistaken number as it is typed with plenty of figures."""
    value = learner.values[line.key]
    size = abs(value) / line.scale if line.scale and isfinite(value) else 1.0
    return f"{value:#.{PLENTY + max(0, round(log10(max(size, 1.0))))}g}"
