"""A wrong program's line is named; a right one never is, and noise gets no cause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_tutor.cli.app import start
from backprop_tutor.graph.tape import run
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.programs.diagnosis import ArrayDiagnosis, View, diagnose_arrays
from backprop_tutor.programs.edits import single_edits
from backprop_tutor.programs.examples import example_network
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.programs.naming import names_of, said
from backprop_tutor.programs.page import arrays_page
from backprop_tutor.programs.records import arrays_record
from backprop_tutor.programs.rules.table import RULES
from backprop_tutor.render import RENDERERS, render
from backprop_tutor.scenario.load import load
from tests.recognition.programs_clean import CLEAN, Clean
from tests.recognition.programs_run import gradients_of, network

BUGS = (
    (0, "hidden * (1 - hidden)", "hidden", "dz1", "derivative-is-activation"),
    (0, "np.sum(dscores, axis=0)", "np.sum(dscores)", "db2", "bias-gradient-of-layer"),
    (0, "hidden.T @ dscores", "hidden_in.T @ dscores", "dW2", "preactivation-for-activation"),
    (1, "1 - np.power(A1, 2)", "1 - np.power(Z1, 2)", "dz1", "derivative-at-preactivation"),
    (1, "dZ2 = A2 - Y", "dZ2 = Y - A2", "dz2", "sign-flipped"),
    (1, 'np.dot(p["W2"].T, dZ2)', 'np.dot(p["W2"].T, A2)', "da1", "sibling-used"),
    (2, "(z1 > 0)", "z1", "dz1", "relu-value-for-gate"),
    (2, 'g["W1"] +=', 'g["W1"] =', "dW1", "one-example-only"),
    (3, "(delta @ p[f\"W{l}\"].T) * act[l - 1] * (1 - act[l - 1])", "(delta @ p[f\"W{l}\"].T)", "dz2", "hidden-derivative-omitted"),
    (3, "act[l - 1].T @ delta", "act[l - 1].T @ delta / n", "dW3", "early-division-by-m"),
)  # fmt: skip


def of(clean: Clean, old: str = "", new: str = "", dtype: Any = float) -> ArrayDiagnosis:
    """The diagnosis of a clean program with a stretch of its text changed."""
    assert old in clean.text
    scenario = network(clean)
    found = gradients_of(clean.text.replace(old, new) if old else clean.text, scenario, clean.layout, dtype)
    assert found is not None
    return diagnose_arrays(scenario, found)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("clean", CLEAN, ids=lambda clean: clean.name)
def test_right_programs_are_right(clean: Clean, dtype: Any) -> None:
    """In double and in single precision."""
    assert of(clean, dtype=dtype).verdict == "correct"


@pytest.mark.parametrize(("which", "old", "new", "line", "name"), BUGS, ids=lambda v: str(v)[:24])
def test_the_line_is_named(which: int, old: str, new: str, line: str, name: str) -> None:
    """The wrong line, and the catalogue's name of what is wrong with it."""
    found = of(CLEAN[which], old, new)
    assert found.verdict == "explained"
    best = found.explanations[0]
    lines = best.bench.program.lines
    assert line in {lines[edit.line].name for slip in best.slips for edit in slip.edits}
    assert names_of(best)[0] == name


def test_with_values_the_first_wrong_line_is_found() -> None:
    """Of three wrong lines each is told from what was given before it."""
    scenario = example_network((3, 4, 2), ("tanh", "softmax"), "cross_entropy")
    view = View(scenario, scenario.graph.dense, [], LAYOUTS["rows"])  # type: ignore[arg-type]
    right = view.benches[0].right
    z1, a1, dz2 = right["z1"], right["a1"], right["dz2"]
    da1 = dz2 @ right["W2"].T
    dz1 = da1 * (1 - z1**2)
    given = {"W2": a1.T @ dz2, "b2": dz2.sum(0), "W1": dz1.T @ right["x"], "b1": dz1.mean(0)}
    found = diagnose_arrays(scenario, given, {"z1": z1, "a1": a1, "dz2": dz2, "da1": da1, "dz1": dz1})
    assert [name for name, _ in found.lines] == ["dz1", "dW1", "db1"]
    assert [names_of(causes[0])[0] for _, causes in found.lines] == [
        "derivative-at-preactivation",
        "outer-product-transposed",
        "early-division-by-m",
    ]


def test_two_slips_are_both_told() -> None:
    """One explains some arrays, another the rest."""
    scenario = example_network((3, 4, 2), ("tanh", "sigmoid"), "binary_cross_entropy")
    view = View(scenario, scenario.graph.dense, [], LAYOUTS["columns"])  # type: ignore[arg-type]
    given = {name: view.engine[name] for name in ("dW1", "db1", "dW2", "db2")}
    given |= {"dW1": -given["dW1"], "db2": 2 * given["db2"]}
    found = diagnose_arrays(scenario, given)
    assert sorted(slip.rule.name for slip in found.explanations[0].slips) == ["scaled", "sign-lost"]


