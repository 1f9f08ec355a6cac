"""``python -m backprop_tutor`` and ``tutor``: the command line."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line; ``--version`` alone answers before anything is loaded."""
    if sys.argv[1:] == ["--version"]:
        from backprop_tutor import __version__

        sys.stdout.write(f"tutor {__version__}\n")
        return
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # formulas need more letters than the code page of some systems has
            stream.reconfigure(encoding="utf-8")
    gc.disable()  # one call makes trees, no cycles worth looking for, and then it is over
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them takes longer than reading a scenario
    from backprop_tutor.cli.app import start

    status = start(sys.argv[1:])
    gc.freeze()  # so that the interpreter, which looks for them at its end all the same, finds nothing to go through
    sys.exit(status)


if __name__ == "__main__":
    main()
