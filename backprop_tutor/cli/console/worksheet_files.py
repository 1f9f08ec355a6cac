"""Worksheets as files: one a student in a folder, or all in one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from backprop_tutor.cli.console.files import claim, make_folder, whole, write
from backprop_tutor.cli.console.spinner import counted
from backprop_tutor.practice.worksheet.batch import Order, written
from backprop_tutor.practice.worksheet.forms import FORMS, Form, places, question_files
from backprop_tutor.text import spreadsheet_cell

CLASS = "class.csv"
"""The compact keys of a class in one table: a line for each person."""


def apart(order: Order, people: tuple[str, ...], folder: Path, force: bool, jobs: int | None) -> None:
    """Writes worksheets, keys and scenarios, a file each, made by so many processes; beside compact keys those of the class."""
    paths = [places(folder, order.form, number, person, len(people)) for number, person in enumerate(people, start=1)]
    together = [folder / "keys" / CLASS] if order.assignment.compact else []
    _make_room([*(path for place in paths for path in place), *together], force)
    table = StringIO()
    for place, made in zip(paths, counted(written(order, people, jobs), len(people)), strict=True):
        for path, text in zip(place, (made.pages.worksheet, made.pages.key, made.scenario), strict=True):
            write(path, text, force=force)
        rows = csv.writer(table, lineterminator="\n")
        if not table.tell():
            rows.writerow(["number", "name", *made.answers])
        rows.writerow([made.number, spreadsheet_cell(made.person), *made.answers.values()])
    for path in together:
        write(path, table.getvalue(), force=force)


def gathered(order: Order, people: tuple[str, ...], folder: Path, force: bool, jobs: int | None) -> None:
    """Writes the questions of all variants together, a hundred variants a file, made by so many processes."""
    divided, form = tuple(question_files(folder, len(people), order.form)), FORMS[order.form]
    _make_room([path for path, _ in divided], force)
    with closing(counted(written(order, people, jobs), len(people))) as made:
        for path, count in divided:
            with whole(path, force=force) as file, _member(file, form) as inner:
                inner.write(form.opening(path.stem).encode())
                inner.writelines(each.pages.questions.encode() for each in islice(made, count))
                inner.write(form.closing.encode())


@contextmanager
def _member(file: IO[bytes], form: Form) -> Iterator[IO[bytes]]:
    """Writes the questions to the file itself, or to a member of an archive; the same bytes at any time."""
    if not form.member:
        yield file
        return
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in form.beside:
            archive.writestr(ZipInfo(name), text)
        with archive.open(ZipInfo(form.member), "w") as inner:
            yield inner


def _make_room(paths: list[Path], force: bool) -> None:
    """Makes the folders of these files, after checking that none of the files exists already (or may be overwritten)."""
    for path in paths:
        claim(path, force=force)
    for folder in dict.fromkeys(path.parent for path in paths):
        make_folder(folder)
