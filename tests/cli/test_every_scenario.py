"""Every command on every bundled scenario: it works, or says in one line what does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.bundled import bundled
from tests.conftest import EXPLORES

from .calls import called

CALLS = (
    "run SCENARIO",
    "run SCENARIO --detail full --view graph",
    "run SCENARIO --view matrix --lang zh",
    "run SCENARIO --detail brief",
    "run SCENARIO --derive",
    "run SCENARIO --mode forward",
    "run SCENARIO --format json",
    "run SCENARIO --at-step 3",
    "export SCENARIO -o LESSON.html --live",
    "export SCENARIO -o LESSON.tex",
    "export SCENARIO -o STEP.py",
    "check SCENARIO --blank",
    "quiz SCENARIO --print --seed 4 --count 6",
    "worksheet SCENARIO -o SHEETS --seed 3",
    "verify SCENARIO",
    "train SCENARIO --epochs 3",
    "compare SCENARIO --epochs 3 --optimizer sgd,adam",
    "graph SCENARIO",
    "graph SCENARIO --format mermaid --after backward",
    "graph SCENARIO -o PICTURE.svg --after backward",
    "jacobian SCENARIO",
    "hessian SCENARIO",
    "costs SCENARIO",
)
"""A call of each command; SCENARIO is a name, a word in capitals with an ending a file."""


def _said(call: str, name: str, folder: Path) -> str:
    """What a call came to: an empty text where it worked, else the one line that it said."""
    words = [word.replace("SCENARIO", name) for word in call.split()]
    words = [str(folder / word.lower()) if word.partition(".")[0].isupper() else word for word in words]
    try:
        done = called(*words)
    except TutorError as error:
        return str(error)
    assert done.status == 0 or done.err, (call, name, done)
    return done.err if done.status == 2 else ""


EACH = 1 if EXPLORES else 11
"""Every call is tried on each so-manieth scenario, every scenario with each so-manieth call."""


@pytest.mark.slow
@pytest.mark.parametrize(("turn", "name"), list(enumerate(entry.name for entry in bundled())))
def test_every_command_works_or_says_why_not(turn: int, name: str, tmp_path: Path) -> None:
    """No traceback, no silence: what does not fit is one line that names what is asked for."""
    for number, call in enumerate(CALLS):
        if (number + turn) % EACH:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        said = _said(call, name, folder)
        assert said.count("\n") <= 1, (call, said)
        assert not said or "error: " in said, (call, said)
