"""The marker `quick`: one round of every loop, in the rooms that a change of the engine breaks first.

``pytest -m quick -n 2`` takes half a minute, for the time between two edits; nothing lands on it alone. Of a test with
many parameters it takes the first set, and leaves out what is marked `slow`.

Generated examples are the same in every run; ``HYPOTHESIS_PROFILE=explore`` draws new ones, and more of
them, and loops over scenarios and commands leave nothing out.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("explore", max_examples=2_000, deadline=None)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "same")
settings.load_profile(PROFILE)
EXPLORES = PROFILE == "explore"

ROOMS = ("tests/engine/", "tests/formula/", "tests/graph/", "tests/lesson/", "tests/scenario/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the first item of every test function of those rooms."""
    seen: set[str] = set()
    for item in items:
        function = item.nodeid.partition("[")[0]
        if function not in seen and function.startswith(ROOMS) and item.get_closest_marker("slow") is None:
            item.add_marker("quick")
        seen.add(function)
