"""A session in a real (pseudo-)terminal, read off an emulated screen: keys, hints, verdicts, resizing, Ctrl-C, going on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.cli.calls import ENGLISH
from tests.practice.quiz.test_sessions import CALL, RIGHT

SAID = {
    "en": {
        "right": "✓ Right",
        "once": "✗ Not right yet",
        "wrong": "✗ Not right.",
        "hint": "Hint",
        "saved": "Saved.",
        "on": "Going on after 2",
    },
    "zh": {
        "right": "✓ 正确",
        "once": "✗ 还不对",
        "wrong": "✗ 不对",
        "hint": "提示",
        "saved": "已保存",
        "on": "已答 2 题",
    },
}


class Terminal:
    """The program in a terminal whose screen can be read."""

    def __init__(self, folder: Path, lang: str, rows: int = 60, columns: int = 90) -> None:
        env = {**os.environ, **ENGLISH, "TERM": "xterm-256color", "TUTOR_STATE": str(folder)}
        arguments = ["-m", "backprop_tutor", *CALL, "--lang", lang]
        self.child = pexpect.spawn(
            sys.executable, arguments, env=env, dimensions=(rows, columns), encoding="utf-8", timeout=30
        )
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)

    def until(self, text: str) -> None:
        """Wait until `text` comes, then put all that came on the screen."""
        self.child.expect_exact(text)
        self.stream.feed(self.child.before + self.child.after)

    def type(self, line: str) -> None:
        """Type a line at the prompt."""
        self.until("> ")
        self.child.sendline(line)

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the window."""
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    @property
    def lines(self) -> list[str]:
        """The lines on the screen, without blanks at their ends."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def ended(self) -> int:
        """The exit status, when the program has ended."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus or 0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_whole_session(lang: str, tmp_path: Path) -> None:
    """A hint, a right answer, one that is wrong twice, Ctrl-C; the same call goes on in a narrower window to the end."""
    said = SAID[lang]
    terminal = Terminal(tmp_path, lang)
    terminal.type("h")
    terminal.until(said["hint"])
    terminal.type(RIGHT[0])
    terminal.until(said["right"])
    terminal.type("123")
    terminal.until(said["once"])
    terminal.type("123")
    terminal.until(said["wrong"])
    terminal.until("> ")
    terminal.child.sendintr()
    terminal.until(said["saved"])
    assert terminal.ended() == 130

    terminal = Terminal(tmp_path, lang)
    terminal.until(said["on"])
    terminal.until("> ")
    terminal.resize(50, 44)
    terminal.child.sendline("?")
    terminal.until("> ")
    assert all(len(line) <= 44 for line in terminal.lines[-8:])
    terminal.child.sendline("w")
    terminal.type("q")
    terminal.until(said["saved"])
    assert terminal.ended() == 1


def test_the_heading_stays_on_a_screen_that_is_too_low(tmp_path: Path) -> None:
    """A question taller than the window has its heading again above the keys; in a tall one it has it once."""
    for rows, times in ((8, 1), (60, 1)):
        terminal = Terminal(tmp_path / str(rows), "en", rows)
        terminal.until("q save and leave")
        assert sum("1/4" in line for line in terminal.lines) == times


def test_an_answer_can_be_edited(tmp_path: Path) -> None:
    """The first character comes last, after going back to the start of the line."""
    terminal = Terminal(tmp_path, "en")
    terminal.type(f"{RIGHT[0][1:]}\x01{RIGHT[0][0]}")
    terminal.until("✓ Right")


def test_end_of_input_is_leaving(tmp_path: Path) -> None:
    """Ctrl-D saves and leaves, as q does."""
    terminal = Terminal(tmp_path, "en")
    terminal.until("> ")
    terminal.child.sendeof()
    terminal.until("Saved.")
    assert terminal.ended() == 0


def test_no_control_codes_without_colour(tmp_path: Path) -> None:
    """NO_COLOR is honoured in a terminal too."""
    env = {**os.environ, **ENGLISH, "TERM": "xterm-256color", "TUTOR_STATE": str(tmp_path), "NO_COLOR": "1"}
    child = pexpect.spawn(sys.executable, ["-m", "backprop_tutor", *CALL], env=env, encoding="utf-8", timeout=30)
    child.expect_exact("q save and leave")
    assert "\x1b[" not in child.before
    child.sendline("q")
    child.expect(pexpect.EOF)
