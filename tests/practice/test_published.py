"""Published figures, answers and the JSON of a run are one format, and the three commands judge them alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError, describe
from backprop_tutor.practice.grading.check import Graded, graded
from backprop_tutor.practice.grading.check_page import check_page
from backprop_tutor.practice.grading.comparison import comparison
from backprop_tutor.practice.grading.records import check_record
from backprop_tutor.records.trace import record
from backprop_tutor.scenario.answers import answers, answers_in
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import LANGUAGES, Lang
from tests.cli.calls import tutor
from tests.practice.diagnosis.test_diagnose import shown
from tests.scenarios import figures

SCENARIOS = sorted({figure.scenario for figure in figures.published()})
NAMES = [entry.name for entry in bundled()]


def of(text: str, name: str = "two-two-one") -> Graded:
    """The figures of a text held against a bundled scenario."""
    return graded(bt.load(name), answers_in("f.yaml", text))


def verdicts(found: Graded) -> dict[str, str]:
    """The verdict on each figure, by its name."""
    return {line.claim.entry.name: line.verdict for check in found.checks for line in check.lines}


def said(found: Graded) -> list[str]:
    """What cannot be read, and where."""
    return [describe(problem, "en").splitlines()[0] for problem in found.problems]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_published_figure_is_judged_as_its_file_says(scenario: str) -> None:
    """The verdicts in the files were found by others; the comparison comes to the same, and nothing is left unread."""
    found = graded(bt.load(scenario), answers(scenario))
    assert verdicts(found) == {f.name: f.verdict for f in figures.published() if f.scenario == scenario}
    assert found.problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_what_run_writes_is_read_and_right(name: str, tmp_path: Path) -> None:
    """`run --format json`, whatever the scenario: every number is understood, and right."""
    steps = 2 if bt.load(name).graph.parameters else 1
    file = tmp_path / "run.json"
    file.write_text(trace(name, steps), "utf-8")
    found = graded(bt.load(name), answers(file))
    assert found.problems == ()
    assert found.verdict == "correct"
    assert set(verdicts(found).values()) == {"right"}


def trace(name: str, steps: int) -> str:
    """The JSON of a run."""
    return json.dumps(record(bt.run(bt.load(name), steps=steps)), allow_nan=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('values.loss: "0.06235"', {"values.loss": "right"}),
        ("figures: {values.loss: 0.06235}", {"values.loss": "right"}),
        ("loss: 6.235e-2", {"loss": "right"}),
        ("L: 0.062", {"L": "right"}),
        ("updated.W_ca: 0.100368\nafter.O(e): 0.648304", {"updated.W_ca": "right", "after.O(e)": "right"}),
        ("z1: [[0.61], [0.31]]\nW2: [[0.4, 0.6]]", {"z1[1,1]": "right", "z1[2,1]": "right", "W2[1,1]": "right", "W2[1,2]": "right"}),
        ("a1: [0.6479, 0.5769]", {"a1[1]": "right", "a1[2]": "right"}),
        ("dW2: [[-0.0523, -0.0465]]", {"dW2[1,1]": "right", "dW2[1,2]": "right"}),
        ("W2.grad: [[-0.0523, -0.0465]]", {"W2.grad[1,1]": "right", "W2.grad[1,2]": "right"}),
        ("grads.z2: −0.0806653\nO(c): 0,648\nO(d): np.float64(0.5768852611320463)", {"grads.z2": "right", "O(c)": "right", "O(d)": "right"}),
        ("steps: [{step: 1, values: {z1: [[0.61], [0.31]]}}]", {"step1.values.z1[1,1]": "right", "step1.values.z1[2,1]": "right"}),
    ],
)  # fmt: skip
def test_figures_may_be_written_in_many_ways(text: str, expected: dict[str, str]) -> None:
    """With or without quotes and headings, as lists, in any accepted name, with print's minus or a decimal comma."""
    found = of(text)
    assert verdicts(found) == expected
    assert found.problems == ()


def test_a_quantity_may_stand_twice() -> None:
    """Both figures are judged."""
    lines = [line.verdict for line in of("O(c): 0.648\nO(c): 0.7\n").checks[0].lines]
    assert sorted(lines) == ["right", "wrong"]


