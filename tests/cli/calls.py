"""Calls of the program as a user makes them: in a process of their own, or in this one, which is faster."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
ENGLISH |= {"COLUMNS": "", "LINES": ""}  # the size is that of the terminal, not what the runner of the tests set


def tutor(
    *arguments: str, cwd: Path | None = None, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """``tutor ARGUMENTS`` with `text` on standard input, no terminal, English unless the environment says otherwise."""
    return subprocess.run(
        [sys.executable, "-m", "backprop_tutor", *arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **ENGLISH, **environment},
        check=False,
    )


class Called(NamedTuple):
    """What a call in this process came to: its exit status, standard output, standard error."""

    status: int
    out: str
    err: str


def called(*arguments: str) -> Called:
    """``tutor ARGUMENTS`` in this process; a fault of the program is raised."""
    from backprop_tutor.cli.app import start

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = start(arguments)
    return Called(status, out.getvalue(), err.getvalue())


def fill(calls: Sequence[str], **holes: Path) -> list[list[str]]:
    """Calls as words, a word in capitals replaced by the path of that name."""
    return [[str(holes.get(word.lower(), word)) if word.isupper() else word for word in call.split()] for call in calls]
