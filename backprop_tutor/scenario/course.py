"""A course from its files: read and held against the schema, every fault at its line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.schema.course_model import CourseFile, UnitFile
from backprop_tutor.scenario.schema.model import Record
from backprop_tutor.scenario.yaml.source import Fault, Source, read_source

Kind = TypeVar("Kind", bound=Record)


def read_course_file(path: Path, check: Callable[[CourseFile], Iterable[Fault]]) -> CourseFile:
    """The course at a path. Raises TutorError with all that the schema, or else `check`, finds wrong with it."""
    return _validated(read_source(path), CourseFile, check)


def read_unit_file(path: Path, check: Callable[[UnitFile], Iterable[Fault]]) -> UnitFile:
    """The unit at a path. Raises TutorError with all that the schema, or else `check`, finds wrong with it."""
    return _validated(read_source(path), UnitFile, check)


def _validated(source: Source, kind: type[Kind], check: Callable[[Kind], Iterable[Fault]]) -> Kind:
    """The record in `source`. Raises TutorError with every problem, in the order of the lines."""
    try:
        file = kind.model_validate(source.tree.value)
        found = check(file)
    except ValidationError as error:
        from backprop_tutor.scenario.schema.errors import faults

        found = faults(error, kind, source.tree)
    problems = source.problems(found)
    if problems:
        raise TutorError(problems)
    return file
