"""The file of the records: made where there is none, and set aside, never overwritten, where it cannot be used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from backprop_tutor.errors import TutorError
from backprop_tutor.practice.quiz.claim import alone
from backprop_tutor.practice.quiz.records import COLUMNS, Records, connected
from backprop_tutor.text import T

VERSION = 1
FILE = "practice.db"
OPENING = "opening.lock"

ASIDE = T(
    "the records in {file} are {why}; they were set aside as {aside}, and new ones begun",
    "{file} 中的记录{why}；已原样移到 {aside}，并另建新的记录",
)
NEWER = T("from a newer version of this program", "来自本程序的较新版本")
DAMAGED = T("damaged", "已损坏")
NO_FOLDER = T("the records cannot be kept in {folder} ({reason})", "无法在 {folder} 保存记录（{reason}）")

SCHEMA = (
    """CREATE TABLE sessions (
        id INTEGER PRIMARY KEY, started TEXT NOT NULL, asked TEXT NOT NULL, request TEXT NOT NULL, finished TEXT)""",
    """CREATE TABLE answers (
        session INTEGER NOT NULL REFERENCES sessions, turn INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
        skill TEXT NOT NULL, scenario TEXT NOT NULL, digest TEXT NOT NULL, seed INTEGER NOT NULL, quantity TEXT,
        typed TEXT NOT NULL, verdict TEXT NOT NULL, mistakes TEXT NOT NULL, hints INTEGER NOT NULL,
        told INTEGER NOT NULL, seconds REAL NOT NULL, version TEXT NOT NULL, generator INTEGER NOT NULL)""",
    "CREATE TABLE resets (skill TEXT NOT NULL, at TEXT NOT NULL)",
    f"PRAGMA user_version = {VERSION}",
)


def records(folder: Path, now: datetime) -> Records:
    """The records in `folder`, made where there are none.

    A file that is damaged, or of a newer version, is never written to: it is set aside. Raises TutorError where nothing
    can be kept there.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / OPENING):
            why = _unusable(path)
            said = () if why is None else (_set_aside(path, why, now),)
            _prepare(path)
    except (OSError, sqlite3.Error) as error:
        raise TutorError(NO_FOLDER.format(folder=folder, reason=getattr(error, "strerror", None) or error)) from error
    return Records(path, said)


def _unusable(path: Path) -> T | None:
    """What is wrong with the file, None where it can be used or is not there yet."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(connected(path)) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            if version == VERSION:
                connection.execute(f"SELECT {', '.join(COLUMNS)} FROM answers LIMIT 1")  # noqa: S608
            empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "unable" in str(error):
            raise
        return DAMAGED
    except sqlite3.DatabaseError:
        return DAMAGED
    if version > VERSION:
        return NEWER
    return None if sound and (empty or version == VERSION) else DAMAGED


def _set_aside(path: Path, why: T, now: datetime) -> T:
    """Move the file, and what SQLite keeps beside it, out of the way under a name that is free."""
    stamp = now.strftime("%Y%m%d-%H%M%S")
    names = (f"{path.name}.aside-{stamp}{f'-{n}' if n else ''}" for n in range(1000))
    aside = next(place for name in names if not (place := path.with_name(name)).exists())
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return ASIDE.format(file=path, why=why, aside=aside)


def _prepare(path: Path) -> None:
    """The tables, made by whichever session comes first."""
    with closing(connected(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
