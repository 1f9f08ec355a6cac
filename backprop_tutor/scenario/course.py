"""A course from its files: read and held against the schema, every fault at its line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import ValidationError

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.schema.course_model import CourseFile, UnitFile
from backprop_tutor.scenario.schema.model import Record
from backprop_tutor.scenario.yaml.source import Fault, Source, read_source
from backprop_tutor.scenario.yaml.tree import Value

Kind = TypeVar("Kind", bound=Record)
Check: TypeAlias = Callable[[Value], Iterable[Fault]]
"""Given the values of a file as they were written, the faults that the schema does not know of."""


def read_course_file(path: Path, check: Check) -> CourseFile:
    """The course at a path. Raises TutorError with all that the schema and `check` find wrong with it."""
    return _validated(read_source(path), CourseFile, check)


def read_unit_file(path: Path, check: Check) -> UnitFile:
    """The unit at a path. Raises TutorError with all that the schema and `check` find wrong with it."""
    return _validated(read_source(path), UnitFile, check)


def _validated(source: Source, kind: type[Kind], check: Check) -> Kind:
    """The record in `source`. Raises TutorError with every problem, in the order of the lines."""
    found = check(source.tree.value)
    try:
        file = kind.model_validate(source.tree.value)
    except ValidationError as error:
        from backprop_tutor.scenario.schema.errors import faults

        raise TutorError(source.problems(chain(faults(error, kind, source.tree), found))) from None
    if problems := source.problems(found):
        raise TutorError(problems)
    return file


def parts(value: Value, key: str) -> list[Value]:
    """The entries of the list under a key; none where the schema finds fault with it."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
