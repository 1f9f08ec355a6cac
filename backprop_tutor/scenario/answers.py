"""Somebody's written solution from a file: YAML, ``name: value``, the table of a worksheet, or ``name = value`` lines.

YAML may be nested: sections by their names, arrays as lists (``W1: [[0.1, 0.7], [0.3, 0.2]]``). Of a table the first
column holds the names and the last one the values; where some names stand in backticks, as in a worksheet, only those
count.

A name with a value, as somebody wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from backprop_tutor.errors import Place, Problem, TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.scenario.bundled import STANDARD_INPUT
from backprop_tutor.scenario.yaml.descriptions import described
from backprop_tutor.scenario.yaml.source import Source, source_of
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.scenario.yaml.textfile import decode, read_bytes
from backprop_tutor.text import T


@frozen(slots=True)
class Entry:
    """A name, the text of its value, and where either stands, if in a file; an empty text is a blank not filled in."""

    name: str
    text: str
    place: Place | None = None
    named: Place | None = None


TABLE_LINE = re.compile(r"\s*\|")
RULE = re.compile(r"[\s|:-]+")
CELLS = re.compile(r"(?<!\\)\|")
BLANK = re.compile(r"[_□.…\s?？≈=~–—-]*")
LINE = re.compile(r"\s*(?:[-*•]\s|\d+[.)、]\s*)?(?P<name>.+?)\s*(?P<mark>=|≈|＝|：|:)(?P<value>.*)")
NO_LINE = re.compile(r"\s*(?:#.*|```.*)?")
OF_YAML = ":"
DECORATION = "`$* \t"
DOUBT = "?？"
"""What a learner who is not sure writes behind a number."""

NO_ANSWERS = T(
    "answers are names with values, such as 'z1[1]: 0.61', or a table with the names in its first column; this is {came}",
    "答案应写成名字和数，例如 'z1[1]: 0.61'，或第一列为名字的表格；这里却是{came}",
)

YAML = T(
    "{problem}. Answers are lines 'name: value', such as 'z1[1]: 0.61'",
    "{problem}。答案一行写一个，形如 '名字: 数值'，例如 'z1[1]: 0.61'",
)
NOT_HERE = T(
    "this has no place among answers, which are lines 'name: value', such as 'z1[1]: 0.61'",
    "这里不能这样写；答案一行写一个，形如 '名字: 数值'，例如 'z1[1]: 0.61'",
)


def answers(source: str | FilePath) -> tuple[Entry, ...]:
    """The entries of the file at a path, or on standard input (``-``), in their order, blanks included.

    Raises TutorError where it cannot be read or holds no answers.
    """
    return answers_in(*written(source))


def written(source: str | FilePath) -> tuple[str, str]:
    """The name and the text of a file of answers. Raises TutorError where it cannot be read."""
    name, data = read_bytes(STANDARD_INPUT if str(source) == STANDARD_INPUT else FilePath(source))
    return name, decode(name, data) if data.strip() else ""


def answers_in(name: str, text: str) -> tuple[Entry, ...]:
    """The entries of a text that was read from a file of this name. Raises TutorError where there are none in it."""
    if not text:
        return ()
    lines = text.splitlines()
    if any(TABLE_LINE.match(line) for line in lines):
        return _named(tuple(_table(name, lines)))
    found = [
        (number, line, LINE.fullmatch(line)) for number, line in enumerate(lines, 1) if not NO_LINE.fullmatch(line)
    ]
    if all(each for *_, each in found) and any(each and each["mark"] != OF_YAML for *_, each in found):
        return tuple(_equation(name, number, line, each) for number, line, each in found if each)
    return _from_yaml(name, text)


def _equation(file: str, number: int, line: str, found: re.Match[str]) -> Entry:
    """``h(c) = 0.5·0.1 + 0.8·0.7 = 0.61``: what stands last is the answer."""
    text = re.split("[=≈＝]", found["value"])[-1].strip(DECORATION + DOUBT)
    value = Place(file, number, max(line.rfind(text), found.end("mark")) + 1, line, max(1, len(text)))
    named = Place(file, number, found.start("name") + 1, line, len(found["name"]))
    return Entry(found["name"].strip(DECORATION), "" if BLANK.fullmatch(text) else text, value, named)


def _from_yaml(name: str, text: str) -> tuple[Entry, ...]:
    try:
        source = source_of(name, text.encode())
    except TutorError as error:
        raise TutorError(map(_as_lines, error.problems)) from None
    problems = tuple(map(_as_lines, source.problems(())))
    if not problems and not (isinstance(source.tree.value, dict) and source.tree.value):
        problems = (Problem(NO_ANSWERS.format(came=described(source.tree.value)), source.place(())),)
    if problems:
        raise TutorError(problems)
    return tuple(_entries(source, (), source.tree.value, ""))


def _as_lines(problem: Problem) -> Problem:
    """What is wrong with the YAML, with what the lines of a file of answers are; nothing is said of scenarios."""
    told = NOT_HERE if "scenario" in problem.message.en else YAML.format(problem=problem.message)
    return replace(problem, message=told)


def _entries(source: Source, path: Path, value: Any, name: str) -> Iterator[Entry]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _entries(source, (*path, key), inner, f"{name}.{key}" if name else str(key))
        case list():
            for i, inner in enumerate(value):
                yield from _entries(source, (*path, i), inner, _element(name, i + 1))
        case _:
            text = source.spelling(path) or ("" if value is None else str(value))
            yield Entry(name, "" if BLANK.fullmatch(text) else text, source.place(path), source.place(path, key=True))


def _element(name: str, i: int) -> str:
    """``W1`` → ``W1[2]`` → ``W1[2,1]``."""
    return f"{name[:-1]},{i}]" if name.endswith("]") else f"{name}[{i}]"


def _table(file: str, lines: list[str]) -> Iterator[tuple[Entry, bool]]:
    """The rows below the rule of each table, and whether the name stands in backticks."""
    inside = False
    for number, line in enumerate(lines, start=1):
        if not TABLE_LINE.match(line):
            inside = False
        elif RULE.fullmatch(line):
            inside = True
        elif inside:
            cells = [cell.strip() for cell in CELLS.split(line.strip().removeprefix("|").removesuffix("|"))]
            name, text = (
                cell.strip(DECORATION).replace("\\", "") for cell in (cells[0], cells[-1].rstrip(DECORATION + DOUBT))
            )
            named = Place(file, number, line.find(cells[0]) + 1, line, max(1, len(cells[0])))
            value = Place(file, number, line.rfind(cells[-1]) + 1, line, max(1, len(cells[-1])))
            blank = len(cells) == 1 or BLANK.fullmatch(text)
            yield Entry(name, "" if blank else text, value, named), cells[0].startswith("`")


def _named(rows: tuple[tuple[Entry, bool], ...]) -> tuple[Entry, ...]:
    named = tuple(entry for entry, is_code in rows if is_code)
    found = named or tuple(entry for entry, _ in rows if entry.name)
    if not found:
        raise TutorError(NO_ANSWERS.format(came=T("a table without rows", "没有数据行的表格")))
    return found
