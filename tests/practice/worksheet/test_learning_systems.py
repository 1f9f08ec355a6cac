"""Questions for learning systems other than by single numbers in Moodle: Cloze, GIFT, QTI 1.2, each read back by another's rules."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

import pytest
from moodle_xml_parser.parser import parse_string

from backprop_tutor.practice.worksheet.moodle import CLOSING, OPENING
from backprop_tutor.practice.worksheet.numerical import Numerical, numericals
from backprop_tutor.practice.worksheet.plain_questions import cloze_xml, gift
from backprop_tutor.practice.worksheet.qti import CLOSING as QTI_CLOSING
from backprop_tutor.practice.worksheet.qti import MANIFEST, NAMESPACE, opening, qti_items
from backprop_tutor.practice.worksheet.sheet import Assignment, sheet, tolerances
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, Lang

NAMES = ["two-two-one", "softmax-classifier", "adam-two-steps", "lstm-cell", "closed-gate"]
HOSTILE = "</text> {1:NUMERICAL:=1} ~ = # \\ : } \" ' & <script> ]]> $x$"
GIFT_PEGJS = os.environ.get("GIFT_PEGJS", "")


class Answer(NamedTuple):
    """An answer that a system knows: what it is worth, from where to where, what is said."""

    score: float
    low: float
    high: float
    said: str


@cache
def asked(name: str, lang: Lang = "en", person: str = "") -> tuple[Numerical, ...]:
    """The questions of variant 2 of a scenario."""
    return numericals(sheet(Assignment(7, lang), load(name), 2, person))


def of_cloze(questions: tuple[Numerical, ...]) -> Iterator[list[Answer]]:
    """The gaps of one Cloze question, as another package reads Moodle's XML."""
    (question,) = parse_string(OPENING + cloze_xml(questions) + CLOSING)["cloze"]
    for gap in (gap for gap in question.gaps if gap.sub_type == "NUMERICAL"):
        yield [_of_gap(option) for option in gap.options]


def _of_gap(option: object) -> Answer:
    answer, score, said = option.answer, option.score, option.feedback  # type: ignore[attr-defined]
    if answer.endswith("*"):
        return Answer(score, float("-inf"), float("inf"), said)
    value, _, tolerance = answer.lstrip("=").partition(":")
    return Answer(score, float(value) - float(tolerance), float(value) + float(tolerance), said)


GIFT_ANSWER = re.compile(r"=%(\d+)%([-\d.]+):([-\d.]+)#(.*)")


def of_gift(questions: tuple[Numerical, ...]) -> Iterator[list[Answer]]:
    """The numerical questions of a GIFT text, read by the format's description: blocks, a line an answer."""
    for block in gift(questions).strip().split("\n\n"):
        if not block.startswith("$CATEGORY"):
            lines = [line for line in block.splitlines() if line.startswith("=")]
            found = [match.groups() for line in lines if (match := GIFT_ANSWER.fullmatch(line))]
            assert len(found) == len(lines)
            yield [Answer(float(s), float(v) - float(t), float(v) + float(t), said) for s, v, t, said in found]


def of_qti(questions: tuple[Numerical, ...]) -> Iterator[list[Answer]]:
    """The items of an assessment: its conditions in their order, with the feedback each of them shows."""
    root = fromstring(opening("questions") + qti_items(questions) + QTI_CLOSING)
    for item in root.iter(f"{{{NAMESPACE}}}item"):
        said = {f.get("ident"): "".join(f.itertext()).strip() for f in _all(item, "itemfeedback")}
        yield [_of_condition(condition, said) for condition in _all(item, "respcondition")]


def _all(item: Element, tag: str) -> list[Element]:
    return list(item.iter(f"{{{NAMESPACE}}}{tag}"))


def _of_condition(condition: Element, said: dict[str | None, str]) -> Answer:
    (score,), low, high = _all(condition, "setvar"), _all(condition, "vargte"), _all(condition, "varlte")
    shown = said[_all(condition, "displayfeedback")[0].get("linkrefid")]
    ends = (float(low[0].text or ""), float(high[0].text or "")) if low else (float("-inf"), float("inf"))
    return Answer(float(score.text or ""), *ends, shown)


