"""Sessions without a terminal: piped answers, files of answers, going on after an interruption, and being killed."""

from __future__ import annotations

import os
import random
import shlex
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.plan import Turn, planned, question
from backprop_tutor.practice.quiz.records import Verdict, records
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.self_check import samples
from tests.cli.calls import ENGLISH, tutor
from tests.conftest import EXPLORES
from tests.practice.quiz.test_records import NOW

CALL = ("quiz", "two-two-one", "--kind", "value", "--seed", "8", "--count", "4")
KILLS, RESUMED = int(os.environ.get("TUTOR_KILLS", "8")), 4


REQUEST = Request(8, 4, "two-two-one", kinds=("value",))
RIGHT = [samples(question(REQUEST, Turn(i), 1, "en").key).right for i in range(REQUEST.count)]
"""The right answers of the call."""


def piped(folder: Path, *lines: str, call: tuple[str, ...] = CALL) -> subprocess.CompletedProcess[str]:
    """The call with these lines typed, and its records in a folder."""
    return tutor(*call, text="\n".join(lines), TUTOR_STATE=str(folder))


def kept(folder: Path) -> list[tuple[int, str, str]]:
    """Turn, text and verdict of every answer kept."""
    return [(one.turn, one.typed, one.verdict) for one in records(folder, NOW).answers()]


