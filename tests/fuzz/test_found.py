"""What the fuzzer found stays mended; what it draws is carried out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.fuzz.__main__ import FOUND, Case, drawn, failure


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """A process of their own, whose memory is that of the cases alone and not of all tests."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.json")), ids=lambda path: path.stem)
def test_a_fault_that_was_found_is_mended(path: Path, process: ProcessPoolExecutor) -> None:
    """The input that once failed is answered."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    case = Case(kept["text"], kept["answers"], tuple(kept["words"]))
    assert process.submit(failure, case).result() is None


@pytest.mark.parametrize("seed", range(12))
def test_drawn_cases_are_answered(seed: int, process: ProcessPoolExecutor) -> None:
    """A dozen cases, always the same."""
    assert process.submit(failure, drawn(seed)).result() is None
