"""What the fuzzer found stays mended; what it draws is carried out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fuzz.__main__ import FOUND, Case, drawn, failure


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.json")), ids=lambda path: path.stem)
def test_a_fault_that_was_found_is_mended(path: Path) -> None:
    """The input that once failed is answered."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert failure(Case(kept["text"], kept["answers"], tuple(kept["words"]))) is None


@pytest.mark.parametrize("seed", range(12))
def test_drawn_cases_are_answered(seed: int) -> None:
    """A dozen cases, always the same."""
    assert failure(drawn(seed)) is None