READERS = {"cloze": of_cloze, "gift": of_gift, "qti": of_qti}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("system", READERS)
def test_every_blank_has_one_right_answer_and_a_feedback_for_each_mistake(system: str, name: str) -> None:
    """As many questions as blanks; the right interval first, then each mistake's, every one with something said."""
    found = list(READERS[system](asked(name)))
    assert len(found) == len(asked(name)) > 0
    for question, answers in zip(asked(name), found, strict=True):
        assert [answer.score for answer in answers] == [100, *[0] * (len(answers) - 1)]
        assert len(answers) - (system != "gift") == 1 + len(question.wrong)
        assert all(answer.said and answer.said.strip() for answer in answers)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("system", READERS)
def test_the_right_interval_is_what_the_quiz_accepts(system: str, name: str) -> None:
    """Well inside it an answer is right, well outside wrong; what a mistake gives lies in no other interval."""
    for question, (right, *wrong) in zip(asked(name), READERS[system](asked(name)), strict=True):
        value, room = question.line.value, question.right.tolerance
        assert right.low < value < right.high
        assert right.low == pytest.approx(value - room, rel=1e-6, abs=1e-9 * room)
        assert room == tolerances(question.sheet.exercise)[question.line.key]
        for window, answer in zip(question.wrong, wrong, strict=False):
            assert answer.low <= window.value <= answer.high
            assert not right.low < window.value < right.high


SMALL = """
title: Small numbers
graph:
  inputs: {x: 0.5, y: 0.8}
  parameters: {w: 0.3}
  nodes: {p: w * x, L: 0.00001 * (p - y)^2}
  output: L
"""


@pytest.mark.parametrize("system", READERS)
def test_values_under_a_ten_thousandth_keep_their_figures(system: str, tmp_path: Path) -> None:
    """No exponent, no zero: an interval around 0.0000012 holds it and does not hold 0 (unless a 0 is right)."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    questions = numericals(sheet(Assignment(3, "en"), load(file), 1))
    small = [line.value for line in (q.line for q in questions) if 0 < abs(line.value) < 1e-4]
    assert small
    for question, (right, *_) in zip(questions, READERS[system](questions), strict=True):
        assert right.low < question.line.value < right.high
        if 2 * question.right.tolerance < abs(question.line.value):
            assert not right.low <= 0 <= right.high


@pytest.mark.parametrize("system", READERS)
def test_hostile_titles_and_names_stay_text(system: str, tmp_path: Path) -> None:
    """Marks of every format in a title, a file and a person's name add no answer and no question."""
    file = tmp_path / "a {x} ~ = # b.yaml"
    file.write_text(SMALL.replace("Small numbers", json.dumps(HOSTILE)))
    plain = numericals(sheet(Assignment(3, "en"), load(file), 1))
    hostile = numericals(sheet(Assignment(3, "en"), load(file), 1, HOSTILE))
    shapes = [[len(answers) for answers in READERS[system](each)] for each in (plain, hostile)]
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) == len(plain)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_is_in_the_language_of_the_sheet(lang: Lang) -> None:
    """Right answers are praised in it, in each system."""
    for read in READERS.values():
        (right, *_), *_ = read(asked("two-two-one", lang))
        assert right.said == {"en": "Right.", "zh": "正确。"}[lang]


def test_the_manifest_names_the_assessment() -> None:
    """One resource of the type of QTI 1.2, with the file it is in."""
    root = fromstring(MANIFEST)
    (resource,) = (element for element in root.iter() if element.tag.endswith("}resource"))
    assert (resource.get("type"), resource.get("href")) == ("imsqti_xmlv1p2", "assessment.xml")


@pytest.mark.skipif(not (GIFT_PEGJS and shutil.which("node")), reason="GIFT_PEGJS names no folder with gift-pegjs")
@pytest.mark.parametrize("name", NAMES)
def test_gift_is_read_by_the_grammar_of_others(name: str, tmp_path: Path) -> None:
    """gift-pegjs understands every question, with the same answers and feedback."""
    file = tmp_path / "questions.gift"
    file.write_text(gift(asked(name)), encoding="utf-8")
    script = Path(__file__).parents[2] / "gift" / "check.mjs"
    done = subprocess.run(["node", script, GIFT_PEGJS, file], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) == len(asked(name))
    for understood, answers in zip(found, of_gift(asked(name)), strict=True):
        for theirs, ours in zip(understood["answers"], answers, strict=True):
            assert theirs["weight"] == ours.score
            assert theirs["value"] - theirs["tolerance"] == pytest.approx(ours.low)
            assert theirs["feedback"]
