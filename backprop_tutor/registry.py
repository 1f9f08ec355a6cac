"""One table per concept: names to records, in the order they are shown.

The schema, ``--help``, did-you-mean, the docs and the tests all read these tables, so a new entry is documented and
tested the moment it exists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, TypeVar

from backprop_tutor.errors import TutorError, did_you_mean, visible
from backprop_tutor.text import T

UNKNOWN = T("{what} is '{name}'; it can be {allowed}{near}", "{what}是 '{name}'；可以是 {allowed}{near}")


class Named(Protocol):
    """Anything a table can hold."""

    @property
    def name(self) -> str:
        """The name it is asked for by."""


Entry = TypeVar("Entry", bound=Named)


def wish(name: str) -> str:
    """The name of an entry that is wanted where it fits, and passed over where it does not: ``nielsen?``."""
    return f"{name}?"


def by_name(*entries: Entry) -> Mapping[str, Entry]:
    """The table of `entries` by name, read-only, in this order. Raises ValueError for a name given twice."""
    table = {entry.name: entry for entry in entries}
    if len(table) != len(entries):
        raise ValueError(f"a name stands twice in {[entry.name for entry in entries]}")
    return MappingProxyType(table)


class OnUse(Mapping[str, Entry]):
    """A table whose entries are loaded when they are asked for: the module `name` of `room` calls its entry ``NAME``.

    A hyphen of a name is an underscore there. ``name:module`` is an entry of a module that has several.
    """

    def __init__(self, room: str, *names: str) -> None:
        self._room = room
        self._modules = {name: module or name for name, _, module in (each.partition(":") for each in names)}

    def __getitem__(self, name: str) -> Entry:
        module, entry = (part.replace("-", "_") for part in (self._modules[name], name))
        found: Entry = getattr(import_module(f"{self._room}.{module}"), entry.upper())
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def find(table: Mapping[str, Entry], name: str, what: T) -> Entry:
    """The entry called `name`. Raises TutorError saying what came, what is allowed and the nearest spelling."""
    if name not in table:
        raise unknown(name, table, what)
    return table[name]


def unknown(name: str, allowed: Collection[str], what: T) -> TutorError:
    """That no entry is called so."""
    near = did_you_mean(name, allowed)
    return TutorError(UNKNOWN.format(what=what, name=visible(name), allowed=", ".join(allowed), near=near))
