"""Places in a text, the error that stops its reading there, and the values of plain scalars.

Plain scalars are read by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema). PyYAML follows
YAML 1.1, where ``1e-3`` is a text, ``1:30`` is 90 and ``no`` is false; an author of a scenario means none of these.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, TypeAlias

import yaml

from backprop_tutor.text import T

Scalar: TypeAlias = bool | int | float | str | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = re.compile(r"\.(nan|NaN|NAN)")
LONGEST_WHOLE = 400  # digits; a longer number is no count, and Python would refuse to read it


def resolve(text: str) -> Scalar:
    """The value of a scalar written without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text) if len(text) < LONGEST_WHOLE else float(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return _rare(text)


def is_decimal(text: str) -> bool:
    """Whether `text` is a number in decimal figures, the only spelling that is shown again."""
    return _DECIMAL.fullmatch(text) is not None


def _rare(text: str) -> Scalar:
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return float("nan") if _NOT_A_NUMBER.fullmatch(text) else text


Path: TypeAlias = tuple[str | int, ...]
"""The keys and positions that lead to a value: ``("network", "layers", 0, "bias")``."""


class Span(NamedTuple):
    """A place in a text: line and column from 1; `length` is None where it continues after its first line."""

    line: int
    column: int
    length: int | None


class UnreadableError(Exception):
    """A text that cannot be read as a tree: the error, and its place."""

    def __init__(self, message: T, span: Span) -> None:
        super().__init__(message.en)
        self.message, self.span = message, span


def span(start: Any, end: Any) -> Span:
    """The span from one mark of the parser to another (PyYAML's stubs lack the marks)."""
    return Span(start.line + 1, start.column + 1, end.column - start.column if start.line == end.line else None)


def event_span(event: yaml.Event) -> Span:
    """The span of one event of the parser."""
    return span(event.start_mark, event.end_mark)


def span_at(text: str, index: int) -> Span:
    """The span of the single character at `index`."""
    lines = f"{text[:index]}.".splitlines()
    return Span(len(lines), len(lines[-1]), 1)
