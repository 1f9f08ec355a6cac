"""What every unit of the course owes: both languages, questions that keep their promises, room on a small screen."""

from __future__ import annotations

import re
from itertools import pairwise
from math import hypot
from pathlib import Path
from sys import float_info

import pytest

from backprop_tutor.errors import TutorError, describe
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Document
from backprop_tutor.practice.course.course import FOLDER, STAGES, Unit, read_course
from backprop_tutor.practice.course.course_file import read_unit
from backprop_tutor.practice.course.page import before_question, map_document
from backprop_tutor.practice.course.progress import progress
from backprop_tutor.practice.course.self_check import check_unit
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.mistaken_answers import everybody
from backprop_tutor.practice.quiz.plan import Turn, question
from backprop_tutor.practice.quiz.question import prompt
from backprop_tutor.practice.quiz.records import records
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.schedule import IN_A_ROW
from backprop_tutor.practice.quiz.session import Session
from backprop_tutor.render import render
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.training.address import Address
from backprop_tutor.whatif.predictions import PredictionTable
from tests.conftest import some
from tests.practice.quiz.test_records import NOW
from tests.test_texts import CHINESE, UNSPACED, UNWANTED

COURSE = read_course()
UNITS = tuple(COURSE.units.values())
ROWS, COLUMNS = 24, 80
each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


def test_the_course_has_its_parts_and_every_file_is_in_it() -> None:
    """Seven parts, none without a unit; no unit's file is forgotten."""
    assert len(COURSE.parts) == 7
    assert all(part.units for part in COURSE.parts)
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {"course", *COURSE.units}


@each_unit
def test_a_unit_goes_from_help_to_none(unit: Unit) -> None:
    """Its stages are in their order, begin with an example, and have enough that counts to master the unit at once."""
    order = tuple(STAGES)
    places = [order.index(ask.stage) for ask in unit.asks]
    assert places[0] == 0
    assert all(before <= after for before, after in pairwise(places))
    assert sum(STAGES[ask.stage].fresh for ask in unit.asks) >= IN_A_ROW


@pytest.mark.parametrize("unit", some(UNITS, 3))
def test_questions_keep_their_promises(unit: Unit) -> None:
    """Right answers are right, wrong ones wrong, mistakes are named: on the first numbers, and asked anew."""
    report = check_unit(unit, (0,), "en")
    assert report.questions == 2 * len(unit.asks)
    assert report.faults == ()


@each_unit
def test_a_unit_is_written_in_both_languages(unit: Unit) -> None:
    """English without Chinese characters, Chinese with them, in the words of the house and with its spaces."""
    texts = (unit.title, *unit.lesson)
    assert not any(CHINESE.search(text.en) for text in texts)
    assert all(CHINESE.search(text.zh) for text in texts)
    assert not [text.zh for text in texts if UNWANTED.search(text.zh) or UNSPACED.search(text.zh)]


@each_unit
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_lesson_fits_the_screen(unit: Unit, lang: Lang, tmp_path: Path) -> None:
    """With the line below it, where one goes on, and the heading of the session above."""
    request = unit.request(1)
    kept = records(tmp_path, NOW)
    session = Session(kept, kept.begin("", request.text(), NOW), request, lang, lambda: NOW)
    lesson, _ = before_question(unit, session)
    text = render(Document(lang, (), (), lesson), "text", width=COLUMNS)
    assert len(text.strip("\n").splitlines()) <= ROWS - 6


@each_unit
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_question_fits_the_screen(unit: Unit, lang: Lang) -> None:
    """With its heading, its keys and the place to answer; of what is known two lines may have left it at the top."""
    request = unit.request(2)
    pages = [prompt(question(request, Turn(i), 1, lang)) for i in range(request.count)]
    rows = [len(render(Document(lang, (), (), page), "text", width=COLUMNS).strip("\n").splitlines()) for page in pages]
    assert max(rows) + 3 <= ROWS + 2


@each_unit
def test_the_request_is_kept_whole(unit: Unit) -> None:
    """What the records hold of it gives the same questions."""
    request = unit.request(5, test=True)
    assert Request.of(request.text()) == request


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_has_a_line_a_unit(lang: Lang, tmp_path: Path) -> None:
    """On a terminal of 80 columns every title stands on the line of its unit."""
    known = progress(COURSE, records(tmp_path, NOW))
    lines = render(map_document(COURSE, known, {}, NOW, lang), "text", width=COLUMNS).splitlines()
    assert all(any(unit.title[lang] in line and unit.name in line.split() for line in lines) for unit in UNITS)


def test_numbers_are_fresh_by_stage() -> None:
    """The example has the scenario's own; a stage after it has others, which its questions share."""
    unit = COURSE.units["one-unit"]
    request = unit.request(3)
    digests = [question(request, Turn(i), 1, "en").exercise.scenario.digest for i in range(request.count)]
    by_stage = {stage: {d for d, ask in zip(digests, unit.asks, strict=True) if ask.stage == stage} for stage in STAGES}
    assert all(len(found) == 1 for found in by_stage.values())
    assert len(set.union(*by_stage.values())) == len(STAGES)


