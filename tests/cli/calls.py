"""Calls of the program as a user makes them: in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
