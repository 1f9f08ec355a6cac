"""A worked solution in which a term, a factor or a constant of one line was left out: which line, and what is right?

The lines are shown as formulas, so that the slip can be seen before anything is computed; every later line follows from
the wrong number. It needs no rule of the catalogue, and so asks about a line of any architecture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import NamedTuple, cast

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.formula.printing.plain import plain as in_plain_text
from backprop_tutor.lesson.document import Block, Equation, Link, Paragraph, Row, Rows
from backprop_tutor.lesson.inline import plain, sign
from backprop_tutor.practice.edits.rewrites import FIRST, SELDOM, Edit, edits
from backprop_tutor.practice.exercise.draw import pick
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import FIGURES, Line, leaves
from backprop_tutor.practice.exercise.page import how_many_figures, known, setting, whole
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.hints import ladder
from backprop_tutor.practice.quiz.kinds.find_error import FIRST as FIRST_WRONG
from backprop_tutor.practice.quiz.kinds.find_error import IT_IS, LOOK, MOST_LINES, solutions
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.kinds.value import worth_asking
from backprop_tutor.practice.quiz.mistaken_answers import apart
from backprop_tutor.practice.quiz.question import Number, Parts, Pick, Question
from backprop_tutor.text import T

FIND = T(
    "In one line something was left out of the formula; the lines after it follow from it. Which line is it, and what "
    "should its number be?",
    "这份解答有一行写错了：它的公式里漏掉了一点东西，后面各行都受它影响。是哪一行？那一行的数应该是多少？",
)
HOW = T(
    "Type line; right number, with a semicolon, such as 2; 0.1234. ",
    "依次输入：行号; 正确的数，用分号隔开，如 2; 0.1234。",
)
LEFT_OUT = ("term-omitted", "factor-omitted", "constant-forgotten")
WIDEST = 66
"""A longer formula does not fit a line; its number is shown alone, and it is not the one that was written wrongly."""


class Slip(NamedTuple):
    """A solution with a slip: its lines, the wrong one, what was changed, and the numbers that follow."""

    lines: tuple[Line, ...]
    wrong: Line
    edit: Edit
    values: Mapping[str, float]


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every line in which leaving something out shows."""
    return tuple(Subject(slip.wrong.skill, key) for key, slip in _slips(exercise).items())


@lru_cache(maxsize=16)
def _slips(exercise: Exercise) -> dict[str, Slip]:
    """For each line that can be written wrongly a solution that it belongs to, by the name of the line."""
    found: dict[str, Slip] = {}
    for lines in solutions(exercise):
        for line in lines[:-1] if lines[-1].quantity.section == "updated" else lines:
            if line.key not in found and _short(line.written) and worth_asking(line):
                shown = [slip for edit in _left_out(line) if (slip := _slip(exercise, lines, line, edit))]
                if shown:
                    found[line.key] = pick(shown, exercise.seed, "slip", line.key)
    return found


def _left_out(line: Line) -> Iterator[Edit]:
    """The changes that leave something out, and leave something to compute."""
    return (edit for edit in _edited(line, FIRST) if edit.kind in LEFT_OUT and any(leaves(edit.written)))


def _edited(line: Line, most: float) -> Iterator[Edit]:
    return edits(line.written, lambda _: iter(()), most)


def slip_of(exercise: Exercise, kind: str) -> Slip | None:
    """The first solution in which a change of this kind shows in a line that is short enough to be read."""
    for lines in solutions(exercise):
        for line in lines:
            for edit in _edited(line, SELDOM) if _short(line.written) and worth_asking(line) else ():
                if edit.kind == kind and (slip := _slip(exercise, lines, line, edit)):
                    return slip
    return None


def _slip(exercise: Exercise, lines: tuple[Line, ...], wrong: Line, edit: Edit) -> Slip | None:
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
    return Slip(part, wrong, edit, values) if all(isfinite(values[line.key]) for line in part) else None


def _short(formula: Formula) -> bool:
    return len(in_plain_text(formula)) <= WIDEST


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The solution with its lines numbered."""
    del level
    lesson, slip = exercise.lesson, _slips(exercise)[subject.name]
    lines, wrong = slip.lines, slip.wrong
    there = {line.key for line in lines}
    given = [key for line in lines for key in line.needs if key not in there]
    place = lines.index(wrong) + 1
    mistake = MISTAKES[slip.edit.kind]
    told = (Paragraph(lesson.say(FIRST_WRONG, number=place)), Paragraph(lesson.say(IT_IS, mistake=mistake.text)))
    *words, value = ladder(exercise, wrong)
    return Question(
        exercise,
        WRONG_LINE.name,
        wrong.skill,
        None,
        (Paragraph(lesson.say(FIND)), *setting(exercise, lines), *known(exercise, given), _numbered(slip, lines)),
        (*lesson.say(HOW), *how_many_figures(lesson, wrong)),
        Parts((Pick(place, len(lines)), Number(wrong))),
        ((Paragraph(lesson.say(LOOK)),), *words, (*told, *value)),
        (*told, *whole(wrong)),
        mistake=mistake.name,
    )


def _numbered(slip: Slip, lines: Sequence[Line]) -> Rows:
    """The lines as they were written, numbered from 1."""
    return Rows(tuple(Row(plain(str(i)), (_as_written(slip, line),)) for i, line in enumerate(lines, start=1)))


def _as_written(slip: Slip, line: Line) -> Block:
    """``δ = w·δ_e ≈ 0.1234``: a formula and its number, both wrong where it is the wrong line."""
    value = slip.values[line.key]
    number = line.shown if value == line.value else figure(value, FIGURES)
    written = slip.edit.written if line is slip.wrong else line.written
    first = Link("←", written) if line.quantity.section == "updated" else Link("=", written)
    formula = (first,) if _short(written) and written != number else ()
    return Equation(line.letter, (*formula, Link(sign(line.letter, number), number)))


WRONG_LINE = Kind("wrong-line", T("find the line that went wrong", "找出写错的一行"), subjects, ask, stage=2)
