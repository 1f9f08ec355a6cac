"""The marker `quick`: one round of every loop, in the rooms that a change of the engine breaks first.

``pytest -m quick -n 2`` takes half a minute, for the time between two edits; nothing lands on it alone. Of a test with
many parameters it takes the first set, and leaves out what is marked `slow`.

Generated examples are the same in every run; ``HYPOTHESIS_PROFILE=explore`` draws new ones, and more of
them, and loops over scenarios and commands leave nothing out.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("explore", max_examples=2_000, deadline=None)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "same")
settings.load_profile(PROFILE)
EXPLORES = PROFILE == "explore"

CACHE = TemporaryDirectory()  # every process of a run stores bundled scenarios for itself
os.environ["XDG_CACHE_HOME"] = CACHE.name

ROOMS = ("tests/engine/", "tests/formula/", "tests/graph/", "tests/lesson/", "tests/scenario/")

Case = TypeVar("Case")


def some(cases: Iterable[Case], each: int) -> list[Case]:
    """Every so-manieth case, beginning with the first; all of them when a run explores."""
    return [case for turn, case in enumerate(cases) if EXPLORES or turn % each == 0]


def side_by_side(turn: int, *axes: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Values of several axes, so that every value of each is there; all combinations when a run explores.

    Which values meet differs from turn to turn: one axis after another is shifted against the first, as digits count.
    """
    if EXPLORES:
        yield from product(*axes)
        return
    shifts = [0]
    for axis in axes[1:]:
        shifts.append(turn)
        turn //= len(axis)
    for i in range(max(map(len, axes))):
        yield tuple(axis[(i + shift) % len(axis)] for axis, shift in zip(axes, shifts, strict=True))


def pytest_collection_finish() -> None:
    """What is loaded stays: to look through it for garbage again and again was a fifth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the first item of every test function of those rooms; what is slow comes first, so that no process waits for it
    at the end.
    """
    seen: set[str] = set()
    for item in items:
        function = item.nodeid.partition("[")[0]
        if function not in seen and function.startswith(ROOMS) and item.get_closest_marker("slow") is None:
            item.add_marker("quick")
        seen.add(function)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
