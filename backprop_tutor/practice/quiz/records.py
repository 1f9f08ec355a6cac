"""A learner's answers in one SQLite file: a row an answer, written before its verdict is shown.

Everything else (which skills are mastered or due, the state of a session) is derived from the rows. The file is made
where there is none, and set aside, never overwritten, where it cannot be used.

A session belongs to the process that holds its lock, an SQLite transaction that stays open. Every operating system
drops it when the process ends, however it ends, so a session that was killed can be continued at once, and one that is
running cannot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, fields, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from backprop_tutor.errors import TutorError, reason
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.text import T


class Verdict(StrEnum):
    """A verdict, by the name it has in the records: the judge's of a line, or what else became of the question."""

    RIGHT = "right"
    ROUNDED = "rounded"
    CARRIED = "carried"
    UNDECIDED = "undecided"
    WRONG = "wrong"
    ONCE = "wrong-once"
    INVALID = "invalid"
    SHOWN = "shown"
    SKIPPED = "skipped"

    @property
    def right(self) -> bool:
        """Whether the answer counts as right."""
        return self in (Verdict.RIGHT, Verdict.ROUNDED, Verdict.CARRIED)

    @property
    def free(self) -> bool:
        """Whether it costs nothing and the question stays open."""
        return self in (Verdict.UNDECIDED, Verdict.INVALID, Verdict.ONCE)


WORDS = {
    Verdict.RIGHT: T("✓ Right.", "✓ 正确。"),
    Verdict.CARRIED: T(
        "✓ Right from your earlier value: the slip before is not counted again.",
        "✓ 按你前面的值算，这一步是对的：前面的失误不重复扣分。",
    ),
    Verdict.ROUNDED: T(
        "✓ Right, but something was rounded too early on the way: carry at least 4 significant figures.",
        "✓ 正确，但中间某一步舍入得太早：计算过程中至少保留 4 位有效数字。",
    ),
    Verdict.UNDECIDED: T(
        "Right so far, but that is too few digits to tell: please give 4 significant figures. Nothing is counted.",
        "就写出的几位来看没错，但位数太少，无法判断：请给出 4 位有效数字。这次不计入成绩。",
    ),
    Verdict.WRONG: T("✗ Not right.", "✗ 不对。"),
    Verdict.ONCE: T(
        "✗ Not right yet. Look at it once more and type another answer; w shows the worked solution.",
        "✗ 还不对。再看一遍，再答一次；按 w 可看完整解答。",
    ),
    Verdict.INVALID: T(
        "That cannot be read as an answer here: {why} Nothing is counted.", "这个答案读不出来：{why}这次不计入成绩。"
    ),
    Verdict.SHOWN: T("The worked solution:", "完整解答："),
    Verdict.SKIPPED: T("Skipped. It goes like this:", "已跳过。解答如下："),
}


PATIENCE = 30.0  # seconds to wait for another process


