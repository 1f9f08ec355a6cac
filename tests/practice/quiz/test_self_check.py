"""Every kind of question on every bundled scenario keeps its promises; the full sweep is ``tutor quiz --self-check``."""

from __future__ import annotations

from zlib import crc32

import pytest

from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.practice.quiz.feedback import explained
from backprop_tutor.practice.quiz.grading import grade
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.self_check import check_numbers, self_check
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES
from tests.cli.calls import tutor
from tests.conftest import EXPLORES

LARGE = ("transformer-step",)
"""Twenty seconds: looked at when a run explores, as `tutor quiz --self-check` does."""
NAMES = [entry.name for entry in bundled() if EXPLORES or entry.name not in LARGE]
SEEDS = 10
"""A scenario's seed follows from its name, so that another scenario beside it changes none."""


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_question_keeps_its_promises(name: str) -> None:
    """Right, wrong and unreadable answers; keys computed again; every choice; hints; mistakes traced to themselves.

    On the numbers of its own or on fresh ones, on both when a run explores.
    """
    turn = crc32(name.encode())
    seed, own = turn % SEEDS, load(name)
    for numbers in (own, variant(own, seed)) if EXPLORES else (own if turn // SEEDS % 2 else variant(own, seed),):
        report = check_numbers(numbers, seed, LANGUAGES[seed % 2])
        assert [f"{f.kind} {f.seed} {f.subject}: {f.what.en}" for f in report.faults] == []
        assert report.questions["value"] == 1


def test_no_mistake_is_made_before_what_is_given() -> None:
    """Of a later step the numbers before it are given: a missing update is no stale velocity from the first step on."""
    asked = exercise(load("momentum-one-unit"), "en", None, 37)
    (subject,) = (each for each in KINDS["value"].subjects(asked) if each.name == "updated.W1[1,1]")
    question = KINDS["value"].ask(asked, subject, 1)
    before = f"{asked.values['values.W1[1,1]']:.7g}"
    assert explained(question, grade(question, before)).mistakes == ("one-step-fewer",)
    assert not self_check(load("momentum-one-unit"), range(37, 38), "en").faults


def test_every_kind_is_asked_on_a_network() -> None:
    """The 2-2-1 network has questions of every kind."""
    report = self_check(load("two-two-one"), range(1), "en")
    assert all(count == 2 for count in report.questions.values())
    assert tuple(report.questions) == tuple(KINDS)


def test_the_command_says_what_it_checked() -> None:
    """Status 0 and a table where there is nothing wrong; a scenario is needed."""
    done = tutor("quiz", "sum-over-paths", "--self-check", "--seeds", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "✓" in done.stdout
    assert tutor("quiz", "--self-check").returncode == 2
