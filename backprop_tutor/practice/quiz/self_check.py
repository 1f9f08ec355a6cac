"""The invariants of a question, and whether it satisfies them.

A right, a wrong and an unreadable answer, made from the key, are graded as such; the key is computed again in another
way; all choices are tried; no hint shows the value too early; the number of a mistake is refused, and traced to that
mistake or to one that gives the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite, log10
from typing import assert_never

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.settled import figures_in
from backprop_tutor.practice.exercise.draw import pick, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.lines import SMALLEST, Line
from backprop_tutor.practice.exercise.typed import typed_formula
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.practice.quiz.feedback import diagnosis, explained
from backprop_tutor.practice.quiz.grading import grade
from backprop_tutor.practice.quiz.kinds import KINDS, Kind
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
from backprop_tutor.practice.quiz.records import Verdict
from backprop_tutor.text import Lang, T
from backprop_tutor.verify.numerical_derivative import central, is_bent, loss_by


def leaks(question: Question) -> tuple[int, ...]:
    """The hints, from 1, before the last that show a number asked for which the question itself does not show."""
    stated, *hints = ({number.value for number in figures_in(part)} for part in (question.prompt, *question.hints[:-1]))
    asked = {line.value for line in lines_of(question.key)} - stated
    return tuple(i for i, shown in enumerate(hints, start=1) if asked & shown)


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
            return Samples(
                typed_formula(line.written), f"1.5*({typed_formula(line.written)})", f"{typed_formula(line.written)} +"
            )
        case Parts(parts=parts):
            each = [samples(part) for part in parts]
            first, *rest = each
            wrong = "; ".join((first.wrong, *(one.right for one in rest)))
            return Samples("; ".join(one.right for one in each), wrong, first.right)
        case _:
            assert_never(key)


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
    """The faults of a question, those of traced mistakes among them where it asks for one number."""
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
    if question.kind == "value":
        yield from traces(question)


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
    graph, trace = asked.lesson.graph, asked.lesson.step.trace
    place = element(graph, line.quantity)
    is_given = line.quantity.section == "grads" and graph.nodes[place.node].op is None
    if is_given and not is_bent(loss_by(trace, place), float(trace.values[place.node][place.place])):
        given = {node.name: value for node, value in zip(graph.nodes, trace.values, strict=True) if node.op is None}
        found.append(central(graph, given, place))
    for value in found:
        if abs(value - line.value) > CLOSE * abs(line.value) + FLOOR:
            yield OTHER_KEY.format(key=line.key, value=f"{value:.9g}")


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


LEVELS = 4


@frozen
class Fault:
    """An invariant that a question violates."""

    kind: str
    seed: int
    subject: str
    what: T


@frozen
class Report:
    """The number of questions of each kind that were checked, and the faults."""

    questions: dict[str, int]
    faults: tuple[Fault, ...]


def self_check(scenario: Scenario, seeds: Iterable[int], lang: Lang, notation: str | None = None) -> Report:
    """Checks the questions of every kind on `scenario`, on its own numbers and on fresh ones for each seed."""
    asked = ((each, seed) for seed in seeds for each in (scenario, variant(scenario, seed)))
    reports = [check_numbers(numbers, seed, lang, notation) for numbers, seed in asked]
    counts = {kind: sum(report.questions[kind] for report in reports) for kind in KINDS}
    return Report(counts, tuple(fault for report in reports for fault in report.faults))


def check_numbers(numbers: Scenario, seed: int, lang: Lang, notation: str | None = None) -> Report:
    """Checks a question of every kind on the numbers of this scenario alone."""
    counts = dict.fromkeys(KINDS, 0)
    broken: list[Fault] = []
    for kind, question, subject in _questions(exercise(numbers, lang, notation, seed), seed):
        counts[kind.name] += 1
        broken += [Fault(kind.name, seed, subject, what) for what in faults(question)]
    return Report(counts, tuple(broken))


def _questions(asked: Exercise, seed: int) -> Iterator[tuple[Kind, Question, str]]:
    """One question of every kind that is possible on these numbers."""
    for kind in KINDS.values():
        subjects = kind.subjects(asked)
        if subjects:
            subject = pick(subjects, seed, "checked", kind.name)
            yield kind, kind.ask(asked, subject, 1 + seed % LEVELS), subject.name
