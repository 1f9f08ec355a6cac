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
    for typed, shown, at in (("", "= 0.61", 2), ("", "0.647941", 3), ("b", "= 0.61", 2)):
        terminal.expect(r"\[\d+/\d+\]")
        terminal.sendline(typed)
        terminal.expect(shown)
        terminal.expect(rf"\[{at}/\d+\]")
        terminal.sendline("1")
        terminal.expect(r"\[1/\d+\]")
        terminal.sendline(str(at))
    terminal.expect(r"\[2/\d+\]")
    terminal.sendline("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_nonsense_is_not_enter_and_a_word_is_found() -> None:
    """What is no key is said to be none, in the same place; /word goes to the next step that has it."""
    terminal = started("run", "two-two-one", "--step", NO_COLOR="1")
    for typed, said in (
        ("yes", r"'yes' is none of: Enter, b, a number from 1 to \d+.*\[1/"),
        ("99", r"'99' is none of.*\[1/"),
        ("/nowhere", r"'nowhere' is in none of the steps.*\[1/"),
        ("/update", r"update.*\[[2-9]\d*/"),
    ):
        terminal.expect("leave  ")
        terminal.sendline(typed)
        terminal.expect(said)


def test_every_screen_fits_24_lines_of_80_columns() -> None:
    """The longest lesson, at full detail: no screen is taller or wider than the terminal."""
    env = {**os.environ, **ENGLISH, "TERM": "xterm", "NO_COLOR": "1"}
    call = ["-m", "backprop_tutor", "run", "softmax-classifier", "--step", "--detail", "full"]
    terminal = pexpect.spawn(sys.executable, call, env=env, dimensions=(24, 80), encoding="utf-8", timeout=20)
    for _ in range(12):
        terminal.expect("leave  ")
        lines = terminal.before.splitlines()
        assert len(lines) <= 25  # with the line of the key before
        assert max(map(len, lines)) <= 80
        terminal.sendline("")


def test_a_number_is_asked_for_before_it_is_shown() -> None:
    """--predict: a right figure is told right, a wrong one with its cause, Enter shows the line."""
    terminal = started("run", "two-two-one", "--step", "--predict", NO_COLOR="1")
    terminal.expect("leave  ")
    terminal.sendline("")
    terminal.expect(r"What is h\(c\)\?")
    for nonsense in ("yes", "/nowhere"):
        terminal.sendline(nonsense)
        terminal.expect(nonsense.strip("/") + r".*\s+What is h\(c\)\?")
    terminal.sendline("0.61")
    terminal.expect("This is what the network gives")
    terminal.expect(r"h\(c\) = W_ca·x_a")
    terminal.expect("leave  ")
    terminal.sendline("")
    terminal.expect(r"What is O\(c\)\?")
    terminal.sendline("q")
    terminal.expect(pexpect.EOF)


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
