"""A worked solution with a mistake in it: which line is wrong first, which mistake is it, what is right?

The mistake is one of the catalogue, to be chosen among others. Or a term, a factor or a constant of one line was left
out: then the lines are shown as formulas, so that the slip can be seen before anything is computed, and it needs no rule
of the catalogue, so that it is asked about any architecture. Or two students made a mistake each, and it is asked who
made which. Every later line follows from the wrong number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import NamedTuple, TypeAlias, cast

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.formula.printing.plain import plain as in_plain_text
from backprop_tutor.lesson.document import Block, Link, Table
from backprop_tutor.lesson.inline import derivation, math
from backprop_tutor.practice.edits.rewrites import FIRST, SELDOM, Edit, edits
from backprop_tutor.practice.exercise.draw import pick, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line, leaves
from backprop_tutor.practice.exercise.page import (
    how_many_figures,
    ladder,
    numbered,
    stated_before,
    whole,
)
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import WHOLE, Site
from backprop_tutor.practice.quiz.kinds import Kind, Subject
from backprop_tutor.practice.quiz.kinds.line import solution
from backprop_tutor.practice.quiz.mistaken_answers import Mistaken, apart, mistaken
from backprop_tutor.practice.quiz.question import Number, Parts, Pick, Question
from backprop_tutor.text import T

ASK_ERROR = T(
    "Somebody made one mistake here, and the lines after it follow from it. Which line is wrong first, which mistake "
    "below is it, and what should the line say?",
    "有人这样解题，犯了一个错误，后面各行都受它影响。最先出错的是哪一行？是下面哪一种错误？那一行应该是多少？",
)
HOW_ERROR = T(
    "Type line; mistake; right number, with semicolons, such as 5; 2; 0.1234. ",
    "依次输入：行号; 错误编号; 正确的数，用分号隔开，如 5; 2; 0.1234。",
)
LOOK = T(
    "Check the lines one by one, from the top, against what stands above them.", "从上往下，用上面已有的数逐行核对。"
)
AMONG: Mapping[str, T] = {
    "values": T("The mistake is made on the way forward.", "错误出在前向传播中。"),
    "grads": T("The mistake is made on the way back.", "错误出在反向传播中。"),
    "updated": T("The mistake is made in the update.", "错误出在更新这一步。"),
    "after": T("The mistake is made after the update.", "错误出在更新之后。"),
}
"""The part of the solution that contains the mistake: a hint that does not reveal the line."""

FIRST_WRONG = T("The first wrong line is line {number}.", "最先出错的是第 {number} 行。")
IT_IS = T("The mistake: {mistake}.", "错误是：{mistake}。")
TO_CHOOSE = T("The mistakes to choose from:", "可选的错误：")
CHOICES = 4
FEWEST, MOST_LINES = 3, 5
"""So many lines fit a screen with the choices; of what is before them the numbers are given, which are right."""


class Flawed(NamedTuple):
    """A solution with a mistake: who made it, its lines, the first wrong one, and how that was written down where the
    mistake is a slip of the pen.
    """

    learner: Mistaken
    lines: tuple[Line, ...]
    wrong: Line
    written: Formula | None = None


def _subjects(found: Mapping[str, Flawed]) -> tuple[Subject, ...]:
    """Every flawed solution, by the skill of its first wrong line."""
    return tuple(Subject(each.wrong.skill, name) for name, each in found.items())


def _errors(exercise: Exercise) -> tuple[Subject, ...]:
    """Every mistake that shows in a solution, and differs from three others there."""
    return _subjects(flawed(exercise))


@lru_cache(maxsize=16)
def flawed(exercise: Exercise) -> dict[str, Flawed]:
    """For each mistake the first solution that is wrong by it, by name."""
    found: dict[str, Flawed] = {}
    for learner in mistaken(exercise):
        if learner.mistake.name in found:
            continue
        for lines in solutions(exercise):
            wrong = learner.first_wrong(lines)
            part = _part(exercise, lines, wrong) if wrong else ()
            if wrong and learner.shows(wrong) and len(others(exercise, learner, part)) >= CHOICES - 1:
                found[learner.mistake.name] = Flawed(learner, part, wrong)
                break
    return found


def _part(exercise: Exercise, lines: tuple[Line, ...], wrong: Line) -> tuple[Line, ...]:
    """Of a long solution the lines around the first wrong one, which may stand anywhere in them."""
    place, last = lines.index(wrong), max(0, len(lines) - MOST_LINES)
    starts = range(max(0, place - MOST_LINES + 1), min(place, last) + 1)
    start = pick(starts, exercise.seed, "part", wrong.key)
    return lines[start : start + MOST_LINES]


@lru_cache(maxsize=16)
def solutions(exercise: Exercise) -> tuple[tuple[Line, ...], ...]:
    """The solutions of the targets that have some lines; shuffled for the exercise."""
    fitting = (lines for line in exercise.targets if len(lines := solution(exercise, line)) >= FEWEST)
    return shuffled(tuple(fitting), exercise.seed, "solutions")


def others(exercise: Exercise, learner: Mistaken, lines: Sequence[Line]) -> tuple[Mistaken, ...]:
    """Other mistakes, one of each name, that would give other numbers in these lines."""
    found: dict[str, Mistaken] = {}
    mine = [each for each in mistaken(exercise) if each.mistake.name == learner.mistake.name]
    for other in mistaken(exercise):
        wrong = other.first_wrong(lines)
        if wrong and other.shows(wrong) and not any(_alike(other, me, lines) for me in mine):
            found.setdefault(other.mistake.name, other)
    found.pop(learner.mistake.name, None)
    return tuple(found.values())


def _alike(first: Mistaken, second: Mistaken, lines: Sequence[Line]) -> bool:
    return not any(apart(first.values[line.key], second.values[line.key], line) for line in lines)


def _ask_error(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The solution with its lines numbered, and mistakes to choose from."""
    sentence, (learner, lines, wrong, _) = exercise.lesson.sentence, flawed(exercise)[subject.name]
    among = shuffled(others(exercise, learner, lines), exercise.seed, "others", subject.name)[: CHOICES - 1]
    choices = shuffled((learner, *among), exercise.seed, "order", subject.name)
    place = lines.index(wrong) + 1
    answer = (sentence(FIRST_WRONG, number=place), sentence(IT_IS, mistake=learner.mistake.clause))
    *words, value = ladder(exercise, wrong)
    return Question(
        exercise,
        "find-error",
        wrong.skill,
        None,
        (
            sentence(ASK_ERROR),
            *stated_before(exercise, lines),
            numbered(derivation(line.letter, learner.number(line)) for line in lines),
            sentence(TO_CHOOSE),
        ),
        (*exercise.lesson.say(HOW_ERROR), *how_many_figures(exercise.lesson, wrong)),
        Parts((Pick(place, len(lines)), Pick(choices.index(learner) + 1, len(choices)), Number(wrong))),
        ((sentence(LOOK),), (sentence(AMONG[wrong.quantity.section]),), *words, (*answer, *value)),
        (*answer, sentence(learner.mistake.principle), *whole(wrong)),
        tuple(exercise.lesson.say(each.mistake.clause) for each in choices),
        learner.mistake.name,
    )


