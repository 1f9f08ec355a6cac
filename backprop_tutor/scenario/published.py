"""Published figures from a small YAML file: quantities by name, each with the figure as it was printed.

    figures:
      values.z1[1]: "0.61"                                          # the figure alone, or with more about it:
      after.loss: {figure: "0.0618", name: L, note: {en: ..., zh: ...}}

A file may also hold the quantities alone, without `figures:`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path as FilePath
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.records.published import Figure
from backprop_tutor.scenario import bundled
from backprop_tutor.scenario.yaml.descriptions import described
from backprop_tutor.scenario.yaml.source import Fault, Source, read_source
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T, same

SMALLEST = 400  # decimals: no float has a digit beyond

NO_FIGURES = T(
    "published figures are names with figures, such as 'values.z1[1]: \"0.61\"'; this is {came}",
    "已发表的数值应写成名字和数，例如 'values.z1[1]: \"0.61\"'；这里却是{came}",
)
NO_FIGURE = T("'{name}' has no figure in decimal digits; this is {came}", "'{name}' 没有十进制的数；这里却是{came}")


def published(source: str | FilePath) -> tuple[Figure, ...]:
    """The figures in the file at a path, or of a bundled scenario by its name, in the order of the file.

    Raises TutorError with every problem of the file, each at its line and column.
    """
    text = read_source(_located(source))
    whole = text.tree.value
    base: Path = ("figures",) if isinstance(whole, dict) and "figures" in whole else ()
    rows = _at(text, base)
    problems = text.problems(_faults(text, rows, base))
    if problems:
        raise TutorError(problems)
    return tuple(_figure(text, (*base, name)) for name in rows)


def _located(source: str | FilePath) -> str | FilePath:
    """The file of a bundled scenario's figures where `source` is its name and no file is called so."""
    path, beside = FilePath(source), bundled.folder() / "published" / f"{source}.yaml"
    return beside if path.name == str(source) and not path.exists() and beside.is_file() else source


def _faults(text: Source, rows: Any, base: Path) -> Iterator[Fault]:
    if not isinstance(rows, dict) or not rows:
        yield Fault(base, NO_FIGURES.format(came=described(rows)))
        return
    for name in rows:
        if not _is_decimal(_printed(text, (*base, name))):
            yield Fault((*base, name), NO_FIGURE.format(name=name, came=described(_at(text, (*base, name)))))


def _figure(text: Source, path: Path) -> Figure:
    row = _at(text, path)
    about = row if isinstance(row, dict) else {}
    called, note = str(about.get("name", "")), _note(about.get("note"))
    return Figure(str(path[-1]), _printed(text, path), called, note, text.place(path, key=True))


def _printed(text: Source, path: Path) -> str:
    """A figure as it was written, in quotes or not."""
    row = _at(text, path)
    if isinstance(row, dict):
        path, row = (*path, "figure"), row.get("figure")
    return row if isinstance(row, str) else text.spelling(path) or ""


def _at(text: Source, path: Path) -> Any:
    value: Any = text.tree.value
    for part in path:
        value = value[part]
    return value


def _is_decimal(printed: str) -> bool:
    try:
        number = Decimal(printed)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(int(number.as_tuple().exponent)) <= SMALLEST


def _note(note: Any) -> T | None:
    match note:
        case {"en": str(en), "zh": str(zh)}:
            return T(en, zh)
        case str():
            return same(note)
        case _:
            return None
