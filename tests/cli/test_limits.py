"""What the world does to a call: streams that are closed or full, names of every kind, steps without end."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import subprocess
import sys
import time
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from backprop_tutor.graph.diagnostics import error_norms, gradient_norms
from backprop_tutor.practice.diagnosis.hypotheses import changes, singles
from backprop_tutor.practice.quiz.history import csv_text
from backprop_tutor.scenario.load import load
from backprop_tutor.scenario.suggestions import nearby
from backprop_tutor.text import spreadsheet_cell
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.whatif.intervention import Intervention
from tests.cli.calls import called, fill

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
        ("train two-two-one --epochs 1000000000000", "at most 1000000000"),
        ("compare two-two-one --epochs 1000000000000", "at most 1000000000"),
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


def test_single_figures_of_very_many_parameters_are_refused_before_the_work(tmp_path: Path) -> None:
    """Of 300,500 parameters no mistake is looked for in one of them; arrays are compared another way, which is said."""
    layers = "\n".join(
        f"    - {{units: {count}, activation: sigmoid, weights: {{init: xavier_uniform, seed: 1}}}}"
        for count in (500, 1)
    )
    values = ", ".join(["0.5"] * 600)
    file = tmp_path / "wide.yaml"
    file.write_text(
        f"title: t\nnetwork:\n  inputs: 600\n  layers:\n{layers}\nloss: squared_error\ndata:\n  - {{x: [{values}], y: [1]}}\n",
        encoding="utf-8",
    )
    found = called("diagnose", str(file), "grads.W1[1,1]=0.5")
    assert (found.status, "300,500 parameters are too many" in found.err) == (2, True)
    assert "--gradients FILE" in found.err


def test_single_figures_of_a_very_long_graph_are_refused_before_the_work(tmp_path: Path) -> None:
    """Of 2,000 nodes one made of another no mistake is looked for in one; how a number is made is shown all the same."""
    nodes = "\n".join(f"    n{i}: sin(n{i - 1}) + 0.1" for i in range(1, 2001))
    file = tmp_path / "long.yaml"
    file.write_text(f"title: t\ngraph:\n  inputs: {{n0: 0.5}}\n  nodes:\n{nodes}\n  output: n2000\n", encoding="utf-8")
    found = called("diagnose", str(file), "grads.n0=0.5")
    assert (found.status, "2,001 nodes to compute are too many" in found.err) == (2, True)
    assert called("run", str(file), "--focus", "n7").status == 0


def test_a_goal_that_no_square_tells_is_reached(tmp_path: Path) -> None:
    """A gradient norm whose square overflows is not taken for one that is small enough."""
    file = scenario(tmp_path, activation="identity", w="1e151", x="1e151")
    found = called("train", str(file), "--until", "gradient_norm=1e300", "--epochs", "5")
    assert found.status in (0, 1)


@on_posix
@pytest.mark.parametrize(
    "call",
    ["--version", "--help", "", "run two-two-one", "list", "check xor --blank", "--lang zh frameworks --format json"],
)
def test_an_output_that_takes_nothing_is_said_in_a_line(call: str) -> None:
    """A full disk and a closed standard output end a call with one line and status 2; a reader that left, silently."""
    program = f"{sys.executable} -m backprop_tutor {call}"
    for target in (">/dev/full", ">&-"):
        if target == ">/dev/full" and not Path("/dev/full").exists():
            continue
        ended = subprocess.run(f"{program} {target}", shell=True, capture_output=True, check=False, text=True)
        assert ended.returncode == 2
        assert ended.stderr.startswith(("error: the answer cannot be printed", "error: 结果无法输出"))
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
    """A file name of bytes that are no UTF-8 is read, and its bytes are shown."""
    file = scenario(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xfe")).mkdir()
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/d\xfe/b\xff.yaml")
    Path(odd).write_bytes(file.read_bytes())
    for words in (
        ["run", odd],
        ["worksheet", odd, "-o", str(Path(odd).parent / "w")],
        ["worksheet", odd, "-o", str(tmp_path / "m"), "--format", "moodle"],
        ["export", odd, "-o", str(tmp_path / "e.html")],
    ):
        ended = subprocess.run([sys.executable, "-m", "backprop_tutor", *words], capture_output=True, check=False)
        assert ended.returncode == 0
        assert words[0] != "run" or b"\\xff" in ended.stdout


@on_posix
def test_only_files_are_replaced(tmp_path: Path) -> None:
    """--force overwrites files, not /dev/null, a link to it, a named pipe, a socket or a folder; nothing is left beside."""
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to("/dev/null")
    (tmp_path / "folder.json").mkdir()
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "socket.json"))
    before = sorted((each.name, each.lstat().st_mode, each.lstat().st_ino) for each in tmp_path.iterdir())
    for path in ("/dev/null", *(str(tmp_path / f"{each}.json") for each in ("pipe", "link", "socket"))):
        for call in ("export two-two-one --format json -o", "page two-two-one -o", "graph two-two-one --format svg -o"):
            found = called(*call.split(), path, "--force")
            assert (found.status, "is a device" in found.err) == (2, True), (call, path)
    found = called("page", "two-two-one", "-o", str(tmp_path / "folder.json"), "--force")
    assert (found.status, "is a folder" in found.err) == (2, True)
    assert before == sorted((each.name, each.lstat().st_mode, each.lstat().st_ino) for each in tmp_path.iterdir())
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


BATCHES = """\
title: three in batches of two
network:
  inputs: 1
  layers:
    - {units: 1, activation: sigmoid, weights: [[0.5]], bias: [0.1]}
    - {units: 1, activation: sigmoid, weights: [[0.7]], bias: [0.2]}
