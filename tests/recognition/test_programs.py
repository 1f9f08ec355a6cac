"""Every wrong program of the list is named at its line, and noise is not."""

from __future__ import annotations

import pytest

from tests.recognition.programs_bugs import BUGS, Bug
from tests.recognition.programs_operations import OPERATIONS, Operation, named, verdicts
from tests.recognition.programs_table import is_named, noise, right_verdicts

QUICK = ("embedding", "dropout", "gru", "attention")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.base}: {bug.new}"[:40])
def test_a_wrong_program_is_named(bug: Bug) -> None:
    """By one slip, in the line of the reference program where the bug is."""
    assert is_named(bug)[0]


def test_right_programs_are_left_alone() -> None:
    """In both precisions, over several numbers."""
    assert {verdict for _, _, verdict in right_verdicts()} == {"correct"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_right_programs_of_operations_are_left_alone(operation: Operation) -> None:
    """In both precisions."""
    assert verdicts(operation) == ["correct", "correct"]


@pytest.mark.slow
@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.name in QUICK], ids=lambda each: each.name)
def test_bugs_of_operations_are_named(operation: Operation) -> None:
    """Nine of ten; the others are measured by ``python -m tests.recognition programs``."""
    found = [hit for _, hit in named(operation)]
    assert sum(found) >= 0.9 * len(found)


def test_noise_is_left_alone() -> None:
    """Random wrong arrays have no cause."""
    assert noise(8) == 0
