"""Worksheets whose numbers show every mistake that the scenario can show, and whose answers a pen can reach."""

from __future__ import annotations

import pytest

from backprop_tutor.practice.worksheet.sheet import (
    Assignment,
    Name,
    Sheet,
    out_of_reach,
    sheet,
    shown_by_most,
)
from backprop_tutor.practice.worksheet.windows import outcomes, placed_mistakes
from backprop_tutor.scenario.load import load


def shown(one: Sheet) -> set[Name]:
    """The mistakes that get at least one answer of a worksheet marked wrong."""
    held, lines, room = placed_mistakes(one.exercise.scenario), one.exercise.lines, one.room
    return {
        placed.key
        for placed, row in zip(held, next(outcomes([one.exercise], held)).tolist(), strict=True)
        if any(not abs(value - line.value) <= room[line.key] for value, line in zip(row, lines, strict=True))
    }


@pytest.mark.parametrize("name", ["two-two-one", "relu-two-two-one-sigmoid", "softmax-classifier"])
def test_no_mistake_hides_in_the_numbers_of_a_worksheet(name: str) -> None:
    """Whoever makes a mistake that most variants show is marked wrong somewhere on every one of them."""
    scenario = load(name)
    mistakes = shown_by_most(scenario)
    chosen = [shown(sheet(Assignment(1, "en", mistakes=mistakes), scenario, number)) for number in range(1, 13)]
    assert {"sign-flipped", "updated-weights-used"} <= {
        mistake for mistake, _ in mistakes
    } or name == "softmax-classifier"
    assert all(mistakes <= found for found in chosen)


@pytest.mark.parametrize("name", ["sine-exp-cos-chain", "quadratic-cost", "two-two-one"])
def test_six_figures_on_the_way_are_enough(name: str) -> None:
    """What the worksheet says of how exactly to compute is true: done so, every answer counts as right."""
    scenario = load(name)
    made = [sheet(Assignment(1, "en"), scenario, number) for number in range(1, 26)]
    assert [out_of_reach(one.exercise, one.room) for one in made] == [()] * 25


def test_a_scenario_without_known_mistakes_has_none_to_show() -> None:
    """An expression graph that is only differentiated is drawn as it comes."""
    assert shown_by_most(load("chain-rule-sine")) == frozenset()
