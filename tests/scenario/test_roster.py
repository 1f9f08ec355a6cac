"""Names of a class from a table: which columns are the name, and what is no such table."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.roster import MOST, read_roster
from backprop_tutor.text import LANGUAGES

TABLES = {
    "a column called name": ("id,Name,mail\n1,Ann Lee,a@b\n2,Bo,b@c\n", ("Ann Lee", "Bo")),
    "no heading": ("Ann Lee\nBo\n", ("Ann Lee", "Bo")),
    "no heading, several columns": ("Ann Lee,7\nBo,8\n", ("Ann Lee", "Bo")),
    "first and last name apart": ("Last name,First name\nLee,Ann\nKing,Bo\n", ("Ann Lee", "Bo King")),
    "Chinese": ("学号;姓名\n1;王小明\n2;李华\n", ("王小明", "李华")),
    "Chinese, family name apart": ("名,姓\n小明,王\n", ("王小明",)),
    "Chinese under English headings": ("first name,last name\n小明,王\n", ("王小明",)),
    "letters with accents": ("first name,last name\nZoë,Smith\nÆgir,Þórsson\n", ("Zoë Smith", "Ægir Þórsson")),
    "tabs": ("name\tgroup\nAnn\tA\n", ("Ann",)),
    "quotes with a comma, Windows lines, a byte order mark": (
        '\ufeffname,group\r\n"Lee, Ann",A\r\n\r\n',
        ("Lee, Ann",),
    ),
    "empty lines and spaces": ("\nname\n\n  Ann  \n,\nBo\n\n", ("Ann", "Bo")),
    "the same name twice": ("Ann\nAnn\n", ("Ann", "Ann")),
    "a line break in a name": ('name\n"Ann\nLee"\nBo\n', ("Ann Lee", "Bo")),
    "lines of an old Macintosh": ("name\rAnn\rBo\r", ("Ann", "Bo")),
    "German": ("Vorname;Nachname\nAnn;Lee\n", ("Ann Lee",)),
    "control codes": ("A\x1b[31mnn\n", ("A\\x1b[31mnn",)),
}

BROKEN = {
    "nothing": ("", "no name"),
    "a heading alone": ("name,id\n", "no name"),
    "a row without a name": ("name,id\nAnn,1\n,2\n", "no name"),
    "a name that is a novel": (f"name\n{'x' * 101}\n", "at most 100 letters"),
    "more people than any class": ("name\n" + "Ann\n" * (MOST + 1), f"at most {MOST} names"),
    "a quote that never ends": ('name\n"Ann\n', "do not close"),
    "a quote in the middle": ('name\n"Ann" Lee\n', "do not close"),
    "a file that is no roster": ("name\n" + "Ann,x\n" * 400_000, "larger than 2 MB"),
}


@pytest.mark.parametrize("case", TABLES)
def test_names_are_read(tmp_path: Path, case: str) -> None:
    """Every such table gives these names, in its order."""
    text, names = TABLES[case]
    (tmp_path / "names.csv").write_bytes(text.encode())
    assert read_roster(tmp_path / "names.csv") == names


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_roster_is_refused_at_its_line(tmp_path: Path, case: str) -> None:
    """The file, a line and the reason are said in both languages."""
    text, reason = BROKEN[case]
    (tmp_path / "names.csv").write_text(text)
    with pytest.raises(TutorError, match=reason) as raised:
        read_roster(tmp_path / "names.csv")
    (problem,) = raised.value.problems
    assert problem.place is None or problem.place.line <= text.count("\n") + 1
    assert (problem.place is None) == ("names.csv" in problem.message.en)
    assert all(problem.message[lang] for lang in LANGUAGES)


def test_every_row_without_a_name_is_told_at_once(tmp_path: Path) -> None:
    """Two rows without a name are two problems, each at its line."""
    (tmp_path / "names.csv").write_text("name,id\nAnn,1\n,2\nBo,3\n,4\n")
    with pytest.raises(TutorError) as raised:
        read_roster(tmp_path / "names.csv")
    assert [problem.place and problem.place.line for problem in raised.value.problems] == [3, 5]


def test_a_quotation_mark_is_missed_where_its_row_begins(tmp_path: Path) -> None:
    """Not at the end of the file, which a mark left open swallows."""
    (tmp_path / "names.csv").write_text('name\nAnn\n"Bo\nCy\nDi\n')
    with pytest.raises(TutorError) as raised:
        read_roster(tmp_path / "names.csv")
    assert [problem.place and problem.place.line for problem in raised.value.problems] == [3]


@pytest.mark.parametrize("data", [b"name\nM\xfcller\n", b"\xff\xfen\x00a\x00", b"name\n\x00\n"])
def test_text_in_another_encoding_is_refused(tmp_path: Path, data: bytes) -> None:
    """A table that is not UTF-8 is not guessed at: a wrong guess would misspell people."""
    (tmp_path / "names.csv").write_bytes(data)
    with pytest.raises(TutorError):
        read_roster(tmp_path / "names.csv")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A missing file is said to be missing."""
    with pytest.raises(TutorError, match="there is no file"):
        read_roster(tmp_path / "names.csv")
