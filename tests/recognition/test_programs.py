"""Every wrong program of the list is named at its line, and noise is not."""

from __future__ import annotations

import pytest

from tests.recognition.programs_bugs import BUGS, Bug
from tests.recognition.programs_table import is_named, noise, right_verdicts


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.base}: {bug.new}"[:40])
def test_a_wrong_program_is_named(bug: Bug) -> None:
    """By one slip, in the line of the reference program where the bug is."""
    assert is_named(bug)[0]


def test_right_programs_are_left_alone() -> None:
    """In both precisions, over several numbers."""
    assert {verdict for _, _, verdict in right_verdicts()} == {"correct"}


def test_noise_is_left_alone() -> None:
    """Random wrong arrays have no cause."""
    assert noise(8) == 0
