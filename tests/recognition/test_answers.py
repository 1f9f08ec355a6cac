"""What people ask is answered, solutions are graded as a teacher would, and a slip of the pen stays unexplained."""

from __future__ import annotations

import pytest

from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.scenario.load import load
from tests.conftest import EXPLORES
from tests.recognition.answers_table import answered, graded, ids, misjudged, named_figures, random_numbers
from tests.recognition.errata import PUBLISHED
from tests.recognition.questions import QUESTIONS, Question
from tests.recognition.solutions import SOLUTIONS, Solution


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_a_question_is_answered(question: Question) -> None:
    """The mistake is among the three that are named; its figures were worked out by hand."""
    assert question.answers & set(ids(answered(question)))


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.name)
def test_a_solution_is_graded_as_a_teacher_would(solution: Solution) -> None:
    """Wrong is the line of the slip alone, what follows is carried, and the slip is named."""
    fits, said = graded(solution)
    assert fits, said


def test_a_random_wrong_number_stays_unexplained() -> None:
    """Of a hundred random wrong numbers of four figures among right ones one at most gets a cause."""
    count = 200 if EXPLORES else 100
    named, told = random_numbers(count, 4)
    assert named <= count // 100, told


def test_published_figures_are_judged_as_a_recomputation_judges_them() -> None:
    """Right where NumPy comes to the same to half a unit, wrong where the page went wrong, else rounded or carried."""
    assert [off for example in PUBLISHED for off in misjudged(example)] == []


def test_what_leaves_a_figure_as_it_is_explains_nothing() -> None:
    """A figure one off in its last digit has no cause; the sign and the point that slipped on the same page have one."""
    named = {row.name: causes for row, _, causes in named_figures(PUBLISHED[0]) if row.causes}
    assert {name for name, causes in named.items() if causes} == {
        "grads.z1[2]",
        "updated.W1[1,1]",
        "updated.W1[2,2]",
    }


def test_a_bare_number_is_not_recognised_by_digits_it_does_not_have() -> None:
    """0 for 0.646870 is no moved point, nor is 10 or 1; 6.1 for 0.61 is one."""
    by_digits = {"digits-exchanged", "given-miscopied", "point-moved"}
    for name in ("updated.W1[1,1]", "values.a2[1]", "grads.W1[1,1]"):
        for text in ("0", "0.0", "1", "-1", "10", "0.1"):
            named = ids(diagnose(case(load("two-two-one"), entries([f"{name}={text}"]))))
            assert not by_digits.intersection(named), (name, text)
    assert "point-moved" in ids(diagnose(case(load("two-two-one"), entries(["values.z1[1]=6.1"]))))