def test_all_right_is_status_0(tmp_path: Path) -> None:
    """Every question, a summary, every answer kept as typed."""
    done = piped(tmp_path, *RIGHT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 of 4 right" in done.stdout
    assert kept(tmp_path) == [(turn, typed, "right") for turn, typed in enumerate(RIGHT)]


@pytest.mark.parametrize("word", ["quit", "Exit", "help", "退出"])
def test_who_types_a_word_is_told_the_keys(word: str, tmp_path: Path) -> None:
    """No answer, and nothing is kept of it."""
    done = piped(tmp_path, word, "q")
    assert "A single letter does that:" in done.stdout
    assert done.stdout.count("q save and leave") == 2
    assert kept(tmp_path) == []


def test_answers_from_a_file(tmp_path: Path) -> None:
    """--answers takes a line for each question."""
    file = tmp_path / "answers.txt"
    file.write_text("\n".join(RIGHT))
    assert tutor(*CALL, "--answers", str(file), "--state", str(tmp_path)).returncode == 0


def test_a_wrong_answer_is_status_1_and_comes_back(tmp_path: Path) -> None:
    """Wrong, then two right, then the same kind again with new numbers."""
    done = piped(tmp_path, "123", *RIGHT[1:3])
    assert done.returncode == 1
    assert "comes again, with new numbers" in done.stdout
    assert [verdict for _, _, verdict in kept(tmp_path)] == ["wrong", "right", "right"]


def test_what_is_no_answer_costs_nothing(tmp_path: Path) -> None:
    """The question stays open; the row is there."""
    done = piped(tmp_path, "what?", "0;5", *RIGHT)
    assert done.returncode == 0
    assert [verdict for _, _, verdict in kept(tmp_path)][:3] == ["invalid", "invalid", "right"]


def test_hints_come_one_at_a_time_and_are_not_counted_out_loud(tmp_path: Path) -> None:
    """The value is in the last one only; no number of how many are left."""
    done = piped(tmp_path, "h", "h", "h", "h", "h", "h", RIGHT[0], *RIGHT[1:])
    assert "There are no more hints." in done.stdout
    assert " of 5" not in done.stdout
    assert records(tmp_path, NOW).answers()[0].told
    assert records(tmp_path, NOW).answers()[0].hints == 5


def test_a_session_that_was_left_goes_on(tmp_path: Path) -> None:
    """The same call goes on with the next question; --new begins anew; another call is another session."""
    assert "Saved" in piped(tmp_path, *RIGHT[:2], "q").stdout
    assert "Going on" not in piped(tmp_path, "q", call=(*CALL, "--mode", "exam")).stdout
    assert "Going on" not in piped(tmp_path, "q", call=(*CALL, "--new")).stdout
    records(tmp_path, NOW).finish(3, NOW)
    done = piped(tmp_path, *RIGHT[2:])
    assert "Going on after 2 answered" in done.stdout
    assert done.returncode == 0
    assert [typed for _, typed, _ in kept(tmp_path)] == RIGHT


def test_an_exam_says_nothing_before_its_end(tmp_path: Path) -> None:
    """No hints, no verdicts; afterwards all of them."""
    done = piped(tmp_path, "h", RIGHT[0], "123", "s", RIGHT[3], call=(*CALL, "--mode", "exam"))
    before, after = done.stdout.split("\n 1 ", 1)
    assert "✓" not in before
    assert "✗" not in before
    assert after.count("✓ Right") == 2
    assert "✗ Not right" in after
    assert "1.23" not in before


def test_a_session_that_runs_is_not_taken_over(tmp_path: Path) -> None:
    """The same call twice at once: two sessions, and neither loses an answer."""
    first = subprocess.Popen(
        [sys.executable, "-m", "backprop_tutor", *CALL],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        env={**os.environ, **ENGLISH, "TUTOR_STATE": str(tmp_path)},
    )  # fmt: skip
    assert first.stdin is not None
    first.stdin.write(f"{RIGHT[0]}\n")
    first.stdin.flush()
    while not (tmp_path / "practice.db").exists() or not kept(tmp_path):
        time.sleep(0.05)
    second = piped(tmp_path, *RIGHT)
    assert "Going on" not in second.stdout
    shown, _ = first.communicate("\n".join(RIGHT[1:]) + "\n")
    assert "4 of 4 right" in shown
    sessions = {one.session for one in records(tmp_path, NOW).answers()}
    assert len(sessions) == 2
    assert all(len(records(tmp_path, NOW).answers(session)) == 4 for session in sessions)


def kill(folder: Path, after: float) -> list[str]:
    """Begin the call, type its right answers, kill it so long after its first prompt, and give the verdicts seen by then."""
    tutoring = subprocess.Popen(
        [sys.executable, "-m", "backprop_tutor", *CALL],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        env={**os.environ, **ENGLISH, "TUTOR_STATE": str(folder), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert tutoring.stdin is not None
    assert tutoring.stdout is not None
    assert any("question again" in line for line in tutoring.stdout), "the first question never came"
    tutoring.stdin.write("\n".join(RIGHT[:-1]) + "\n")
    tutoring.stdin.flush()
    time.sleep(after)
    tutoring.kill()
    shown, _ = tutoring.communicate()
    return [line for line in shown.splitlines() if "✓ Right" in line]


@pytest.mark.timeout(60 + 12 * KILLS)
def test_killed_at_any_moment_no_answered_question_is_lost(tmp_path: Path) -> None:
    """Whatever verdict was seen, its answer is kept; the file always opens; the session goes on to its end."""
    chance = random.Random(5)
    for number in range(KILLS):
        folder = tmp_path / str(number)
        seen = kill(folder, chance.uniform(0.0, 0.3))
        before = kept(folder)
        assert len(before) >= len(seen)
        assert [typed for _, typed, _ in before] == RIGHT[: len(before)]
        assert all(Verdict(verdict).right for _, _, verdict in before)
        assert records(folder, NOW).said == ()
        if number % RESUMED == 0:
            assert piped(folder, *RIGHT[len(before) :]).returncode == 0
            assert [typed for _, typed, _ in kept(folder)][: len(RIGHT)] == RIGHT


def test_the_heading_of_a_question_names_no_skill(tmp_path: Path) -> None:
    """A principle, or the line of an error, may be what is asked."""
    shown = piped(
        tmp_path, call=("quiz", "two-two-one", "--seed", "3", "--count", "7", "--kind", "explain,find-error")
    ).stdout
    heading = next(line for line in shown.splitlines() if "1/7" in line)
    assert not any(skill.text.en in heading for skill in SKILLS.values())


def test_seven_questions_ask_for_no_skill_three_times() -> None:
    """On two scenarios and on random networks, with two seeds each; with eight when a run explores."""
    for turn, (scenario, shape) in enumerate(
        (("two-two-one", None), ("mazur-two-two-two", None), (None, "2-2-1"), (None, None))
    ):
        for seed in range(8) if EXPLORES else range(turn, 8, 4):
            skills = Counter(item.subject.skill for item in planned(Request(seed, 7, scenario, shape), "en"))
            assert max(skills.values()) < 3


def test_what_comes_next_is_on_the_learner_s_own_scenario(tmp_path: Path) -> None:
    """The call at the end names the file that the session was on."""
    shown = piped(tmp_path, *RIGHT).stdout
    assert "tutor quiz two-two-one --skill" in shown


def test_a_session_goes_on_by_the_call_it_shows(tmp_path: Path) -> None:
    """Left without a seed of its own, it is taken up by the call with the seed that was drawn."""
    call = ("quiz", "two-two-one", "--kind", "value", "--count", "3")
    left = piped(tmp_path, "s", "q", call=call).stdout
    shown = next(line for line in left.splitlines() if "goes on from here" in line)
    words = shlex.split(shown.partition("tutor ")[2])
    assert "Going on after 1" in piped(tmp_path, "q", call=tuple(words)).stdout


def test_numbers_of_the_network_that_is_shown_are_not_stated_again(tmp_path: Path) -> None:
    """The first question stands below the given numbers; a later one states what it needs itself."""
    call = ("quiz", "two-two-one", "--seed", "5", "--count", "4", "--kind", "value")
    shown = piped(tmp_path, "?", "q", call=call).stdout
    first, again = shown.split("1/4")[1:3]
    assert first.count("W_ec = 0.4") == 1
    assert "O(c) ≈ 0.647941" in first
    assert "W_ec = 0.4   h(c) = 0.61" in again
