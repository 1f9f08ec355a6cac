"""A handful of calls as real processes: they answer as the tests that run in this process say they do."""

from __future__ import annotations

import pytest

from tests.cli.calls import tutor, tutor_process


@pytest.mark.parametrize(
    ("arguments", "environment", "status"),
    [
        (("run", "two-two-one"), {}, 0),
        (("run", "two-two-one", "--help"), {"LANG": "zh_CN.UTF-8"}, 0),
        (("diagnose", "two-two-one", "after.loss=0.061823158"), {}, 1),
        (("check", "two-two-one", "-"), {}, 2),
        (("run", "two-two-onn"), {}, 2),
    ],
)
def test_a_process_answers_as_a_call_in_this_process(
    arguments: tuple[str, ...], environment: dict[str, str], status: int
) -> None:
    """Exit status, standard output and standard error, character by character."""
    text = "nonsense" if "-" in arguments else ""
    process, call = (run(*arguments, text=text, **environment) for run in (tutor_process, tutor))
    assert process.returncode == status
    assert (process.returncode, process.stdout, process.stderr) == (call.returncode, call.stdout, call.stderr)
