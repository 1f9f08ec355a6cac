"""Mastery and what is due, worked out from the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fsrs import Rating

from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.records import Answer
from backprop_tutor.practice.quiz.schedule import due, rating, standings

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def answer(number: int = 0, verdict: str = "right", **other: object) -> Answer:
    """An answer to the loss of a network with numbers of its own, a minute after the one before."""
    made = Answer(
        1, number, (START + timedelta(minutes=number)).isoformat(), "value", "loss", "s", f"digest{number}", 7,
        "values.loss", "0.5", verdict, "", 0, False, 60.0, "0.1.0", 1,
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


def streak(*answers: Answer) -> tuple[int, bool]:
    """How many in a row, and whether the skill is mastered."""
    standing = standings(answers, {})["loss"]
    return standing.streak, standing.mastered


def test_three_unaided_in_a_row_on_different_numbers_is_mastery() -> None:
    """Two are not enough."""
    assert streak(answer(0), answer(1)) == (2, False)
    assert streak(answer(0), answer(1), answer(2)) == (3, True)


def test_the_same_numbers_count_once() -> None:
    """Whoever answers the same question three times has answered one."""
    assert streak(*(answer(i, digest="same") for i in range(3))) == (1, False)


@pytest.mark.parametrize("breaks", [{"verdict": "wrong"}, {"hints": 1}, {"verdict": "carried"}, {"verdict": "shown"}])
def test_help_or_a_mistake_ends_the_row(breaks: dict[str, object]) -> None:
    """A hint, an earlier slip carried on, a look at the solution."""
    assert streak(answer(0), answer(1), answer(2, **breaks), answer(3)) == (1, False)


@pytest.mark.parametrize("verdict", ["invalid", "undecided"])
def test_what_is_free_changes_nothing(verdict: str) -> None:
    """Neither the row nor the count."""
    known = standings([answer(0), answer(1, verdict), answer(2)], {})["loss"]
    assert (known.streak, known.answered) == (2, 2)


def test_mastery_is_lost_by_a_wrong_answer() -> None:
    """And must be earned anew."""
    mastered = [answer(i) for i in range(3)]
    assert streak(*mastered, answer(3, "wrong")) == (0, False)


def test_what_was_reset_begins_anew() -> None:
    """Answers before the reset do not count."""
    answers = [answer(i) for i in range(4)]
    assert standings(answers, {"loss": answers[2].at})["loss"].answered == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(0, "wrong"), Rating.Again),
        (answer(0, "skipped"), Rating.Again),
        (answer(0, hints=1), Rating.Hard),
        (answer(0, "carried"), Rating.Hard),
        (answer(0), Rating.Good),
        (answer(0, "rounded"), Rating.Good),
        (answer(0, seconds=5.0), Rating.Easy),
    ],
)
def test_the_rating_is_taken_from_the_answer(given: Answer, expected: Rating) -> None:
    """Nobody is asked to rate themselves."""
    assert rating(given) == expected


def test_the_schedule_is_the_same_every_time() -> None:
    """No fuzz: the same answers give the same day."""
    answers = [answer(i) for i in range(3)]
    assert standings(answers, {}) == standings(answers, {})


def test_what_is_due_comes_before_what_is_new() -> None:
    """A skill once met and due, then new ones in their order; a skill that is not due yet waits."""
    known = standings([answer(0, "wrong")], {})
    later = START + timedelta(days=3)
    assert due(known, later)[0] == "loss"
    assert due(known, later)[1:] == tuple(skill for skill in SKILLS if skill != "loss")[:4]
    assert "loss" not in due(known, START)


def test_when_nothing_is_due_or_new_the_next_due_comes() -> None:
    """There is always something to practise."""
    answers = [answer(i, skill=skill, seconds=1.0) for i, skill in enumerate(SKILLS)]
    known = standings(answers, {})
    assert len(due(known, START + timedelta(minutes=20))) > 0
