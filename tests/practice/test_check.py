"""A whole solution is graded line by line: a slip counts once, and nothing is given for a trivial answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.figures import rounded
from backprop_tutor.formula.nodes import Num
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.lesson.document import Document
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.grading.check import Check, Graded, check
from backprop_tutor.practice.grading.check_page import check_page
from backprop_tutor.scenario.answers import answers
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.training.address import addresses, numbers
from backprop_tutor.whatif.follow_through import Reach, Settled, Spot, follow
from tests.cli.calls import ENGLISH, heed_interrupts, tutor
from tests.practice.diagnosis.test_diagnose import shown, solution

SLIP = (
    "z1[1]=0.61",
    "a1[1]=0.6479",
    "z2[1]=0.6153",
    "a2[1]=0.649",
    "loss=0.0615",
    "grads.z2=-0.0799",
    "grads.W_ec=-0.0518",
)
OMITTED = ("z1[1]=0.61", "z2[1]=0.605307", "grads.z2=-0.353130", "grads.W_ec=-0.228808", "grads.z1[1]=-0.0322215")


def checked(*texts: str, name: str = "two-two-one", lang: Lang = "en") -> Check:
    """The check of a solution of a bundled scenario."""
    return check(case(bt.load(name), entries(texts), lang))


def page(found: Check) -> Document:
    """What is told of a check."""
    return check_page(Graded((found,)))


def verdicts(found: Check) -> list[str]:
    """The verdicts, in the order of the computation."""
    return [line.verdict for line in found.lines]


def test_a_slip_in_one_example_hides_no_slip_in_another() -> None:
    """A bias is forgotten in example 1 only, a slope is wrong in example 2 only: both are named."""
    scenario = bt.load("two-layer-batch")
    step = bt.run(scenario).steps[0].trace
    (z, _, *_), (a, *_) = step.value("z2")[0].tolist(), step.value("a1")[:, 1].tolist()
    upstream = (step.value("W2")[0, 0] * step.adjoint("z2")[0, 1]).item()
    texts = (f"z2[1]@1={z - 0.2:.6g}", f"grads.z1[1]@2={upstream * a * (1 - a):.6g}")
    found = check(case(scenario, entries(texts), "en"))
    assert [cause.hypothesis.names for cause in found.causes] == [("bias-dropped",), ("derivative-of-other-function",)]


def test_every_line_without_a_cause_has_its_right_line_and_a_call() -> None:
    """Two slips of the pen: each is told with its right line, and a call that shows it in its place."""
    said = shown(page(checked("z1[1]=0.7123", "z1[2]=0.9371")))
    assert said.count("No single known slip gives this.") == 2
    assert "tutor run two-two-one --focus 'z1[2]'" in said
    assert "Also wrong is z1[2]: 0.9371; right is" in said


def test_a_slip_counts_once() -> None:
    """z2 is added up wrongly; everything after it follows from it, and only it is wrong."""
    found = checked(*SLIP)
    assert verdicts(found) == ["right", "right", "wrong", "carried", "carried", "carried", "carried"]
    assert found.first_wrong is not None
    assert found.first_wrong.claim.entry.name == "z2[1]"
    assert found.first_wrong.cause is None


def test_one_diagnosis_explains_as_many_lines_as_it_can() -> None:
    """δ without f′: the wrong line has its diagnosis, the gradients behind it are right from there on."""
    found = checked(*OMITTED)
    assert verdicts(found) == ["right", "right", "wrong", "carried", "carried"]
    (cause,) = found.causes
    assert cause.hypothesis.names == ("output-derivative-omitted",)


def test_a_second_mistake_is_looked_for_after_the_first() -> None:
    """After a δ without f′ the step is taken uphill: the new weight is wrong for its own reason."""
    found = checked(*OMITTED, "updated.W_ec=0.3771192")
    assert [cause.hypothesis.names for cause in found.causes] == [("output-derivative-omitted",), ("ascent",)]
    assert [line.cause for line in found.lines if line.verdict == "wrong"] == list(found.causes)


@pytest.mark.parametrize("slip", ["0.000000", "1.000", "1000000"])
def test_whatever_the_slip_what_follows_from_it_is_right(slip: str) -> None:
    """A δ of 0 makes every gradient 0: the slip is δ, and counts once; a right gradient is right all the same."""
    product = f"{float(slip) * 0.6479408:.6f}"
    found = checked(f"grads.z2={slip}", f"grads.W_ec={product}", "grads.W_ed=-0.0465346")
    assert verdicts(found) == ["wrong", "carried", "right"]


def test_an_answer_that_could_hardly_be_wrong_is_not_called_right() -> None:
    """0.1 agrees with every new weight near 0.1: more digits are asked for; a written 0 claims zero."""
    found = checked("grads.W_ec=0", "updated.W_ca=0.1", "z1[1]=0.61")
    assert verdicts(found) == ["right", "wrong", "undecided"]
    assert "1 with too few digits to tell" in shown(page(found))


def test_what_follows_from_a_wrong_number_is_no_rounding() -> None:
    """z with a wrong O(c) and an O(d) of one figure: far from right, but what both of them give."""
    found = checked("a1[1]=0.7310586", "a1[2]=0.6", "z2=0.652423")
    assert verdicts(found) == ["wrong", "right", "carried"]


def test_another_convention_is_not_called_wrong() -> None:
    """Derivatives as y − a and w + η·δ·a throughout: said to be another convention; not all is as stated, though."""
    found = checked("grads.z2=0.0806653", "grads.W_ec=0.0522664", "updated.W_ec=0.4052266")
    assert verdicts(found) == ["wrong", "carried", "right"]
    assert found.verdict == "explained"
    assert "another convention (1)" in shown(page(found))


def test_what_to_practise_is_where_the_mistake_was_made() -> None:
    """The loss after the update is the wrong line, the error signal of a hidden unit the point to practise."""
    found = checked("after.loss=0.291027924", name="mazur-two-two-two")
    assert "--skill hidden-delta" in shown(page(found))


@settings(max_examples=20, deadline=None)
@given(digits=st.integers(3, 9), kept=st.integers(0, 3))
def test_a_correct_solution_is_all_right(digits: int, kept: int) -> None:
    """Written to 3 to 9 figures, carried so on the way or with up to 3 more: right or rounded, never wrong."""
    figures = solution(lambda value: float(rounded(value, digits + kept)))
    found = checked(*(f"{name}={rounded(value, digits)}" for name, value in figures.items()))
    assert set(verdicts(found)) <= {"right", "rounded", "undecided"}  # a loss after of 0.062 says too little
    assert found.causes == ()


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_what_follows_from_right_numbers_is_right(name: str) -> None:
    """Carrying forward the right numbers of a scenario gives every one of them again."""
    scenario = bt.load(name)
    run = bt.run(scenario, 2 if scenario.graph.parameters else 1)
    places = [
        s
        for i, step in enumerate(run.steps)
        for s in addresses(SymbolicTrace(step.trace, lambda _: Num(0.0, "0"), 1), i)
    ]
    right = dict(zip(places, numbers(run.steps, places)[0].tolist(), strict=True))
    # the adjoint of a saturated or folded output is taken from a on paper, so it is compared where it is not folded
    found: dict[Spot, Reach] = {}
    follow(scenario, lambda spot, reach: Settled(found.setdefault(spot, reach).value), len(run.steps))
    folded = {i for i, node in enumerate(scenario.graph.nodes) if node.fused}
    for seat, value in right.items():
        if seat.element.node not in folded:
            there = found[Spot(seat.step, seat.section, seat.element.node)].value[seat.element.place]
            assert there == pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_what_was_found(lang: Lang) -> None:
    """Each line with its verdict, the first wrong one by name, its diagnosis, and the lines left blank."""
    graded = check(case(bt.load("two-two-one"), entries(OMITTED), lang), ("after.loss",))
    said = shown(page(graded))
    first = {"en": "The first wrong line is grads.z2: −0.353130", "zh": "第一处错误在 grads.z2：你写的是 −0.353130"}
    blank = {"en": "Left blank and skipped (1): after.loss", "zh": "空着未填、已跳过（1 个）：after.loss"}
    (cause,) = graded.causes
    for part in (first[lang], blank[lang], cause.hypothesis.definition[0].mistake.clause[lang]):
        assert part in said


YAML = """
z1: [0.61, 0.31]
O(c): "0.6479"
grads: {"W2[1,1]": -0.0523}
updated.W1: [[0.100368, 0.700589], [null, 0.200945]]
after.loss:
"""
TABLE = """
# Sheet

