"""Frozen records: what ``@frozen`` makes of a class with annotated fields.

It is ``@dataclass(frozen=True)`` of the standard library, to `replace`, `match` and type checkers as well. That one
writes and compiles six methods for every class, which for the hundred records of a lesson takes longer than the
lesson itself. Only `__init__` differs in more than the names of the fields, so only it is written here; the other
methods are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

Class = TypeVar("Class")


class Hashed:
    """A record that computes its hash once."""

    __slots__ = ("_hash",)


@overload
def frozen(cls: type[Class], /) -> type[Class]: ...


@overload
def frozen(*, slots: bool = False, eq: bool = True) -> Callable[[type[Class]], type[Class]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Any] | None = None, /, *, slots: bool = False, eq: bool = True) -> Any:
    """`cls` as a frozen record; `slots` keeps its values without a dictionary, without `eq` each is equal to itself only.

    One that is `Hashed` computes its hash once.
    """
    return _made(cls, slots, eq) if cls else lambda cls: _made(cls, slots, eq)


def _made(cls: type[Any], slots: bool, eq: bool) -> type[Any]:
    record: type[Any] = dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    methods = {"__init__": _init(record), "__repr__": _repr, "__reduce__": _reduce}
    methods |= {"__setattr__": _refuse, "__delattr__": _refuse, **(_equality(record) if eq else {})}
    for name, method in methods.items():
        setattr(record, name, method)
    return record


def _init(record: type[Any]) -> Callable[..., None]:
    """Its `__init__`: one parameter and one line per field, then what the class does after."""
    known: dict[str, Any] = {"_set": object.__setattr__}
    defaults, lines = [], []
    for own in fields(record):
        value = own.name
        if own.default_factory is not MISSING:  # the factory is the default, and the sign that it is to be called
            known[f"_new_{value}"] = own.default_factory
            value = f"{value}() if {value} is _new_{value} else {value}"
        slot = getattr(record, own.name, None)
        if isinstance(slot, MemberDescriptorType):
            known[f"_set_{own.name}"] = slot.__set__  # in half the time
            lines.append(f"_set_{own.name}(self, {value})")
        else:
            lines.append(f"_set(self, {own.name!r}, {value})")
        defaults += [default for default in (own.default, own.default_factory) if default is not MISSING]
    lines += ["self.__post_init__()"] if hasattr(record, "__post_init__") else []
    parameters = ", ".join(("self", *(own.name for own in fields(record))))
    exec(f"def __init__({parameters}):\n " + "\n ".join(lines), known)  # noqa: S102 - as the standard library does
    init: Any = known["__init__"]
    init.__qualname__, init.__module__ = f"{record.__qualname__}.__init__", record.__module__
    init.__annotations__, init.__defaults__ = {own.name: own.type for own in fields(record)}, tuple(defaults)
    return init  # type: ignore[no-any-return]


def _equality(record: type[Any]) -> dict[str, Callable[..., Any]]:
    """Records are equal that are of one class and have equal values."""
    values = attrgetter("__class__", *(own.name for own in fields(record)))

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def code(self: Any) -> int:
        return hash(values(self))

    def kept_code(self: Any) -> int:
        try:
            return self._hash  # type: ignore[no-any-return]
        except AttributeError:
            object.__setattr__(self, "_hash", found := code(self))
            return found

    return {"__eq__": equal, "__hash__": kept_code if issubclass(record, Hashed) else code}


def _repr(self: Any) -> str:
    values = (f"{own.name}={getattr(self, own.name)!r}" for own in fields(self))
    return f"{self.__class__.__qualname__}({', '.join(values)})"


def _reduce(self: Any) -> tuple[type[Any], tuple[Any, ...]]:
    """How it is copied and sent from one process to another: by its values."""
    return self.__class__, tuple(getattr(self, own.name) for own in fields(self))


def _refuse(self: Any, name: str, *value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot change the field {name!r} of {self.__class__.__qualname__}")
