"""The bundled scenarios against the figures their sources print."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

import backprop_tutor as bt
from backprop_tutor.fast.choice import state_after
from backprop_tutor.records.trace import record
from backprop_tutor.training.train_step import run_scenario

from .figures import SCENARIOS, Figure, number, published

HALF = Decimal("0.5")
FIGURES = tuple(published())


def figures(verdict: str) -> pytest.MarkDecorator:
    """One test for each figure of that verdict."""
    return pytest.mark.parametrize("figure", [f for f in FIGURES if f.verdict == verdict], ids=str)


@cache
def step(scenario: str, number: int) -> dict[str, Any]:
    """A step of a bundled scenario's JSON trace."""
    loaded = bt.load(SCENARIOS / f"{scenario}.yaml")
    since = state_after(loaded, number - 1) if number > 1 else None
    return record(run_scenario(loaded, 1, since))["steps"][0]


def computed(figure: Figure) -> float:
    """The number that the figure should be."""
    return number(step(figure.scenario, figure.step), figure.name)


@figures("right")
def test_right_figures_are_reproduced(figure: Figure) -> None:
    """What the source prints correctly is reproduced to half a unit of its last digit."""
    assert figure.units_off(computed(figure)) <= HALF, figure.source


@figures("rounded")
def test_figures_rounded_early_are_near(figure: Figure) -> None:
    """A figure its author computed from rounded values is off by more than rounding, and by less than one unit."""
    assert HALF < figure.units_off(computed(figure)) < 1, figure.source


@pytest.mark.parametrize("figure", [f for f in FIGURES if f.verdict in ("wrong", "carried")], ids=str)
def test_wrong_figures_are_not_reproduced(figure: Figure) -> None:
    """An erratum of the source is not reproduced."""
    assert figure.units_off(computed(figure)) > 1, figure.source


@pytest.mark.parametrize("figure", [f for f in FIGURES if f.verdict != "right"], ids=str)
def test_errata_are_explained(figure: Figure) -> None:
    """Every figure that is not right says in both languages how it came about."""
    assert set(figure.note) == {"en", "zh"}


def test_every_worked_example_is_covered() -> None:
    """All figures the sources print for quantities with a contract name are there: 109 right, 1 rounded, 5 wrong and what follows from one."""
    assert {
        verdict: sum(f.verdict == verdict for f in FIGURES) for verdict in ("right", "rounded", "wrong", "carried")
    } == {
        "right": 109,
        "rounded": 1,
        "wrong": 5,
        "carried": 1,
    }
