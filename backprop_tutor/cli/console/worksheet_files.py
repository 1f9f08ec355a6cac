"""Worksheets as files: one a student in a folder, or all in one."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path

from backprop_tutor.cli.console.files import claim, make_folder, whole, write
from backprop_tutor.cli.console.spinner import counted
from backprop_tutor.practice.worksheet.batch import Order, written
from backprop_tutor.practice.worksheet.forms import places, question_files
from backprop_tutor.practice.worksheet.moodle import CLOSING, OPENING


def apart(order: Order, people: tuple[str, ...], folder: Path, force: bool) -> None:
    """Worksheets, keys and scenarios, a file each."""
    paths = [places(folder, order.form, number, person, len(people)) for number, person in enumerate(people, start=1)]
    _make_room([path for place in paths for path in place], force)
    for place, made in zip(paths, counted(written(order, people), len(people)), strict=True):
        for path, text in zip(place, (made.pages.worksheet, made.pages.key, made.scenario), strict=True):
            write(path, text, force=force)


def gathered(order: Order, people: tuple[str, ...], folder: Path, force: bool) -> None:
    """The questions of all variants together, a hundred variants a file."""
    divided = tuple(question_files(folder, len(people)))
    _make_room([path for path, _ in divided], force)
    with closing(counted(written(order, people), len(people))) as made:
        for path, count in divided:
            with whole(path, force=force) as file:
                file.write(OPENING.encode())
                file.writelines(each.pages.questions.encode() for each in islice(made, count))
                file.write(CLOSING.encode())


def _make_room(paths: list[Path], force: bool) -> None:
    """The folders of these files, once it is sure that none of them is there already (or may be overwritten)."""
    for path in paths:
        claim(path, force=force)
    for folder in dict.fromkeys(path.parent for path in paths):
        make_folder(folder)