FIND_ERROR = Kind("find-error", T("find the mistake in a solution", "找出解答中的错误"), _errors, _ask_error, stage=2)


ASK_LINE = T(
    "In one line something was left out of the formula; the lines after it follow from it. Which line is it, and what "
    "should its number be?",
    "这份解答有一行写错了：它的公式里漏掉了一点东西，后面各行都受它影响。是哪一行？那一行的数应该是多少？",
)
HOW_LINE = T(
    "Type line; right number, with a semicolon, such as 2; 0.1234. ",
    "依次输入：行号; 正确的数，用分号隔开，如 2; 0.1234。",
)
LEFT_OUT = ("term-omitted", "factor-omitted", "constant-forgotten")
WIDEST = 66
"""A longer formula does not fit a line; its number is shown alone, and it is not the one that was written wrongly."""


def _wrong_lines(exercise: Exercise) -> tuple[Subject, ...]:
    """Every line in which leaving something out shows."""
    return _subjects(_slips(exercise))


@lru_cache(maxsize=16)
def _slips(exercise: Exercise) -> dict[str, Flawed]:
    """For each line that can be written wrongly a solution that it belongs to, by the name of the line."""
    found: dict[str, Flawed] = {}
    for lines, line in _spoilable(exercise):
        if line.key not in found and not (line is lines[-1] and line.quantity.section == "updated"):
            left_out = (e for e in _edited(line, FIRST) if e.kind in LEFT_OUT and any(leaves(e.written)))
            shown = [slip for edit in left_out if (slip := _slip(exercise, lines, line, edit))]
            if shown:
                found[line.key] = pick(shown, exercise.seed, "slip", line.key)
    return found