loss: half_squared_error
data: [{x: [1], y: [0]}, {x: [2], y: [1]}, {x: [3], y: [0]}]
training: {learning_rate: 0.5, steps: 3, batch: 2}
"""


def test_a_last_batch_may_be_shorter(tmp_path: Path) -> None:
    """Figures of the second of two updates, which sees one example of three, are graded and explained."""
    file = tmp_path / "batches.yaml"
    file.write_text(BATCHES, encoding="utf-8")
    right = json.loads(called("run", str(file), "--at-step", "2", "--format", "json").out)["steps"][-1]
    gradient = right["grads"]["W2"][0][0]
    for value, status, said in ((gradient, 0, "correct"), (-gradient, 1, "explained")):
        found = called("diagnose", str(file), f"step2.dL/dW2={value!r}", "--format", "json")
        assert (found.status, json.loads(found.out)["verdict"]) == (status, said)
        (tmp_path / "answers.yaml").write_text(f"step2.dL/dW2: {value!r}\n", encoding="utf-8")
        assert called("check", str(file), str(tmp_path / "answers.yaml")).status == status
    scenario = load(file)
    for each in singles(scenario):
        assert len(tuple(Intervention.single(*changes(each)).walk(scenario, 3))) == 3, each.names


@pytest.mark.parametrize(
    ("weight", "rate", "figures"),
    [("17", "0.5", 0), ("14", "0.5", 2), ("2", "1e-9", 4), ("2", "0.5", 6)],
)
def test_a_change_of_the_loss_has_no_figures_that_cancelled(
    weight: str, rate: str, figures: int, tmp_path: Path
) -> None:
    """The figures shown of "down by" are those of the same two losses to 50 digits; where none is left, that is said."""
    text = SCENARIO.format(title="t", inputs=1, units=1, activation="sigmoid", w=weight, x=1, y=0)
    (tmp_path / "one.yaml").write_text(f"{text}training: {{learning_rate: {rate}}}\n", encoding="utf-8")
    (line,) = [
        each for each in called("run", str(tmp_path / "one.yaml")).out.splitlines() if "→" in each and "L " in each
    ]
    if not figures:
        assert line.endswith("changed by less than floats can tell")
        return
    shown = re.search(r"down by ([0-9.]+)(?:·10([⁻⁰¹²³⁴-⁹]+))?", line)
    assert shown is not None
    power = int((shown[2] or "⁰").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    assert float(f"{shown[1]}e{power}") == pytest.approx(fall(weight, rate), rel=10.0 ** (1 - figures))


def fall(weight: str, rate: str) -> float:
    """By how much ½σ(w)² falls in a step, to 50 digits."""
    with localcontext(prec=50):
        w = Decimal(weight)
        a = 1 / (1 + (-w).exp())
        moved = w - Decimal(rate) * a * a * (1 - a)
        return float((a * a - 1 / (1 + (-moved).exp()) ** 2) / 2)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("-0.5", "-0.5"),
        ("+.5e-3", "+.5e-3"),
        ("-", "'-"),
        ("0.4", "0.4"),
        ("a-b", "a-b"),
    ],
)
def test_no_cell_is_a_formula_of_a_spreadsheet(text: str, cell: str) -> None:
    """A cell of CSV that a spreadsheet would compute stands behind an apostrophe, a number does not."""
    assert spreadsheet_cell(text) == cell


def test_answers_that_are_exported_are_no_formulas() -> None:
    """What a learner typed, and a unit of a course, stand in a table as text; a number stays one."""
    text = csv_text(("typed", "seconds"), [("=1+1", 3.5), ("-2+3", -1), ("@SUM(1)", 0), ("-0.5", 2), ("答案", 1)])
    cells = [["typed", "seconds"], ["'=1+1", "3.5"], ["'-2+3", "-1"], ["'@SUM(1)", "0"], ["-0.5", "2"], ["答案", "1"]]
    assert list(csv.reader(text.splitlines())) == cells


SUBNORMAL = """\
title: t
network: {inputs: 1, layers: [{units: 1, activation: tanh, weights: [[5e-324]]}, {units: 1, activation: sigmoid, weights: [[1e-310]]}]}
data: [{x: [1], y: [2e-320]}]
training: {learning_rate: 1e-320}
"""


@pytest.mark.parametrize(
    "call",
    [
        "run FILE --detail full",
        "verify FILE",
        "train FILE --epochs 2",
        "diagnose FILE loss=5e-324",
        "quiz FILE --print",
    ],
)
def test_the_smallest_numbers_are_numbers(call: str, tmp_path: Path) -> None:
    """Subnormal weights, targets and rates: σ(0) = ½, so the loss is ⅛, and no command stops at them."""
    (tmp_path / "file.yaml").write_text(SUBNORMAL, encoding="utf-8")
    (words,) = fill([call], file=tmp_path / "file.yaml")
    found = called(*words)
    assert (found.status in (0, 1), found.err) == (True, "")
    assert "0.125" in found.out or call.startswith("verify")


def test_headings_of_a_record_are_no_formulas(tmp_path: Path) -> None:
    """A unit with a formula for a name gives no column that is one, and quotation marks in a name stay in its cell."""
    (tmp_path / "units.yaml").write_text(NAMED.format("['=1+1', '@b']", "['-2', '+c']", "['\"q']"), encoding="utf-8")
    file = tmp_path / "steps.csv"
    found = called("train", str(tmp_path / "units.yaml"), "--epochs", "2", "--record", str(file))
    assert found.status in (0, 1), found.err
    head, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    assert not [name for name in head if name[0] in "=+-@"]
    assert {len(row) for row in rows} == {len(head)}


@pytest.mark.parametrize(
    ("escape", "shown"),
    [("\\ud83d\\ude00", "😀"), ("\\u00e9 \\uD834\\uDD1E", "é 𝄞"), ("\\ud83d", ""), ("\\ude00\\ud83d", "")],
)
def test_two_escapes_of_json_are_one_character(escape: str, shown: str, tmp_path: Path) -> None:
    """json.dumps writes characters beyond the first 65,536 as pairs; half of one is refused where it stands."""
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "sigmoid", "weights": [[0.5]]}]}
    scenario = {"title": "TITLE", "network": network, "loss": "half_squared_error", "data": [{"x": [1], "y": [1]}]}
    file = tmp_path / "one.json"
    file.write_text(json.dumps(scenario).replace("TITLE", escape), encoding="utf-8")
    found = called("run", str(file), "--format", "json")
    if shown:
        assert json.loads(found.out)["scenario"]["title"] == shown == json.loads(f'"{escape}"')
    else:
        assert (found.status, "one.json:1:11: error" in found.err) == (2, True)
        assert "half a character" in found.err


ROW = ", ".join(["1"] * 300)
WIDE = SCENARIO.format(title="t", inputs=1, units=300, activation="sigmoid", w=ROW.replace(", ", "], ["), x=1, y=ROW)
NODES = "\n".join(f"    n{i}: sin(n{i - 1})" for i in range(1, 300))
LONG = f"""\
title: t
graph:
  inputs: [n0]
  nodes:
{NODES}
  output: n299
