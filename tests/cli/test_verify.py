"""``tutor verify`` from outside: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calls import tutor

PUBLISHED = Path(__file__).parents[2] / "scenarios" / "published"


def test_a_table_of_every_gradient() -> None:
    """Backward pass, difference, thirty exact digits and the error, one row per weight."""
    shown = tutor("verify", "two-two-one")
    assert shown.returncode == 0
    assert "∂L/∂W_ec" in shown.stdout
    assert "−0.0522663563677791328379827435868" in shown.stdout
    assert "✓ all 6 derivatives agree" in shown.stdout


def test_the_same_as_json() -> None:
    """Under contract names, the exact ones as texts with all their digits."""
    found = json.loads(tutor("verify", "relu-two-two-one", "--format", "json").stdout)
    assert (found["format"], found["verdict"]) == ("backprop-tutor/verification", "verified")
    gradient = found["steps"][0]["gradients"]["grads.W1[1,1]"]
    assert gradient["exact"] == "-108/625"
    assert gradient["value"] == pytest.approx(-0.1728, rel=1e-12)
    assert found["steps"][0]["worst"] < 1e-12


def test_figures_with_an_erratum_fail() -> None:
    """The course page's last O(e) is wrong and its loss follows; Mazur's second loss and all of step 10000 are wrong."""
    page = tutor("verify", "two-two-one", "--against", str(PUBLISHED / "two-two-one.yaml"))
    assert page.returncode == 1
    assert [line.split()[0] for line in page.stdout.splitlines() if "✗" in line] == ["after.a2[1]"]
    mazur = tutor("verify", "mazur-two-two-two", "--against", "mazur-two-two-two", "--format", "json")
    assert mazur.returncode == 1
    wrong = [figure for figure in json.loads(mazur.stdout)["figures"] if figure["verdict"] == "wrong"]
    assert [(figure["name"], figure["printed"]) for figure in wrong] == [
        ("after.loss", "0.291027924"),
        ("step10000.after.a2[1]", "0.015912196"),
        ("step10000.after.a2[2]", "0.984065734"),
        ("step10000.after.loss", "0.0000351085"),
    ]


def test_figures_without_one_pass() -> None:
    """All of Prince's 23 figures are right, said in Chinese."""
    shown = tutor("verify", "sine-exp-cos-chain", "--against", "sine-exp-cos-chain", "--lang", "zh")
    assert (shown.returncode, "正确 23 个" in shown.stdout) == (0, True)


def test_every_step_is_verified() -> None:
    """Three steps, three tables."""
    shown = tutor("verify", "zero-weights").stdout
    assert shown.count("✓ all 9 derivatives agree") == 3
    assert "−1/12" in shown


def test_a_long_run_is_verified_at_its_beginning(tmp_path: Path) -> None:
    """Of seven steps the first five, and the page says so."""
    file = tmp_path / "s.yaml"
    file.write_text("title: t\ngraph: {parameters: {w: 2}, nodes: {y: w ^ 2}, output: y}\ntraining: {steps: 7}\n")
    shown = tutor("verify", str(file)).stdout
    assert shown.count("✓ the derivative agrees") == 5
    assert "the first 5 of 7 steps" in shown


@pytest.mark.parametrize(
    "arguments", [("nowhere",), ("two-two-one", "--against", "nowhere.yaml"), ("xor", "--with", "x")]
)
def test_what_cannot_be_used_is_status_2(arguments: tuple[str, ...]) -> None:
    """One line on standard error, nothing else."""
    refused = tutor("verify", *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ")
    assert "Traceback" not in refused.stderr


def test_the_mistake_behind_a_wrong_figure_without_a_note_is_named(tmp_path: Path) -> None:
    """And the closing line is the call that shows the whole solution with it."""
    page = tmp_path / "page.yaml"
    page.write_text('after.a2: "0.648366218"\nz2: "0.6053"\n', "utf-8")
    said = tutor("verify", "two-two-one", "--against", str(page))
    assert said.returncode == 1
    assert said.stdout.rstrip().endswith("tutor mistakes derivative-at-preactivation two-two-one")
