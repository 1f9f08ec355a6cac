"""The note of cost counts what a reader would count by hand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.derive.derivation import Cost, cost, counted, of_depth
from backprop_tutor.lesson.document import Table
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.lesson.views.unit_paths import onward, summed
from tests.lesson.test_growth import Size
from tests.scenarios.of_numbers import BUNDLED

NETWORKS = [name for name, scenario in BUNDLED.items() if scenario.graph.dense is not None]


def lesson(source: str | Path) -> Lesson:
    """The first step of a scenario."""
    run = bt.run(bt.load(source))
    return Lesson(run.scenario, run.steps[0], choose_notation(run.scenario.graph, None), "en", 6)


def walked(told: Lesson, element: Element) -> list[int]:
    """The length of every path to the loss, walked one by one."""
    ahead = onward(told, element)
    return [1 + rest for each in ahead for rest in walked(told, each)] if ahead else [0]


def test_two_two_one_by_hand() -> None:
    """Two output weights with 2 products each, four hidden ones with 4; kept: 3 slopes, 2 weights back, 6 inputs."""
    assert counted(lesson("two-two-one")) == Cost(paths=2 * 2 + 4 * 4, kept=3 + 2 + 6)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_count_is_that_of_walking_every_path(name: str) -> None:
    """Each path of k steps after its weight costs k products."""
    told = lesson(name)
    weights = told.elements(Role.WEIGHT)

    assert counted(told).paths == sum(sum(walked(told, summed(told, weight, 0))) for weight in weights)


@pytest.mark.parametrize(("width", "depth"), [(2, 1), (2, 2), (2, 4)])
def test_the_growth_in_the_table_is_that_of_real_networks(width: int, depth: int, tmp_path: Path) -> None:
    """A full network of that width and depth is counted to the same two numbers."""
    size = Size(inputs=width, units=width, layers=depth - 1)
    size.run(tmp_path)

    assert counted(lesson(next(tmp_path.iterdir()))) == of_depth(width, depth)


def test_paths_outgrow_what_is_kept() -> None:
    """One more layer multiplies the paths by more than the width, and adds the same again to what is kept."""
    costs = [of_depth(3, depth) for depth in range(2, 7)]
    steps = [later.kept - earlier.kept for earlier, later in pairwise(costs)]

    assert all(later.paths > 3 * earlier.paths for earlier, later in pairwise(costs))
    assert len(set(steps)) == 1


def test_the_section_has_a_small_table() -> None:
    """One row a depth, three columns."""
    table = cost(lesson("two-two-one")).blocks[-1]

    assert isinstance(table, Table)
    assert [len(row) for row in table.rows] == [3] * 6
