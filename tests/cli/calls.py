"""Calls of the program as a user makes them: in a process of their own, or in this one, which is faster."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest

ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
ENGLISH |= {"COLUMNS": "", "LINES": ""}  # the size is that of the terminal, not what the runner of the tests set


def tutor(
    *arguments: str, cwd: Path | None = None, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """``tutor ARGUMENTS`` with `text` on standard input, no terminal, English unless the environment says otherwise.

    In this process, as if it were one of its own: the command line is loaded anew, since it speaks the language of its
    call from the first import on. What the program does not catch is a traceback and exit status 1, as Python has it.
    """
    streams = [TextIOWrapper(BytesIO(text.encode()), encoding="utf-8")]
    streams += [TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    with _own_process(streams, {**ENGLISH, **environment}, ("tutor", *arguments), cwd):
        status = _run()
    out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(arguments, status, out.replace("\r\n", "\n"), err)


def _run() -> int:
    from backprop_tutor.__main__ import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        return 1
    return 0


@contextmanager
def _own_process(
    streams: Sequence[TextIOWrapper], environment: Mapping[str, str], words: Sequence[str], cwd: Path | None
) -> Iterator[None]:
    """Streams, environment, arguments, folder and command line of a process of its own, for a while."""
    names = ("stdin", "stdout", "stderr")
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(names, streams, strict=True):
            patch.setattr(sys, name, stream)
            patch.setattr(sys, f"__{name}__", stream)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", list(words))
        if cwd is not None:
            patch.chdir(cwd)
        for module in [m for m in sys.modules if m.startswith("backprop_tutor.cli")]:
            patch.delitem(sys.modules, module)
        collecting = gc.isenabled()
        try:
            yield
        finally:
            gc.unfreeze()
            if collecting:
                gc.enable()
            for module in [m for m in sys.modules if m.startswith("backprop_tutor.cli")]:
                del sys.modules[module]


def tutor_process(
    *arguments: str, cwd: Path | None = None, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, which a handful of tests need: what is loaded, pipes, signals."""
    return subprocess.run(
        [sys.executable, "-m", "backprop_tutor", *arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **ENGLISH, **environment},
        check=False,
    )


def heed_interrupts() -> None:
    """As `preexec_fn`: Ctrl-C ends a process also where the tests run behind an ``&`` of a shell, which ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


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
