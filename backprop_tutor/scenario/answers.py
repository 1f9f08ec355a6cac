"""Reads figures from a file, in one format for answers, published figures and the output of `run`.

* YAML or JSON, names with values: ``h(c): 0.61``. It may be nested: sections by their names, arrays as lists
  (``W1: [[0.1, 0.7], [0.3, 0.2]]``); a figure may have further keys, ``{figure: "0.0618", name: L, note: ...}``; and all
  may be under ``figures:`` beside ``scenario:``, ``title:``, ``description:`` and ``source:``.
* The object of ``tutor run --format json``: the same under ``steps:``.
* ``h(c) = 0.5·0.1 + 0.8·0.7 = 0.61``: the last value is the figure.
* A table, as of a worksheet: the first column contains the names and the last one the values; where some names are in
  backticks, only those count.

A line that cannot be read does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from backprop_tutor.errors import Place, Problem, TutorError, did_you_mean, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.scenario.bundled import STANDARD_INPUT, folder
from backprop_tutor.scenario.yaml.descriptions import described
from backprop_tutor.scenario.yaml.source import Source, source_of
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.scenario.yaml.textfile import read_text
from backprop_tutor.text import T, same


@frozen(slots=True)
class Entry:
    """A name, the text of its value, and the place of each, if in a file; an empty text is a blank left empty.

    `called` is the author's name of the quantity, `note` a remark on the figure, `expected` the verdict that the file
    itself gives.
    """

    name: str
    text: str
    place: Place | None = None
    named: Place | None = None
    called: str = ""
    note: T | None = None
    expected: str = ""


@frozen
class Answers:
    """The contents of a file: its entries in their order, blanks included, and what could not be read.

    `scenario` is the scenario the file names, with its place.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    scenario: tuple[str, Place] | None = None


FIGURES, STEPS, FIGURE = "figures", "steps", "figure"
ABOUT = {FIGURES: ("scenario", "title", "description", "source"), STEPS: ("format", "version", "scenario")}
"""The keys allowed beside the figures, and beside the steps of a run."""
ABOUT_A_FIGURE = (FIGURE, "name", "verdict", "note")
EXPECTED = {"ok": "right", "rounding": "rounded"} | {
    v: v for v in ("right", "rounded", "carried", "wrong", "undecided")
}
"""The words by which a file may give the verdict on a figure."""

TABLE_LINE = re.compile(r"\s*\|")
RULE = re.compile(r"[\s|:-]+")
CELLS = re.compile(r"(?<!\\)\|")
BLANK = re.compile(r"[_□.…\s?？≈=~–—-]*")
LINE = re.compile(r"\s*(?:[-*•]\s|\d+[.)、]\s*)?(?P<name>.+?)\s*(?P<mark>=|≈|＝|：|:)(?P<value>.*)")
NO_LINE = re.compile(r"\s*(?:#.*|```.*|---|\.\.\.)?")
HEADING = re.compile(r"[^#]*:\s*(?:#.*)?")
OF_YAML = ":"
DECORATION = "`$* \t"
DOUBT = "?？"
"""The marks of a learner who is not sure, after a number."""

NO_ANSWERS = T(
    "answers are lines 'name: value', such as 'z1[1]: 0.61', or a table with the names in its first column; this is {came}",
    "答案一行写一个，形如 '名字: 数值'，例如 'z1[1]: 0.61'，或写成第一列为名字的表格；这里却是{came}",
)
YAML = T(
    "{problem}. Answers are lines 'name: value', such as 'z1[1]: 0.61'",
    "{problem}。答案一行写一个，形如 '名字: 数值'，例如 'z1[1]: 0.61'",
)
NOT_HERE = T(
    "this has no place among answers, which are lines 'name: value', such as 'z1[1]: 0.61'",
    "这里不能这样写；答案一行写一个，形如 '名字: 数值'，例如 'z1[1]: 0.61'",
)
UNKNOWN_KEY = T(
    "'{key}' has no place here; allowed are {allowed}{near}", "这里不能写 '{key}'；可以写的有 {allowed}{near}"
)
NO_ROWS = T("a table without rows", "没有数据行的表格")


def answers(source: str | FilePath) -> Answers:
    """Reads the answers in the file at a path, on standard input (``-``), or in the published figures of a bundled
    scenario.

    Raises TutorError where it cannot be opened or contains no answers.
    """
    return answers_in(*written(source))


