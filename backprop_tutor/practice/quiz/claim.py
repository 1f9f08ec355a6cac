"""Which process a session belongs to: the one that holds its lock.

The lock is an SQLite transaction that stays open. Every operating system drops it when the process ends, however it
ends, so a session that was killed is free to be taken up again at once, and one that is running is not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def claimed(folder: Path, session: int) -> Iterator[bool]:
    """Whether the session could be claimed; it is held until the block ends."""
    path = folder / f"session-{session}.lock"
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        held = _locked(connection)
        yield held
        if held:
            connection.execute("ROLLBACK")
    if held:
        path.unlink(missing_ok=True)


def _locked(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True
