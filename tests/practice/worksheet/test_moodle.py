"""Questions for Moodle, read back as Moodle reads them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from math import floor, log10
from xml.etree.ElementTree import Element, fromstring

import pytest

from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.typed import number
from backprop_tutor.practice.quiz.grading import judge
from backprop_tutor.practice.worksheet.moodle import CLOSING, OPENING, questions_xml
from backprop_tutor.practice.worksheet.numerical import Numerical, numericals
from backprop_tutor.practice.worksheet.sheet import Assignment, sheet
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, Lang
from tests.conftest import some
from tests.render.test_html import Page

NAMES = some((entry.name for entry in bundled()), 4)


@cache
def asked(name: str, lang: Lang = "en") -> tuple[Numerical, ...]:
    """The questions of variant 2 of a bundled scenario."""
    return numericals(sheet(Assignment(7, lang), load(name), 2))


@cache
def imported(name: str, lang: Lang = "en") -> tuple[Element, ...]:
    """The numerical questions of the file, in its order."""
    quiz = fromstring(OPENING + questions_xml(asked(name, lang)) + CLOSING)
    assert [question.get("type") for question in quiz] == ["category", "numerical"] * (len(quiz) // 2)
    return tuple(question for question in quiz if question.get("type") == "numerical")


SMALL = 1e-6
"""Smaller numbers, as the tails of a softmax, have an interval that reaches 0."""


def decimals(line: Line) -> int:
    """The decimals of four figures of a line; of a new value of its change."""
    return 3 - floor(log10(line.scale)) if line.scale else 4


def four_figures(value: float, line: Line) -> str:
    """A number with as many figures as are asked for."""
    places = decimals(line)
    return f"{value:.{places}f}" if places >= 0 else str(round(value / 10**-places) * 10**-places)


def is_right(question: Numerical, typed: str) -> bool:
    """Whether the quiz takes an answer for right."""
    return judge(question.sheet.exercise, [(question.line, number(typed))]).right


def text(element: Element, path: str) -> str:
    """The text at a path, which is there."""
    found = element.findtext(path)
    assert found is not None, path
    return found


def interval(answer: Element) -> tuple[float, float]:
    """What Moodle takes for this answer: within the tolerance of the value."""
    value, tolerance = float(text(answer, "text")), float(text(answer, "tolerance"))
    return value - tolerance, value + tolerance


@pytest.mark.parametrize("name", NAMES)
def test_every_blank_is_a_question_with_one_right_answer(name: str) -> None:
    """The right answer stands first with full marks, everything else has none, and * catches the rest at the end."""
    questions = imported(name)
    assert len(questions) == len(asked(name)) > 0
    for question in questions:
        answers = question.findall("answer")
        assert [answer.get("fraction") for answer in answers] == ["100", *["0"] * (len(answers) - 1)]
        assert text(answers[-1], "text") == "*"
        assert all(text(answer, "feedback/text").strip() for answer in answers)


@pytest.mark.parametrize("name", some(NAMES, 3))
def test_tolerances_are_those_that_the_quiz_grades_by(name: str) -> None:
    """The answer with four figures is in the interval and right in a quiz; three intervals further none is."""
    for question, element in zip(asked(name), imported(name), strict=True):
        low, high = interval(element.findall("answer")[0])
        line, room = question.line, (high - low) / 2
        right = four_figures(line.value, line)
        if abs(line.value) < SMALL:
            continue
        assert low <= float(right) <= high, line.key
        assert is_right(question, right), (line.key, right)
        if line.quantity.section in ("updated", "after"):  # a quiz also allows for rounding on the way to a new value
            continue
        for beyond in (line.value + 3 * room, line.value - 3 * room):
            assert not is_right(question, f"{beyond:.{max(0, decimals(line) + 2)}f}"), line.key


@pytest.mark.parametrize("name", NAMES)
def test_no_two_answers_of_a_question_overlap(name: str) -> None:
    """Whatever is typed, at most one answer takes it: a mistake is never marked right, nor taken for another."""
    for question in imported(name):
        intervals = [interval(answer) for answer in question.findall("answer")[:-1]]
        for (low, high), (other_low, other_high) in combinations(intervals, 2):
            assert high < other_low or other_high < low


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["two-two-one", "softmax-classifier", "lstm-cell"])
def test_every_page_of_a_question_is_html_with_tex(name: str, lang: Lang) -> None:
    r"""Questions and feedback are pages whose elements nest, formulas between \( and \), which balance."""
    for question in imported(name, lang):
        pages = [text(question, "questiontext/text"), text(question, "generalfeedback/text")]
        pages += [text(answer, "feedback/text") for answer in question.findall("answer")]
        for page in pages:
            seen = Page(page).seen()
            assert seen.count(r"\(") == seen.count(r"\)")
            assert "script" not in Page(page).tags
        assert r"\(" in pages[0]


def test_hostile_titles_and_names_stay_text() -> None:
    """A scenario's own name with signs of XML, of HTML and of Moodle's folders comes back letter by letter."""
    scenario = replace(load("two-two-one"), name="b <c> & ]]> \x1b $x$")
    one = sheet(Assignment(7, "en"), scenario, 1, "Ann <b>]]></b> & Bo")
    quiz = fromstring(OPENING + questions_xml(numericals(one)[:1]) + CLOSING)

    assert text(quiz[0], "category/text") == "$course$/top/b <c> & ]]> \\x1b $x$, seed 7/z1[1]"
    assert text(quiz[1], "name/text") == "b <c> & ]]> \\x1b $x$: z1[1], variant 1 (Ann <b>]]></b> & Bo)"


def test_a_known_mistake_gets_its_own_diagnosis() -> None:
    """Who leaves out the hidden derivative, W·δ for W·δ·a(1 − a), types a number that Moodle answers with just that."""
    question = next(q for q in asked("two-two-one") if q.name == "grads.z1[1]")
    values = question.sheet.exercise.values
    typed = float(f"{values['values.W2[1,1]'] * values['grads.z2[1]']:.4g}")
    (element,) = [e for e in imported("two-two-one") if text(e, "name/text").startswith("two-two-one: grads.z1[1],")]
    (answer,) = [a for a in element.findall("answer")[:-1] if interval(a)[0] <= typed <= interval(a)[1]]

    assert answer.get("fraction") == "0"
    assert "the derivative of a hidden unit" in Page(text(answer, "feedback/text")).seen()


def test_a_parameter_that_is_not_moved_is_a_mistake_with_a_window_of_its_own() -> None:
    """The old weight typed for the new one is not right, and is answered."""
    question = next(q for q in asked("two-two-one") if q.name == "updated.W1[1,1]")
    old = question.sheet.exercise.values["values.W1[1,1]"]
    assert not question.right.low <= old <= question.right.high
    assert all(window.tolerance > 0 for window in question.wrong)
