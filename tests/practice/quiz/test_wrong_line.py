"""The question about the line of a solution from which something was left out."""

from __future__ import annotations

from math import isclose

import pytest

from backprop_tutor.lesson.document import Equation, Rows
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.practice.quiz.grading import grade
from backprop_tutor.practice.quiz.kinds.flawed import WRONG_LINE
from backprop_tutor.practice.quiz.question import Parts, Pick, Question
from backprop_tutor.practice.quiz.records import Verdict
from backprop_tutor.practice.quiz.self_check import faults
from backprop_tutor.scenario.load import load

SCENARIOS = ("embedding-repeated", "residual-blocks", "lstm-cell", "convolution-1d", "average-pooling", "two-two-one")


def questions(name: str, seed: int) -> list[Question]:
    """Every question of this kind on fresh numbers of a scenario."""
    asked = exercise(variant(load(name), seed), "en", None, seed)
    return [WRONG_LINE.ask(asked, subject, 1) for subject in WRONG_LINE.subjects(asked)]


def lines(asked: Question) -> list[Equation]:
    """The lines of the solution."""
    (rows,) = (block for block in asked.prompt if isinstance(block, Rows))
    return [block for row in rows.rows for block in row.blocks if isinstance(block, Equation)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_keeps_the_promises_of_every_question(name: str) -> None:
    """On every architecture there is such a question, and it is graded as it says."""
    asked = questions(name, 3)
    assert asked
    assert [fault for one in asked for fault in faults(one)] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_lines_before_the_wrong_one_are_right_and_it_is_not(name: str) -> None:
    """What is shown for each line before it is its number; for itself another."""
    for one in questions(name, 5):
        assert isinstance(one.key, Parts)
        place = one.key.parts[0]
        assert isinstance(place, Pick)
        shown = lines(one)
        assert len(shown) == place.count
        numbers = [float(equation.links[-1].right.text) for equation in shown]  # type: ignore[union-attr]
        right = [one.exercise.values[key] for key in _keys(one, shown)]
        close = [isclose(a, b, rel_tol=1e-4, abs_tol=1e-12) for a, b in zip(numbers, right, strict=True)]
        assert all(close[: place.right - 1])
        assert not close[place.right - 1]


def _keys(one: Question, shown: list[Equation]) -> list[str]:
    """The names of the lines, by their letters; an arrow is an update."""
    named = {(line.letter, line.quantity.section == "updated"): line.key for line in one.exercise.lines}
    return [named[equation.left, equation.links[0].sign == "←"] for equation in shown]


def test_a_row_that_is_used_twice_lost_one_of_its_uses() -> None:
    """In the embedding: the line of E₂₁ keeps one term of two, and the right number is the sum."""
    (asked,) = (one for one in questions("embedding-repeated", 3) if one.key.parts[1].line.key == "grads.E[2,1]")  # type: ignore[union-attr]
    values = asked.exercise.values
    total = values["grads.h[1,1]"] + values["grads.h[3,1]"]
    place = asked.key.parts[0].right  # type: ignore[union-attr]
    assert grade(asked, f"{place}; {total:.7g}").verdict == Verdict.RIGHT
    assert grade(asked, f"{place}; {values['grads.h[1,1]']:.7g}").verdict == Verdict.WRONG
    assert asked.mistake == "term-omitted"
