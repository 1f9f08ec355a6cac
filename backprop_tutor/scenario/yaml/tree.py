"""A YAML text as plain values, with the place of every value and every key and the author's spelling of every number.

PyYAML only scans and parses: its events arrive one by one and the tree is built here without recursion, so neither deep
nesting nor aliases can do harm. What a scenario does not use (tags, anchors, merge keys, a second document) is refused
at its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from backprop_tutor.errors import visible
from backprop_tutor.frozen import frozen
from backprop_tutor.scenario.yaml.events import events
from backprop_tutor.scenario.yaml.refusals import (
    ALIAS,
    DEEP,
    DEEPEST,
    LARGE,
    LARGEST,
    MERGE,
    NO_KEY,
    SECOND,
    TWICE,
    unwanted,
)
from backprop_tutor.scenario.yaml.spans import (
    Path,
    Scalar,
    Span,
    UnreadableError,
    event_span,
    is_decimal,
    resolve,
    span,
)
from backprop_tutor.text import T

Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"


@frozen
class Tree:
    """The value of a text; by path, the spans of values and of keys and the numbers as written.

    `faults` are parts that are not allowed but leave the rest readable.
    """

    value: Value
    values: Mapping[Path, Span]
    keys: Mapping[Path, Span]
    spellings: Mapping[Path, str]
    faults: tuple[tuple[Span, T], ...]

    def is_scalar(self, path: Path) -> bool:
        """Whether the value at `path` is neither a list nor a mapping."""
        if path not in self.values:
            return False
        value: Any = self.value
        for part in path:
            value = value[part]
        return not isinstance(value, (list, dict))


def parse(text: str) -> Tree:
    """Reads the tree of `text`. Raises `UnreadableError` where it has none."""
    builder = _Builder()
    for event in events(text):
        builder.take(event)
    return Tree(builder.root, builder.values, builder.keys, builder.spellings, tuple(builder.faults))


@dataclass
class _Open:
    """A list or mapping that has not ended yet; `key` is the key whose value comes next."""

    items: list[Value] | dict[str, Value]
    path: Path
    start: Any
    key: str | None = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.items, dict) and self.key is None

    @property
    def next_path(self) -> Path:
        return (*self.path, len(self.items) if self.key is None else self.key)

    def add(self, value: Value) -> None:
        if isinstance(self.items, list):
            self.items.append(value)
        elif self.key is not None:
            self.items[self.key] = value
            self.key = None


@dataclass
class _Builder:
    root: Value = None
    values: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)
    spellings: dict[Path, str] = field(default_factory=dict)
    faults: list[tuple[Span, T]] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    documents: int = 0
    count: int = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._look_at(event)
                self._key(event) if self.open and self.open[-1].wants_key else self._scalar(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._look_at(event)
                self._begin(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                closed = self.open.pop()
                self.values[closed.path] = span(closed.start, event.end_mark)
            case yaml.AliasEvent():
                raise UnreadableError(ALIAS, event_span(event))
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise UnreadableError(SECOND, event_span(event))

    def _look_at(self, event: yaml.NodeEvent) -> None:
        self.count += 1
        if self.count > LARGEST:
            raise UnreadableError(LARGE, event_span(event))
        self.faults += [(event_span(event), said) for said in unwanted(event)]

    def _begin(self, event: yaml.NodeEvent) -> None:
        if len(self.open) == DEEPEST:
            raise UnreadableError(DEEP, event_span(event))
        if self.open and self.open[-1].wants_key:
            raise UnreadableError(NO_KEY, event_span(event))
        path = self.open[-1].next_path if self.open else ()
        items: list[Value] | dict[str, Value] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._put(items)
        self.open.append(_Open(items, path, event.start_mark))

    def _key(self, event: yaml.ScalarEvent) -> None:
        parent, key = self.open[-1], event.value
        parent.key = key
        path = parent.next_path
        if key == "<<" and not event.style:
            raise UnreadableError(MERGE, event_span(event))
        if path in self.keys:
            said = TWICE.format(key=visible(key), line=self.keys[path].line)
            self.faults.append((event_span(event), said))
        self.keys.setdefault(path, event_span(event))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        path = self.open[-1].next_path if self.open else ()
        self.values[path] = event_span(event)
        if event.style:  # quoted, or a block: a text; otherwise the C parser says '' and the Python one None
            return self._put(event.value)
        if is_decimal(event.value):
            self.spellings[path] = event.value
        return self._put(resolve(event.value))

    def _put(self, value: Value) -> None:
        if self.open:
            self.open[-1].add(value)
        else:
            self.root = value
