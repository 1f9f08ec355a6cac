"""Which process a session belongs to, and whose turn it is: that of the one that holds the lock.

The lock is an SQLite transaction that stays open. Every operating system drops it when the process ends, however it
ends, so a session that was killed is free to be taken up again at once, and one that is running is not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PATIENCE = 30.0  # seconds to wait for whoever is before us


@contextmanager
def claimed(folder: Path, session: int) -> Iterator[bool]:
    """Whether the session could be claimed; it is held until the block ends."""
    path = folder / f"session-{session}.lock"
    with closing(_lock(path, patience=0)) as connection:
        held = _taken(connection)
        yield held
        if held:
            connection.execute("ROLLBACK")
    if held:
        path.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else is in a block under the same lock. Raises sqlite3.Error where somebody never leaves it."""
    with closing(_lock(path, PATIENCE)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def _lock(path: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience, isolation_level=None)


def _taken(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True