GOOD = """\
title: {en: A unit, zh: 单元}
needs: [before]
scenario: two-two-one
lesson:
  - {en: Words., zh: 文字。}
example:
  - {kind: value, about: [values.loss]}
alone:
  - {kind: value, about: [values.loss]}
"""


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        (
            "kind: value, about: [values.loss]}\nalone",
            "kind: valeu, about: [x]}\nalone",
            "7:12",
            "did you mean 'value'",
        ),
        ("two-two-one", "two-two-tow", "3:11", "did you mean 'two-two-one'"),
        ("[before]", "[befor]", "2:9", "did you mean 'before'"),
        ("zh: 单元", "hz: 单元", "1:21", "zh"),
        ("lesson:", "lessons:", "4:1", "lesson"),
        ("{en: Words., zh: 文字。}", "{en: Words.}", "5:5", "zh"),
        ("about: [values.loss]}\nalone", "about: []}\nalone", "7:26", "about"),
        ("about: [values.loss]}\nalone", "about: [values.lsos]}\nalone", "7:27", "did you mean 'values.loss'"),
    ],
)
def test_faults_are_told_at_their_place(old: str, new: str, where: str, said: str, tmp_path: Path) -> None:
    """Line and column, what is allowed, the nearest right spelling."""
    path = tmp_path / "unit.yaml"
    path.write_text(GOOD)
    assert read_unit(path, 1, ("before",)).name == "unit"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(TutorError) as caught:
        read_unit(path, 1, ("before",))
    told = "\n".join(describe(problem, "en") for problem in caught.value.problems)
    assert f"unit.yaml:{where}: error:" in told
    assert said in told


def test_a_course_names_units_that_are_there_and_once(tmp_path: Path) -> None:
    """Both faults at once, each at its place."""
    (tmp_path / "one.yaml").write_text(GOOD.replace("[before]", "[]"))
    (tmp_path / "course.yaml").write_text(
        "title: {en: A, zh: 课}\nparts:\n  - title: {en: P, zh: 节}\n    units: [one, oen, one]\n"
    )
    with pytest.raises(TutorError) as caught:
        read_course(tmp_path / "course.yaml")
    places = [problem.place for problem in caught.value.problems]
    assert [(place.line, place.column) for place in places if place] == [(4, 18), (4, 23)]


def test_all_faults_of_a_course_are_reported_at_once(tmp_path: Path) -> None:
    """What the schema refuses beside a unit that is not there; and the faults of two units in one report."""
    file = tmp_path / "class.yaml"
    file.write_text("titel: {en: A, zh: 课}\nparts:\n  - title: 3\n    units: [gates, gats, gates]\n")
    assert places(file) == [(1, 1), (3, 12), (4, 20), (4, 26)]
    (tmp_path / "one.yaml").write_text(GOOD.replace("kind: value", "kind: valeu"))
    (tmp_path / "two.yaml").write_text(GOOD.replace("two-two-one", "two").replace("[values.loss]", "[]"))
    file.write_text("title: {en: A, zh: 课}\nparts:\n  - title: {en: P, zh: 节}\n    units: [one, two]\n")
    one, two = [(2, 9), (7, 12), (9, 12)], [(2, 9), (3, 11), (7, 26), (9, 26)]
    assert places(file) == [*one, *two]


def places(file: Path) -> list[tuple[int, int]]:
    """The line and column of every fault of a course."""
    with pytest.raises(TutorError) as caught:
        read_course(file)
    return [(problem.place.line, problem.place.column) for problem in caught.value.problems if problem.place]


FIGURE = re.compile(r"(?<![\w.])\d+\.\d+")
RECKONED = {"0.225": 0.9 * 0.25, "0.00001": round(float_info.epsilon ** (1 / 3), 5)}
"""Figures of lessons that no line of a solution has, and how they come about."""


def figures(unit: Unit, lang: Lang) -> set[str]:
    """The figures with a decimal point in a lesson."""
    return {figure for text in unit.lesson for figure in FIGURE.findall(text[lang])}


def outputs_after(scenario: Scenario, mistake: str) -> list[float]:
    """The first output after the update, wherever this mistake is made."""
    place = Address(0, "after", Element(scenario.graph.index[f"a{len(scenario.graph.layers)}"], (0,), 0))
    sites = MISTAKES[mistake].sites(scenario)
    return [float(row[0]) for row in PredictionTable(scenario, [place]).rows([(site.changes,) for site in sites])]


@each_unit
def test_figures_of_a_lesson_are_those_of_its_scenario(unit: Unit) -> None:
    """Given, computed, computed after the update, or what a mistake of the catalogue makes of one; alike in both languages."""
    named = figures(unit, "en")
    assert named == figures(unit, "zh")
    if named - set(RECKONED):
        asked = exercise(load(unit.scenario), "en", None, 0)
        wrong = (value for learner in everybody(asked) for value in learner.values.values())
        values = [*asked.values.values(), *wrong, *outputs_after(asked.scenario, "derivative-at-preactivation")]
        missing = {f for f in named if not any(f"{value:.{len(f) - 2}f}" == f for value in values)} - set(RECKONED)
        assert not missing
    assert all(abs(float(figure) - RECKONED[figure]) < 1e-12 for figure in named & set(RECKONED))


def test_the_error_signal_of_ten_sigmoids_is_what_the_lesson_says() -> None:
    """0.9 times a quarter, nine times; and a gradient cut to the length 5."""
    assert round(1e6 * (0.9 / 4) ** 9, 1) == 1.5
    assert tuple(5 / hypot(6, 8) * side for side in (6, 8)) == (3, 4)
    text = " ".join(words.en for words in COURSE.units["vanishing"].lesson)
    assert "one and a half millionths" in text
    assert "(3, 4) of (6, 8)" in text
