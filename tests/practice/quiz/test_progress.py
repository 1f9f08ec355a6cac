"""``tutor progress``: the table, the chart, the export, the reset."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest

from backprop_tutor.practice.exercise.skills import SKILLS
from tests.cli.calls import tutor
from tests.practice.quiz.test_sessions import RIGHT, piped


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of a session with one wrong answer."""
    folder = tmp_path_factory.mktemp("practised")
    piped(folder, *RIGHT[:3], "=123")
    return folder


def progress(folder: Path, *arguments: str) -> str:
    """What the command says."""
    done = tutor("progress", *arguments, TUTOR_STATE=str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_skills_and_history_are_shown(practised: Path) -> None:
    """A row a skill, a bar a day, what comes next; in both languages."""
    shown = progress(practised)
    assert "███" in shown
    assert "░" in shown
    assert "Practise next:" in shown
    assert "接下来练习" in progress(practised, "--lang", "zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_skill_takes_one_line_of_80_columns(practised: Path, lang: str) -> None:
    """The table has a line for its heading and one for each skill."""
    shown = progress(practised, "--lang", lang, "--width", "80").split("\n\n")[1]
    assert len(shown.splitlines()) == 2 + len(SKILLS)


def test_nobody_has_to_wait_for_the_day(practised: Path) -> None:
    """The exam may be tomorrow: the calls that practise at once stand below the table."""
    shown = " ".join(progress(practised).split())
    asked = re.findall(r"tutor quiz --skill (\S+)", shown)
    assert "any skill can be practised at once" in shown
    assert len(asked) == 2
    assert all(name in SKILLS for names in asked for name in names.split(","))


def test_without_any_practice_it_says_how_to_begin(tmp_path: Path) -> None:
    """No empty table."""
    assert "tutor quiz" in progress(tmp_path)


def test_the_export_has_every_answer(practised: Path, tmp_path: Path) -> None:
    """A row an answer, under the names of the columns, and nothing that a spreadsheet would carry out."""
    file = tmp_path / "answers.csv"
    progress(practised, "--export", str(file))
    rows = list(csv.DictReader(StringIO(file.read_text())))
    assert [row["typed"] for row in rows] == [*RIGHT[:3], "123"]
    assert [row["verdict"] for row in rows] == ["right"] * 3 + ["wrong"]
    assert tutor("progress", "--export", str(file), TUTOR_STATE=str(practised)).returncode == 2


def test_a_reset_skill_begins_anew(tmp_path: Path) -> None:
    """Its answers stay in the records and count no more."""
    piped(tmp_path, *RIGHT)
    skills = {one["skill"]: one for one in json.loads(progress(tmp_path, "--format", "json"))["skills"]}
    met = next(name for name, one in skills.items() if one["answered"])
    progress(tmp_path, "--reset", met)
    again = json.loads(progress(tmp_path, "--format", "json"))
    assert {one["skill"]: one["answered"] for one in again["skills"]}[met] == 0
    assert again["answers"] == 4
    assert tutor("progress", "--reset", "los", TUTOR_STATE=str(tmp_path)).returncode == 2
