"""Four functions of the library are called as the rooms they are about: scenario, graph, verify, render.

Python gives a package's attribute to the subpackage of that name when it is imported. Here the attribute stays the
function; what is asked of it that a function does not have comes from the room, so that every way to import works.
"""

from __future__ import annotations

import sys
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

LIBRARY = "backprop_tutor.interface.library"


class RoomFunction:
    """A function of the library, loaded when it is called, that also answers for the room of its name."""

    def __init__(self, name: str, home: str) -> None:
        self.__name__, self.__qualname__, self.__module__ = name, name, home

    @cached_property
    def __wrapped__(self) -> Any:
        return getattr(import_module(self.__module__), self.__name__)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        doc: str | None = self.__wrapped__.__doc__
        return doc

    @property
    def __annotations__(self) -> dict[str, Any]:  # type: ignore[override]
        found: dict[str, Any] = self.__wrapped__.__annotations__
        return found

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the function of the library."""
        return self.__wrapped__(*arguments, **options)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of backprop_tutor>"

    def __getattr__(self, name: str) -> Any:
        room = sys.modules.get(f"backprop_tutor.{self.__name__}")
        if room is None:
            raise AttributeError(name)
        return getattr(room, name)


class RoomAttribute:
    """The attribute of the package: the function, also after the room was imported."""

    def __init__(self, name: str, home: str = LIBRARY) -> None:
        self.function = RoomFunction(name, home)

    def __get__(self, package: ModuleType | None, kind: type | None = None) -> RoomFunction:
        return self.function

    def __set__(self, package: ModuleType, room: ModuleType) -> None:
        """What importing the room does, which changes nothing."""


class Library(ModuleType):
    """The package `backprop_tutor`."""

    scenario, graph, verify = RoomAttribute("scenario"), RoomAttribute("graph"), RoomAttribute("verify")
    render = RoomAttribute("render", "backprop_tutor.render")
