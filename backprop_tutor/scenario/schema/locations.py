"""Converts pydantic's locations of errors to paths in the file and to records of the schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from backprop_tutor.scenario.schema.model import Record
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.scenario.yaml.tree import Value


def path_in(value: Value, loc: Sequence[int | str]) -> Path:
    """The path in the file that pydantic's location means: without its tags of unions and of short forms."""
    path: Path = ()
    for part in loc:
        if _has(value, part):
            path, value = (*path, part), value[part]  # type: ignore[index]
    return path


def _has(value: Value, part: int | str) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def record_at(kind: type[Record], path: Path) -> type[Record]:
    """The record at `path` of a file of that kind."""
    for key in path:
        if isinstance(key, str) and key in kind.model_fields:
            kind = next(_records(kind.model_fields[key].annotation), kind)
    return kind


def homes(kind: type[Record], key: str) -> tuple[str, ...]:
    """The keys of a file of that kind whose records, at any depth, have a field called `key`: ``training: stop``."""
    found: dict[str, None] = {}
    for field, info in kind.model_fields.items():
        for record in _records(info.annotation):
            if key in record.model_fields:
                found[field] = None
            found |= dict.fromkeys(f"{field}: {inner}" for inner in homes(record, key))
    return tuple(found)


def records(kind: type[Record]) -> Iterator[type[Record]]:
    """A record and all that are in it, at any depth."""
    yield kind
    for info in kind.model_fields.values():
        for record in _records(info.annotation):
            yield from records(record)


def _records(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for part in get_args(annotation):
        yield from _records(part)
