"""Questions on paper and for other programs, as the contract has them."""

from __future__ import annotations

import json

import pytest

from backprop_tutor.practice.quiz.grading import grade
from backprop_tutor.practice.quiz.plan import Turn, planned, question
from backprop_tutor.practice.quiz.print_record import quiz_record
from backprop_tutor.practice.quiz.request import Request
from tests.cli.calls import tutor


def test_the_json_is_that_of_the_contract() -> None:
    """Format, version, seed, and for each question kind, prompt, quantity, answer, choices and hints."""
    done = tutor("quiz", "two-two-one", "--seed", "4", "--count", "12", "--print", "--format", "json")
    printed = json.loads(done.stdout)
    assert (printed["format"], printed["version"], printed["seed"]) == ("backprop-tutor/quiz", 1, 4)
    assert len(printed["questions"]) == 12
    for one in printed["questions"]:
        assert {"kind", "prompt", "quantity", "answer", "choices", "hints"} <= one.keys()
        assert one["prompt"]
        assert all(one["hints"])


def test_a_quantity_of_a_printed_question_has_its_value_in_the_trace() -> None:
    """The answer of a number question is what ``tutor run --format json`` says, in full precision."""
    call = ("quiz", "two-two-one", "--kind", "value", "--skill", "weight-gradient", "--seed", "2", "--count", "3")
    questions = json.loads(tutor(*call, "--print", "--format", "json").stdout)["questions"]
    step = json.loads(tutor("run", "two-two-one", "--format", "json").stdout)["steps"][0]
    for one in questions:
        section, name = one["quantity"].split(".")
        matrix, row, column = name[:2], int(name[3]) - 1, int(name[5]) - 1
        assert one["answer"] == step[section][matrix][row][column]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_printed_answers_are_graded_right(lang: str) -> None:
    """What is printed as the answer, typed as an answer, is right."""
    request = Request(6, 14, "mazur-with-biases")
    questions = [question(request, Turn(i), 2, lang) for i in range(len(planned(request, lang)))]  # type: ignore[arg-type]
    for asked, printed in zip(questions, quiz_record(6, questions)["questions"], strict=True):
        answer = printed["answer"]
        typed = "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
        assert grade(asked, typed).verdict == "right", asked.kind


def test_on_paper_the_answers_come_last() -> None:
    """Questions first, then a section with the answers."""
    shown = tutor("quiz", "two-two-one", "--seed", "4", "--count", "3", "--print").stdout
    questions, answers = shown.split("\n Answers\n")
    assert all(f"\n {i} A 2-2-1 network" in questions for i in (1, 2, 3))
    assert "≈ −0." in answers or "≈ 0." in answers or "=" in answers


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kind", "valu"), "did you mean 'value'"),
        (("--skill", "los"), "did you mean 'loss'"),
        (("two-two-on",), "did you mean 'two-two-one'"),
        (("2x3", "--random"), "2-3-2"),
        (("sum-over-paths", "--skill", "update", "--print"), "no such question"),
        (("two-two-one", "--answers", "nowhere.txt"), "nowhere.txt"),
    ],
)
def test_a_call_that_cannot_be_carried_out_says_why(arguments: tuple[str, ...], said: str, tmp_path: object) -> None:
    """Status 2, one line, no traceback."""
    done = tutor("quiz", *arguments, TUTOR_STATE=str(tmp_path))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
