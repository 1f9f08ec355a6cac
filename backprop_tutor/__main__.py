"""``python -m backprop_tutor`` and ``tutor``: the command line.

Until it runs, Ctrl-C ends the process without a word: an import that is interrupted has nothing to say.
"""

from __future__ import annotations

import signal

if HANDLES := signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import errno
import gc
import os
import sys
import warnings
from io import TextIOBase, TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

INTERRUPTED, TERMINATED = 130, 143


class _Nowhere(TextIOBase):
    """Standard output where the caller has closed it: whatever is printed is refused."""

    def write(self, text: str) -> NoReturn:  # noqa: ARG002 - as every stream has it
        """Refuse it."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def main() -> None:
    """Run the command line."""
    try:
        if HANDLES:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(_answered(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _answered(arguments: list[str]) -> int:
    """The exit status of a call; ``--version`` alone answers before much is loaded."""
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _terminated)
    _prepare_streams()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what leaves the range of floats is told in the answer
    gc.disable()  # one call makes trees, no cycles worth looking for, and then it is over
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them takes longer than reading a scenario
    if arguments == ["--version"]:
        from backprop_tutor import __version__

        try:
            print(f"tutor {__version__}", flush=True)  # noqa: T201
        except OSError:  # said as for every other call, which loads more
            pass
        else:
            return 0
    from backprop_tutor.cli.app import start

    status = start(arguments)
    gc.freeze()  # so that the interpreter, which looks for them at its end all the same, finds nothing to go through
    return status


def _prepare_streams() -> None:
    """Streams that take every letter of a formula, and the bytes of a name that is no text; none is missing."""
    sys.stdout = sys.stdout or _Nowhere()
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _terminated(*_: Any) -> NoReturn:
    """End as from an error, so that no half-written file stays behind."""
    sys.exit(TERMINATED)


if __name__ == "__main__":
    main()