def written(source: str | FilePath) -> tuple[str, str]:
    """The name and the text of a file of answers. Raises TutorError where it cannot be opened."""
    path, beside = FilePath(source), folder() / "published" / f"{source}.yaml"
    bundled = path.name == str(source) and not path.exists() and beside.is_file()
    return read_text(STANDARD_INPUT if str(source) == STANDARD_INPUT else beside if bundled else path)


def answers_in(name: str, text: str) -> Answers:
    """Reads the answers in a text from a file of this name. Raises TutorError where it contains none."""
    if not text.strip():
        return Answers()
    lines = text.splitlines()
    if any(TABLE_LINE.match(line) for line in lines):
        return Answers(_named(tuple(_table(name, lines))))
    found = _whole(name, text) or _in_parts(name, lines)
    if not found.entries:
        raise TutorError(found.problems or (Problem(NO_ANSWERS.format(came=described(None)), Place(name, 1, 1)),))
    return found


def _whole(name: str, text: str) -> Answers | None:
    """The whole text as one mapping; None where it is not one, or a part of it cannot be read."""
    try:
        source = source_of(name, text.encode())
    except TutorError:
        return None
    tree = source.tree.value
    if source.tree.faults or not isinstance(tree, dict) or not tree:
        return None
    return _of_mapping(source, tree)


def _of_mapping(source: Source, tree: Mapping[Any, Any]) -> Answers:
    """Reads figures under their heading, the steps of a run, or names directly."""
    base = next((key for key in (FIGURES, STEPS) if key in tree), None)
    if base is None:
        return _gathered(_entries(source, (), tree, ""))
    unknown = [_unknown(source, (key,), (*ABOUT[base], base)) for key in tree if key not in (*ABOUT[base], base)]
    found = _gathered(_entries(source, (base,), tree[base], "") if base == FIGURES else _steps(source, tree[base]))
    about = tree.get("scenario")
    said = (about, source.place(("scenario",))) if isinstance(about, str) else None
    return Answers(found.entries, (*unknown, *found.problems), said)


def _steps(source: Source, steps: Any) -> Iterator[Entry | Problem]:
    """Reads the steps of a run, each under its number."""
    for i, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            for section in (key for key in step if key != "step"):
                name = f"step{step.get('step', i + 1)}.{section}"
                yield from _entries(source, (STEPS, i, section), step[section], name)


def _gathered(found: Iterator[Entry | Problem]) -> Answers:
    entries_read = tuple(found)
    return Answers(
        tuple(each for each in entries_read if isinstance(each, Entry)),
        tuple(each for each in entries_read if isinstance(each, Problem)),
    )


def _entries(source: Source, path: Path, value: Any, name: str) -> Iterator[Entry | Problem]:
    match value:
        case {"figure": _}:
            yield from _figure(source, path, value, name)
        case dict():
            for key, inner in value.items():
                yield from _entries(source, (*path, key), inner, f"{name}.{key}" if name else str(key))
        case list():
            for i, inner in enumerate(value):
                yield from _entries(source, (*path, i), inner, _element(name, i + 1))
        case _:
            yield _entry(source, path, value, name, path)


def _entry(source: Source, path: Path, value: Any, name: str, at: Path) -> Entry:
    text = (value if isinstance(value, str) else source.spelling(path)) or ("" if value is None else str(value))
    blank = BLANK.fullmatch(text)
    return Entry(name, "" if blank else text, source.place(path), source.place(at, key=True))


def _figure(source: Source, path: Path, row: Mapping[str, Any], name: str) -> Iterator[Entry | Problem]:
    """Reads a figure with further keys."""
    for key in row:
        if key not in ABOUT_A_FIGURE:
            yield _unknown(source, (*path, key), ABOUT_A_FIGURE)
    entry, verdict = _entry(source, (*path, FIGURE), row[FIGURE], name, path), str(row.get("verdict", "ok"))
    if verdict not in EXPECTED:
        yield _unknown(source, (*path, "verdict"), tuple(EXPECTED), verdict)
    expected = EXPECTED.get(verdict, "") if "verdict" in row else ""
    yield replace(entry, called=str(row.get("name", "")), note=_note(row.get("note")), expected=expected)


def _note(note: Any) -> T | None:
    match note:
        case {"en": str(en), "zh": str(zh)}:
            return T(en, zh)
        case str():
            return same(note)
        case _:
            return None


