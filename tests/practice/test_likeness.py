"""What variants of a scenario keep: names its author fixes, and with --like original the kind of every figure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.scenario.load import load
from tests.cli.calls import tutor

NORMALISED = """
title: A normalised value
graph:
  inputs: {x: 3, m: 1.5, eps: 0.00001, t: 0.25}
  parameters: {w: 0.7}
  nodes: {n: (x - m) / sqrt(m^2 + eps), L: (w * n - t)^2}
  output: L
keep: [eps, t]
"""


def test_what_is_to_be_kept_does_not_vary(tmp_path: Path) -> None:
    """eps and t have the author's figures in every variant; the others vary."""
    file = tmp_path / "n.yaml"
    file.write_text(NORMALISED)
    scenario = load(file)
    variants = [variant(scenario, seed) for seed in range(8)]
    for name in ("eps", "t"):
        assert all((fresh.data[name] == scenario.data[name]).all() for fresh in variants)
        assert all(fresh.spelling[name] == scenario.spelling[name] for fresh in variants)
    assert len({float(fresh.data["x"][0, 0]) for fresh in variants}) > 1
    assert len({float(fresh.parameters["w"].ravel()[0]) for fresh in variants}) > 1


def test_a_name_that_is_not_there_cannot_be_kept(tmp_path: Path) -> None:
    """Said at its place, with the nearest."""
    file = tmp_path / "n.yaml"
    file.write_text(NORMALISED.replace("[eps, t]", "[epss]"))
    with pytest.raises(TutorError) as refused:
        load(file)
    (problem,) = refused.value.problems
    assert "did you mean 'eps'" in problem.message.en
    assert problem.place is not None
    assert problem.place.line == 8


@pytest.mark.parametrize("name", ["mazur-two-two-two", "two-two-one", "softmax-classifier", "circuits"])
def test_figures_like_the_original_have_its_decimals_and_signs(name: str) -> None:
    """As many decimals as the author wrote, the same sign, from half to twice the size; 0 and 1 stay."""
    scenario = load(name)
    for seed in range(6):
        fresh = variant(scenario, seed, like=True)
        for place, text in scenario.spelling.items():
            if place in fresh.spelling and place not in ("learning_rate", "l2"):
                old, new = Decimal(text), Decimal(fresh.spelling[place])
                allowed = min(0, int(old.as_tuple().exponent))
                assert new == new.quantize(Decimal(1).scaleb(allowed))
                assert (new < 0) == (old < 0)
                assert old not in (0, 1, -1) or new == old


def test_the_learning_rate_varies_with_the_likeness_alone() -> None:
    """The same size, written beside the variant's numbers; without --like it is the author's."""
    scenario = load("two-two-one")
    assert {variant(scenario, seed).training.learning_rate for seed in range(6)} == {0.1}
    rates = {variant(scenario, seed, like=True).training.learning_rate for seed in range(12)}
    assert rates <= {0.1, 0.2, 0.3, 0.5}
    assert len(rates) > 1


def test_a_worksheet_like_the_original_is_checked_against_its_own_scenario(tmp_path: Path) -> None:
    """The learning rate of the sheet is that of the scenario file beside it; the key copied in is right."""
    call = ("worksheet", "two-two-one", "--like", "original", "--seed", "3", "-o", "class", "--format", "json")
    assert tutor(*call, cwd=tmp_path).returncode == 0
    done = tutor("run", "class/scenarios/01.yaml", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0
