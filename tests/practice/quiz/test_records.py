"""The records: every answer in, none lost, nothing that cannot be read overwritten."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.practice.quiz.records import FILE, VERSION, Answer, Records, claimed, records, repair
from backprop_tutor.practice.quiz.request import Request

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
REQUEST = Request(7, 3, "two-two-one", kinds=("value",), skills=("loss",)).text()


def answer(session: int = 1, turn: int = 0, typed: str = "0.5", verdict: str = "right") -> Answer:
    """An answer like any other."""
    return Answer(
        session, turn, NOW.isoformat(), "value", "loss", "two-two-one", "abc", 7, "values.loss", typed, verdict, "",
        0, False, 3.5, "0.1.0", 1,
    )  # fmt: skip


def test_an_answer_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    """As typed, with everything about it."""
    kept = records(tmp_path, NOW)
    session = kept.begin("call", REQUEST, NOW)
    strange = answer(session, typed="0.5'; DROP TABLE answers; -- 你好 \x1b")
    kept.add(strange)
    assert kept.answers() == kept.answers(session) == (strange,)
    assert kept.answers(session + 1) == ()


def test_verdicts_of_older_files_have_the_words_of_today(tmp_path: Path) -> None:
    """Those of the judge: right, rounded, carried, undecided, wrong; others stay."""
    kept = records(tmp_path, NOW)
    session = kept.begin("call", REQUEST, NOW)
    before = ("correct", "correct-rounded", "correct-earlier", "too-few-digits", "wrong-diagnosed", "wrong", "skipped")
    for turn, word in enumerate(before):
        kept.add(answer(session, turn, verdict=word))
    words = ["right", "rounded", "carried", "undecided", "wrong", "wrong", "skipped"]
    assert [each.verdict for each in kept.answers()] == words


def test_unfinished_sessions_are_those_of_the_same_call_not_finished(tmp_path: Path) -> None:
    """The newest first."""
    kept = records(tmp_path, NOW)
    first, second, other = (kept.begin(call, Request(1, 2, call).text(), NOW) for call in ("this", "this", "other"))
    this = Request(1, 2, "this").text()
    assert kept.unfinished("this") == ((second, this), (first, this))
    kept.finish(second, NOW)
    assert [number for number, _ in kept.unfinished("this")] == [first]
    assert [number for number, _ in kept.unfinished("other")] == [other]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """All of it or nothing."""
    kept = records(tmp_path, NOW)

    def fail() -> None:
        with kept.writing() as connection:
            connection.execute("INSERT INTO resets VALUES ('loss', 'now')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert kept.resets() == {}


def test_sessions_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Eight writers of twenty answers each: all hundred and sixty are there, in each one's own order."""

    def write(session: int) -> None:
        kept = records(tmp_path, NOW)
        for turn in range(20):
            kept.add(answer(session, turn))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    kept = records(tmp_path, NOW)
    for session in range(8):
        assert [one.turn for one in kept.answers(session)] == list(range(20))


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, content: bytes) -> None:
    """Nothing of it is lost, and practice goes on."""
    (tmp_path / FILE).write_bytes(content)
    kept = records(tmp_path, NOW)
    (aside,) = tmp_path.glob("*.aside-*")
    assert aside.read_bytes() == content
    assert "damaged" in kept.said[0].en
    assert str(aside) in kept.said[0].zh
    kept.add(answer())
    assert records(tmp_path, NOW).said == ()


def test_a_newer_file_is_left_alone_and_said(tmp_path: Path) -> None:
    """A file with the tables of a version to come is not written to."""
    with closing(sqlite3.connect(tmp_path / FILE)) as newer:
        newer.execute("CREATE TABLE answers (everything TEXT)")
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(TutorError, match="newer"):
        records(tmp_path, NOW)
    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob("*.aside-*"))


def test_a_foreign_database_is_set_aside(tmp_path: Path) -> None:
    """A database with tables of its own, and no version of ours, is not taken over."""
    with closing(sqlite3.connect(tmp_path / FILE)) as foreign:
        foreign.execute("CREATE TABLE recipes (name TEXT)")
    assert len(records(tmp_path, NOW).said) == 1


