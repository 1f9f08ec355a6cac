"""What the world does to a call: streams that are closed or full, names of every kind, steps without end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.calls import called

HOSTILE = "a {x} } {0} \\x1b[31m \\x9b \\u202e \\x7f"
SCENARIO = """\
title: "{title}"
network:
  inputs: {inputs}
  layers: [{{units: {units}, activation: {activation}, weights: [[{w}]]}}]
loss: half_squared_error
data: [{{x: [{x}], y: [{y}]}}]
"""
CALLS = (
    "run FILE",
    "run FILE --format json",
    "run FILE --format html",
    "export FILE -o OUT.md --force",
    "graph FILE",
    "train FILE --epochs 3 --format json",
    "compare FILE --epochs 3",
    "verify FILE --format json",
    "quiz FILE --print --seed 1 --count 3",
    "diagnose FILE after.loss=3 --format json",
    "mistakes --confusable FILE",
    "check FILE --blank",
    "worksheet FILE --roster ROSTER -o OUT --force",
    "worksheet FILE --roster ROSTER -o OUT --force --format html",
    "worksheet FILE --roster ROSTER -o OUT --force --format moodle",
    "worksheet FILE --roster ROSTER -o OUT --force --format json",
)
on_posix = pytest.mark.skipif(os.name != "posix", reason="shells of other systems close no streams")


def scenario(folder: Path, **changed: object) -> Path:
    """A 1-1 network in a file, with what is changed."""
    said = {"title": "t", "inputs": 1, "units": 1, "activation": "sigmoid", "w": 0.5, "x": 0.7, "y": 1} | changed
    path = folder / "one.yaml"
    path.write_text(SCENARIO.format(**said), encoding="utf-8")
    return path


@pytest.mark.parametrize("call", CALLS)
def test_no_text_of_a_file_is_a_template_or_a_control_code(call: str, tmp_path: Path) -> None:
    """Braces in a title and in a name are braces; controls, DEL and marks of direction reach no terminal."""
    holes = {"FILE": str(scenario(tmp_path, title=HOSTILE)), "ROSTER": str(tmp_path / "names.csv")}
    (tmp_path / "names.csv").write_text("name\nAnn {0}\nB } ob\n", encoding="utf-8")
    words = [holes.get(word, word.replace("OUT", str(tmp_path / "out"))) for word in call.split()]
    found = called(*words)
    assert found.status in (0, 1)
    shown = found.out + found.err
    assert not [c for c in shown if not c.isprintable() and c not in "\n\u3000\xa0\u2009\u2061\u2062"]
    if "json" in words and call.startswith("run"):
        assert json.loads(found.out)["scenario"]["title"].startswith("a {x} } {0} \x1b[31m")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("diagnose two-two-one step999999999.loss=1", "step 999999999 is too far"),
        ("diagnose two-two-one step1000.loss=1 loss=2", ""),
        ("run two-two-one --at-step 1-999999999", "at most 100 steps in a row"),
        ("run two-two-one --at-step 7-106 --only loss", ""),
        ("diagnose two-two-one step1000.after.loss=0.05", ""),
    ],
)
def test_far_steps_are_reached_or_refused_at_once(call: str, said: str) -> None:
    """What nobody can wait for or read is refused before the work; a far step alone is no long way."""
    began = time.process_time()
    found = called(*call.split())
    assert said in found.err
    assert found.status == 2 if said else found.status in (0, 1)
    assert time.process_time() - began < (1.0 if said else 10.0)


def test_a_goal_that_no_square_tells_is_reached(tmp_path: Path) -> None:
    """A gradient norm whose square overflows is not taken for one that is small enough."""
    file = scenario(tmp_path, activation="identity", w="1e151", x="1e151")
    found = called("train", str(file), "--until", "gradient_norm=1e300", "--epochs", "5")
    assert found.status in (0, 1)


@on_posix
@pytest.mark.parametrize("call", ["--version", "--help", "", "run two-two-one", "list"])
def test_an_output_that_takes_nothing_is_said_in_a_line(call: str) -> None:
    """A full disk and a closed standard output end a call with one line and status 2; a reader that left, silently."""
    program = f"{sys.executable} -m backprop_tutor {call}"
    for target in (">/dev/full", ">&-"):
        if target == ">/dev/full" and not Path("/dev/full").exists():
            continue
        ended = subprocess.run(f"{program} {target}", shell=True, capture_output=True, check=False, text=True)
        assert ended.returncode == 2
        assert ended.stderr.startswith("error: the answer cannot be printed")
        assert ended.stderr.count("\n") == 1
    ended = subprocess.run(
        f"{{ {program}; echo $? >&2; }} | true", shell=True, capture_output=True, check=False, text=True
    )
    assert ended.stderr.strip() == "0"


@pytest.mark.parametrize(
    "call",
    ["run LONG", "export two-two-one -o LONG.md", "check two-two-one LONG", "graph LONG", "progress --export LONG"],
)
def test_a_name_the_system_refuses_is_said_in_a_line(call: str, tmp_path: Path) -> None:
    """A name of 300 letters, longer than a file can have, is an input that cannot be used."""
    words = [word.replace("LONG", str(tmp_path / ("x" * 300))) for word in call.split()]
    found = called(*words)
    assert found.status == 2
    assert found.err.startswith("error: ")


@on_posix
def test_names_that_are_no_text_are_shown(tmp_path: Path) -> None:
    """A file name of bytes that are no UTF-8 is read, and shown by its codes."""
    file = scenario(tmp_path)
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.yaml")
    Path(odd).write_bytes(file.read_bytes())
    for words in (
        ["run", odd],
        ["worksheet", odd, "-o", str(tmp_path / "w")],
        ["export", odd, "-o", str(tmp_path / "e.html")],
    ):
        ended = subprocess.run([sys.executable, "-m", "backprop_tutor", *words], capture_output=True, check=False)
        assert ended.returncode == 0
        assert words[0] != "run" or b"\\udc" in ended.stdout


@on_posix
def test_devices_are_never_replaced() -> None:
    """--force overwrites files, not /dev/null."""
    found = called("export", "two-two-one", "-o", "/dev/null", "--format", "json", "--force")
    assert (found.status, "is a device" in found.err) == (2, True)
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    "names",
    [
        ("[1, 2]", "[3, 4]", "[5]"),
        ('["<b>", "{x}"]', '["h(c)", "a_1"]', '["$x$"]'),
        ('["-1", "1-1"]', '["[1]", "W_3"]', '["∂/"]'),
    ],
)
def test_any_text_names_a_unit(names: tuple[str, str, str], tmp_path: Path) -> None:
    """Units numbered as books number them, or named by signs, go through every command."""
    (tmp_path / "units.yaml").write_text(NAMED.format(*names), encoding="utf-8")
    (tmp_path / "names.csv").write_text("name\nAnn\n", encoding="utf-8")
    holes = {"FILE": str(tmp_path / "units.yaml"), "ROSTER": str(tmp_path / "names.csv")}
    for call in (*CALLS, "run FILE --notation nodes", "export FILE -o OUT.py --force"):
        found = called(*(holes.get(word, word.replace("OUT", str(tmp_path / "out"))) for word in call.split()))
        assert found.status in (0, 1), (call, found.err)


NAMED = """\
title: named
network:
  inputs: {0}
  layers:
    - {{units: {1}, activation: sigmoid, weights: [[0.5, 0.1], [0.2, 0.3]]}}
    - {{units: {2}, activation: sigmoid, weights: [[0.5, 0.1]]}}
loss: half_squared_error
data: [{{x: [0.7, 0.2], y: [1]}}]
"""


def test_numbered_units_are_written_with_their_numbers(tmp_path: Path) -> None:
    """W₅₃ leads from unit 3 to unit 5, and can be asked about."""
    (tmp_path / "units.yaml").write_text(NAMED.format("[1, 2]", "[3, 4]", "[5]"), encoding="utf-8")
    assert "W₅₃ = 0.5" in called("run", str(tmp_path / "units.yaml")).out
    assert called("diagnose", str(tmp_path / "units.yaml"), "h(3)=0.37").status == 0