| quantity | written | your value |
| :-- | :-- | --: |
| `z1[1]` | $h(c)$ | 0.61 |
| `grads.W2[1,1]` | $x$ | **-0.0523** |
| `after.loss` | L | ____ |
"""
LINES = """
# 我的答案
1. h(c) = 0.1·0.5 + 0.7·0.8 = 0.61
- O(c) ≈ 0.6479 ?
h(d)：0.31
dL/dW_ec = -0.0523
after.loss = ____
"""
PLAIN_TABLE = "| name | value |\n|---|---|\n| O(c) | 0.6479 |\n| W\\_ec | 0.4 |\n"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            YAML,
            [
                ("z1[1]", "0.61"),
                ("z1[2]", "0.31"),
                ("O(c)", "0.6479"),
                ("grads.W2[1,1]", "-0.0523"),
                ("updated.W1[1,1]", "0.100368"),
                ("updated.W1[1,2]", "0.700589"),
                ("updated.W1[2,1]", ""),
                ("updated.W1[2,2]", "0.200945"),
                ("after.loss", ""),
            ],
        ),
        (TABLE, [("z1[1]", "0.61"), ("grads.W2[1,1]", "-0.0523"), ("after.loss", "")]),
        (
            LINES,
            [("h(c)", "0.61"), ("O(c)", "0.6479"), ("h(d)", "0.31"), ("dL/dW_ec", "-0.0523"), ("after.loss", "")],
        ),
        (PLAIN_TABLE, [("O(c)", "0.6479"), ("W_ec", "0.4")]),
    ],
    ids=["yaml", "worksheet", "lines", "table"],
)
def test_answers_are_read_as_they_are_written(tmp_path: Path, text: str, read: list[tuple[str, str]]) -> None:
    """YAML with names, lists and sections; the table of a worksheet; any table of names and values."""
    file = tmp_path / "answers"
    file.write_text(text, "utf-8")
    assert [(entry.name, entry.text) for entry in answers(file).entries] == read


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "0.61\n", "| a | b |\n|---|---|\n"])
def test_a_file_without_answers_is_refused_where_it_stands(tmp_path: Path, text: str) -> None:
    """A list, a number, a table without rows."""
    file = tmp_path / "answers.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(TutorError):
        answers(file)


def test_the_command_grades_a_file(tmp_path: Path) -> None:
    """Text and JSON; status 0 where all is right, 1 where not, 2 with the place where it cannot be read."""
    file = tmp_path / "mine.yaml"
    file.write_text("z1[1]: 0.61\na1[1]: 0.6479\nafter.loss:\n", "utf-8")
    right = tutor("check", "two-two-one", str(file))
    assert (
        right.returncode,
        "Every line that is filled in is right" in right.stdout,
        "skipped (1)" in right.stdout,
    ) == (0, True, True)

    file.write_text("z2[1]: 0.6153\na2[1]: 0.649\n", "utf-8")
    wrong = tutor("check", "two-two-one", str(file), "--format", "json")
    told = json.loads(wrong.stdout)
    assert (wrong.returncode, told["format"], told["first_wrong"]) == (1, "backprop-tutor/check", "z2[1]")
    assert [line["verdict"] for line in told["lines"]] == ["wrong", "carried"]

    file.write_text("z1[1]: 0.61\nz2[1]: '0;6'\n", "utf-8")
    unusable = tutor("check", "two-two-one", str(file))
    assert unusable.returncode == 2
    assert f"{file}:2:8: error: z2[1]: " in unusable.stderr


@pytest.mark.skipif(os.name == "nt", reason="a process is interrupted differently there")
def test_watch_checks_again_on_every_save(tmp_path: Path) -> None:
    """The file is wrong, then mended; both verdicts come, and Ctrl-C ends it with the last status."""
    file = tmp_path / "mine.yaml"
    file.write_text("z1[1]: 0.72\n", "utf-8")
    call = [sys.executable, "-m", "backprop_tutor", "check", "two-two-one", str(file), "--watch"]
    process = subprocess.Popen(
        call, stdout=subprocess.PIPE, text=True, preexec_fn=heed_interrupts, env={**os.environ, **ENGLISH}
    )
    try:
        _until(process.stdout, "The first wrong line is z1[1]")
        file.write_text("z1[1]: 0.610\n", "utf-8")
        _until(process.stdout, "Every line is right")
        time.sleep(1)  # until it looks at the file again
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()


def _until(stream: IO[str] | None, text: str) -> None:
    """Read on until a line has `text` in it."""
    assert stream is not None
    assert any(text in line for line in iter(stream.readline, ""))