def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path) -> None:
    """A file where the folder should be."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(TutorError, match="cannot be kept"):
        records(blocked, NOW)


def test_only_one_process_holds_a_session(tmp_path: Path) -> None:
    """Held until it lets go."""
    with claimed(tmp_path, 1) as first, claimed(tmp_path, 1) as second, claimed(tmp_path, 2) as other:
        assert (first, second, other) == (True, False, True)
    with claimed(tmp_path, 1) as again:
        assert again


def test_records_are_found_again(tmp_path: Path) -> None:
    """Opening twice changes nothing."""
    records(tmp_path, NOW).add(answer())
    assert records(tmp_path, NOW) == Records(tmp_path / FILE)
    assert len(records(tmp_path, NOW).answers()) == 1


def filled(folder: Path, answers: int = 40) -> Records:
    """Records with so many answers in two sessions, all in the main file."""
    kept = records(folder, NOW)
    sessions = [kept.begin("call", REQUEST, NOW) for _ in range(2)]
    for turn in range(answers):
        kept.add(answer(sessions[turn % 2], turn, typed=f"{turn}.5"))
    with closing(sqlite3.connect(kept.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return kept


@pytest.mark.parametrize("seed", range(24))
def test_a_flipped_bit_is_survived_or_set_aside(tmp_path: Path, seed: int) -> None:
    """Whatever bit flips on the disk, the records open; a file that is not whole is set aside, and read again in part."""
    kept = filled(tmp_path)
    data, draw = bytearray(kept.path.read_bytes()), Random(seed)
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    kept.path.write_bytes(bytes(data))
    opened = records(tmp_path, NOW)
    found = opened.answers()
    opened.resets()
    opened.unfinished("call")
    if opened.said:
        count, files = repair(opened)
        assert len(files) == 1
        assert count == len(opened.answers())
        assert repair(opened) == (0, ())
    else:
        assert len(found) == 40


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("answers", "verdict", "wrofg"),
        ("answers", "skill", "aativation"),
        ("sessions", "request", REQUEST.replace('"count":', '"cnunt":')),
        ("sessions", "request", REQUEST.replace('"count":', '"count"z')),
        ("sessions", "request", REQUEST.replace('"value"', '"vblue"')),
        ("sessions", "request", REQUEST.replace('"loss"', '"mnss"')),
        ("sessions", "request", REQUEST.replace('"learn"', '"mearn"')),
        ("sessions", "request", "[]"),
        ("sessions", "request", "1"),
    ],
)
def test_a_row_that_cannot_have_been_written_is_damage(tmp_path: Path, table: str, column: str, value: str) -> None:
    """A bit that flipped within a text leaves a sound database with a word that nobody wrote: it is set aside, too."""
    kept = filled(tmp_path)
    with closing(sqlite3.connect(kept.path)) as connection, connection:
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = 1", (value,))
    opened = records(tmp_path, NOW)
    assert "damaged" in opened.said[0].en
    assert repair(opened)[0] == 40 - (table == "answers")
    assert records(tmp_path, NOW).said == ()


@pytest.mark.parametrize("place", [b"CREATE TABLE answers", b"quantity TEXT", b"sessionssessions", b"REFERENCES"])
@pytest.mark.parametrize("offset", [0, 2, 7])
def test_a_flipped_bit_of_the_names_of_tables_is_damage(tmp_path: Path, place: bytes, offset: int) -> None:
    """Names and statements that are no UTF-8 any more, which SQLite quotes in its messages."""
    kept = filled(tmp_path)
    data = bytearray(kept.path.read_bytes())
    data[data.index(place) + offset] ^= 1 << 7
    kept.path.write_bytes(bytes(data))
    opened = records(tmp_path, NOW)
    assert "damaged" in opened.said[0].en
    assert repair(opened)[0] in (0, 40)
    assert records(tmp_path, NOW).said == ()


def test_what_can_be_read_of_a_damaged_file_is_taken_over(tmp_path: Path) -> None:
    """A page of rubbish loses its rows, not the others; sessions get new numbers."""
    kept = filled(tmp_path, answers=200)
    data = bytearray(kept.path.read_bytes())
    data[-4096:] = bytes(4096)
    kept.path.write_bytes(bytes(data))
    opened = records(tmp_path, NOW)
    assert opened.said
    mine = opened.begin("call", REQUEST, NOW)
    opened.add(answer(mine))
    count, _ = repair(opened)
    assert 100 <= count < 200
    assert len(opened.answers()) == count + 1
    assert len({each.session for each in opened.answers()}) == 3


def test_bytes_that_are_no_text_are_kept_by_their_codes(tmp_path: Path) -> None:
    """What a terminal of another encoding sends is kept, not lost with the session."""
    kept = records(tmp_path, NOW)
    session = kept.begin("call", REQUEST, NOW)
    kept.add(answer(session, typed="\udcff\udcfe0.5"))
    assert kept.answers()[0].typed == r"\udcff\udcfe0.5"


def test_a_session_on_a_file_whose_name_is_no_text_is_found_again(tmp_path: Path) -> None:
    """The bytes of its name come back from the records as they were asked for."""
    kept = records(tmp_path, NOW)
    request = Request(7, 3, "d\udcfe/b\udcff.yaml")
    session = kept.begin("call \udcff", request.text(), NOW)
    kept.add(replace(answer(session), scenario="b\udcff.yaml"))
    ((found, text),) = kept.unfinished("call \udcff")
    assert (found, Request.of(text)) == (session, request)
    assert records(tmp_path, NOW).said == ()
    assert kept.answers()[0].scenario == r"b\udcff.yaml"
