"""Puts a new file in the place of an old one whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def beside(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that is moved into its place in one step, once all of it is written.

    Its name is known before it exists, so that Ctrl-C leaves nothing behind at any moment.
    """
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with new.open("xb") as file:
            yield file
        if path.exists():
            new.chmod(path.stat().st_mode & 0o777)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
