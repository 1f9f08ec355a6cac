"""Grades an answer against the key of its question.

A typed formula is right where it has the same value as the right one, whatever the numbers. Both are computed at a few
random points: formulas of these functions that agree at all of them to nine figures are the same, apart from a
negligible probability.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isclose, isfinite
from typing import assert_never, cast

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import (
    Formula,
)
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Changed, Code, Inline, Math, Text, Words
from backprop_tutor.practice.diagnosis.line_grading import Judge
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue
from backprop_tutor.practice.exercise.draw import drawn
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import FIGURES, Line
from backprop_tutor.practice.exercise.typed import NO_VALUE, Typed, UnreadableError, names, number
from backprop_tutor.practice.quiz.mistaken_answers import element
from backprop_tutor.practice.quiz.question import Axes, Count, Expression, Key, Number, Parts, Pick, Question, Ways
from backprop_tutor.practice.quiz.records import Verdict
from backprop_tutor.scenario.answers import Entry
from backprop_tutor.text import T, half_width
from backprop_tutor.training.address import Address

POINTS = 6
ENOUGH = 2
CLOSE = 1e-9
AROUND, SHORT = " .。!！", 3
"""What may stand around the words of a choice; and so few letters may stand in any of them by chance."""


def same(typed: Formula, line: Line, exercise: Exercise) -> bool:
    """Whether `typed` equals the formula of `line`, for every value of the given numbers."""
    agreed = 0
    for point in range(POINTS):
        values = _point(exercise, point)
        try:
            right, here = line.from_values(values), cast(float, evaluate(typed, values))
        except KeyError:  # a name that this solution has no number for, as dL/dL
            return False
        if isfinite(right):
            if not isclose(right, here, rel_tol=CLOSE, abs_tol=CLOSE * CLOSE):
                return False
            agreed += 1
    return agreed >= ENOUGH


def _point(exercise: Exercise, point: int) -> Mapping[str, float]:
    """Every number of the solution where the given ones are drawn between 0.1 and 1."""
    values = dict(exercise.values)
    values |= {key: 0.1 + 0.9 * drawn(exercise.seed, "point", point, key) / 2**48 for key in exercise.given}
    for line in exercise.lines:
        values[line.key] = line.from_values(values)
    return values


WHOLE = re.compile(r"\d{1,6}", re.ASCII)
SHAPE = re.compile(r"[(\[]?\s*(\d{1,6}(?:\s*(?:[x×*,]|\s)\s*\d{1,6}){0,5})\s*,?\s*[)\]]?", re.ASCII)
STEP = re.compile(r"\s*(?:->|→|-|,|\s)\s*")

CHOOSE = T("type a number from 1 to {count}", "请输入 1 到 {count} 的编号")
COUNT = T("type a whole number, such as 2", "请输入一个整数，如 2")
DIMENSIONS = T("type rows and columns, such as {example}", "请输入行数和列数，如 {example}")
LENGTHS = T("type the lengths of the axes, such as {example}", "请输入各轴的长度，如 {example}")
PATHS = T("type the names on each path, such as c-e; d-e", "请写出每条路径上的名字，如 c-e; d-e")
PARTS = T(
    "{wanted} answers are asked for, with semicolons between them; you typed {came}",
    "需要 {wanted} 个答案，用分号隔开；这里有 {came} 个",
)
ONE = T("one answer is asked for; you typed {came}", "只要一个答案；这里有 {came} 个")


@frozen
class Part:
    """One part of an answer, graded: the verdict, and the number typed or chosen; of a formula its value; a count or
    the lengths of axes.
    """

    verdict: Verdict
    key: Key
    typed: Typed | None = None
    chosen: int | None = None
    counted: int | tuple[int, ...] | None = None


@frozen
class Grade:
    """The verdict on an answer: that of its worst part. `why` is the reason where it cannot be read.

    `mistakes` are the ids of the mistakes that explain a wrong answer, `explained` the sentences about them.
    """

    verdict: Verdict
    parts: tuple[Part, ...] = ()
    why: T | None = None
    mistakes: tuple[str, ...] = ()
    explained: tuple[Words, ...] = ()


def grade(question: Question, text: str) -> Grade:
    """The grade of an answer as typed."""
    try:
        parts = _parts(question, half_width(text))
    except UnreadableError as error:
        return Grade(Verdict.INVALID, why=error.why)
    return Grade(max((part.verdict for part in parts), key=SEVERITY.index), parts)


SEVERITY = (Verdict.RIGHT, Verdict.ROUNDED, Verdict.CARRIED, Verdict.UNDECIDED, Verdict.WRONG)


def _parts(question: Question, text: str) -> tuple[Part, ...]:
    keys: tuple[Key, ...] = question.key.parts if isinstance(question.key, Parts) else (question.key,)
    pieces = [text] if isinstance(question.key, Ways) else _pieces(text, len(keys))
    if len(pieces) != len(keys):
        raise UnreadableError((PARTS if len(keys) > 1 else ONE).format(wanted=len(keys), came=len(pieces)))
    earlier: list[tuple[Line, Typed]] = []
    return tuple(_judged(question, key, piece, earlier) for key, piece in zip(keys, pieces, strict=True))


def _pieces(text: str, count: int) -> list[str]:
    """The parts of an answer, between semicolons, or between spaces where that gives the number of parts asked for."""
    pieces, words = text.strip().rstrip(";").split(";"), text.split()
    return words if len(pieces) == 1 and len(words) == count else pieces


def _judged(question: Question, key: Key, text: str, earlier: list[tuple[Line, Typed]]) -> Part:
    """The verdict on one part; a number typed is kept for the parts after it."""
    match key:
        case Number(line=line):
            typed = number(text)
            if not isfinite(typed.value):
                raise UnreadableError(NO_VALUE)
            earlier.append((line, typed))
            return Part(judge(question.exercise, earlier, stated(question.exercise, line)), key, typed)
        case Pick(right=right, count=count):
            chosen = _chosen(text, count, question)
            return Part(_verdict(chosen == right), key, chosen=chosen)
        case Count(count=count):
            counted = _whole(text, COUNT)
            return Part(_verdict(counted == count), key, counted=counted)
        case Axes(axes=axes):
            lengths = _lengths(text, key)
            return Part(_verdict(lengths == (axes or (1,))), key, counted=lengths)
        case Ways(ways=ways, spellings=spellings):
            return Part(_verdict(_ways(text, dict(spellings)) == ways), key)
        case Expression(line=line):
            formula = names(question.exercise, line.key).read(text.rpartition("=")[2])
            value = cast(float, evaluate(formula, question.exercise.values))
            return Part(_verdict(same(formula, line, question.exercise)), key, Typed(text, value, 0.0))
        case Parts():
            raise AssertionError("parts are not nested")
        case _:
            assert_never(key)


def judge(exercise: Exercise, typed: Sequence[tuple[Line, Typed]], known: Sequence[tuple[Line, Typed]] = ()) -> Verdict:
    """The verdict on the last of some numbers typed for lines of an exercise, where the question states those `known`.

    A number is right if it follows from the numbers that the question states, to as many figures as they have. Else a
    plain number is computed from these, and from those typed before; arithmetic shows by its decimals how its inputs
    were rounded.
    """
    mine = {line.key for line, _ in typed}
    given = [] if typed[-1][1].coarsest else [each for each in known if each[0].key not in mine]
    claims = tuple(_claim(exercise, line, each) for line, each in (*given, *typed))
    submitted = Submission(exercise.run, (exercise.lesson,), claims, exercise.since, is_given=True)
    last = len(claims) - 1
    right = Judge(submitted, FIGURES).verdicts[last] in ("right", "rounded")
    return Verdict.RIGHT if right else Verdict(Judge(submitted).verdicts[last])


def stated(exercise: Exercise, line: Line) -> list[tuple[Line, Typed]]:
    """The computed numbers that a question states for a line, each as far off as its last figure was rounded."""
    found = []
    for each in (exercise.by_key[key] for key in line.needs if key in exercise.by_key):
        typed = number(plain(exercise.number(each.key)))
        found.append((each, replace(typed, half_unit=abs(typed.value - each.value))))
    return found


def _claim(exercise: Exercise, line: Line, typed: Typed) -> SubmittedValue:
    place = Address(0, line.quantity.section, element(exercise.lesson.graph, line.quantity))
    return SubmittedValue(Entry(line.key, typed.text), line.quantity, place, typed)


def _verdict(right: bool) -> Verdict:
    return Verdict.RIGHT if right else Verdict.WRONG


def _whole(text: str, why: T) -> int:
    if not WHOLE.fullmatch(text.strip()):
        raise UnreadableError(why)
    return int(text)


def _in_words(choice: Words) -> str:
    """A choice as it is typed."""
    return "".join(map(_typed, choice)).strip().casefold()


def _typed(part: Inline) -> str:
    match part:
        case Math(formula=formula):
            return plain(formula)
        case Changed(words=words):
            return "".join(map(_typed, words))
        case Text(text=text) | Code(text=text):
            return text
        case _:
            assert_never(part)


def _chosen(text: str, count: int, question: Question) -> int:
    if not WHOLE.fullmatch(text.strip()) and (meant := _meant(text, question)):
        return meant
    chosen = _whole(text, CHOOSE.format(count=count))
    if not 1 <= chosen <= count:
        raise UnreadableError(CHOOSE.format(count=count))
    return chosen


def _meant(text: str, question: Question) -> int | None:
    """The number of the only choice that is typed: whole, by its value, within more words, or in part of its own."""
    said, options = text.strip(AROUND).casefold(), [_in_words(words).strip(AROUND) for words in question.choices]
    value = _value(text)
    ways: list[Callable[[str], bool]] = [lambda option: option == said]
    if value is not None:
        ways.append(lambda option: _agrees(value, _value(option)))
    if any(map(str.isalpha, said)):
        ways += [lambda option: _holds(said, option), lambda option: len(said) > SHORT and _holds(option, said)]
    found = ([i for i, option in enumerate(options, start=1) if is_it(option)] for is_it in ways)
    return next((meant[0] for meant in found if len(meant) == 1), None)


def _agrees(typed: Typed, known: Typed | None) -> bool:
    return known is not None and abs(known.value - typed.value) <= typed.half_unit


def _value(text: str) -> Typed | None:
    """A text as a number, None where it is something else."""
    try:
        return number(text)
    except UnreadableError:
        return None


def _holds(text: str, part: str) -> bool:
    """Whether some words are within a text, as words where they are written apart."""
    edge = r"\b" if part.isascii() else ""
    return bool(re.search(f"{edge}{re.escape(part)}{edge}", text))


def _lengths(text: str, right: Axes) -> tuple[int, ...]:
    found = SHAPE.fullmatch(text.strip())
    lengths = tuple(map(int, re.findall(r"\d+", found[1]))) if found else ()
    if found is None or right.rank not in (None, len(lengths)):
        raise UnreadableError((LENGTHS if right.rank is None else DIMENSIONS).format(example=right.example))
    return lengths


def _ways(text: str, spellings: Mapping[str, str]) -> frozenset[tuple[str, ...]]:
    ways = [[name for name in STEP.split(way.strip()) if name] for way in text.split(";") if way.strip()]
    if not ways or not all(ways) or all(WHOLE.fullmatch(name) for way in ways for name in way):
        raise UnreadableError(PATHS)
    return frozenset(tuple(meant for name in way if (meant := spellings.get(name, name))) for way in ways)
