"""The commands from outside: what they print, what they write, how they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import COMMANDS
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.topics import TOPICS
from tests.cli.calls import tutor
from tests.render.golden import golden

ESCAPE = "\x1b"


@pytest.mark.parametrize("changed", ["--learning-rate 1", "--optimizer adam", "--at-step 50"])
def test_what_the_author_says_of_the_numbers_is_not_said_of_others(changed: str) -> None:
    """The loss after the update and the erratum belong to the first step of the scenario as it stands."""
    own, other = (tutor("run", "two-two-one", *more).stdout for more in ((), changed.split()))
    for said in ("Erratum", "watch the loss fall"):
        assert (said in own, said in other) == (True, False)


def test_run_prints_the_numbers_of_the_source_document() -> None:
    """The 2-2-1 network of the course page, with the corrected figures after the update."""
    shown = tutor("run", "two-two-one", "--digits", "9").stdout
    for line in (
        "h(c) = W_ca·x_a + W_cb·x_b = 0.1·0.5 + 0.7·0.8 = 0.61",
        "h(d) = 0.3·0.5 + 0.2·0.8 = 0.31",
        "0.648304387",
        "→ 0.0618449019",
    ):
        assert line in shown


def test_a_step_without_a_nudge_is_refused() -> None:
    """--by alone would change nothing on the screen."""
    refused = tutor("run", "two-two-one", "--by", "0.1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--nudge is missing" in refused.stderr


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_lesson_in_a_terminal_of_100_columns_is_the_golden_one(lang: str) -> None:
    """What a student sees, read as prose in review."""
    shown = tutor("run", "two-two-one", "--width", "100", "--lang", lang).stdout
    assert shown == golden(f"lesson.two-two-one.{lang}.txt", shown)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_a_help_page_with_an_example(command: object) -> None:
    """--help says what the command does and shows a call, in both languages."""
    name, said, examples = command.name, command.help, command.examples  # type: ignore[attr-defined]
    for lang, locale in (("en", "en_US.UTF-8"), ("zh", "zh_CN.UTF-8")):
        page = tutor(name, "--help", LANG=locale).stdout
        assert "".join(said[lang].split())[:20] in "".join(page.split())
        assert examples[0] in page


def test_help_loads_nothing_heavy() -> None:
    """The first page a newcomer asks for needs neither NumPy nor SymPy nor the validator."""
    code = (
        "import sys\n"
        "from backprop_tutor.cli.app import start\n"
        "start(['--help'])\n"
        "heavy = {'numpy', 'sympy', 'pydantic', 'yaml', 'rich.console', 'fsrs', 'sqlite3'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_version_is_the_package_s() -> None:
    """--version alone answers without loading anything, and among other options too."""
    for words in (("--version",), ("-v",), ("-V", "--lang", "zh"), ("version",)):
        assert tutor(*words).stdout == f"tutor {bt.__version__}\n"


def test_help_is_a_word_too() -> None:
    """`tutor help` and `tutor help run` are the pages of --help; what is required stands in them without braces."""
    assert tutor("help").stdout == tutor("--help").stdout
    page = tutor("help", "diagnose").stdout
    assert page == tutor("diagnose", "--help").stdout
    assert page.splitlines()[0] == "Usage: tutor diagnose [OPTIONS] SCENARIO [NAME=VALUE|FILE]..."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "two-two-onn"), "did you mean 'two-two-one'?"),
        (("run", "no/such/file.yaml"), "no file"),
        (("run", "two-two-one", "--view", "pahts"), "did you mean 'paths'?"),
        (("run", "sum-over-paths", "--view", "paths"), "does not fit this scenario"),
        (("run", "two-two-one", "--notation", "nods"), "did you mean 'nodes'?"),
        (("run", "xor", "--notation", "pdq"), "did you mean 'pdp'?"),
        (("run", "two-two-one", "--focus", "W_cx"), "did you mean"),
        (("run", "two-two-one", "--digits", "99"), "15"),
        (("run", "two-two-one", "--format", "pdf"), "pdf"),
        (("run", "two-two-one", "--step"), "terminal"),
        (("run",), "SCENARIO"),
        (("rnu", "two-two-one"), "did you mean 'run'?"),
        (("two-two-one",), "did you mean 'tutor run two-two-one'?"),
        (("help", "rnu"), "did you mean 'run'?"),
        (("helpp",), "did you mean 'help'?"),
        (("--hlep",), "did you mean '--help'?"),
        (("run", "--hlep"), "did you mean '--help'?"),
        (("--lang", "en"), "a command is missing"),
        (("worksheet", "xor", "-o", __file__), "--output is a folder to write to"),
        (("run", "two-two-one", "--only", "los"), "did you mean 'loss'?"),
        (("run", "two-two-one", "--only", "loss", "--focus", "W_ec"), "give one of them"),
        (("run", "two-two-one", "--focus", "W_ec", "--format", "json"), "leave --focus out"),
        (("run", "two-two-one", "--at-step", "1e6"), "write 1000000"),
        (("run", "two-two-one", "--at-step", "1000000000"), "at most 999999999"),
        (("new", "no/such/hw"), "there is no folder 'no/such'"),
        (("run", "two-two-one", "--by", "x"), "--by must be a number"),
        (("run", "two-two-one", "more"), "'more' is one word too many"),
        (("run", "two-two-one", "--focus"), "--focus needs a value"),
        (("run", "two-two-one", "--focus", "W_ce"), "did you mean 'W_ec'?"),
        (("new", ""), "no name of a file"),
        (("new", "."), "no name of a file"),
        (("run", "two-two-one", "--vew", "graph"), "--view"),
        (("export", "two-two-one", "-o", "lesson.pdfx"), ".md"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_refused_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    """Exit status 2, one line on standard error that says what would be right, nothing else."""
    done = tutor(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_bad_file_is_shown_line_by_line(tmp_path: Path) -> None:
    """Every problem at its place, with the line and a caret."""
    file = tmp_path / "bad.yaml"
    file.write_text(
        "title: bad\nnetwork:\n  inputs: [a, b]\n  layers:\n    - {units: [c], activation: sigmod, weights: [[0.1]]}\n"
        "data:\n  - {x: [1, 2], y: [1]}\n"
    )
    done = tutor("run", "bad.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "bad.yaml:5:32: error: " in done.stderr
    assert "did you mean 'sigmoid'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_that_is_no_terminal_is_plain_and_no_wider_than_asked() -> None:
    """No colour, no control codes, and 60 columns where 60 are asked for."""
    from rich.cells import cell_len

    for lang in ("en", "zh"):
        done = tutor("run", "mazur-two-two-two", "--width", "60", "--lang", lang)
        assert ESCAPE not in done.stdout
        assert max(map(cell_len, done.stdout.splitlines())) <= 60


def test_json_is_the_trace_of_the_contract() -> None:
    """Format, version, sections and shapes as other programs expect them."""
    trace = json.loads(tutor("run", "two-two-one", "--format", "json").stdout)
    assert (trace["format"], trace["version"]) == ("backprop-tutor/trace", 1)
    (step,) = trace["steps"]
    assert step["values"]["x"] == [[0.5], [0.8]]
    assert step["values"]["W1"] == [[0.1, 0.7], [0.3, 0.2]]
    assert step["after"]["loss"] == pytest.approx(0.061844902, abs=5e-10)
    assert list(step["updated"]) == ["W1", "W2"]
    for name, gradient in step["grads"].items():
        assert _shape(gradient) == _shape(step["values"][name])


def _shape(value: object) -> tuple[int, ...]:
    return (len(value), *_shape(value[0])) if isinstance(value, list) else ()


def test_a_scenario_comes_from_standard_input() -> None:
    """`-` reads it, so that programs can hand over what they made."""
    text = (bundled()[0].path).read_text("utf-8")
    assert tutor("run", "-", text=text).returncode == 0


def test_export_writes_whole_files_and_overwrites_only_when_asked(tmp_path: Path) -> None:
    """The ending decides; what is there stays until --force."""
    assert tutor("export", "two-two-one", "-o", "a.md", cwd=tmp_path).returncode == 0
    first = (tmp_path / "a.md").read_text("utf-8")
    assert "\\frac{\\partial L}" in first
    refused = tutor("export", "xor", "-o", "a.md", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (tmp_path / "a.md").read_text("utf-8") == first
    assert tutor("export", "xor", "-o", "a.md", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.md").read_text("utf-8") != first
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_export_of_several_scenarios_fills_a_folder(tmp_path: Path) -> None:
    """A folder is made where the target ends in a slash; a file is refused for several."""
    assert tutor("export", "two-two-one", "xor", "-o", "out/", cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["two-two-one.md", "xor.md"]
    assert tutor("export", "two-two-one", "xor", "-o", "one.md", cwd=tmp_path).returncode == 2


def test_export_writes_all_or_nothing(tmp_path: Path) -> None:
    """Where one of several files is there already, or two would have the same name, none is written."""
    assert tutor("export", "xor", "-o", "out/", cwd=tmp_path).returncode == 0
    assert tutor("export", "two-two-one", "xor", "-o", "out/", cwd=tmp_path).returncode == 2
    alike = tutor("export", "single-unit", "single-unit", "-o", "out/", cwd=tmp_path)
    assert (alike.returncode, "'single-unit' and 'single-unit'" in alike.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["xor.md"]


@pytest.mark.parametrize("output", ["/proc/nowhere/", "/proc/nowhere/a.md", "noending", "."])
def test_export_to_a_place_that_cannot_be_is_refused(output: str, tmp_path: Path) -> None:
    """A folder that cannot be made, a name without an ending; a folder that is there is one."""
    done = tutor("export", "xor", "-o", output, cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0 if output == "." else 2, False)


def test_output_is_utf_8_whatever_the_system_says() -> None:
    """On a system with a code page of its own, a pipe or a file still gets every letter."""
    done = tutor("run", "two-two-one", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert (done.returncode, "∂L/∂W_ec" in done.stdout) == (0, True)


def test_a_new_file_runs_as_it_is(tmp_path: Path) -> None:
    """The starter file is a lesson at once, in both languages, and is not overwritten."""
    for lang in ("en", "zh"):
        assert tutor("new", f"first-{lang}", "--lang", lang, cwd=tmp_path).returncode == 0
        assert tutor("run", f"first-{lang}.yaml", cwd=tmp_path).returncode == 0
        assert tutor("new", f"first-{lang}", cwd=tmp_path).returncode == 2


def test_a_name_of_two_words_is_quoted_in_the_next_call(tmp_path: Path) -> None:
    """What `new` says comes next can be typed as it stands."""
    assert "tutor run 'my homework.yaml'" in tutor("new", "my homework", cwd=tmp_path).stdout


def test_list_names_every_bundled_scenario() -> None:
    """One line each under its topic, the easy ones first; as JSON too."""
    names = {entry.name for entry in bundled()}
    lines = [line.split() for line in tutor("list").stdout.splitlines() if line.startswith("  ")]
    listed = json.loads(tutor("list", "--format", "json").stdout)["scenarios"]
    assert [(row["name"], str(row["level"])) for row in listed] == [(name, level) for level, name, *_ in lines]
    assert len(lines) == len(names) == len({row["name"] for row in listed} & names)
    topics = [row["topic"] for row in listed]
    assert sorted(topics, key=list(TOPICS).index) == topics


def test_list_can_be_of_one_topic() -> None:
    """What is about something else is left out; an unknown topic is refused with the nearest."""
    listed = json.loads(tutor("list", "--topic", "recurrent", "--format", "json").stdout)["scenarios"]
    assert {row["name"] for row in listed} >= {"lstm-cell", "recurrent-three-steps"}
    assert {row["topic"] for row in listed} == {"recurrent"}
    refused = tutor("list", "--topic", "recurent")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "did you mean 'recurrent'?" in refused.stderr


def test_the_file_of_a_scenario_can_be_had(tmp_path: Path) -> None:
    """`new --from` and `export -o x.yaml` write the same file, comments and all, and it is the same scenario."""
    tutor("new", "homework", "--from", "lstm-cell", cwd=tmp_path)
    tutor("export", "lstm-cell", "-o", "x.yaml", cwd=tmp_path)
    texts = [(tmp_path / name).read_text("utf-8") for name in ("homework.yaml", "x.yaml")]
    assert texts[0] == texts[1]
    assert "# w: from the input x" in texts[0]
    steps = [bt.run(bt.load(source)).steps[0].trace.loss for source in ("lstm-cell", tmp_path / "x.yaml")]
    assert steps[0] == steps[1]


def test_a_new_file_is_not_called_like_a_bundled_scenario(tmp_path: Path) -> None:
    """Who writes `tutor new lstm-cell` wants that cell, not a starter of that name."""
    refused = tutor("new", "lstm-cell", cwd=tmp_path)
    assert refused.returncode == 2
    assert "tutor new NAME --from lstm-cell" in refused.stderr
    assert not any(tmp_path.iterdir())


def test_what_is_set_holds_in_every_command(tmp_path: Path) -> None:
    """A notation and digits that were set are those of a lesson; an option comes first; what does not fit is passed over."""
    settings = {"TUTOR_CONFIG": str(tmp_path / "settings" / "config.toml")}
    assert "notation=nielsen" in tutor("config", "notation=nielsen", "digits=3", **settings).stdout
    shown = tutor("run", "xor", "--detail", "brief", **settings).stdout
    assert "w²₁₁ ≈ 0.0236" in shown
    assert "W^[1]₁₁" in tutor("run", "xor", "--notation", "brackets", "--detail", "brief", **settings).stdout
    assert tutor("run", "circuits", **settings).returncode == 0
    assert tutor("config", "lang=zh", **settings).returncode == 0
    assert "结果" in tutor("run", "xor", **settings).stdout
    assert "w²₁₁" not in tutor("run", "xor", TUTOR_CONFIG=str(tmp_path / "none.toml")).stdout


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("notaton=x", "nothing called 'notaton'"),
        ("digits=99", "digits is '99'; it can be 2, 3"),
        ("notation", "'notation' is no NAME=VALUE"),
        ("notation=nilsen", "did you mean 'nielsen'?"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(pair: str, said: str, tmp_path: Path) -> None:
    """What came, what is allowed, the nearest; nothing is written."""
    file = tmp_path / "config.toml"
    refused = tutor("config", pair, TUTOR_CONFIG=str(file))
    assert refused.returncode == 2
    assert said in refused.stderr
    assert not file.exists()


def test_a_broken_settings_file_is_said_and_can_be_cleared(tmp_path: Path) -> None:
    """No traceback, the file named, and a way out."""
    file = tmp_path / "config.toml"
    file.write_text("notation = [")
    refused = tutor("list", TUTOR_CONFIG=str(file))
    assert refused.returncode == 2
    assert "config.toml cannot be read" in refused.stderr
    assert tutor("config", "--clear", TUTOR_CONFIG=str(file)).returncode == 0
    assert tutor("list", TUTOR_CONFIG=str(file)).returncode == 0


def test_the_schema_is_the_one_that_editors_get() -> None:
    """`tutor schema` prints what lies beside the bundled scenarios."""
    beside = bundled()[0].path.with_name("scenario.schema.json")
    assert json.loads(tutor("schema").stdout) == json.loads(beside.read_text("utf-8"))


def test_focus_takes_names_of_the_contract_and_of_the_notation() -> None:
    """W_ca, W1[1,1], grads.W1[1,1] and dL/dW_ca all ask for the same derivation."""
    pages = {tutor("run", "two-two-one", "--focus", name).stdout for name in ("W_ca", "W1[1,1]", "dL/dW_ca")}
    assert len(pages) == 1
    assert "∂L/∂W_ca" in pages.pop()


@pytest.mark.parametrize(
    ("words", "offered"),
    [("tutor ex", "export"), ("tutor run two-two-o", "two-two-one"), ("tutor run xor --view mat", "matrix")],
)
def test_a_shell_completes_commands_scenarios_and_views(words: str, offered: str) -> None:
    """What Tab offers in bash."""
    asked = {"_TUTOR_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    assert tutor(**asked).stdout.split() == [offered]


def test_a_closed_pipe_is_no_error() -> None:
    """`tutor run ... | head -1` ends quietly."""
    command = f"{sys.executable} -m backprop_tutor run five-three --width 80 | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
