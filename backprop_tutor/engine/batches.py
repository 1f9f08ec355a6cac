"""Which examples each update sees.

Batches go through the data in order, or in an order drawn anew for each epoch where there is a shuffle seed; the last
batch of an epoch may be smaller. An epoch is one pass over the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.scenario import Scenario

Columns = Any
"""Positions of examples in the data, from 0, as an array of integers."""


def batch(scenario: Scenario, number: int) -> Columns | None:
    """The columns of the data that update `number` (from 1) uses, or None for all of them."""
    size = scenario.training.batch
    if size is None or size >= scenario.examples:
        return None
    epoch, position = divmod(number - 1, updates_in(scenario))
    order = _order(scenario.examples, scenario.training.shuffle, epoch)
    return order[position * size : (position + 1) * size]


def data_of(scenario: Scenario, number: int) -> Mapping[str, Array]:
    """The data that update `number` (from 1) uses."""
    columns = batch(scenario, number)
    return scenario.data if columns is None else {name: a[:, columns] for name, a in scenario.data.items()}


def updates_in(scenario: Scenario) -> int:
    """How many updates make an epoch."""
    size = scenario.training.batch
    return 1 if size is None else -(-scenario.examples // size)


@lru_cache(maxsize=8)
def _order(count: int, seed: int | None, epoch: int) -> Columns:
    return np.arange(count) if seed is None else np.random.default_rng([seed, epoch]).permutation(count)
