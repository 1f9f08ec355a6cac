"""Frozen records behave as the frozen dataclasses of the standard library do."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from typing import Any

import pytest

from backprop_tutor.formula.nodes import Neg, Sym, Transpose
from backprop_tutor.frozen import frozen


@frozen
class Point:
    """A record."""

    x: float
    y: float = 2.0
    tags: dict[str, int] = field(default_factory=dict)


@frozen(slots=True)
class Slim:
    """A record without a dictionary, which checks itself."""

    x: float
    y: float = 2.0

    def __post_init__(self) -> None:
        if self.x == 0:
            raise ValueError("x is 0")


@frozen(eq=False)
class Own:
    """A record that is equal to itself only."""

    x: float


def standard(record: type[Any], **options: bool) -> type[Any]:
    """The same class as the standard library makes it."""
    kept = {
        name: part for name, part in vars(record).items() if name in ("__annotations__", "__doc__", "__post_init__")
    }
    defaults = {"y": 2.0, "tags": field(default_factory=dict)}
    chosen = {name: value for name, value in defaults.items() if name in record.__annotations__}
    return dataclass(frozen=True, **options)(type(record.__name__, (), kept | chosen))  # type: ignore[call-overload]


@pytest.mark.parametrize(("record", "options"), [(Point, {}), (Slim, {"slots": True}), (Own, {"eq": False})])
def test_a_record_is_what_the_standard_library_makes(record: type[Any], options: dict[str, bool]) -> None:
    """Signature, text, values, fields for `match`, and what `replace` and `asdict` make of it are the same."""
    ours, theirs = record(1), standard(record, **options)(1)
    assert repr(ours) == repr(theirs)
    assert asdict(ours) == asdict(theirs)
    assert repr(replace(ours, x=5)) == repr(replace(theirs, x=5))
    assert record.__match_args__ == type(theirs).__match_args__
    assert hasattr(ours, "__dict__") == hasattr(theirs, "__dict__")
    shapes = (
        [(p.name, p.annotation) for p in inspect.signature(c).parameters.values()] for c in (record, type(theirs))
    )
    assert next(shapes) == next(shapes)
    assert (record(1) == record(1)) == (type(theirs)(1) == type(theirs)(1))


@pytest.mark.parametrize("call", [lambda r: r(), lambda r: r(1, 2, 3, 4), lambda r: r(1, z=3), lambda r: r(1, x=1)])
def test_a_wrong_call_is_refused_as_the_standard_library_does(call: Callable[[type[Any]], object]) -> None:
    """Missing, too many, unknown and doubled arguments are named."""
    said = []
    for record in (Point, standard(Point)):
        with pytest.raises(TypeError) as raised:
            call(record)
        said.append(str(raised.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("record", [Point(1), Slim(1), Own(1)])
def test_nothing_of_a_record_can_be_changed(record: Any) -> None:
    """Neither a field nor anything else is set or deleted."""
    for change in (lambda: setattr(record, "x", 2), lambda: delattr(record, "x"), lambda: setattr(record, "new", 2)):
        with pytest.raises(FrozenInstanceError):
            change()
    assert record.x == 1


def test_equality_and_hash_go_by_class_and_values() -> None:
    """Equal values of another class are not equal; a value that is not equal to itself is still the same value."""
    a = Sym("a")
    assert Sym("a") == a
    assert hash(Sym("a")) == hash(a)
    assert Neg(a) != Transpose(a)
    assert Slim(float("nan")) != Slim(float("nan"))
    assert Slim(nan := float("nan")) == Slim(nan)
    assert len({Own(1), Own(1)}) == 2


def test_defaults_that_are_made_are_made_anew() -> None:
    """No two records share a default dictionary, and one that is given is kept."""
    given = {"a": 1}
    assert Point(1).tags is not Point(1).tags
    assert Point(1, tags=given).tags is given


def test_a_record_checks_itself() -> None:
    """What a class does after its values are set is done, by `replace` as well."""
    with pytest.raises(ValueError, match="x is 0"):
        Slim(0)
    with pytest.raises(ValueError, match="x is 0"):
        replace(Slim(1), x=0)


@pytest.mark.parametrize("record", [Point(1, tags={"a": 1}), Slim(1)])
def test_a_record_can_be_copied_and_sent(record: object) -> None:
    """Copies and pickles are equal to it."""
    assert copy.deepcopy(record) == record
    assert pickle.loads(pickle.dumps(record)) == record
