"""Arrays of a file: nested lists of equal lengths, their shape, and every element by its contract name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias, Union

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.ops.operation import Shape, words
from backprop_tutor.scenario.yaml.source import Fault, Source
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

Nested: TypeAlias = "Union[float, tuple[Nested, ...]]"

MOST_AXES = 4
MOST_NUMBERS = 1_000_000

EMPTY = T("this list is empty; an axis has at least one element", "这个列表是空的；每个轴至少有一个元素")
DEEP = T(
    f"an array has at most {MOST_AXES} axes, and here a fifth begins", f"数组最多有 {MOST_AXES} 个轴，这里出现了第 5 个"
)
RAGGED = T(
    "{came} here, but {first} in the first of these lists; the lists of an array are equally long",
    "这里是{came}，而这些列表的第一个是{first}；数组中的各列表必须一样长",
)
TOO_MANY = T(
    f"there are more than {MOST_NUMBERS} numbers here; at most so many are allowed",
    f"这里的数超过 {MOST_NUMBERS} 个；最多允许这么多",
)
LENGTH = T("a list of {count}", "长 {count} 的列表")
NUMBER = T("a number", "一个数")


def shape_of(value: Nested) -> Shape:
    """The lengths of the axes, by the first element of each."""
    return (len(value), *(shape_of(value[0]) if value else ())) if isinstance(value, tuple) else ()


def irregular(value: Nested, path: Path) -> Iterator[Fault]:
    """The place where an array is irregular: an empty list, lists of unlike lengths, a fifth axis."""
    shape = shape_of(value)
    if len(shape) > MOST_AXES:
        yield Fault((*path, *(0,) * MOST_AXES), DEEP)
    else:
        yield from _unlike(value, shape, path)


def _unlike(value: Nested, shape: Shape, path: Path) -> Iterator[Fault]:
    length = len(value) if isinstance(value, tuple) else None
    if length == 0:
        yield Fault(path, EMPTY)
    elif length != (shape[0] if shape else None):
        first = LENGTH.format(count=shape[0]) if shape else NUMBER
        yield Fault(path, RAGGED.format(came=NUMBER if length is None else LENGTH.format(count=length), first=first))
    elif isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from _unlike(part, shape[1:], (*path, i))


def array_of(value: Nested) -> Array:
    """The numbers of a regular array."""
    return np.array(value, dtype=float)


def spelled(source: Source, name: str, path: Path, shape: Shape, example: str = "") -> Iterator[tuple[str, str]]:
    """Each element's contract name with the figures its author wrote."""
    for place in product(*map(range, shape)):
        text = source.spelling((*path, *place))
        if text is not None:
            index = f"[{','.join(str(i + 1) for i in place)}]" if place else ""
            yield f"{name}{index}{example}", text


def unlike_shape(came: Shape, wanted: Shape, message: T, **holes: object) -> T:
    """A message about an array of another shape than it should have."""
    return message.format(came=words(came), wanted=words(wanted), **holes)
