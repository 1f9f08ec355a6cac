"""A mistake beside the right solution, on a scenario where it shows, and the questions that are asked about it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import islice
from math import isfinite

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Link, Paragraph, Row, Rows, Section, Table
from backprop_tutor.lesson.inline import math, plain, say, sign
from backprop_tutor.practice.course.progress import PREFIX
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.page import known
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.kinds.flawed import MOST_LINES, Flawed, flawed, slip_of, solutions
from backprop_tutor.practice.quiz.kinds.line import in_short
from backprop_tutor.practice.quiz.mistaken_answers import Mistaken, everybody
from backprop_tutor.practice.quiz.request import Ask, Request
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

SIDE_BY_SIDE = T("Right and wrong, side by side", "对与错，并排看")
SAME = T("The same solution twice; on the right, {clause}.", "同一份解答的两个版本；右边的一份里，{clause}。")
SAME_SLIP = T(
    "The same solution twice; the slip in the one on the right: {mistake}.",
    "同一份解答的两个版本；右边那份的失误：{mistake}。",
)
QUANTITY, RIGHT, WRONG = T("quantity", "量"), T("right", "正确"), T("with the mistake", "有错误")
FROM_HERE = T("They part at {letter}:", "从 {letter} 开始不同：")


def shown_on(mistake: Mistake, first: str | None) -> str | None:
    """A bundled scenario whose solution shows the mistake: where it was made, else the first there is."""
    names = [entry.name for entry in bundled()]
    order = dict.fromkeys((*([first] if first in names else ()), *SMALL, *names))
    return next((name for name in order if _beside_on(name, mistake)), None)


@lru_cache(maxsize=64)
def _beside_on(name: str, mistake: Mistake) -> Flawed | None:
    """Both solutions on the own numbers of a scenario; None also where it is too large to be worked by hand."""
    scenario = load(name)
    if not any(True for _ in mistake.sites(scenario)) and name not in SMALL:
        return None
    try:
        return beside(exercise(scenario, "en", None, 0), mistake)
    except TutorError:
        return None


SMALL = (
    "two-two-one", "mazur-with-biases", "single-unit", "logistic-regression", "closed-gate", "softmax-classifier",
    "multi-output", "two-layer-batch", "weight-penalty", "momentum-two-steps", "adam-two-steps", "quadratic-cost",
    "recurrent-three-steps", "residual-blocks", "convolution-backward",
)  # fmt: skip
"""Scenarios on which nearly every mistake shows, the smallest first."""


def beside(asked: Exercise, mistake: Mistake) -> Flawed | None:
    """Both solutions, the mistaken one by the changed rule of the catalogue, else by the line itself changed."""
    if mistake.name in (found := flawed(asked)):
        return _from_where_they_part(found[mistake.name])
    made = (learner for learner in everybody(asked) if learner.mistake is mistake)
    by_rule = next((two for learner in made if (two := _by_rule(asked, learner))), None)
    if by_rule is None and (slip := slip_of(asked, mistake.name)):
        return _from_where_they_part(slip)
    return by_rule


def _from_where_they_part(two: Flawed) -> Flawed:
    """Both solutions from the line before the wrong one, as many lines as fit a screen."""
    return two._replace(lines=two.lines[max(0, two.lines.index(two.wrong) - 1) :][:MOST_LINES])


def _by_rule(asked: Exercise, learner: Mistaken) -> Flawed | None:
    """The solution around the first line that clearly differs; None where one of its numbers is not finite."""
    wrong = next((line for line in asked.lines if learner.shows(line)), None)
    if wrong is None:
        return None
    lines = next((lines for lines in solutions(asked) if learner.first_wrong(lines) is wrong), asked.closure(wrong))
    two = _from_where_they_part(Flawed(learner, lines, wrong))
    return two if all(isfinite(learner.values[line.key]) for line in two.lines) else None


def request(mistake: Mistake, first: str | None, seed: int = 0) -> Request | None:
    """A session on a mistake: to find it in a solution, or what else can be asked first, and then the line it spoils.
    None where no scenario shows it.
    """
    scenario = shown_on(mistake, first)
    two = _beside_on(scenario, mistake) if scenario else None
    if scenario is None or two is None:
        return None
    asked, key = exercise(load(scenario), "en", None, 0), two.wrong.key
    beginning = {"find-error": mistake.name, "wrong-line": key, "choice": key, "explain": key}
    fitting = (each for each in beginning.items() if each[1] in (s.name for s in KINDS[each[0]].subjects(asked)))
    # each kind is a stage: the answer of the first question is not that of the second
    kinds = (*islice(fitting, 1), ("value", key))
    asks = tuple(Ask(kind, scenario, (about,), fresh=True, stage=kind) for kind, about in kinds)
    return Request(seed, len(asks), unit=PREFIX + mistake.name, asks=asks)


def side_by_side(asked: Request, lang: Lang) -> tuple[Block, ...]:
    """Both solutions on the scenario's own numbers, from the line before they part, and why the right one is right."""
    assert asked.unit is not None, "the session of a contrast"
    shown = exercise(load(asked.asks[0].scenario), lang, asked.notation, 0)
    mistake = MISTAKES[asked.unit.removeprefix(PREFIX)]
    two = beside(shown, mistake)
    assert two is not None, "a contrast is asked for where it can be shown"
    slip = two.written is not None
    said = say(SAME_SLIP, lang, mistake=mistake.text) if slip else say(SAME, lang, clause=mistake.clause)
    blocks = (
        Paragraph(said),
        *known(shown, two.wrong.needs),
        _table(shown, two),
        Paragraph(say(FROM_HERE, lang, letter=two.wrong.letter)),
        *_formulas(two, lang),
        Paragraph(say(shown.principle(two.wrong.skill) if slip else mistake.principle, lang)),
    )
    return (Section(say(SIDE_BY_SIDE, lang), blocks, "contrast"),)


def _formulas(two: Flawed, lang: Lang) -> tuple[Block, ...]:
    """The line where they part as it is right; of a slip also as it was written down."""
    right = in_short(two.wrong)
    if two.written is None:
        return (right,)
    number = two.learner.number(two.wrong)
    links = (replace(right.links[0], right=two.written), Link(sign(two.written, number), number))
    rows = ((RIGHT, right), (WRONG, replace(right, links=links)))
    return (Rows(tuple(Row(say(word, lang), (equation,)) for word, equation in rows)),)


def _table(shown: Exercise, two: Flawed) -> Table:
    """A line a row: its letter, its right number, the mistaken one where it differs."""
    words, rows = shown.lesson.say, []
    for line in two.lines:
        number = math(two.learner.number(line))
        mistaken = (*plain("≠ ", "bad"), *number) if two.learner.wrong_at(line) else number
        rows.append((math(line.letter), math(line.shown), mistaken))
    return Table((words(QUANTITY), words(RIGHT), words(WRONG)), tuple(rows), ("left", "right", "right"))