data: [{{n0: 1}}]
"""


@pytest.mark.parametrize(("text", "said"), [(WIDE, "601 given numbers"), (LONG, "nodes to compute")])
def test_what_nobody_works_by_hand_is_refused_before_the_work(text: str, said: str, tmp_path: Path) -> None:
    """A worksheet that would be too long is refused at once, and nothing is written."""
    (tmp_path / "large.yaml").write_text(text, encoding="utf-8")
    began = time.process_time()
    found = called("worksheet", str(tmp_path / "large.yaml"), "-o", str(tmp_path / "out"), "--variants", "50")
    assert (found.status, said in found.err) == (2, True), found.err
    assert time.process_time() - began < 1.0


def test_a_claim_that_everything_covers_ends_soon() -> None:
    """An infinite loss is met by every hypothesis: thousands of them are told apart in a moment."""
    began = time.process_time()
    assert called("diagnose", "two-two-one", "after.loss=inf").status == 1
    assert time.process_time() - began < 3.0


def test_a_finite_claim_on_an_infinite_loss_is_answered(tmp_path: Path) -> None:
    """Nothing goes part of the way from infinity to a number, so no share of it is asked for."""
    found = called("diagnose", str(scenario(tmp_path, activation="identity", w="1e200", x="1e200")), "loss=3")
    assert (found.status, found.err) == (1, "")


MILLION = """\
title: a million
network:
  inputs: 990
  layers: [{units: 990, activation: sigmoid, weights: {init: uniform, low: -0.1, high: 0.1, seed: 1}}]
