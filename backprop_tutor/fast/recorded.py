"""Arrays that write down what NumPy computes with them: the rules of a graph, fed these, write its program.

A `Recorded` array stands for an array that every update computes anew; it carries the numbers of one update, so that
shapes and views are NumPy's own. Whatever is computed from it is a `Recorded` again, what is computed from constants is
a constant, and what is computed twice is there once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, pairwise
from math import prod
from typing import Any, TypeAlias

from numpy.lib.mixins import NDArrayOperatorsMixin

from backprop_tutor.fast.side_by_side import in_memory, is_same
from backprop_tutor.graph.array import AnyArray, np

Make: TypeAlias = Callable[..., Any]
ONE = 1.0
MATRIX = 2
SMALL = 4096
"""Constants of up to so many numbers are recognised by their numbers."""


class NotRecordedError(Exception):
    """Raised where a rule decides by the numbers, which no list of calls can."""


class Recorded(NDArrayOperatorsMixin):
    """The array ``make(*inputs, **options)``; one without `make` is filled in before each update.

    `number` counts what was recorded in its order.
    """

    __array_priority__ = 1000
    __hash__ = object.__hash__

    def __init__(
        self, book: Book, value: AnyArray, make: Make | None = None, inputs: tuple[Any, ...] = (), **options: Any
    ) -> None:
        self.book, self.value, self.make, self.inputs, self.options = book, value, make, inputs, options
        self.number = next(book.numbers)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        shape: tuple[int, ...] = self.value.shape
        return shape

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of its elements."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its elements."""
        return self.value.dtype

    @property
    def T(self) -> Any:
        """Its transpose."""
        return self.book.add(np.transpose, self)

    def __bool__(self) -> bool:
        raise NotRecordedError

    def __len__(self) -> int:
        return len(self.value)

    def __array__(self, *_: Any, **__: Any) -> AnyArray:
        raise NotRecordedError

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "reduce":
            return self.book.reduced(ufunc, *inputs, **options)
        if method != "__call__" or "out" in options:
            raise NotRecordedError
        return self.book.applied(ufunc, inputs)

    def __array_function__(self, function: Make, _: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        match function:
            case np.any:
                return bool(np.any(*map(number_of, inputs)))
            case np.ndim | np.shape | np.size:
                return function(*map(number_of, inputs))
            case np.where:
                return self.book.chosen(*inputs)
            case np.zeros_like:
                return Placed(self.book, np.zeros(options.get("shape", self.shape), self.dtype))
            case np.ones_like:
                return np.ones(options.get("shape", self.shape), self.dtype)
            case np.split:
                return self.book.split(*inputs, **options)
            case _:
                return self.book.add(function, *inputs, **options)

    def __getitem__(self, place: Any) -> Any:
        return self.book.add(taken, self, place)

    def reshape(self, *shape: int) -> Any:
        """The same elements under other lengths."""
        return self if shape == self.shape else self.book.add(np.reshape, self, self.value.reshape(shape).shape)

    def swapaxes(self, first: int, second: int) -> Any:
        """Two axes exchanged."""
        return self.book.add(np.swapaxes, self, first, second)

    def squeeze(self, axis: Any = None) -> Any:
        """Without axes of length 1."""
        return self.book.add(np.squeeze, self, axis)

    def astype(self, kind: Any) -> Any:
        """The elements as another type."""
        return self.book.add(np.astype, self, np.dtype(kind))

    def dot(self, other: Any) -> Any:
        """The product of two matrices."""
        return self.book.applied(np.matmul, (self, other))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The sum over axes."""
        return self.book.reduced(np.add, self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The largest along axes."""
        return self.book.reduced(np.maximum, self, axis=axis, keepdims=keepdims)

    def prod(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The product over axes."""
        return self.book.reduced(np.multiply, self, axis=axis, keepdims=keepdims)

    def argmax(self, axis: int) -> Any:
        """Where along an axis the first of the largest is."""
        return self.book.add(np.argmax, self, axis)


class Placed(Recorded):
    """Zeros that can be changed in place; `latest` is the array that they have become.

    `filled` says which elements were put in already: the others are 0.
    """

    def __init__(self, book: Book, value: AnyArray) -> None:
        super().__init__(book, value)
        self.latest = Recorded(book, value, np.zeros)
        self.filled = np.zeros(value.shape, bool)
        self.parts: list[tuple[Any, Any]] = []

    def __getitem__(self, place: Any) -> Any:
        if not self.filled[place].any():
            return np.zeros(self.value[place].shape)
        return self.book.add(taken, self.latest, place)

    def __setitem__(self, place: Any, part: Any) -> None:
        is_new = not self.filled[place].any()
        value = self.value.copy()
        value[place] = number_of(part)
        self.latest = Recorded(self.book, value, put, (self.latest, place, part), is_new=is_new)
        self.value, self.filled[place] = value, True
        self.parts.append((place, part))

    def is_apart_from(self, other: Placed) -> bool:
        """Whether nothing was put into the same places of both."""
        return self.shape == other.shape and not (self.filled & other.filled).any()

    def with_parts_of(self, other: Placed) -> Placed:
        """The sum with zeros that have parts elsewhere."""
        both = Placed(self.book, np.zeros_like(self.value))
        for place, part in (*self.parts, *other.parts):
            both[place] = part
        return both


def put(whole: Any, place: Any, part: Any) -> None:
    """Puts a part into an array, in place."""
    whole[place] = part


def taken(array: Any, place: Any) -> Any:
    """``array[place]`` as a function."""
    return array[place]


def number_of(given: Any) -> Any:
    """The numbers of a recorded array; anything else as it is."""
    if isinstance(given, Recorded):
        return given.value
    return type(given)(map(number_of, given)) if isinstance(given, (tuple, list)) else given


def latest(given: Any) -> Any:
    """A recorded array, or several, as they are now, whatever is put into them later."""
    if isinstance(given, (tuple, list)):
        return type(given)(map(latest, given))
    return given.latest if isinstance(given, Placed) else given


class Book:
    """All that was computed, each result once."""

    def __init__(self) -> None:
        self.numbers = count()
        self._known: dict[Any, Any] = {}
        self._kept: list[Any] = []

    def given(self, array: AnyArray) -> Recorded:
        """An array that is filled in before each update."""
        return Recorded(self, array)

    def add(self, make: Make, *inputs: Any, **options: Any) -> Any:
        """The result of a call, made once."""
        inputs = latest(inputs)
        key = (make, *map(self._identity, inputs), repr(options))
        if key not in self._known:
            value = np.asarray(make(*map(number_of, inputs), **options))
            same = next((each for each in _seen_from(inputs) if is_same(each.value, value)), None)
            self._known[key] = Recorded(self, value, make, inputs, **options) if same is None else same
        return self._known[key]

    def _identity(self, given: Any) -> Any:
        """A key of an argument: which array it is, or its value."""
        if isinstance(given, (tuple, list)):
            return tuple(map(self._identity, given))
        if isinstance(given, np.ndarray) and given.size <= SMALL:
            return given.shape, given.dtype.str, given.tobytes()
        if isinstance(given, (Recorded, np.ndarray)):
            self._kept.append(given)  # so that no other array gets its number
            return id(given)
        return repr(given)

    def applied(self, ufunc: np.ufunc, inputs: Sequence[Any]) -> Any:
        """A function element by element, or a product of matrices; what changes nothing is left out."""
        first, *others = inputs
        other = others[0] if others else None
        if ufunc is np.add and isinstance(first, Placed) and isinstance(other, Placed) and first.is_apart_from(other):
            return first.with_parts_of(other)
        match ufunc:
            case np.multiply if self._changes_nothing(first, other, 1):
                return first
            case np.multiply if self._changes_nothing(other, first, 1):
                return other
            case np.add if self._changes_nothing(first, other, 0):
                return first
            case np.add if self._changes_nothing(other, first, 0):
                return other
            case np.true_divide | np.subtract if self._changes_nothing(first, other, int(ufunc is np.true_divide)):
                return first
            case np.power if isinstance(other, float) and other in POWERS:
                return POWERS[other](first)
            case np.negative | np.true_divide | np.multiply if (
                scaled := self._scaled(ufunc, first, other)
            ) is not None:
                return scaled
            case np.add if isinstance(other, Recorded) and other.make is np.negative:
                return self.add(np.subtract, _as_array(first), *other.inputs)
        return self.add(ufunc, *map(_as_array, inputs))

    def _scaled(self, ufunc: np.ufunc, first: Any, other: Any) -> Any:
        """A number times the product with a constant, as the product with another constant; None where it is none."""
        array, factor = (first, other) if isinstance(first, Recorded) or ufunc is np.true_divide else (other, first)
        if not isinstance(array, Recorded) or isinstance(factor, Recorded) or np.size(factor) > 1:
            return None
        views: list[Recorded] = []
        while array.make is np.transpose:
            views, array = [array, *views], array.inputs[0]
        if array.make is not np.matmul or all(isinstance(each, Recorded) for each in array.inputs):
            return None
        factor = None if factor is None else np.reshape(factor, ())
        scaled = [each if isinstance(each, Recorded) else _times(ufunc, each, factor) for each in array.inputs]
        made = self.applied(np.matmul, scaled)
        for view in views:
            made = self.add(np.transpose, made, *view.inputs[1:])
        return made

    def _changes_nothing(self, array: Any, other: Any, neutral: int) -> bool:
        """Whether another operand is the neutral element everywhere, and makes the array no larger."""
        if not isinstance(array, Recorded) or isinstance(other, Recorded) or array.dtype != float:
            return False
        fits = np.broadcast_shapes(array.shape, np.shape(other)) == array.shape
        return fits and bool(np.all(np.equal(other, neutral)))

    def reduced(self, ufunc: np.ufunc, array: Any, axis: Any = None, keepdims: bool = False) -> Any:
        """A reduction along axes; one along axes of length 1 only drops them."""
        axes = tuple(range(array.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        axes = tuple(each % array.ndim for each in axes)
        shape = tuple(1 if i in axes else n for i, n in enumerate(array.shape) if keepdims or i not in axes)
        if prod(array.shape[i] for i in axes) == 1:
            return array.reshape(*shape)
        if array.ndim >= MATRIX:
            faster = self._along(ufunc, array, axes)
            if faster is not None:
                return faster if keepdims else faster.reshape(*shape)
        return self.add(ufunc.reduce, array, axes, None, None, keepdims)

    def _along(self, ufunc: np.ufunc, array: Recorded, axes: tuple[int, ...]) -> Any:
        """A reduction along axes that keeps them, by something faster; None where there is nothing.

        A sum is a product with ones where it goes along the last axes in memory, or along the first or the last but
        one; a maximum along the last is one along the first of a copy.
        """
        order = in_memory(array.value)
        turned, places = self.add(np.transpose, array, order), sorted(map(order.index, axes))
        lead, last = array.ndim - len(axes), array.ndim - 1
        place, size = places[0], prod(array.shape[axis] for axis in axes)
        made = None
        if ufunc is np.add and place == lead:
            before = turned.shape[:lead]
            ones = np.ones((size, 1))
            made = self.applied(np.matmul, (turned.reshape(*before, size), ones)).reshape(*before, *(1,) * len(axes))
        elif len(axes) > 1:
            return self._one_by_one(array, axes) if ufunc is np.add else None
        elif ufunc is np.add and place == last - 1:
            made = self.applied(np.matmul, (np.ones((1, size)), turned))
        elif ufunc is np.add and place == 0:
            rows = turned.reshape(size, -1)
            made = self.applied(np.matmul, (np.ones((1, size)), rows)).reshape(1, *turned.shape[1:])
        elif ufunc is np.maximum and place == last:
            copy = self.add(np.ascontiguousarray, self.add(np.moveaxis, turned, last, 0))
            made = self.add(np.moveaxis, self.add(ufunc.reduce, copy, (0,), None, None, True), 0, last)
        return None if made is None else self.add(np.transpose, made, tuple(map(order.index, range(array.ndim))))

    def _one_by_one(self, array: Any, axes: Iterable[int]) -> Any:
        """The sum along axes that are not side by side in memory."""
        for axis in axes:
            array = self.reduced(np.add, array, axis, keepdims=True)
        return array

    def chosen(self, condition: Any, then: Any, otherwise: Any) -> Any:
        """``np.where``, more simply where one knows more."""
        if not isinstance(condition, Recorded):
            if not np.any(condition):
                return otherwise
            if not isinstance(then, Recorded) and np.all(np.equal(then, 0)):
                return self.applied(np.multiply, (otherwise, np.where(condition, 0.0, 1.0)))
            if not isinstance(otherwise, Recorded) and np.all(np.equal(otherwise, -np.inf)):
                return self.applied(np.add, (then, np.where(condition, 0.0, otherwise)))
            if not isinstance(otherwise, Recorded) and np.all(np.equal(otherwise, 0)):
                return self.applied(np.multiply, (then, np.where(condition, 1.0, 0.0)))
        if isinstance(then, float) and isinstance(otherwise, float) and (then, otherwise) == (1, 0):
            return condition.astype(float)
        if (
            isinstance(otherwise, float)
            and otherwise == 0
            and isinstance(condition, Recorded)
            and condition.make is np.greater
        ):
            of, bound = condition.inputs
            if of is then and np.ndim(bound) == 0 and bound == 0:
                return self.applied(np.maximum, (then, 0.0))
        return self.add(np.where, condition, _as_array(then), _as_array(otherwise))

    def split(self, array: Recorded, ends: Sequence[int], axis: int) -> list[Any]:
        """The parts of an array between some ends."""
        lead, bounds = axis % array.ndim, (0, *ends, array.shape[axis])
        return [array[(slice(None),) * lead + (slice(a, b),)] for a, b in pairwise(bounds)]


def _times(ufunc: np.ufunc, constant: AnyArray, factor: Any) -> AnyArray:
    return np.negative(constant) if factor is None else ufunc(constant, factor)


def _as_array(given: Any) -> Any:
    """A number as an array, so that no call has to make one; the same number many times as that number."""
    if isinstance(given, (float, int)):
        return _constant(float(given))
    if isinstance(given, np.ndarray) and not all(given.strides):
        return np.ascontiguousarray(given)  # one that is stretched
    return given


def _seen_from(inputs: tuple[Any, ...]) -> Iterator[Recorded]:
    """The arrays that a view may be the same as: what it is of, and what that is a view of."""
    array = inputs[0] if inputs else None
    while isinstance(array, Recorded):
        yield array
        array = array.inputs[0] if array.inputs and array.make not in (put, np.zeros) else None


_CONSTANTS: dict[float, AnyArray] = {}


def _constant(number: float) -> AnyArray:
    return _CONSTANTS.setdefault(number, np.array(number))


POWERS: dict[float, Make] = {
    0.0: lambda x: np.ones(x.shape),
    1.0: lambda x: x,
    2.0: lambda x: x * x,
    0.5: np.sqrt,
    -0.5: lambda x: ONE / np.sqrt(x),
    -1.0: lambda x: ONE / x,
    -1.5: lambda x: ONE / (x * np.sqrt(x)),
}
"""Powers that are computed faster than by `np.power`."""


def is_reduction(array: Recorded) -> bool:
    """Whether an array is a sum, a product or a maximum along axes."""
    return getattr(array.make, "__name__", "") == "reduce"


def uses_of(order: Iterable[Recorded]) -> Counter[int]:
    """How often each array is used, by its identity."""
    return Counter(id(each) for one in order for each in made_of(one))


def made_of(array: Recorded) -> Iterator[Recorded]:
    """The recorded arrays that an array is made of."""
    stack: list[Any] = list(reversed(array.inputs))
    while stack:
        each = stack.pop()
        if isinstance(each, Recorded):
            yield each
        elif isinstance(each, (tuple, list)):
            stack += reversed(each)


def in_order(wanted: Iterable[Recorded]) -> Iterator[Recorded]:
    """The wanted arrays and all that they are made of, each after those it is made of."""
    seen: set[int] = set()
    stack: list[tuple[Recorded, bool]] = [(each, False) for each in reversed(list(wanted))]
    while stack:
        array, done = stack.pop()
        if done:
            yield array
        elif id(array) not in seen:
            seen.add(id(array))
            stack.append((array, True))
            stack += [(each, False) for each in reversed(list(made_of(array)))]