def _unknown(source: Source, path: Path, allowed: Sequence[str], word: str = "") -> Problem:
    """The fault of a key, or of its value, that is none of those allowed."""
    entries_read = word or str(path[-1])
    message = UNKNOWN_KEY.format(
        key=visible(entries_read), allowed=", ".join(allowed), near=did_you_mean(entries_read, allowed)
    )
    return Problem(message, source.place(path, key=not word))


def _element(name: str, i: int) -> str:
    """``W1`` → ``W1[2]`` → ``W1[2,1]``."""
    return f"{name[:-1]},{i}]" if name.endswith("]") else f"{name}[{i}]"


def _in_parts(file: str, lines: Sequence[str]) -> Answers:
    """Reads line by line, each with the indented lines below it, so that an unreadable part costs nothing but itself."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for first, last in _parts(lines, 0, len(lines)):
        for entries_read in _part(file, lines, first, last, ()):
            (entries if isinstance(entries_read, Entry) else problems).append(entries_read)  # type: ignore[arg-type]
    return Answers(tuple(entries), tuple(problems))


def _parts(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The place of each line with the smallest indentation, and the end of the lines that belong to it."""
    filled = [i for i in range(first, last) if not NO_LINE.fullmatch(lines[i])]
    least = min((_indent(lines[i]) for i in filled), default=0)
    starts = [i for i in filled if _indent(lines[i]) <= least]
    yield from zip(starts, [*starts[1:], last], strict=True)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _part(file: str, lines: Sequence[str], first: int, last: int, above: tuple[int, ...]) -> Iterator[Entry | Problem]:
    """Reads some lines, below the headings `above`."""
    shown = {*above, *range(first, last)}
    text = "\n".join(lines[i] if i in shown else "" for i in range(last)) + "\n"
    found = LINE.fullmatch(lines[first])
    if last - first == 1 and not above and found and found["mark"] != OF_YAML:
        yield _equation(file, first + 1, lines[first], found)
        return
    try:
        source = source_of(file, text.encode())
        faults: tuple[Problem, ...] = source.problems(())
    except TutorError as error:
        source, faults = None, error.problems
    tree = source.tree.value if source is not None and not faults else None
    if source is not None and isinstance(tree, dict) and _below(tree, len(above)):
        whole = _of_mapping(source, tree)
        yield from whole.entries
        yield from whole.problems
    elif HEADING.fullmatch(lines[first]) and any(not NO_LINE.fullmatch(line) for line in lines[first + 1 : last]):
        for start, end in _parts(lines, first + 1, last):
            yield from _part(file, lines, start, end, (*above, first))
    else:
        came = described(source.tree.value if source is not None and not above else lines[first].strip())
        place = Place(file, first + 1, _indent(lines[first]) + 1, lines[first], max(1, len(lines[first].strip())))
        yield _as_lines(faults[0]) if faults else Problem(NO_ANSWERS.format(came=came), place)


def _below(tree: Any, headings: int) -> bool:
    """Whether names with values are below so many headings."""
    for _ in range(headings):
        tree = next(iter(tree.values())) if isinstance(tree, dict) and tree else None
    return isinstance(tree, dict)


def _as_lines(problem: Problem) -> Problem:
    """The error of the YAML, with the lines that a file of answers may contain; scenarios are not mentioned."""
    entries_read = NOT_HERE if "scenario" in problem.message.en else YAML.format(problem=problem.message)
    return replace(problem, message=entries_read)


def _equation(file: str, number: int, line: str, found: re.Match[str]) -> Entry:
    """Reads ``h(c) = 0.5·0.1 + 0.8·0.7 = 0.61``: the last value is the answer."""
    text = re.split("[=≈＝]", found["value"])[-1].strip(DECORATION + DOUBT)
    value = Place(file, number, max(line.rfind(text), found.end("mark")) + 1, line, max(1, len(text)))
    named = Place(file, number, found.start("name") + 1, line, len(found["name"]))
    return Entry(found["name"].strip(DECORATION), "" if BLANK.fullmatch(text) else text, value, named)


def _table(file: str, lines: list[str]) -> Iterator[tuple[Entry, bool]]:
    """The rows of each table below its rule, and whether the name is in backticks."""
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
        raise TutorError(NO_ANSWERS.format(came=NO_ROWS))
    return found