loss: half_squared_error
"""


def test_a_training_of_a_million_parameters_shows_the_first_and_counts_the_others(tmp_path: Path) -> None:
    """60 rows of each table and how many there are beyond, in a few seconds."""
    row = ", ".join(["0.5"] * 990)
    (tmp_path / "million.yaml").write_text(f"{MILLION}data: [{{x: [{row}], y: [{row}]}}]\n", encoding="utf-8")
    began = time.process_time()
    found = called("train", str(tmp_path / "million.yaml"), "--epochs", "1")
    assert found.status in (0, 1)
    assert f"… {990 * 990 - 60} more" in found.out
    assert "… 930 more" in found.out
    assert len(found.out.splitlines()) < 200
    assert time.process_time() - began < 20.0


def drawn(*sizes: int, examples: int = 1) -> str:
    """A network of sigmoids with drawn weights, and data, as a file."""
    layers = [
        {"units": n, "activation": "sigmoid", "weights": {"init": "xavier_uniform", "seed": 1}, "bias": 0.1}
        for n in sizes[1:]
    ]
    data = [{"x": [(7 * i + j) % 10 / 10 for j in range(sizes[0])], "y": [0.5] * sizes[-1]} for i in range(examples)]
    return json.dumps({"title": "t", "network": {"inputs": sizes[0], "layers": layers}, "data": data})


def chain(length: int) -> str:
    """A graph in which a parameter is used once a node, as a file."""
    nodes = {"n1": "sin(w*x)"} | {f"n{i}": f"sin(n{i - 1} + w)" for i in range(2, length + 1)}
    graph = {"inputs": {"x": 1}, "parameters": {"w": 0.5}, "nodes": nodes, "output": f"n{length}"}
    return json.dumps({"title": "t", "graph": graph})


def test_long_graphs_are_shown(tmp_path: Path) -> None:
    """Nothing recurses by the length of a graph, or looks at all of its nodes for each of them."""
    (tmp_path / "chain.json").write_text(chain(10_000), encoding="utf-8")
    found = called("run", str(tmp_path / "chain.json"))
    assert (found.status, "n10000" in found.out) == (0, True), found.err


MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""
"""Runs a call from a small process of its own: a child's peak counts the memory of the process that it was forked from."""