@contextmanager
def claimed(folder: Path, session: int) -> Iterator[bool]:
    """Whether the session could be claimed; it is held until the block ends."""
    path = folder / f"session-{session}.lock"
    with closing(_opened(path, patience=0)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            held = True
        except sqlite3.OperationalError:
            held = False
        yield held
        if held:
            connection.execute("ROLLBACK")
    if held:
        path.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits until no other process is in a block with the same lock. Raises sqlite3.Error where one never leaves it."""
    with closing(_opened(path, PATIENCE)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def _opened(path: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience, isolation_level=None)


NOT_KEPT = T("the answer could not be kept in {file} ({reason})", "答案未能保存到 {file}（{reason}）")


@frozen
class Answer:
    """A row: an answer as typed, its question, session and numbers, and its verdict.

    `turn` counts the questions of the session from 0; `told` means that the last hint, with the value, was shown.
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

    @property
    def judged(self) -> Verdict:
        """Its verdict."""
        return Verdict(self.verdict)

    @property
    def unaided(self) -> bool:
        """Whether it was right without hints, and from the right numbers."""
        return self.judged in (Verdict.RIGHT, Verdict.ROUNDED) and self.hints == 0

    @property
    def comes_again(self) -> bool:
        """Whether a similar question is asked later: not after one that was skipped."""
        return self.judged != Verdict.SKIPPED and (bool(self.told) or not self.judged.right)


def over(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The answers that ended a question."""
    return tuple(answer for answer in answers if not answer.judged.free)


COLUMNS = tuple(field.name for field in fields(Answer))
ALL = ", ".join(COLUMNS)
ADD = f"INSERT INTO answers ({ALL}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
BEGIN = "INSERT INTO sessions (started, asked, request, finished) VALUES (?, ?, ?, ?)"
KINDS: Mapping[Any, tuple[type, ...]] = {
    "int": (int,), "bool": (int,), "str": (str,), "str | None": (str, type(None)), "float": (float, int),
}  # fmt: skip
FORMER = {
    "correct": Verdict.RIGHT, "correct-rounded": Verdict.ROUNDED, "correct-earlier": Verdict.CARRIED,
    "too-few-digits": Verdict.UNDECIDED, "wrong-diagnosed": Verdict.WRONG,
}  # fmt: skip
"""The verdicts of older files, by the names they had there."""
MOST_MISSED = 1000
"""This many unreadable rows in sequence are the end of a damaged file."""

BESIDE = ("-wal", "-shm")
"""The files that SQLite keeps beside a database."""


@frozen
class Records:
    """The records in a folder; `said` contains the faults of an older file and its new place."""

    path: Path
    said: tuple[T, ...] = ()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing, even with other writers. Raises TutorError where it cannot be stored."""
        try:
            with closing(connected(self.path)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise TutorError(NOT_KEPT.format(file=self.path, reason=error)) from error

    def _read(self, query: str, *values: object) -> list[Any]:
        with closing(connected(self.path)) as connection:
            return connection.execute(query, values).fetchall()

    def _write(self, query: str, *values: object) -> int:
        """Changes the records; the number of a new row."""
        with self.writing() as connection:
            return int(connection.execute(query, values).lastrowid or 0)

    def begin(self, asked: str, request: str, now: datetime) -> int:
        """Starts a session and returns its number."""
        return self._write(BEGIN, now.isoformat(), _as_text(asked), _as_text(request), None)

    def add(self, answer: Answer) -> None:
        """Stores an answer; bytes that are no text are stored by their codes."""
        self._write(ADD, *(_as_text(each) if isinstance(each, str) else each for each in astuple(answer)))

    def finish(self, session: int, now: datetime) -> None:
        """Marks the session as finished."""
        self._write("UPDATE sessions SET finished = ? WHERE id = ?", now.isoformat(), session)

    def reset(self, skill: str, now: datetime) -> None:
        """Discounts the answers before this moment for a skill; they stay in the records."""
        self._write("INSERT INTO resets VALUES (?, ?)", skill, now.isoformat())

    def unfinished(self, asked: str | None = None) -> tuple[tuple[int, str], ...]:
        """The unfinished sessions of one call, or of any, the newest first: their numbers and requests."""
        query = (
            "SELECT id, request FROM sessions WHERE coalesce(?, asked) = asked AND finished IS NULL ORDER BY id DESC"
        )
        return tuple(self._read(query, None if asked is None else _as_text(asked)))

    def requests(self) -> dict[int, str]:
        """What every session was asked for, by its number; of one that was rescued it is not known."""
        return dict(self._read("SELECT id, request FROM sessions WHERE request <> '' ORDER BY id"))

    def answers(self, session: int | None = None) -> tuple[Answer, ...]:
        """Every answer, or those of a session, in the order they were given."""
        query = f"SELECT {ALL} FROM answers WHERE ? IS NULL OR session = ? ORDER BY rowid"  # noqa: S608
        found = (Answer(*row) for row in self._read(query, session, session))
        return tuple(replace(each, verdict=FORMER.get(each.verdict, each.verdict)) for each in found)

    def resets(self) -> dict[str, str]:
        """The last moment each skill was reset."""
        return dict(self._read("SELECT skill, max(at) FROM resets GROUP BY skill"))


def _as_text(text: str) -> str:
    r"""Text with bytes that are none, as of a file name, by their codes ``\udcff``: escapes of JSON, where it is that."""
    return text.encode("utf-8", "backslashreplace").decode()


def connected(path: Path) -> sqlite3.Connection:
    """A connection that waits for others, and writes to the disk before it returns."""
    connection = _opened(path, PATIENCE)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


VERSION = 1
FILE = "practice.db"
OPENING = "opening.lock"

ASIDE = T(
    "the records in {file} are {why}; they were set aside as {aside}, and new ones begun; what can be read of them: tutor "
    "progress --repair",
    "{file} 中的记录{why}；已原样移到 {aside}，并另建新的记录；要取回还能读出的部分：tutor progress --repair",
)
NEWER = T(
    "the records in {file} are from a newer version of this program; they were left as they are (--state FOLDER keeps "
    "others)",
    "{file} 中的记录来自本程序的较新版本，已原样保留（可用 --state 目录 另存一份）",
)
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

    A damaged file is never written to: it is set aside. Raises TutorError where one is of a newer version, and where
    nothing can be stored there.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / OPENING):
            why = _unusable(path)
            said = () if why is None else (_set_aside(path, why, now),)
            _prepare(path)
    except (OSError, sqlite3.Error) as error:
        raise TutorError(NO_FOLDER.format(folder=folder, reason=reason(error))) from error
    return Records(path, said)


def _unusable(path: Path) -> T | None:
    """The reason why the file cannot be used; None where it can or does not exist yet."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(connected(path)) as connection:
            queries = ("PRAGMA user_version", "PRAGMA quick_check", "SELECT count(*) FROM sqlite_master")
            version, checked, tables = (connection.execute(query).fetchone()[0] for query in queries)
            ours = _is_whole(connection)
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "unable" in str(error):
            raise
        return DAMAGED
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # the second where SQLite quotes bytes that are no text
        return DAMAGED
    sound = checked == "ok"
    if version > VERSION and sound and not ours:  # with our own tables it is no newer version, but a flipped bit
        raise TutorError(NEWER.format(file=path))
    return None if sound and (not tables or (ours and version == VERSION)) else DAMAGED


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Whether the tables are as they were made, and every row can have been written by this program."""
    made = {
        " ".join(sql.split()) for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")
    }
    if made != {" ".join(statement.split()) for statement in SCHEMA if statement.startswith("CREATE")}:
        return False
    answers = connection.execute(f"SELECT {ALL} FROM answers")  # noqa: S608
    sessions = connection.execute("SELECT started, asked, request, finished FROM sessions")
    resets = connection.execute("SELECT skill, at FROM resets")
    return (
        all(map(_is_answer, answers))
        and all(map(_is_session, sessions))
        and all(_are_texts(row[:1]) and _is_moment(row[1]) for row in resets)
    )


def _is_answer(row: Sequence[Any]) -> bool:
    """Whether a row of the answers can have been written by this program."""
    right = (isinstance(value, KINDS[field.type]) for value, field in zip(row, fields(Answer), strict=True))
    named = dict(zip(COLUMNS, row, strict=True))
    known = named["verdict"] in {*Verdict, *FORMER} and named["skill"] in SKILLS
    return all(right) and known and _is_moment(named["at"])


def _is_session(row: Sequence[Any]) -> bool:
    """Whether a row of the sessions can have been written by this program; a rescued one has no request."""
    started, asked, request, finished = row
    try:
        if request != "":
            Request.of(request)
    except (TypeError, ValueError):
        return False
    return _are_texts((asked,)) and _is_moment(started) and _is_moment(finished or started)


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_moment(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def repair(kept: Records) -> tuple[int, tuple[Path, ...]]:
    """Recovers the readable answers of the records that were set aside: how many, and from which files.

    A recovered file is renamed, and not read again.
    """
    files = [path for path in sorted(kept.path.parent.glob(f"{FILE}.aside-*")) if not path.name.endswith(BESIDE)]
    count = 0
    for path in files:
        rescued = list(_readable(path))
        with kept.writing() as connection:
            _take_over(connection, rescued)
        count += len(rescued)
        path.rename(path.with_name(path.name.replace(".aside-", ".read-")))
    return count, tuple(files)


def _readable(path: Path) -> Iterator[Answer]:
    """The answers of a damaged file that can be read, row by row."""
    missed, last = 0, 0
    query = f"SELECT rowid, {ALL} FROM answers WHERE rowid > ? ORDER BY rowid LIMIT 1"  # noqa: S608
    with closing(sqlite3.connect(path)) as connection:
        while missed < MOST_MISSED:
            try:
                row = connection.execute(query, (last,)).fetchone()
            except (sqlite3.Error, UnicodeDecodeError):
                missed, last = missed + 1, last + 1
                continue
            if row is None:
                return
            missed, last = 0, row[0]
            if _is_answer(row[1:]):
                yield Answer(*row[1:])


def _take_over(connection: sqlite3.Connection, answers: Sequence[Answer]) -> None:
    """Adds the answers of other records, their sessions with new numbers."""
    sessions: dict[int, int] = {}
    for answer in answers:
        if answer.session not in sessions:
            row = connection.execute(BEGIN, (answer.at, "", "", answer.at))
            sessions[answer.session] = int(row.lastrowid or 0)
        connection.execute(ADD, astuple(replace(answer, session=sessions[answer.session])))


def _set_aside(path: Path, why: T, now: datetime) -> T:
    """Moves the file, and SQLite's files beside it, to a name that is free."""
    stamp = now.strftime("%Y%m%d-%H%M%S")
    names = (f"{path.name}.aside-{stamp}{f'-{n}' if n else ''}" for n in range(1000))
    aside = next(place for name in names if not (place := path.with_name(name)).exists())
    for ending in ("", *BESIDE):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return ASIDE.format(file=path, why=why, aside=aside)


def _prepare(path: Path) -> None:
    """Makes the tables, if no other session has."""
    with closing(connected(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
