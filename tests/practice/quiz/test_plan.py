"""Which questions a session asks: the same for the same seed anywhere, and again what was not answered rightly."""

from __future__ import annotations

import json

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.practice.exercise.draw import drawn, pick, shuffled
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.plan import Turn, level, planned, question, queue
from backprop_tutor.practice.quiz.records import Answer
from backprop_tutor.practice.quiz.request import Request
from tests.cli.calls import tutor
from tests.practice.quiz.exercises import bundled_exercise


def ended(verdict: str, kind: str = "value", hints: int = 0, *, told: bool = False) -> Answer:
    """An answer that ended a question."""
    return Answer(1, 0, "", kind, "loss", "", "", 7, None, "", verdict, "", hints, told, 1.0, "", 1)


RIGHT, WRONG = ended("right"), ended("wrong")


def test_draws_do_not_depend_on_the_machine() -> None:
    """The hash of generator, seed and name: these numbers are the same everywhere, for ever."""
    assert [drawn(7, "W1[1,1]"), drawn(7, "W1[1,2]"), drawn(8, "W1[1,1]")] == [
        110_360_485_197_207,
        170_837_356_272_098,
        183_601_904_877_980,
    ]
    assert pick("abcdef", 7, "letter") == pick("abcdef", 7, "letter")
    assert sorted(shuffled("abcdef", 7, "order")) == list("abcdef")


def test_the_same_seed_asks_the_same_questions_in_another_process() -> None:
    """Whatever Python's hash seed is."""
    call = ("quiz", "--random", "2-2-2", "--seed", "11", "--count", "6", "--print", "--format", "json")
    first, second = (tutor(*call, PYTHONHASHSEED=seed).stdout for seed in ("1", "2"))
    assert first == second
    assert len(json.loads(first)["questions"]) == 6


def test_another_seed_asks_other_questions() -> None:
    """Of ten questions at least some differ."""
    asked = [[item.subject for item in planned(Request(seed, 10, "two-two-one"), "en")] for seed in (1, 2)]
    assert asked[0] != asked[1]


def test_skills_take_turns() -> None:
    """No skill twice before every other skill that the scenario offers was asked about."""
    skills = [item.subject.skill for item in planned(Request(3, 13, "two-two-one"), "en")]
    offered = {subject.skill for kind in KINDS.values() for subject in kind.subjects(bundled_exercise())}
    assert set(skills[: len(offered)]) == offered


@pytest.mark.parametrize("shape", ["1-1", "2-2-1", "2-2-2-2-2"])
def test_a_random_network_of_any_shape_has_a_whole_session(shape: str) -> None:
    """A single output has no softmax and deep networks have small gradients: such skills are passed over, none fails."""
    skills = {item.subject.skill for item in planned(Request(9, 13, shape=shape), "en")}
    assert len(skills) >= 11
    assert ("softmax-cross-entropy" in skills) == shape.endswith("2")


def test_skills_asked_for_take_turns_as_given() -> None:
    """What is due comes first: the order of the request is kept."""
    due = ("update", "loss", "forward-sum")
    assert tuple(item.subject.skill for item in planned(Request(3, 6, skills=due), "en")) == due * 2


def test_a_wrong_answer_comes_back_after_two_others_with_new_numbers() -> None:
    """The same kind and skill, other numbers."""
    request = Request(5, 5, "two-two-one", kinds=("value",))
    ahead = queue(request, [WRONG])
    assert ahead[:3] == (Turn(1), Turn(2), Turn(0, 1))
    first, again = question(request, Turn(0), 1, "en"), question(request, Turn(0, 1), 1, "en")
    assert (first.kind, first.skill) == (again.kind, again.skill)
    assert first.exercise.scenario.digest != again.exercise.scenario.digest


def test_it_comes_back_twice_at_most_and_never_in_an_exam() -> None:
    """A session ends, whoever sits it."""
    request = Request(5, 1, "two-two-one")
    assert queue(request, [WRONG] * 2) == (Turn(0, 2),)
    assert queue(request, [WRONG] * 3) == ()
    assert queue(Request(5, 1, "two-two-one", mode="exam"), [WRONG]) == ()


def test_the_value_told_as_a_hint_brings_the_question_back_too() -> None:
    """Copying the last hint is no practice."""
    assert queue(Request(5, 1, "two-two-one"), [ended("right", hints=5, told=True)]) == (Turn(0, 1),)


def test_what_was_skipped_does_not_come_back() -> None:
    """Who skips wants to go on."""
    assert queue(Request(5, 2, "two-two-one"), [ended("skipped")]) == (Turn(1),)


def test_more_lines_are_left_blank_as_it_goes_well() -> None:
    """A line more for each solution completed without help."""
    request = Request(5, 9, "two-two-one", level=2)
    done, helped = ended("right", "complete"), ended("right", "complete", hints=1)
    assert [level(request, given) for given in ([], [done], [done, helped], [done, RIGHT, done])] == [2, 3, 3, 4]


def test_a_request_survives_being_kept() -> None:
    """The records keep it as text."""
    request = Request(5, 3, None, "2-2-1", ("value",), ("loss", "update"), "exam", "nielsen", 2)
    assert Request.of(request.text()) == request


def test_what_cannot_be_asked_is_said() -> None:
    """A graph without parameters has no update."""
    with pytest.raises(TutorError, match="no such question"):
        planned(Request(1, 1, "sum-over-paths", skills=("update",)), "en")
