"""Worksheets for a class: the same whoever makes them, in order, without a crowd in memory."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.graph.symbolic_trace import layout
from backprop_tutor.practice.worksheet.batch import TOGETHER, Order, written
from backprop_tutor.practice.worksheet.forms import FORMS, places, question_files, safe
from backprop_tutor.practice.worksheet.sheet import Assignment, sheet, shown_by_most
from backprop_tutor.scenario.load import build, read

ORDER = Order(*read("two-two-one"), Assignment(3, "en"), "markdown")


def test_two_processes_make_what_one_makes() -> None:
    """Divided over two fresh processes, the worksheets of a class are the same, in the same order."""
    people = tuple(f"learner {i}" for i in range(2 * TOGETHER + 3))
    alone, divided = (list(written(ORDER, people, processes)) for processes in (1, 2))
    assert alone == divided
    assert [one.person for one in alone] == list(people)
    assert [one.number for one in alone] == list(range(1, len(people) + 1))


def test_a_variant_does_not_depend_on_how_many_there_are() -> None:
    """Number 5 of 7 is number 5 of 12, whoever shares its process."""
    few, many = (list(written(ORDER, ("",) * count, 1)) for count in (7, 12))
    assert few == many[:7]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("clipped-network", "markdown"), ("circuits", "html"), ("max-pooling", "qti"),
        ("relu-two-two-one", "markdown"), ("softmax-classifier", "markdown"), ("xor", "latex"),
        ("weight-penalty", "markdown"), ("momentum-two-steps", "html"), ("adam-two-steps", "typst"),
        ("circuits-max", "markdown"), ("multi-output", "markdown"), ("tied-autoencoder", "markdown"),
    ],
)  # fmt: skip
def test_side_by_side_each_is_what_it_is_alone(name: str, form: str) -> None:
    """What the variants of a class share, and the numbers computed side by side, change no letter of a worksheet."""
    order = Order(*read(name), Assignment(3, "en"), form)
    together = list(written(order, ("",) * 8, 1))
    scenario = build(order.file, order.source)
    assignment = replace(order.assignment, mistakes=shown_by_most(scenario))
    for one in together:
        layout.cache_clear()
        alone = sheet(assignment, build(order.file, order.source), one.number)
        assert FORMS[form].pages(alone) == one.pages


def test_worksheets_come_one_after_the_other() -> None:
    """The first is there before the last is made: ten thousand can be asked for and the first taken."""
    assert next(written(ORDER, ("",) * 10_000, 1)).number == 1


def test_a_call_that_cannot_be_carried_out_says_so_from_any_process() -> None:
    """An error keeps its problems on its way from one process to another."""
    wrong = replace(ORDER, assignment=Assignment(3, "en", notation="nonsense"))
    for processes in (1, 2):
        with pytest.raises(TutorError, match="nonsense") as raised:
            list(written(wrong, ("",) * (TOGETHER + 1), processes))
        assert raised.value.problems[0].message.zh
    assert pickle.loads(pickle.dumps(raised.value)).problems == raised.value.problems


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_pages(form: str) -> None:
    """Each form writes a worksheet and a key, or questions for a file that holds those of all."""
    (one,) = written(replace(ORDER, form=form), ("Ann",))
    assert bool(one.pages.worksheet) == bool(one.pages.key) != bool(one.pages.questions)
    assert one.scenario.startswith("title:")


def test_the_records_name_every_answer_and_keep_answers_apart() -> None:
    """In JSON the worksheet has names without values, and the key has a value and a tolerance for each of them."""
    (one,) = written(replace(ORDER, form="json"), ("Ann",))
    sheet, key = json.loads(one.pages.worksheet), json.loads(one.pages.key)
    assert (sheet["format"], key["format"]) == ("backprop-tutor/worksheet", "backprop-tutor/worksheet-key")
    assert sheet["person"] == key["person"] == "Ann"
    assert set(sheet["given"]) == {"x[1]", "x[2]", "y[1]", *(f"W1[{i},{j}]" for i in (1, 2) for j in (1, 2))} | {
        "W2[1,1]",
        "W2[1,2]",
    }
    assert [question["name"] for question in sheet["questions"]] == [answer["name"] for answer in key["answers"]]
    assert all(answer["tolerance"] > 0 for answer in key["answers"])
    assert not any("value" in question for question in sheet["questions"])


def test_a_record_says_what_the_optimizer_does_and_remembers() -> None:
    """Momentum, step 2: the new weight of the key follows from nothing but the record of the worksheet."""
    order = Order(*read("momentum-two-steps"), Assignment(3, "en"), "json")
    (one,) = written(order, ("",))
    sheet, key = json.loads(one.pages.worksheet), json.loads(one.pages.key)
    training, kept = sheet["training"], sheet["remembered"]["W1[1,2]"]
    answers = {answer["name"]: answer["value"] for answer in key["answers"]}
    velocity = training["momentum"] * kept["v"] + answers["step2.grads.W1[1,2]"]
    moved = sheet["given"]["W1[1,2]"] - training["learning_rate"] * velocity
    assert training["optimizer"] == "momentum"
    assert answers["step2.updated.W1[1,2]"] == pytest.approx(moved, rel=1e-9)


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("Ann Lee", "Ann-Lee"),
        ("王小明", "王小明"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\\b:c*?", "a-b-c"),
        ("", ""),
        ("_ann_lee_", "ann-lee"),
        ("CON", "CON"),
        ("Jose\u0301", "Jos\u00e9"),
        ("हिन्दी", "हिन्दी"),
        ("x" * 300, "x" * 160),
        ("𠮷" * 80, "𠮷" * 40),
        ("é" * 79 + "a-b", "é" * 79 + "a"),
    ],
)
def test_a_name_of_a_person_is_safe_in_the_name_of_a_file(person: str, name: str) -> None:
    """No name leads out of the folder, and none is too long for a file."""
    assert safe(person) == name


def test_files_stand_in_order(tmp_path: Path) -> None:
    """Numbers have as many digits as the largest, two at least."""
    names = [places(tmp_path, "html", number, "Ann", 120)[1].name for number in (1, 20, 120)]
    assert names == sorted(names) == ["001-Ann.html", "020-Ann.html", "120-Ann.html"]
    assert places(tmp_path, "markdown", 3, "", 5)[0] == tmp_path / "worksheets" / "03.md"


def test_questions_are_divided_so_that_a_file_can_be_uploaded(tmp_path: Path) -> None:
    """Up to 100 variants stand in one file; more are divided, each file named by the variants in it."""
    assert list(question_files(tmp_path, 100)) == [(tmp_path / "questions.xml", 100)]
    assert list(question_files(tmp_path, 1000))[-1] == (tmp_path / "questions-0901-1000.xml", 100)
    assert [(path.name, count) for path, count in question_files(tmp_path, 250)] == [
        ("questions-001-100.xml", 100),
        ("questions-101-200.xml", 100),
        ("questions-201-250.xml", 50),
    ]
