"""Lines as they come: typed at a terminal, piped in, or from a file of answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from backprop_tutor.errors import visible
from backprop_tutor.scenario.answers import written

Lines = Callable[[str], "str | None"]
"""Given a prompt, the next line, or None when there are no more."""


def typed_lines(answers: Path | None) -> Lines:
    """Where the lines come from. Raises TutorError for a file that cannot be read."""
    if answers is not None:
        return _read_out(iter(written(answers)[1].splitlines()))
    if interactive():
        _editable()
        return _typed
    return _read_out(line.rstrip("\n") for line in sys.stdin)


def interactive() -> bool:
    """Whether somebody types at a terminal and sees the answer there."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _editable() -> None:
    """Arrow keys move and recall, where the system has readline; it shall write no control codes of its own."""
    with suppress(ImportError):
        import readline

        readline.parse_and_bind("set enable-bracketed-paste off")


def _typed(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        sys.stdout.write("\n")
        return None


def _read_out(lines: Iterator[str]) -> Lines:
    """Lines that nobody sees being typed are written behind the prompt."""

    def following(prompt: str) -> str | None:
        line = next(lines, None)
        sys.stdout.write(f"{prompt}{visible(line or '')}\n")
        sys.stdout.flush()
        return line

    return following
