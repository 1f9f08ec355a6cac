"""Operations that move numbers without changing them: reshaping, transposing, joining, picking, looking up.

Forward maps each place of the output to an element of the input; backward returns each gradient to the place its number
was taken from, added up where an element was taken more than once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_tutor.formula.nodes import Index
from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.operation import ArrayOp, Operation, Shape, ShapeError, Use, over_examples
from backprop_tutor.text import T

COUNTS = T(
    "{call}: {array1} is {shape1} and has {have} numbers; {sizes} has room for {wanted}",
    "{call}：{array1} 是{shape1}，共 {have} 个数；{sizes} 能放 {wanted} 个",
)
NO_SIZES = T(
    "{call}: the new lengths are missing: reshape({array1}, 2, 3)", "{call}：缺少新的长度：reshape({array1}, 2, 3)"
)
BAD_SIZE = T("{call}: a length is a whole number of at least 1", "{call}：长度是不小于 1 的整数")
NOT_TRANSPOSED = T(
    "{call}: {array1} is {shape1}; a transpose exchanges rows and columns of a matrix",
    "{call}：{array1} 是{shape1}；转置只交换矩阵的行与列",
)
NOT_JOINED = T(
    "{call}: {array1} is {shape1} and {other} is {shape}; only along axis {axis} may they differ",
    "{call}：{array1} 是{shape1}，{other} 是{shape}；只有沿第 {axis} 个轴才可以不同",
)
NOT_STACKED = T(
    "{call}: {array1} is {shape1} and {other} is {shape}; what is stacked must be of one shape",
    "{call}：{array1} 是{shape1}，{other} 是{shape}；要叠在一起的形状必须相同",
)
NUMBERS_JOINED = T(
    "{call}: {array1} is {shape1}; numbers are put together by stack(...)",
    "{call}：{array1} 是{shape1}；单个的数用 stack(...) 合并",
)
TOO_MANY_PLACES = T(
    "{call}: {array1} is {shape1}, so at most {axes} places can stand in the brackets",
    "{call}：{array1} 是{shape1}，方括号里最多 {axes} 个位置",
)
OUT_OF_RANGE = T(
    "{call}: {array1} is {shape1}; along axis {axis} there are elements 1 to {length}, not {place}",
    "{call}：{array1} 是{shape1}；第 {axis} 个轴上有第 1 到第 {length} 个元素，没有第 {place} 个",
)
TABLE = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; a table of rows is looked up by a number or a list of numbers",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；查表需要一个行表，以及一个编号或编号列表",
)


def _moved(shape: Shape, there: Any, back: Any, name: str) -> ArrayOp:
    """An op that gives every element one new place, and returns the gradient to its old one."""
    return ArrayOp(
        name=name, arguments=("x",), forward=there, vjp=lambda g, _, x: (back(g),), shape=shape, kind="selection"
    )


TAKEN_BACK = T("{g}, each element to the place it was taken from", "{g}，每个元素回到它原来的位置")


def _reshaped(use: Use, shape: Shape, name: str) -> ArrayOp:
    own = use.shapes[0]

    def to(new: Shape, old: Shape) -> Any:
        return lambda x: x.reshape(*x.shape[: x.ndim - len(old) - 1], *new, x.shape[-1])

    return _moved(shape, to(shape, own), to(own, shape), name)


def _reshape(use: Use) -> ArrayOp:
    if not use.sizes:
        raise use.refuse(NO_SIZES)
    if min(use.sizes) < 1:
        raise use.refuse(BAD_SIZE)
    have, wanted = (int(np.prod(shape, initial=1)) for shape in (use.shapes[0], use.sizes))
    if have != wanted:
        raise use.refuse(COUNTS, have=have, wanted=wanted, sizes=" x ".join(map(str, use.sizes)))
    return _reshaped(use, use.sizes, "reshape")


def _flatten(use: Use) -> ArrayOp:
    return _reshaped(use, (int(np.prod(use.shapes[0], initial=1)),), "flatten")


def _transpose(use: Use) -> ArrayOp:
    own = use.shapes[0]
    if len(own) > len(("rows", "columns")):
        raise use.refuse(NOT_TRANSPOSED)
    if len(own) < len(("rows", "columns")):
        return _reshaped(use, own, "transpose")
    return _moved(own[::-1], lambda x: x.swapaxes(-2, -3), lambda g: g.swapaxes(-2, -3), "transpose")


def _concat(use: Use) -> ArrayOp:
    first = use.shapes[0]
    if not first:
        raise use.refuse(NUMBERS_JOINED)
    axis = use.axis(len(first), default=1)
    assert axis is not None, "there is a default"
    seat = axis + 1 + len(first)
    for other, shape in zip(use.written, use.shapes, strict=True):
        if len(shape) != len(first) or shape[:seat] + shape[seat + 1 :] != first[:seat] + first[seat + 1 :]:
            raise _unlike(use, NOT_JOINED, other, shape, axis=seat + 1)
    lengths = [shape[seat] for shape in use.shapes]
    ends = [sum(lengths[:i]) for i in range(1, len(lengths))]

    def forward(*parts: AnyArray) -> AnyArray:
        return np.concatenate(_alike(parts), axis=axis)

    def vjp(g: AnyArray, _: AnyArray, *parts: AnyArray) -> tuple[AnyArray, ...]:
        return tuple(map(over_examples, np.split(g, ends, axis=axis), parts))

    shape = (*first[:seat], sum(lengths), *first[seat + 1 :])
    return ArrayOp(name="concat", arguments=_numbered(use), forward=forward, vjp=vjp, shape=shape, kind="selection")


def _stack(use: Use) -> ArrayOp:
    first = use.shapes[0]
    for other, shape in zip(use.written, use.shapes, strict=True):
        if shape != first:
            raise _unlike(use, NOT_STACKED, other, shape)
    axis = use.axis(len(first) + 1, default=1)
    assert axis is not None, "there is a default"

    def forward(*parts: AnyArray) -> AnyArray:
        return np.stack(_alike(parts), axis=axis)

    def vjp(g: AnyArray, _: AnyArray, *parts: AnyArray) -> tuple[AnyArray, ...]:
        return tuple(over_examples(np.take(g, i, axis=axis), part) for i, part in enumerate(parts))

    seat = axis + 2 + len(first)
    return ArrayOp(
        name="stack",
        arguments=_numbered(use),
        forward=forward,
        vjp=vjp,
        shape=(*first[:seat], len(use.shapes), *first[seat:]),
        kind="selection",
    )


def _unlike(use: Use, message: T, other: Any, shape: Shape, **holes: object) -> ShapeError:
    from backprop_tutor.formula.printing.plain import plain
    from backprop_tutor.graph.ops.operation import words

    return use.refuse(message, other=plain(other), shape=words(shape), **holes)


def _alike(parts: Sequence[AnyArray]) -> list[AnyArray]:
    """Repeats arrays that all examples or all hypotheses share, so that they can be joined with the others."""
    rank = max(part.ndim for part in parts)
    examples = max(part.shape[-1] for part in parts)
    leads = [part.shape[: part.ndim - _least(parts)] for part in parts]
    lead = np.broadcast_shapes(*leads) if rank > _least(parts) else ()
    return [np.broadcast_to(p, (*lead, *p.shape[p.ndim - _least(parts) : -1], examples)) for p in parts]


def _numbered(use: Use) -> tuple[str, ...]:
    """The names of any number of inputs: x1, x2, ..."""
    return tuple(f"x{i}" for i in range(1, len(use.shapes) + 1))


def _least(parts: Sequence[AnyArray]) -> int:
    return min(part.ndim for part in parts)


def _index(use: Use) -> ArrayOp:
    """``x[2]``, ``x[1,3]``, ``x[2:3]``: a number removes its axis, a range keeps it."""
    own, places = use.shapes[0], use.call.places if isinstance(use.call, Index) else ()
    if len(places) > len(own):
        raise use.refuse(TOO_MANY_PLACES, axes=len(own))
    for axis, (place, length) in enumerate(zip(places, own, strict=False), start=1):
        last = place[1] if isinstance(place, tuple) else place or 0
        if last > length:
            raise use.refuse(OUT_OF_RANGE, axis=axis, length=length, place=last)
    chosen = tuple(
        slice(None) if p is None else slice(p[0] - 1, p[1]) if isinstance(p, tuple) else p - 1 for p in places
    )
    rest = (slice(None),) * (len(own) - len(places) + 1)
    where = (..., *chosen, *rest)
    left = [_length(place, length) for place, length in zip(places, own, strict=False)]
    shape = (*(n for n in left if n is not None), *own[len(places) :])

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray) -> tuple[AnyArray, ...]:
        lead = g.shape[: g.ndim - len(shape) - 1]
        whole = np.zeros_like(g, shape=(*lead, *own, g.shape[-1]))
        whole[where] = g
        return (whole,)

    return ArrayOp(name="index", arguments=("x",), forward=lambda x: x[where], vjp=vjp, shape=shape, kind="selection")


def _length(place: Any, length: int) -> int | None:
    """The new length of an axis; none where a single element is taken."""
    return length if place is None else place[1] - place[0] + 1 if isinstance(place, tuple) else None


def _embedding(use: Use) -> ArrayOp:
    table, ids = use.shapes
    if len(table) != len(("rows", "units")) or len(ids) > 1:
        raise use.refuse(TABLE)
    ids_axes = len(ids)

    def chosen(ids: Array) -> AnyArray:
        """1 where a position takes a row of the table, else 0: (..., positions, rows, examples)."""
        return (ids[..., None, :] == np.arange(1, table[0] + 1)[:, None]).astype(int)  # type: ignore[no-any-return]

    def picked(E: AnyArray, ids: Array) -> AnyArray:
        if E.shape[-1] == 1 and ids.ndim == ids_axes + 1:
            return np.moveaxis(E[..., 0][..., (ids - 1).astype(int), :], -1, -2)
        taken = by_position(chosen(ids))
        rows = (taken[..., :, :, None, :] * E[..., None, :, :, :]).sum(axis=-3)
        return rows if ids_axes else rows[..., 0, :, :]  # type: ignore[no-any-return]

    def by_position(array: AnyArray) -> AnyArray:
        return array if ids_axes else array[..., None, :, :]

    def returned(g: AnyArray, E: AnyArray, ids: Array) -> AnyArray:
        """The gradient of the table: each row gets the sum over every position that looked it up."""
        taken, sent = by_position(chosen(ids)), by_position(g)
        return over_examples((taken[..., :, :, None, :] * sent[..., :, None, :, :]).sum(axis=-4), E)

    def taught_by(values: Sequence[Array]) -> Op:
        ids = values[1]
        return Op(
            name="embedding",
            arguments=("E", "ids"),
            forward=lambda E, _: picked(E, ids),
            vjp=lambda g, _, E, __: (returned(g, E, ids), None),
        )

    return ArrayOp(
        name="embedding",
        arguments=("E", "ids"),
        forward=picked,
        vjp=lambda g, _, E, ids: (returned(g, E, ids), None),
        shape=(*ids, table[1]),
        kind="selection",
        taught_by=taught_by,
        whole=((1, table[0]),),
    )


def _one_hot(use: Use) -> ArrayOp:
    count = use.whole("n", 1)

    def forward(ids: Array) -> Array:
        return (ids[..., None, :] == np.arange(1, count + 1)[:, None]).astype(float)  # type: ignore[no-any-return]

    def taught_by(values: Sequence[Array]) -> Op:
        exact = forward(values[0]).astype(int).astype(object)
        return Op(name="one_hot", arguments=("id",), forward=lambda _: exact, vjp=lambda g, _, __: (None,))

    return ArrayOp(
        name="one_hot",
        arguments=("id",),
        forward=forward,
        vjp=lambda g, _, ids: (None,),
        shape=(*use.shapes[0], count),
        kind="selection",
        taught_by=taught_by,
        whole=((0, count),),
    )


INDEX = Operation(
    Signature("index", ("x",)),
    T("elements by their numbers, x[2], x[1,3], x[2:3]", "按编号取元素：x[2]、x[1,3]、x[2:3]"),
    _index,
    (T("{g}, to the elements that were taken; 0 to all others", "{g}，给被取出的元素；其余为 0"),),
)

SHAPING = (
    Operation(Signature("transpose", ("A",)), T("rows as columns, A.T", "行列互换 A.T"), _transpose, (TAKEN_BACK,)),
    Operation(
        Signature("reshape", ("x",), sizes=True),
        T("the same numbers in reading order under new lengths", "同样的数按阅读顺序排成新的形状"),
        _reshape,
        (TAKEN_BACK,),
    ),
    Operation(
        Signature("flatten", ("x",)),
        T("all numbers in reading order as one list", "所有的数按阅读顺序排成一列"),
        _flatten,
        (TAKEN_BACK,),
    ),
    Operation(
        Signature("concat", ("x",), ("axis",), many=True),
        T("arrays one behind the other along an axis (the first)", "沿一个轴（默认第一个）把数组首尾相接"),
        _concat,
        (TAKEN_BACK,),
    ),
    Operation(
        Signature("stack", ("x",), ("axis",), many=True),
        T("arrays of one shape along a new axis (the first)", "把同形状的数组沿新轴（默认第一个）叠起来"),
        _stack,
        (TAKEN_BACK,),
    ),
    Operation(
        Signature("embedding", ("E", "ids")),
        T("the rows of E by their numbers, from 1", "按编号（从 1 数起）取 E 的行"),
        _embedding,
        (
            T(
                "{g}: each row the sum of what came back to every position that took it; rows that nobody took get 0",
                "{g}：每一行得到所有取用它的位置传回的量之和；没被取用的行为 0",
            ),
            T("nothing", "无"),
        ),
    ),
    Operation(
        Signature("one_hot", ("id",), ("n",), 1),
        T("n zeros with a 1 at the id, from 1", "n 个数：在编号处（从 1 数起）为 1，其余为 0"),
        _one_hot,
        (T("nothing", "无"),),
    ),
)
