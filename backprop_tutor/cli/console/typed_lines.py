"""Input lines: typed at a terminal, piped in, or from a file of answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from backprop_tutor.errors import visible
from backprop_tutor.scenario.bundled import STANDARD_INPUT
from backprop_tutor.scenario.yaml.textfile import read_text

Lines = Callable[[str], "str | None"]
"""Given a prompt, the next line, or None at the end."""


def typed_lines(answers: Path | None) -> Lines:
    """The source of the lines. Raises TutorError for a file that cannot be read."""
    if answers is not None:
        _, text = read_text(STANDARD_INPUT if str(answers) == STANDARD_INPUT else answers)
        return _read_out(iter(text.splitlines()))
    if interactive():
        _editable()
        return _typed
    return _read_out(line.rstrip("\n") for line in sys.stdin)


def interactive() -> bool:
    """Whether input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _editable() -> None:
    """Enables arrow keys for moving and recall, where the system has readline, without control codes of its own."""
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
    """Prints lines that are not typed at a terminal after the prompt."""

    def following(prompt: str) -> str | None:
        line = next(lines, None)
        sys.stdout.write(f"{prompt}{visible(line or '')}\n")
        sys.stdout.flush()
        return line

    return following