def _spoilable(exercise: Exercise) -> Iterator[tuple[tuple[Line, ...], Line]]:
    """Every line that is short enough to be read, and worth asking for, in each solution."""
    every = ((lines, line) for lines in solutions(exercise) for line in lines)
    return ((lines, line) for lines, line in every if _short(line.written) and line.worth_asking)


def _edited(line: Line, most: float) -> Iterator[Edit]:
    return edits(line.written, lambda _: iter(()), most)


def slip_of(exercise: Exercise, kind: str) -> Flawed | None:
    """The first solution in which a change of this kind shows in a line that is short enough to be read."""
    for lines, line in _spoilable(exercise):
        for edit in _edited(line, SELDOM):
            if edit.kind == kind and (slip := _slip(exercise, lines, line, edit)):
                return slip
    return None


def _slip(exercise: Exercise, lines: tuple[Line, ...], wrong: Line, edit: Edit) -> Flawed | None:
    """The slip, with the numbers that follow from it; None where nobody could see it in the wrong line's number."""
    values = dict(exercise.values)
    values[wrong.key] = cast(float, evaluate(edit.written, values))
    if not apart(values[wrong.key], wrong.value, wrong):
        return None
    place = lines.index(wrong)
    for line in lines[place + 1 :]:
        if not values.keys() >= set(line.needs):
            return None  # a number that no float can hold is no line
        values[line.key] = line.from_values(values)
    start = max(0, min(place - 1 - exercise.seed % (MOST_LINES - 2), len(lines) - MOST_LINES))
    part = lines[start : start + MOST_LINES]
    learner = Mistaken(MISTAKES[edit.kind], Site(WHOLE, {}), values)
    return Flawed(learner, part, wrong, edit.written) if all(isfinite(values[line.key]) for line in part) else None


def _short(formula: Formula) -> bool:
    return len(in_plain_text(formula)) <= WIDEST


