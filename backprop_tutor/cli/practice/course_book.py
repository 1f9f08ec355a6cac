"""Writes a course as a book to a folder."""

from __future__ import annotations

from pathlib import Path

from backprop_tutor.cli.console.files import WRITTEN, claim, make_folder, write
from backprop_tutor.cli.console.output import say
from backprop_tutor.practice.course.book import INDEX, book
from backprop_tutor.practice.course.unit import Course
from backprop_tutor.text import Lang


def write_book(course: Course, folder: Path, seed: int, lang: Lang, *, force: bool) -> None:
    """Write every file. Raises TutorError where one is there already (without `force`), or cannot be written."""
    claim(folder / f"{INDEX}.html", force=force)
    for name, text in book(course, seed, lang):
        path = folder / name
        make_folder(path.parent)
        write(path, text, force=force)
    say(WRITTEN.format(file=folder / f"{INDEX}.html")[lang])
