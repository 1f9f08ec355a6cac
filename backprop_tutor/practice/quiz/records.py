"""What a learner has answered, in one SQLite file: a row an answer, written before its verdict is shown.

Everything else (what is mastered, what is due, where a session stands) is worked out from the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from datetime import datetime
from pathlib import Path

from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T

NOT_KEPT = T("the answer could not be kept in {file} ({reason})", "答案未能保存到 {file}（{reason}）")

PATIENCE = 30.0  # seconds to wait for another session's write


@frozen
class Answer:
    """A row: an answer as typed, to which question of which session, on which numbers, and what was said of it.

    `turn` counts the questions of the session from 0; `told` says that the last hint, with the value, was taken.
    """

    session: int
    turn: int
    at: str
    kind: str
    skill: str
    scenario: str
    digest: str
    seed: int
    quantity: str | None
    typed: str
    verdict: str
    mistakes: str
    hints: int
    told: bool
    seconds: float
    version: str
    generator: int


COLUMNS = tuple(field.name for field in fields(Answer))


@frozen
class Records:
    """The records in a folder; `said` tells what was found wrong with an older file and where it is now."""

    path: Path
    said: tuple[T, ...] = ()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing, whoever else is writing. Raises TutorError where it cannot be kept."""
        try:
            with closing(connected(self.path)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise TutorError(NOT_KEPT.format(file=self.path, reason=error)) from error

    def begin(self, asked: str, request: str, now: datetime) -> int:
        """A new session's number."""
        with self.writing() as connection:
            row = connection.execute(
                "INSERT INTO sessions (started, asked, request) VALUES (?, ?, ?)", (now.isoformat(), asked, request)
            )
            return int(row.lastrowid or 0)

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        marks = ", ".join("?" * len(COLUMNS))
        with self.writing() as connection:
            connection.execute(f"INSERT INTO answers ({', '.join(COLUMNS)}) VALUES ({marks})", astuple(answer))  # noqa: S608

    def finish(self, session: int, now: datetime) -> None:
        """The session is over."""
        with self.writing() as connection:
            connection.execute("UPDATE sessions SET finished = ? WHERE id = ?", (now.isoformat(), session))

    def reset(self, skill: str, now: datetime) -> None:
        """From now on answers before this moment do not count for a skill; they stay in the records."""
        with self.writing() as connection:
            connection.execute("INSERT INTO resets VALUES (?, ?)", (skill, now.isoformat()))

    def unfinished(self, asked: str) -> tuple[tuple[int, str], ...]:
        """The sessions begun with the same call and not finished, the newest first: their numbers and requests."""
        query = "SELECT id, request FROM sessions WHERE asked = ? AND finished IS NULL ORDER BY id DESC"
        with closing(connected(self.path)) as connection:
            return tuple(connection.execute(query, (asked,)).fetchall())

    def answers(self, session: int | None = None) -> tuple[Answer, ...]:
        """Every answer, or those of a session, in the order they were given."""
        query = f"SELECT {', '.join(COLUMNS)} FROM answers WHERE ? IS NULL OR session = ? ORDER BY rowid"  # noqa: S608
        with closing(connected(self.path)) as connection:
            return tuple(Answer(*row) for row in connection.execute(query, (session, session)))

    def resets(self) -> dict[str, str]:
        """The last moment each skill was reset."""
        with closing(connected(self.path)) as connection:
            return dict(connection.execute("SELECT skill, max(at) FROM resets GROUP BY skill"))


def connected(path: Path) -> sqlite3.Connection:
    """A connection that waits for others, and writes to the disk before it says so."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return connection