@on_posix
@pytest.mark.parametrize(
    ("text", "call"),
    [
        (drawn(784, 30, 10, examples=4), "diagnose FILE grads.W1[1,1]=0.1234"),
        (drawn(8, 8, 8, examples=128), "diagnose FILE grads.W1[1,1]=0.1234"),
        (drawn(*[8] * 40), "diagnose FILE grads.W1[1,1]=0.1234"),
        (chain(500), "diagnose FILE n500=0.1"),
        (drawn(32, 32, 32), "diagnose FILE loss=0.1234"),
        (drawn(400, 400, 10), "verify FILE"),
        (drawn(400, 400, 10), "costs FILE"),
    ],
)
def test_what_is_large_takes_little_memory_and_time(text: str, call: str, tmp_path: Path) -> None:
    """Digits, hundreds of examples, deep and wide networks, long chains: nothing takes 300 MB, or 10 seconds."""
    (tmp_path / "large.json").write_text(text, encoding="utf-8")
    command, *words = fill([call], file=tmp_path / "large.json")[0]
    program = (sys.executable, "-m", "backprop_tutor", command, *words)
    done = subprocess.run((sys.executable, "-c", MEASURED, *program), capture_output=True, text=True, check=True)
    status, peak, seconds = map(float, done.stdout.split())
    assert status == (command == "diagnose")
    assert seconds < 10.0
    assert peak / (1024 if sys.platform == "linux" else 1024**2) < 300


def test_a_wide_softmax_is_trained_at_once(tmp_path: Path) -> None:
    """Its hundred units depend on each other: no straight-line code of their ten thousand slopes is written."""
    wide = json.loads(drawn(1, 100))
    wide["network"]["layers"][0]["activation"] = "softmax"
    wide |= {"loss": "cross_entropy", "data": [{"x": [1], "y": [1] + [0] * 99}]}
    (tmp_path / "wide.json").write_text(json.dumps(wide), encoding="utf-8")
    began = time.process_time()
    assert called("train", str(tmp_path / "wide.json"), "--epochs", "3").status == 0
    assert time.process_time() - began < 3.0


def test_a_terminal_without_end_is_not_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that says it has a million columns gets lines of at most 1000."""
    monkeypatch.setenv("COLUMNS", "1000000")
    for call in ("train two-two-one --epochs 3", "run two-two-one"):
        assert max(map(len, called(*call.split()).out.splitlines())) <= 1000


@pytest.mark.parametrize(
    "call",
    [
        "run loop",
        "check two-two-one loop",
        "import loop.npz --into two-two-one -o w.yaml",
        "worksheet two-two-one -o loop/x",
    ],
)
def test_a_link_that_leads_back_to_itself_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """In one line, without the words of the system; in Chinese as well."""
    monkeypatch.chdir(tmp_path)
    for name in ("loop", "loop.npz"):
        Path(name).symlink_to(f"other{name}")
        Path(f"other{name}").symlink_to(name)
    found = called(*call.split())
    assert found.status == 2
    assert "a symbolic link that leads back to itself" in found.err
    assert "levels" not in found.err
    assert len(found.err.splitlines()) == 1
    assert "绕回自己的符号链接" in nearby("loop")["zh"]
    Path("nowhere").symlink_to("nothing")
    assert "所指的文件不存在" in nearby("nowhere")["zh"]


def test_a_command_that_is_no_text_is_shown_by_its_bytes() -> None:
    """No surrogate is printed, nor the escape of one."""
    found = called("\udcfe")
    assert found.status == 2
    assert r"there is no command '\xfe'" in found.err


def test_a_folder_of_answers_is_called_one(tmp_path: Path) -> None:
    """Not a file that is missing."""
    found = called("check", "two-two-one", str(tmp_path))
    assert found.status == 2
    assert "is a folder; 'tutor check" in found.err


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("y", ["1e308", "1e-320", "1e200"])
def test_norms_of_very_large_and_small_gradients_warn_of_nothing(tmp_path: Path, y: str) -> None:
    """The square of a derivative may be no float while the derivative is one."""
    text = "title: t\nnetwork: {inputs: 1, layers: [{units: 1, activation: identity, weights: [[0]], bias: [0]}]}\n"
    (tmp_path / "n.yaml").write_text(
        text + f"loss: half_squared_error\ndata: [{{x: [1], y: [{y}]}}]\n", encoding="utf-8"
    )
    trace = run_scenario(load(str(tmp_path / "n.yaml")), 1).steps[0].trace
    assert error_norms(trace) == (float(y),)
    assert gradient_norms(trace) == pytest.approx((2**0.5 * float(y),), rel=1e-3)
    assert called("run", str(tmp_path / "n.yaml")).status == 0
