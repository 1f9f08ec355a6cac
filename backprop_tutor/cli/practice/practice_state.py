"""The folder of the practice records, and the records opened."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from backprop_tutor.cli.console.language import here
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.practice.quiz.records import Records


FOLDER = T("The folder of the records; else your own data folder.", "存放练习记录的目录；默认为用户数据目录。")


State: TypeAlias = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", envvar="TUTOR_STATE", file_okay=False, help=here(FOLDER))
]


def folder(state: Path | None) -> Path:
    """The folder of the records: as requested, else the user's own data folder."""
    from platformdirs import user_data_path

    return state or user_data_path("backprop-tutor", appauthor=False)


def opened(state: Path | None, now: datetime, lang: Lang) -> Records:
    """The records; faults of an older file are reported on standard error.

    Raises TutorError where nothing can be stored there.
    """
    from backprop_tutor.practice.quiz.records import records

    kept = records(folder(state), now)
    for notice in kept.said:
        sys.stderr.write(f"{notice[lang]}\n")
    return kept
