"""A long search shows that it goes on, on a terminal only, and leaves nothing behind on it."""

from __future__ import annotations

import os
import sys

import pexpect

from tests.cli.calls import ENGLISH, tutor

PROGRAM = """
import time
from backprop_tutor.cli.console.spinner import working
with working("en"):
    time.sleep({seconds})
print("done")
"""


def test_a_long_search_shows_a_sign_of_life() -> None:
    """A spinner while it takes longer than a moment; nothing for a quick one."""
    environment = {**os.environ, **ENGLISH, "TERM": "xterm-256color"}
    slow, quick = (
        pexpect.spawn(sys.executable, ["-c", PROGRAM.format(seconds=s)], env=environment, encoding="utf-8", timeout=30)
        for s in (2.5, 0)
    )
    slow.expect_exact("searching")
    slow.expect_exact("done")
    quick.expect_exact("done")
    assert "searching" not in (quick.before or "")


def test_a_pipe_gets_nothing_of_it() -> None:
    """Neither output nor errors but the diagnosis."""
    told = tutor("diagnose", "two-two-one", "loss=0.0624", "--at-step", "1500")
    assert told.stderr == ""
    assert "\x1b" not in told.stdout