@pytest.mark.parametrize(
    ("text", "read", "problems"),
    [
        ("h(c): 0.61\nO(c) 0.648\nO(d): 0.577\n", 2, ["f.yaml:2:1: error: answers are lines"]),
        ("h(c): 0.61\nO(c): 0.6.48\nbogus: 1\n", 1, ["f.yaml:2:7: error: O(c): ", "f.yaml:3:1: error: there is no quantity"]),
        ("h(c): 0.61\nW1: [[0.1, 0.7\nO(d): 0.577\n", 2, ["f.yaml:2:6: error: the list opened with '['"]),
        ("grads:\n  z2: -0.0807\n  W_ec -0.0523\n  W_ed: -0.0465\n", 2, ["f.yaml:3:3: error: "]),
        ("h(c) = 0.61\nbanana\nO(c) ≈ 0.648\n", 2, ["f.yaml:2:1: error: answers are lines"]),
        ("figures:\n  L: {figure: 0.0624, nam: loss}\n", 1, ["f.yaml:2:23: error: 'nam' has no place here"]),
        ("figures:\n  L: {figure: 0.0624, verdict: rigth}\n", 1, ["f.yaml:2:32: error: 'rigth' has no place here"]),
        ("figures: {L: 0.0624}\nverdict: right\n", 1, ["f.yaml:2:1: error: 'verdict' has no place here"]),
        ("figures: {L: 0.0624}\nscenario: xor\n", 1, ["f.yaml:2:11: error: these figures say that they belong to 'xor'"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_costs_nothing_but_itself(text: str, read: int, problems: list[str]) -> None:
    """Each with file, line and column; the rest is judged."""
    found = of(text)
    assert len(verdicts(found)) == read
    assert len(said(found)) == len(problems)
    for told, expected in zip(said(found), problems, strict=True):
        assert told.startswith(expected)


@pytest.mark.parametrize("call", [("check",), ("diagnose",), ("verify", "--against")], ids=lambda call: call[0])
def test_the_commands_judge_the_rest_and_end_with_status_2(call: tuple[str, ...], tmp_path: Path) -> None:
    """The verdicts on standard output, the line that cannot be read on standard error, status 2; without it 1 or 0."""
    file, (command, *option) = tmp_path / "mine.yaml", call
    for text, status in (("O(c): 0.648\nO(d) 0.577\n", 2), ("O(c): 0.648\nO(d): 0.7\n", 1), ("O(c): 0.648\n", 0)):
        file.write_text(text, "utf-8")
        ended = tutor(command, "two-two-one", *option, str(file))
        assert ended.returncode == status, ended.stderr
        assert "0.648" in ended.stdout
        assert "✓ right" in ended.stdout
        assert ended.stderr.startswith(f"{file}:2:1: error: ") is (status == 2)


@pytest.mark.parametrize("text", ["[1, 2]", "figures: {}", "0.61\n", "| a | b |\n|---|---|\n"])
def test_a_file_without_figures_is_refused(text: str) -> None:
    """There is nothing to judge."""
    with pytest.raises(TutorError):
        of(text)


def test_far_steps_are_judged_apart() -> None:
    """Step 1 and step 7000 in one file: what lies between is trained through, not recorded."""
    far = bt.run(bt.load("two-two-one"), steps=7).steps[-1].after.loss
    found = of(f"L: 0.0624\nstep7.after.loss: {far:.6g}\nstep7000.after.loss: 0.5\n")
    assert [len(check.lines) for check in found.checks] == [2, 1]
    assert verdicts(found) == {"L": "right", "step7.after.loss": "right", "step7000.after.loss": "wrong"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_verdict_that_the_file_gives_otherwise_is_told(lang: Lang) -> None:
    """The file says right where the figure is wrong."""
    text = "figures: {L: {figure: 0.07, verdict: ok}}"
    found = graded(bt.load("two-two-one"), answers_in("f.yaml", text), lang)
    parts = {"en": "L: the file gives it the verdict “✓ right”", "zh": "L：文件给出的评判是“✓ 正确”"}
    assert parts[lang] in shown(comparison(found, lang))


ALIKE = (
    ("two-two-one", "h(c): 0.5\nO(c): 0.8\nO(e): 0.6469\nloss: 0.0624\n"),
    ("circuits-sum-product", "values.q: \"5\"\nvalues.f: -12\n"),
    ("mazur-two-two-two", "z1[1]: 0.3775\na1[1]: 0.59\na1[2]: 0.597\nz2[1]: 1.106\na2[1]: 0.75136\nafter.loss: 0.2910\n"),
    ("zero-weights", "grads.W1[1,1]: 0\ngrads.W2[1,1]: 0\n"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text"), ALIKE, ids=[name for name, _ in ALIKE])
def test_one_figure_gets_one_verdict_from_each_command(name: str, text: str, tmp_path: Path) -> None:
    """`check`, `diagnose` and `verify --against` say the same of every line, and end with the same status."""
    (file := tmp_path / "page.yaml").write_text(text, "utf-8")
    calls = (("check", name, str(file)), ("diagnose", name, str(file)), ("verify", name, "--against", str(file)))
    ended = [tutor(*call, "--format", "json") for call in calls]
    rows = [json.loads(each.stdout) for each in ended]
    told = [
        {row["name"]: row["verdict"] for row in each[key]}
        for each, key in zip(rows, ("lines", "claims", "figures"), strict=True)
    ]
    assert told[0] == told[1] == told[2]
    assert len({each.returncode for each in ended}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_many_lines_are_told_array_by_array(lang: Lang) -> None:
    """Every gradient of a batch twice as large: the first wrong line, then an array in a line, never all of them."""
    name = "two-layer-batch"
    record_ = json.loads(trace(name, 2))
    for step in record_["steps"]:
        step["grads"] = {key: doubled(value) for key, value in step["grads"].items()}
    found = graded(bt.load(name), answers_in("run.json", json.dumps(record_)), lang)
    page = bt.render(check_page(found), "text", width=100)
    assert len(found.checks[0].lines) > 100
    assert len(page.splitlines()) < 90
    first = {"en": "The first wrong line is", "zh": "第一处错误在"}[lang]
    assert page.index(first) < page.index("grads.W2 ")


def doubled(value: object) -> object:
    """Every number of nested lists twice as large."""
    return [doubled(each) for each in value] if isinstance(value, list) else value and 2 * value  # type: ignore[operator]


@pytest.mark.parametrize("by_contract", [True, False])
def test_an_error_signal_of_single_examples_is_no_mistake(by_contract: bool) -> None:
    """δ without the 1/m, gradients with it, as most courses write: right, and said so, on the screen and in JSON."""
    name = "two-layer-batch"
    step = bt.run(bt.load(name)).steps[0].trace
    delta, weight = step.adjoint("z2"), step.adjoint("W2")
    lines = [f"grads.z2[1]@{e + 1}: {4 * delta[0, e]:.5g}" for e in range(4)]
    lines += [f"grads.W2[1,{j + 1}]: {weight[0, j]:.5g}" for j in range(2)]
    found = graded(bt.load(name), answers_in("f.yaml", "\n".join(lines)), by_contract=by_contract)
    assert (found.verdict, set(verdicts(found).values())) == ("correct", {"right"})
    assert {row["factor"] for row in check_record(found, "en")["lines"]} == {4.0, 1.0}
    assert "Every δ is read as one of its own example's loss" in shown(check_page(found))
    half = [*lines[:2], f"grads.z2[1]@3: {delta[0, 2]:.5g}", *lines[4:]]
    assert graded(bt.load(name), answers_in("f.yaml", "\n".join(half)), by_contract=by_contract).verdict != "correct"


def test_what_right_lines_refute_is_not_offered() -> None:
    """The 1/m missing in W1 only, and a minus lost in one example: no convention, for the other lines are right."""
    name = "two-layer-batch"
    step = bt.run(bt.load(name)).steps[0].trace
    first, second = step.adjoint("W1"), step.adjoint("W2")
    lines = [f"grads.W1[{j + 1},{k + 1}]: {4 * first[j, k]:.5g}" for j in range(2) for k in range(3)]
    lines += [f"grads.W2[1,{j + 1}]: {second[0, j]:.5g}" for j in range(2)]
    delta = step.adjoint("z2")
    signs = [f"grads.z2[1]@1: {delta[0, 0]:.5g}", f"grads.z2[1]@2: {-delta[0, 1]:.5g}"]
    for text in ("\n".join(lines), "\n".join(signs)):
        (check,) = graded(bt.load(name), answers_in("f.yaml", text)).checks
        assert not any(cause.hypothesis.is_convention for cause in check.causes)
