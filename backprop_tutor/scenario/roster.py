"""The names of a class from a table of comma-, semicolon- or tab-separated values, as a spreadsheet saves it.

A header determines which columns make up the name; without one it is the first column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from backprop_tutor.errors import Place, Problem, TutorError, visible
from backprop_tutor.scenario.yaml.textfile import LIMIT, decode, file_bytes
from backprop_tutor.text import T

HEADINGS = (
    ("name", "full name", "student", "student name", "姓名", "名字", "学生", "学生姓名"),
    ("first name", "firstname", "given name", "vorname", "prénom", "nombre", "名"),
    ("last name", "lastname", "surname", "family name", "nachname", "nom", "apellidos", "姓"),
)
"""Headers of the whole name, of its first and of its last part."""

UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""A part of a name in Chinese, Japanese or Korean letters: then the last name comes first, without a space after it."""

LONGEST, MOST = 100, 10_000

LARGE = T("'{file}' is larger than 2 MB; a roster is not", "'{file}' 超过 2 MB；名单不会这么大")
NOBODY = T("there is no name in this table", "这个表里没有名字")
NAMELESS = T("this row has no name", "这一行没有名字")
TOO_LONG = T("a name has at most {most} letters", "名字最多 {most} 个字")
TOO_MANY = T("a roster has at most {most} names", "名单最多 {most} 人")
QUOTES = T(
    "the quotation marks of this row do not close; a quotation mark inside quotation marks is written twice",
    "这一行的引号没有配对；引号里面的引号要写两遍",
)


def read_roster(path: Path) -> tuple[str, ...]:
    """The names in the table at `path`, in its order, without empty lines.

    Raises TutorError with every row that has no usable name, or where the file is no such table.
    """
    file, text = str(path), _text(path)
    rows = _rows(file, text)
    if not rows:
        raise TutorError(Problem(NOBODY, Place(file, 1, 1)))
    columns = _columns(rows[0][1])
    people = rows[1:] if columns else rows
    named = [(line, _name(cells, columns or (0,))) for line, cells in people]
    problems = [Problem(fault, Place(file, line, 1)) for line, name in named for fault in _faults(name)]
    if problems or not named or len(named) > MOST:
        raise TutorError(problems or Problem(TOO_MANY.format(most=MOST) if named else NOBODY, Place(file, 1, 1)))
    return tuple(name for _, name in named)


def _text(path: Path) -> str:
    data = file_bytes(path)
    if len(data) > LIMIT:
        raise TutorError(LARGE.format(file=visible(str(path))))
    return decode(str(path), data) if data.strip() else ""


def _rows(file: str, text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it begins in."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader, rows, line = csv.reader(StringIO(text, newline=None), delimiter=delimiter, strict=True), [], 1
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise TutorError(Problem(QUOTES, Place(file, line, 1))) from None
    return [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]


def _columns(heading: Sequence[str]) -> tuple[int, ...]:
    """The columns that make up the name, its first part before its last; none where the row is no header."""
    titles = [cell.strip().casefold() for cell in heading]
    whole, first, last = ([i for i, title in enumerate(titles) if title in names] for names in HEADINGS)
    return (whole[0],) if whole else (*first[:1], *last[:1])


def _name(cells: Sequence[str], columns: Sequence[int]) -> str:
    parts = [part for i in columns if i < len(cells) and (part := " ".join(cells[i].split()))]
    together = "".join(reversed(parts)) if all(map(UNSPACED.fullmatch, parts)) else " ".join(parts)
    return visible(together)


def _faults(name: str) -> Iterator[T]:
    if not name:
        yield NAMELESS
    elif len(name) > LONGEST:
        yield TOO_LONG.format(most=LONGEST)
