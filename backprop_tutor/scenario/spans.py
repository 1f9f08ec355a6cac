"""Where something stands in a text, and the error that stops its reading there."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import yaml

from backprop_tutor.text import T

Path: TypeAlias = tuple[str | int, ...]
"""The keys and positions that lead to a value: ``("network", "layers", 0, "bias")``."""


class Span(NamedTuple):
    """Where something stands: line and column from 1; `length` is None where it goes on after its first line."""

    line: int
    column: int
    length: int | None


class UnreadableError(Exception):
    """A text of which no tree can be made: what is wrong, and where."""

    def __init__(self, message: T, span: Span) -> None:
        super().__init__(message.en)
        self.message, self.span = message, span


def span(start: Any, end: Any) -> Span:
    """The span from one mark of the parser to another (the stubs of PyYAML do not tell that they are there)."""
    return Span(start.line + 1, start.column + 1, end.column - start.column if start.line == end.line else None)


def event_span(event: yaml.Event) -> Span:
    """The span of one event of the parser."""
    return span(event.start_mark, event.end_mark)


def span_at(text: str, index: int) -> Span:
    """The span of the single character at `index`."""
    lines = f"{text[:index]}.".splitlines()
    return Span(len(lines), len(lines[-1]), 1)
