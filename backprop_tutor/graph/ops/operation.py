"""An operation on arrays, as one entry of a table: its call, the shape it makes, its computation.

Arrays are (..., own axes, examples): the last axis is that of the examples (length 1 where all of them share the
array), and any number of axes may be stacked before it, one entry a hypothesis. An `Operation` is *bound* to the shapes
of one use of it and becomes an `ArrayOp`, an op of the tape. It is written in plain operators, so that it writes its
formulas when fed arrays of letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal, TypeAlias

from backprop_tutor.formula.nodes import Call, Formula
from backprop_tutor.formula.signature import Signature
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, is_written
from backprop_tutor.graph.op import Forward, Op
from backprop_tutor.text import COMMA, T

Shape: TypeAlias = tuple[int, ...]
Ranges: TypeAlias = tuple[range, ...]
Needs: TypeAlias = "Callable[[Shape, int | None], tuple[Ranges, ...] | None]"
"""A function of an index and an argument: the parts of the result and of each input that the formula of that element
of the result takes (argument None), or the formula of what is sent back to that element of the argument. None where it
takes too much to be written.
"""
Kind = Literal["elementwise", "linear", "selection", "joint"]
"""How an operation looks to a reader: elementwise, sums of products, numbers moved, all at once."""


class ShapeError(ValueError):
    """Raised for arrays that do not fit: a sentence with both shapes. `step` is the part of the formula that it is
    about.
    """

    def __init__(self, message: T, step: Formula | None = None) -> None:
        super().__init__(message.en)
        self.message, self.step = message, step


@frozen
class ArrayOp(Op):
    """An op of the tape over arrays of known shapes; `shape` is that of its result.

    An op that is `alone` has a name of its own in the definition it is a step of, and lines of its own in a lesson. `use`
    is the use it is bound to, or, of an elementwise op, `formula` its formula: what a program of it is written from.
    `rest` is how many places at the end of each side of an image no window reaches. A loss computed from z that takes the
    output a = f(z) as its last input, too, sends it dL/da; `by_output` computes its value from that alone. An op with
    `needs` writes one element of a large array from a few of the others: it computes with arrays of any lengths.
    """

    shape: Shape = ()
    kind: Kind = "joint"
    rules: tuple[T, ...] = ()
    alone: bool = False
    use: Use | None = None
    formula: Formula | None = None
    rest: Shape = ()
    by_output: Forward | None = None
    needs: Needs | None = None

    @property
    def slides(self) -> int:
        """How many axes its windows slide over; 0 where it has no windows."""
        return len(self.rest)

    @property
    def picks(self) -> bool:
        """Whether it takes one element of each window, the maximum."""
        return self.slides > 0 and self.taught_by is not None


@frozen
class Use:
    """One use of an operation: its arrays as formulas, their shapes, and its options as numbers."""

    call: Formula
    written: tuple[Formula, ...]
    shapes: tuple[Shape, ...]
    options: Mapping[str, float]
    sizes: tuple[int, ...] = ()

    def whole(self, name: str, default: int, least: int = 1) -> int:
        """An option that is a whole number of at least `least`. Raises ShapeError for another."""
        value = self.options.get(name, default)
        if value != int(value) or value < least:
            raise ShapeError(WHOLE.format(option=name, least=least, came=f"{value:g}"), self.call)
        return int(value)

    def axis(self, rank: int, default: int | None = None) -> int | None:
        """The axis of the option, from the end of (own axes, examples); None where none is named. Raises ShapeError."""
        number = self.options.get("axis", default)
        if number is None:
            return None
        if number == 0:
            raise ShapeError(AXIS_ZERO, self.call)
        if number != int(number) or not (number == -1 or 1 <= number <= rank):
            raise ShapeError(NO_AXIS.format(axis=f"{number:g}", shape=words(self.shapes[0])), self.call)
        return -2 if number == -1 else int(number) - rank - 2

    def refuse(self, message: T, **holes: object) -> ShapeError:
        """Makes the error with this `message` about this use, with its arrays and their shapes in words."""
        named = {f"array{i}": _named(part) for i, part in enumerate(self.written, start=1)}
        shapes = {f"shape{i}": words(shape) for i, shape in enumerate(self.shapes, start=1)}
        return ShapeError(message.format(call=_named(self.call), **named, **shapes, **holes), self.call)


Bind: TypeAlias = Callable[[Use], ArrayOp]


@frozen
class Operation:
    """An entry of the table: its signature, its description, and how it is bound to one use of it.

    `rules` describes what flows back to each array it takes, with holes for the arrays and for the gradient ``{g}``.
    """

    signature: Signature
    text: T
    bind: Bind
    rules: tuple[T, ...] = ()

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.signature.name

    def bound(self, use: Use) -> ArrayOp:
        """The op of one use of it. Raises ShapeError where the arrays do not fit."""
        op = self.bind(use)
        return replace(op, rules=op.rules or self.rules, use=use)


@frozen
class Definition:
    """An operation that is defined by others: the formula of its call.

    ``check(call, shape_of)`` raises ShapeError where the arrays of a call would stretch silently; the shape is None where
    it is not known yet.
    """

    signature: Signature
    text: T
    expand: Callable[[Call], Formula]
    check: Callable[[Call, Callable[[Formula], Shape | None]], None] | None = None

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.signature.name


WHOLE = T(
    "{option} must be a whole number of at least {least}, not {came}",
    "{option} 必须是不小于 {least} 的整数，而不是 {came}",
)
AXIS_ZERO = T(
    "axes count from 1 here: axis=1 is the first, axis=-1 the last",
    "这里的轴从 1 数起：axis=1 是第一个，axis=-1 是最后一个",
)
NO_AXIS = T("there is no axis {axis}: the array is {shape}", "没有第 {axis} 个轴：这个数组是{shape}")


def words(shape: Shape) -> T:
    """A shape in words: a number, a list of 3, 2 by 3."""
    if not shape:
        return T("a number", "一个数")
    if len(shape) == 1:
        return T(f"a list of {shape[0]}", f"长 {shape[0]} 的列表")
    return T(" by ".join(map(str, shape)), f" {'×'.join(map(str, shape))} 的数组")


def only(indices: Sequence[int]) -> Ranges:
    """The part of an array that is one element."""
    return tuple(range(i, i + 1) for i in indices)


def listed(shapes: Sequence[Shape]) -> T:
    """Several shapes in words."""
    return T(*(COMMA[lang].join(words(shape)[lang] for shape in shapes) for lang in ("en", "zh")))


def _named(part: Formula) -> str:
    from backprop_tutor.formula.printing.plain import plain

    return plain(part)


def lifted(array: AnyArray, own: int, rank: int) -> AnyArray:
    """An array of `own` axes with axes of length 1 added before them, up to `rank`."""
    if own == rank:
        return array
    lead = array.ndim - own - 1
    return array.reshape(*array.shape[:lead], *(1,) * (rank - own), *array.shape[lead:])


def fitted(contribution: AnyArray, like: AnyArray, own: int, rank: int) -> AnyArray:
    """A contribution with `rank` own axes, summed over all axes along which its input was stretched.

    `like` is the input, with `own` axes; the examples are stretched where all of them share it.
    """
    missing = tuple(range(-rank - 1, -own - 1))
    if missing and is_written(contribution):  # the terms of an example stay together
        return fitted(contribution.sum(axis=missing), like, own, own)
    stretched = tuple(i for i in range(-own - 1, 0) if like.shape[i] == 1 != contribution.shape[i])
    if not missing and not stretched:
        return contribution
    summed: AnyArray = contribution.sum(axis=(*missing, *stretched), keepdims=True)
    return summed.reshape(*summed.shape[: -rank - 1], *summed.shape[-own - 1 :]) if missing else summed


def over_examples(contribution: AnyArray, like: AnyArray) -> AnyArray:
    """A contribution summed over the examples where all of them share its input."""
    return contribution.sum(axis=-1, keepdims=True) if like.shape[-1] == 1 != contribution.shape[-1] else contribution


def share(g: AnyArray, count: int) -> AnyArray:
    """g/count: for formulas as an exact fraction of each."""
    return g * Fraction(1, count) if is_written(g) else g / count
