"""``tutor worksheet`` from outside: what it writes, that it writes the same again, how it refuses."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen
from xml.etree.ElementTree import parse

import pytest

from backprop_tutor.practice.worksheet.forms import FORMS
from backprop_tutor.text import LANGUAGES, Lang
from tests.cli.calls import ENGLISH, heed_interrupts, tutor


def files(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_class_gets_worksheets_keys_and_scenarios(tmp_path: Path) -> None:
    """Three variants: a worksheet, a key and a scenario each, with one message and nothing on standard output."""
    done = tutor("worksheet", "two-two-one", "--variants", "3", "--seed", "7", "-o", "class", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "wrote 3 × worksheet, key and scenario to class",
        "when one is filled in: tutor check class/scenarios/01.yaml class/worksheets/01.md",
    ]
    numbers = ("01", "02", "03")
    parts = (("worksheets", "md"), ("keys", "md"), ("scenarios", "yaml"))
    assert set(files(tmp_path / "class")) == {f"{part}/{n}.{end}" for part, end in parts for n in numbers}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_seed_writes_the_same_files(tmp_path: Path, form: str) -> None:
    """Byte for byte, in every form; another seed writes others."""
    for folder, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        tutor(
            "worksheet", "two-two-one", "--variants", "2", "--seed", seed, "-o", folder, "--format", form, cwd=tmp_path
        )
    first, again, other = (files(tmp_path / folder) for folder in "abc")
    assert first == again != other
    assert first.keys() == other.keys()


def test_the_key_is_what_run_shows_of_the_variant(tmp_path: Path) -> None:
    """The scenario written beside a worksheet gives the answers of its key."""
    tutor("worksheet", "two-two-one", "-o", "class", "--format", "json", cwd=tmp_path)
    key = json.loads((tmp_path / "class/keys/01.json").read_text("utf-8"))
    ran = json.loads(tutor("run", "class/scenarios/01.yaml", "--format", "json", cwd=tmp_path).stdout)["steps"][0]
    answers = {answer["name"]: answer["value"] for answer in key["answers"]}
    assert answers["loss"] == pytest.approx(ran["values"]["loss"], rel=1e-11)
    assert answers["grads.W1[2,1]"] == pytest.approx(ran["grads"]["W1"][1][0], rel=1e-11)
    assert answers["updated.W2[1,2]"] == pytest.approx(ran["updated"]["W2"][0][1], rel=1e-11)
    assert answers["after.loss"] == pytest.approx(ran["after"]["loss"], rel=1e-11)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_roster_makes_one_each(tmp_path: Path, lang: Lang) -> None:
    """Each learner's name stands on the worksheet and in the file's name, in their order."""
    (tmp_path / "names.csv").write_text("name\nAnn Lee\n王小明\n", encoding="utf-8")
    call = ("worksheet", "two-two-one", "--roster", "names.csv", "-o", "class", "--format", "html", "--lang", lang)
    done = tutor(*call, cwd=tmp_path)
    assert done.returncode == 0
    assert {"en": "for Ann Lee to 王小明", "zh": "从 Ann Lee 到 王小明"}[lang] in done.stderr
    made = files(tmp_path / "class" / "worksheets")
    assert set(made) == {"01-Ann-Lee.html", "02-王小明.html"}
    assert "王小明".encode() in made["02-王小明.html"]
    assert f'lang="{ {"en": "en", "zh": "zh-Hans"}[lang] }"'.encode() in made["01-Ann-Lee.html"]


def test_moodle_questions_stand_in_one_file(tmp_path: Path) -> None:
    """All variants of all blanks, each behind its category, in one well-formed file."""
    call = ("worksheet", "two-two-one", "--variants", "2", "-o", "class", "--format", "moodle")
    assert tutor(*call, cwd=tmp_path).returncode == 0
    assert set(files(tmp_path / "class")) == {"questions.xml"}
    quiz = parse(tmp_path / "class" / "questions.xml").getroot()
    assert [q.get("type") for q in quiz] == ["category", "numerical"] * (2 * 23)


def test_a_filled_worksheet_is_checked_by_the_call_it_names(tmp_path: Path) -> None:
    """Filled in from the key, every line is right; with one figure changed, it is not."""
    tutor("worksheet", "xor", "-o", "class", cwd=tmp_path)
    path, row = tmp_path / "class/worksheets/01.md", re.compile(r"^(\| `([^`]+)` \| .* \| ) \|$", re.MULTILINE)
    key = (tmp_path / "class/keys/01.md").read_text("utf-8")
    values = {m[1]: m[2] for m in re.finditer(r"^\| `([^`]+)` \| .* \| \$(\S+)\$ \| \$.*\$ \|$", key, re.MULTILINE)}
    for changed, status in (("", 0), ("grads.W2[1,1]", 1)):
        wrong = {**values, changed: "0.4321"}
        blank = path.read_text("utf-8")
        (tmp_path / "filled.md").write_text(row.sub(lambda m, v=wrong: f"{m[1]}{v[m[2]]} |", blank), "utf-8")
        assert tutor("check", "class/scenarios/01.yaml", "filled.md", cwd=tmp_path).returncode == status


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    """A second call says which file is there and changes nothing, unless --force allows it."""
    call = ("worksheet", "two-two-one", "--variants", "2", "-o", "class")
    tutor(*call, cwd=tmp_path)
    before = files(tmp_path / "class")
    done = tutor(*call, "--seed", "9", cwd=tmp_path)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert files(tmp_path / "class") == before
    assert tutor(*call, "--seed", "9", "--force", cwd=tmp_path).returncode == 0
    assert files(tmp_path / "class") != before


def test_no_half_written_file_is_left_behind(tmp_path: Path) -> None:
    """Where a notation does not fit, no file of questions is there, whole or in part."""
    call = ("worksheet", "lstm-cell", "--notation", "theta", "-o", "class", "--format", "moodle")
    done = tutor(*call, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert files(tmp_path / "class") == {}


def test_stopped_while_its_processes_start_it_says_one_line(tmp_path: Path) -> None:
    """Ctrl-C to every process while they still import what they need."""
    call = (sys.executable, "-m", "backprop_tutor", "worksheet", "two-two-one", "-o", "class", "--variants", "900")
    alone = {"cwd": tmp_path, "start_new_session": True, "stderr": PIPE, "env": {**os.environ, **ENGLISH}}
    alone |= {"preexec_fn": heed_interrupts}
    with Popen([*call, "--jobs", "2"], **alone) as running:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        if not children.exists():
            pytest.skip("this system does not list a process's children")
        while (
            running.poll() is None and len(children.read_text().split()) < 3
        ):  # two, and the one that tracks resources
            time.sleep(0.001)
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate()[1].decode()
    assert running.returncode == 130
    assert said.startswith("stopped")
    assert said.count("\n") == 1


@pytest.mark.parametrize("form", ["markdown", "moodle"])
def test_stopped_in_the_middle_it_leaves_whole_files_only(tmp_path: Path, form: str) -> None:
    """Ctrl-C, to the program and the processes that help it: what is there is what a call left alone writes."""
    call = (sys.executable, "-m", "backprop_tutor", "worksheet", "two-two-one", "-o", "class", "--format", form)
    alone = {"cwd": tmp_path, "start_new_session": True, "stderr": PIPE, "env": {**os.environ, **ENGLISH}}
    alone |= {"preexec_fn": heed_interrupts}
    with Popen([*call, "--variants", "900"], **alone) as running:
        while running.poll() is None and not any(path.is_file() for path in tmp_path.rglob("*")):
            time.sleep(0.01)
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate()[1].decode()
    left = files(tmp_path / "class")

    assert running.returncode == 130
    assert said == "stopped; every file in class is whole, and the same call with --force writes them all\n"
    assert not any(Path(name).name.startswith(".") for name in left)
    first = {"worksheets/001.md", "keys/001.md", "scenarios/001.yaml"} & left.keys()
    assert bool(first) == (form == "markdown") == bool(left)
    if first:
        tutor(*call[3:5], "-o", "few", cwd=tmp_path)
        made = files(tmp_path / "few")
        assert all(left[name] == made[name.replace("001", "01")] for name in first)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("two-two-one", "--roster", "none.csv", "-o", "d"), "there is no file"),
        (("two-two-one", "--roster", "empty.csv", "-o", "d"), "empty.csv:1:1: error: there is no name"),
        (("two-two-one", "--roster", "empty.csv", "--variants", "3", "-o", "d"), "one worksheet for each name"),
        (("two-two-one", "-o", "empty.csv"), "empty.csv"),
        (("two-two-one", "-o", "d.xml"), "-o names the folder that the files go to, and 'd.xml' ends like a file"),
        (("two-two-none", "-o", "d"), "two-two-one"),
        (("two-two-one", "--variants", "0", "-o", "d"), "variants"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Exit status 2, a sentence on standard error, no traceback and no folder."""
    (tmp_path / "empty.csv").write_text("\n")
    done = tutor("worksheet", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not any((tmp_path / folder).exists() for folder in ("d", "d.xml"))


def test_a_scenario_from_standard_input_is_varied_too(tmp_path: Path) -> None:
    """``-`` reads the scenario once; every worksheet is made from it."""
    text = tutor("new", "tiny", cwd=tmp_path) and next(tmp_path.glob("*.yaml")).read_text("utf-8")
    assert tutor("worksheet", "-", "--variants", "2", "-o", "class", cwd=tmp_path, text=text).returncode == 0
    assert len(files(tmp_path / "class")) == 6


def test_compact_keys_come_with_a_line_for_each_person(tmp_path: Path) -> None:
    """class.csv has the blanks of each sheet as its key has them, and a name that begins like a formula is text."""
    roster, folder = tmp_path / "roster.csv", tmp_path / "class"
    roster.write_text("name\n=1+1\nAda\n", encoding="utf-8")
    options = ("--roster", str(roster), "--key", "compact", "--blanks", "6", "-o", str(folder))
    assert tutor("worksheet", "two-two-one", *options, cwd=tmp_path).returncode == 0
    header, *rows = csv.reader((folder / "keys" / "class.csv").read_text(encoding="utf-8").splitlines())
    assert header[:3] == ["number", "name", "z1[1]"]
    assert [row[1][-4:] for row in rows] == ["=1+1", "Ada"]
    assert not rows[0][1].startswith("=")
    for row, key in zip(rows, sorted((folder / "keys").glob("*.md")), strict=True):
        figures = [figure for figure in row[2:] if figure]
        assert len(figures) == 6
        assert all(figure in key.read_text(encoding="utf-8") for figure in figures)
