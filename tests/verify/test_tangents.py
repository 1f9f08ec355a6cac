"""Forward mode: known figures, the same derivatives as reverse mode, and how many sweeps either takes."""

from __future__ import annotations

import json

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.derivatives.tangents import asked
from backprop_tutor.lesson.picture import lesson_of
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from tests.cli.calls import tutor

NAMES = [entry.name for entry in bundled()]


def test_forward_mode_takes_two_sweeps_where_reverse_takes_one() -> None:
    """f = x₁x₂ + sin x₁ at (2, 3): f = 6.9093, ∂f/∂x = (2.5839, 2)."""
    lesson = lesson_of(run_scenario(load("two-modes")), "en")
    told = asked(lesson)
    assert round(lesson.step.trace.loss, 4) == 6.9093
    assert [round(rate, 4) for rate in told.rows[0]] == [2.5839, 2.0]
    record = json.loads(tutor("run", "two-modes", "--mode", "forward", "--format", "json").stdout)
    assert record["sweeps"] == {"forward": 2, "reverse": 1}
    assert record["tangents"][0] == pytest.approx([2.583853163452858, 2.0], rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_both_modes_give_the_same_derivatives(name: str) -> None:
    """To 1e-9 of the largest, for the loss, or each output, of every bundled scenario of a readable size."""
    lesson = lesson_of(run_scenario(load(name)), "en")
    try:
        told = asked(lesson)
    except TutorError:
        return
    for forward, back in zip(told.rows, told.reverse, strict=True):
        assert forward == pytest.approx(back, rel=1e-9, abs=1e-12)


def test_page_has_a_section_for_each_sweep() -> None:
    """Each line by the chain rule, in both languages; Markdown as well."""
    page = tutor("run", "two-modes", "--mode", "forward").stdout
    assert "Sweep 2: x2 moves at a rate of 1" in page
    assert "∂f/∂x1 = ∂p/∂x1 + ∂s/∂x1" in page
    assert "前向模式 2 遍" in tutor("run", "two-modes", "--mode", "forward", "--lang", "zh").stdout
    assert "Sweep 1" in tutor("run", "two-modes", "--mode", "forward", "--format", "markdown").stdout


@pytest.mark.parametrize("option", [("--only", "backward"), ("--focus", "x1"), ("--step",)])
def test_options_without_effect_are_refused(option: tuple[str, ...]) -> None:
    """Nothing of a call is silently left out."""
    said = tutor("run", "two-modes", "--mode", "forward", *option)
    assert said.returncode == 2
    assert f"leave {option[0]} out" in said.stderr
