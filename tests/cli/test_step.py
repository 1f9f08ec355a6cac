"""One step at a time, in a real (pseudo-)terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.calls import ENGLISH


def started(*arguments: str, **environment: str) -> pexpect.spawn:
    """The program in a terminal of 30 lines and 100 columns."""
    env = {**os.environ, **ENGLISH, "TERM": "xterm-256color", **environment}
    return pexpect.spawn(
        sys.executable,
        ["-m", "backprop_tutor", *arguments],
        env=env,
        dimensions=(30, 100),
        encoding="utf-8",
        timeout=20,
    )


def test_enter_goes_on_b_goes_back_q_leaves() -> None:
    """The lesson in pieces: what is given, the first line of the forward pass, the next, and back again."""
    terminal = started("run", "two-two-one", "--step", NO_COLOR="1")
    terminal.expect("x_a = 0.5")
    terminal.expect(r"\[1/\d+\]")
    terminal.sendline("")
    terminal.expect("= 0.61")
    terminal.expect(r"\[2/\d+\]")
    terminal.sendline("")
    terminal.expect("0.647941")
    terminal.expect(r"\[3/\d+\]")
    terminal.sendline("b")
    terminal.expect("= 0.61")
    terminal.expect(r"\[2/\d+\]")
    terminal.sendline("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_piece_can_be_walked_through(lang: str) -> None:
    """Enter from the first piece to the last ends the program."""
    terminal = started("run", "sum-over-paths", "--step", "--lang", lang, NO_COLOR="1")
    terminal.expect(r"\[1/(\d+)\]")
    count = int(terminal.match[1])
    for at in range(1, count):
        terminal.sendline("")
        terminal.expect(rf"\[{at + 1}/{count}\]")
    terminal.sendline("")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_ctrl_c_leaves_without_a_traceback() -> None:
    """Status 130, as shells expect of an interrupted program."""
    terminal = started("run", "two-two-one", "--step", NO_COLOR="1")
    terminal.expect(r"\[1/\d+\]")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert "Traceback" not in terminal.before
    assert terminal.exitstatus == 130


def test_colour_is_for_terminals_that_want_it() -> None:
    """Escape codes on a terminal, none with NO_COLOR."""
    coloured = started("run", "two-two-one", "--only", "loss", "--no-pager")
    coloured.expect(pexpect.EOF)
    plain = started("run", "two-two-one", "--only", "loss", "--no-pager", NO_COLOR="1")
    plain.expect(pexpect.EOF)
    assert "\x1b[" in coloured.before
    assert "\x1b[" not in plain.before


def test_the_pager_says_how_to_go_on_and_how_to_leave(tmp_path: Path) -> None:
    """A long lesson on a terminal: less is asked to name its keys on the last line, unless the reader has a prompt."""
    less = tmp_path / "less"
    less.write_text('#!/bin/sh\necho "asked: $LESS"\n')
    less.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    started("run", "two-two-one", PATH=path, PAGER="").expect(r"asked: -RFX -PsEnter = on   b = back   q = quit\$")
    started("run", "two-two-one", PATH=path, LESS="-R", PAGER="").expect("asked: -R\r")
