"""The worked solution as lines: each is worth what the trace computed, and follows from the lines before it."""

from __future__ import annotations

import pytest

from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.scenario.bundled import bundled
from tests.practice.quiz.exercises import bundled_exercise

NAMES = [entry.name for entry in bundled()]


@pytest.mark.parametrize("name", NAMES)
def test_every_line_follows_from_what_it_needs(name: str) -> None:
    """The formula of a line, fed the values of the trace, gives the value of the trace."""
    asked = bundled_exercise(name)
    for line in asked.lines:
        assert line.from_values(asked.values) == pytest.approx(line.value, rel=1e-9, abs=1e-12), line.key


@pytest.mark.parametrize("name", NAMES)
def test_a_line_needs_only_what_is_given_or_stands_before_it(name: str) -> None:
    """The order of the lines is one in which they can be computed, and every skill is a known one."""
    asked = bundled_exercise(name)
    stated = (key for key in asked.values if key.startswith(("after.", "memory.", "setting.")))
    known = {*asked.given, "learning_rate", *stated}
    for line in asked.lines:
        assert known.issuperset(line.needs), line.key
        assert line.skill in SKILLS
        known.add(line.key)


def test_a_new_weight_is_measured_by_its_change() -> None:
    """0.1 becomes 0.100368: an error counts on the scale of 0.000368, and enough figures are shown to see it."""
    line = bundled_exercise().by_key["updated.W1[1,1]"]
    assert line.scale == pytest.approx(0.000368017, rel=1e-5)
    assert abs(float(line.shown.text) - line.value) <= 1e-4 * line.scale


def test_an_optimizer_with_a_memory_is_asked_about_in_its_second_step() -> None:
    """In the first step momentum is plain descent, so the second one is the exercise."""
    from backprop_tutor.practice.exercise.exercise import exercise
    from backprop_tutor.practice.exercise.variant import random_network

    asked = exercise(random_network("2-2-1", 5, "optimizer"), "en", None, 5)
    assert asked.lesson.step.number == 2
    assert {line.skill for line in asked.lines if line.quantity.section == "updated"} == {"optimizer"}
