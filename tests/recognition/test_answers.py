"""What people ask is answered, solutions are graded as a teacher would, and a slip of the pen stays unexplained."""

from __future__ import annotations

import pytest

from tests.recognition.answers_table import answered, graded, ids, random_numbers
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
    """Of two hundred random wrong numbers of four figures among right ones two at most get a cause."""
    named, told = random_numbers(200, 4)
    assert named <= 2, told
