"""Which examples each update uses.

Batches go through the data in order, or, with a shuffle seed, in an order drawn anew for each epoch; the last batch of
an epoch may be smaller. An epoch is one pass over the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario

Columns = Any
"""Positions of examples in the data, from 0, as an array of integers."""


def batch(scenario: Scenario, number: int) -> Columns | None:
    """The columns of the data that update `number` (from 1) uses, or None for all of them."""
    size = batch_size(scenario)
    if size == scenario.examples:
        return None
    epoch, position = divmod(number - 1, updates_in(scenario))
    order = _order(scenario.examples, scenario.training.shuffle, epoch)
    return order[position * size : (position + 1) * size]


def examples_of(scenario: Scenario, number: int) -> tuple[int, ...]:
    """Which examples update `number` uses: their positions in the data, all from 1."""
    columns = batch(scenario, number)
    return tuple(int(i) + 1 for i in (range(scenario.examples) if columns is None else columns))


def data_of(scenario: Scenario, number: int) -> Mapping[str, Array]:
    """The data that update `number` (from 1) uses."""
    columns = batch(scenario, number)
    if columns is None:
        return scenario.data
    if scenario.training.shuffle is None:
        columns = slice(int(columns[0]), int(columns[-1]) + 1)  # a view, not a copy
    return {name: a[..., columns] for name, a in scenario.data.items()}


def updates_in(scenario: Scenario) -> int:
    """The number of updates in an epoch."""
    return -(-scenario.examples // batch_size(scenario))


def epoch_of(scenario: Scenario, number: int) -> Columns:
    """The order of the examples in the epoch of update `number` (from 1)."""
    return _order(scenario.examples, scenario.training.shuffle, (number - 1) // updates_in(scenario))


def batch_size(scenario: Scenario) -> int:
    """The number of examples of an update, except the last of an epoch."""
    return min(scenario.training.batch or scenario.examples, scenario.examples)


@lru_cache(maxsize=8)
def _order(count: int, seed: int | None, epoch: int) -> Columns:
    return np.arange(count) if seed is None else np.random.default_rng([seed, epoch]).permutation(count)
