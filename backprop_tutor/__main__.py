"""``python -m backprop_tutor`` and ``tutor``: the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; ``--version`` alone answers before anything is loaded."""
    if sys.argv[1:] == ["--version"]:
        from backprop_tutor import __version__

        sys.stdout.write(f"tutor {__version__}\n")
        return
    from backprop_tutor.cli.app import start

    sys.exit(start(sys.argv[1:]))


if __name__ == "__main__":
    main()