def _ask_line(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The solution with its lines numbered."""
    lesson, slip = exercise.lesson, _slips(exercise)[subject.name]
    learner, lines, wrong, _ = slip
    place = lines.index(wrong) + 1
    told = (lesson.sentence(FIRST_WRONG, number=place), lesson.sentence(IT_IS, mistake=learner.mistake.text))
    *words, value = ladder(exercise, wrong)
    return Question(
        exercise,
        "wrong-line",
        wrong.skill,
        None,
        (
            lesson.sentence(ASK_LINE),
            *stated_before(exercise, lines),
            numbered(_as_written(slip, line) for line in lines),
        ),
        (*lesson.say(HOW_LINE), *how_many_figures(lesson, wrong)),
        Parts((Pick(place, len(lines)), Number(wrong))),
        ((lesson.sentence(LOOK),), *words, (*told, *value)),
        (*told, *whole(wrong)),
        mistake=learner.mistake.name,
    )


def _as_written(slip: Flawed, line: Line) -> Block:
    """``δ = w·δ_e ≈ 0.1234``: a formula and its number, both wrong where it is the wrong line."""
    number, written = slip.learner.number(line), slip.written if line is slip.wrong and slip.written else line.written
    equation = derivation(line.letter, number)
    if not _short(written) or written == number:
        return equation
    return replace(equation, links=(Link("←" if line.quantity.section == "updated" else "=", written), *equation.links))


WRONG_LINE = Kind("wrong-line", T("find the line that went wrong", "找出写错的一行"), _wrong_lines, _ask_line, stage=2)


WHO = T(
    "Two students worked this out, and each made one mistake throughout. Which mistake did each of them make?",
    "两名学生各自做了这道题，各犯了一种错误。他们分别犯了哪种错误？",
)
ANN, BEN = T("Ann", "小安"), T("Ben", "小明")
QUANTITY = T("number", "量")
HOW_PAIR = T(
    "Type the number of Ann's mistake, then of Ben's, with a semicolon between them: 3; 1.",
    "先输入小安的错误编号，再输入小明的，用分号隔开：3; 1。",
)
PARTS_AT = T(
    "{learner} first goes wrong at {letter}; right is {right}.", "{learner}最先错在 {letter}；正确的是 {right}。"
)
MADE = T("{learner}: {mistake}.", "{learner}：{mistake}。")
LOOK_APART = T(
    "Work out the first number in which they differ from the right solution, and ask what was left out or changed.",
    "先算出他们与正确解答最先不同的那个数，再想想漏掉或改动了什么。",
)
MOST_COMPARED = 6
"""So many lines, from just before the first wrong one, fit a screen with the choices."""


Pair: TypeAlias = tuple[tuple[Line, ...], tuple[Mistaken, ...]]
"""The lines that two students worked, and those who make the mistakes to choose from, these two first."""


def _learners(exercise: Exercise) -> tuple[Subject, ...]:
    """Ann with every mistake that shows; the skill is that of her first wrong line."""
    return tuple(Subject(_first(ann, lines).skill, name) for name, (lines, (ann, *_)) in _pairs(exercise).items())


def _first(learner: Mistaken, lines: Sequence[Line]) -> Line:
    found = learner.first_wrong(lines)
    assert found is not None, "a learner who is asked about goes wrong somewhere"
    return found


@lru_cache(maxsize=16)
def _pairs(exercise: Exercise) -> dict[str, Pair]:
    """For each mistake a pair whose first student makes it, by name."""
    found: dict[str, Pair] = {}
    for ann in mistaken(exercise):
        if ann.mistake.name not in found and (pair := _pair(exercise, ann)):
            found[ann.mistake.name] = pair
    return found


def _pair(exercise: Exercise, ann: Mistaken) -> Pair | None:
    """Ann, with another student, and two more mistakes, all of which differ in the lines of one solution."""
    for lines in solutions(exercise):
        wrong = ann.first_wrong(lines)
        if wrong is None or not ann.shows(wrong):
            continue
        part = lines[max(0, lines.index(wrong) - 1) :][:MOST_COMPARED]
        unlike_ann = shuffled(others(exercise, ann, part), exercise.seed, "ben", ann.mistake.name)
        among = [other for other in unlike_ann if other.first_wrong(lines) in part]
        for ben in among:
            unlike = {other.mistake.name for other in others(exercise, ben, part)}
            more = [other for other in among if other.mistake.name in unlike]
            if len(more) >= CHOICES - 2:
                return part, (ann, ben, *more[: CHOICES - 2])
    return None


def _ask_pair(exercise: Exercise, subject: Subject, level: int) -> Question:
    """A table of both students' numbers, and mistakes to choose from."""
    say, sentence = exercise.lesson.say, exercise.lesson.sentence
    lines, among = _pairs(exercise)[subject.name]
    ann, ben = among[:2]
    choices = shuffled(among, exercise.seed, "order", subject.name)
    named = ((ANN, ann, _first(ann, lines)), (BEN, ben, _first(ben, lines)))
    where = tuple(sentence(PARTS_AT, learner=n, letter=line.letter, right=line.shown) for n, _, line in named)
    mistakes = tuple(sentence(MADE, learner=n, mistake=learner.mistake.clause) for n, learner, _ in named)
    principles = tuple(sentence(SKILLS[skill].principle) for skill in dict.fromkeys(line.skill for *_, line in named))
    reasons = dict.fromkeys(sentence(learner.mistake.principle) for _, learner, _ in named)
    rows = tuple((math(line.letter), math(ann.number(line)), math(ben.number(line))) for line in lines)
    return Question(
        exercise,
        "which-mistake",
        subject.skill,
        None,
        (
            sentence(WHO),
            *stated_before(exercise, lines),
            Table((say(QUANTITY), say(ANN), say(BEN)), rows, ("left", "right", "right")),
            sentence(TO_CHOOSE),
        ),
        say(HOW_PAIR),
        Parts(tuple(Pick(choices.index(learner) + 1, len(choices)) for learner in (ann, ben))),
        ((sentence(LOOK_APART),), principles, where, mistakes),
        (*where, *mistakes, *reasons),
        tuple(say(learner.mistake.clause) for learner in choices),
        ann.mistake.name,
    )


WHICH_MISTAKE = Kind("which-mistake", T("who made which mistake?", "谁犯了哪种错误"), _learners, _ask_pair, stage=2)