def test_a_mean_forgotten_in_one_gradient_is_no_convention() -> None:
    """The 1/m of one array alone is a slip; nobody is told that books differ."""
    found = of(CLEAN[1], "db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = np.sum(dZ1, axis=1, keepdims=True)")
    assert names_of(found.explanations[0]) == ["constant-forgotten"]
    assert "convention" not in render(arrays_page(found, "en"), "text")


def test_noise_gets_no_cause() -> None:
    """Twenty networks' worth of numbers that no slip gives."""
    random = np.random.default_rng(5)
    scenario = example_network((3, 4, 2), ("tanh", "softmax"), "cross_entropy")
    view = View(scenario, scenario.graph.dense, [], LAYOUTS["rows"])  # type: ignore[arg-type]
    right = {name: view.engine[name] for name in ("dW1", "db1", "dW2", "db2")}
    for _ in range(3):
        noisy = {name: array * random.uniform(0.5, 1.5, array.shape) for name, array in right.items()}
        assert diagnose_arrays(scenario, noisy).verdict == "unexplained"


def test_names_are_those_of_the_catalogue_or_of_the_contract() -> None:
    """No name is invented: each is a mistake's, or one of the slips of the contract."""
    from backprop_tutor.programs.naming import NAMES

    slips = {
        "sign-lost", "factor-omitted", "term-omitted", "factor-inverted", "sibling-used", "index-one-off", "stale-values",
        "constant-forgotten", "penalty-forgotten", "penalty-sign", "upstream-forgotten", "error-gated", "softmax-over-batch",
        "bias-gradient-of-layer", "bias-gradient-from-weights",
    }  # fmt: skip
    assert {known.name for known in NAMES} <= slips | MISTAKES.keys()
    assert {rule for known in NAMES for rule in known.rules} <= RULES.keys()


def test_every_edit_is_told() -> None:
    """Every edit of a program has words in both languages."""
    scenario = example_network((3, 4, 2), ("relu", "softmax"), "cross_entropy", l2=0.1)
    view = View(scenario, scenario.graph.dense, [], LAYOUTS["torch"])  # type: ignore[arg-type]
    bench = view.benches[0]
    for line in range(len(bench.program.lines)):
        for edit in single_edits(bench, line):
            assert edit.rule.text.format(part=edit.part).zh


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", RENDERERS)
def test_the_page_in_every_form(form: str, lang: Any) -> None:
    """What was understood, the arrays, the line wrong and right."""
    found = of(CLEAN[1], "1 - np.power(A1, 2)", "1 - np.power(Z1, 2)")
    text = render(arrays_page(found, lang), form)
    assert "1 - z1 ** 2" in text or "1 - z1 \\*\\* 2" in text
    assert arrays_record(found, lang)["explanations"][0]["edit"][0]["right"] == "dz1 = da1 * (1 - a1**2)"
    assert said(found.explanations[0])[lang]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``tutor diagnose SCENARIO --gradients FILE``: status 0 where all is right, 1 with the cause, 2 for a bad file."""
    scenario = load("two-layer-batch")
    view = View(scenario, scenario.graph.dense, [], LAYOUTS["rows"])  # type: ignore[arg-type]
    arrays = {name: view.engine[name] for name in view.benches[0].program.gradients}
    np.savez(tmp_path / "g.npz", **arrays)
    assert start(["diagnose", "two-layer-batch", "--gradients", str(tmp_path / "g.npz")]) == 0
    np.savez(tmp_path / "g.npz", **{**arrays, "dW1": -arrays["dW1"]})
    capsys.readouterr()
    assert start(["diagnose", "two-layer-batch", "--gradients", str(tmp_path / "g.npz"), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["explanations"][0]["mistakes"] == ["sign-lost"]
    assert start(["diagnose", "two-layer-batch", "--gradients", str(tmp_path / "absent.npz")]) == 2
    assert start(["diagnose", "circuits", "--gradients", str(tmp_path / "g.npz")]) == 2
    assert start(["diagnose", "two-layer-batch"]) == 2
    assert start(["export", "two-layer-batch", "-o", str(tmp_path / "backward.py")]) == 0
    assert "dz1 = da1 * (1 - a1**2)" in (tmp_path / "backward.py").read_text()


@pytest.mark.parametrize("layout", ["rows", "columns", "torch"])
def test_the_gradient_of_the_inputs(layout: str) -> None:
    """dx is an array as any other, in every layout; one without the weights is named."""
    net = example_network((3, 4, 2), ("tanh", "softmax"), "cross_entropy")
    trace = run(net.graph, {**net.data, **net.parameters})
    roles = {node.name: node.role for node in net.graph.nodes}
    right = {f"d{name}": LAYOUTS[layout].of(trace.adjoint(name), roles[name]) for name in (*net.graph.parameters, "x")}
    assert diagnose_arrays(net, right, layout=layout).verdict == "correct"
    wrong = diagnose_arrays(net, {**right, "dx": 2 * right["dx"]}, layout=layout)
    assert wrong.verdict == "explained"
    assert [each.name for each in wrong.wrong] == ["dx"]
