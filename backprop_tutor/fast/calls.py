"""Recorded arrays as a list of calls, each of which writes into an array that already exists.

Every array has its buffer. A view (a transpose, a part, another shape) is taken once, when the list is made; what
remains to be called are the computations, with their `out`. Computations that are alike lie side by side in memory, so
that those that do not depend on each other become one call over all of them: the gates of a cell, the heads of an
attention, the same line of every step. A sum of products over steps is one product of the steps side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import inf
from typing import Any, TypeAlias

from backprop_tutor.fast.layer_arrays import Call
from backprop_tutor.fast.pieces import Piece, together
from backprop_tutor.fast.recorded import MATRIX, Recorded, in_order, is_reduction, made_of, put, taken, uses_of
from backprop_tutor.fast.side_by_side import (
    Room,
    address,
    equally_spaced,
    in_order_of_memory,
    is_same,
    side_by_side,
    stacked,
)
from backprop_tutor.fast.sums import contracted, join_sums, summed
from backprop_tutor.graph.array import AnyArray, np

MOST_JOINED = 2000
"""Of more computations than this, none are joined: it would take longer than it saves."""

Homes: TypeAlias = Sequence[tuple[Recorded, AnyArray]]
ZERO = np.array(0.0)


class Calls:
    """The calls that compute recorded arrays, and their buffers."""

    def __init__(self, wanted: Homes, begin: Homes, forward: float = inf, kept: Sequence[Recorded] = ()) -> None:
        """Each of the `wanted` arrays is written into the buffer beside it; `begin` has those to start from.

        The arrays of the forward pass have numbers up to `forward`; those of the backward pass come in reverse order.
        Those that are `kept` are computed as well, and all lie in `room`.
        """
        self._forward = forward
        ends = [*(array for array, _ in wanted), *kept]
        join_sums(ends)
        self._order = list(in_order(ends))
        self._kept = {id(each) for array in kept for each in _views_of(array)}
        self.room = Room(sum(array.size for array in self._order if id(array) in self._kept))
        self._uses = uses_of(self._order)
        self._homes: dict[int, AnyArray] = {}
        for array, buffer in wanted:
            source = _source(array)
            if source.size == buffer.size and not self._is_read_later(source, buffer, begin):
                self._homes.setdefault(id(source), buffer.reshape(source.shape))
        self._buffers = {id(array): buffer for array, buffer in begin}
        self._views: set[int] = set()
        self._gathered: dict[tuple[int, ...], AnyArray] = {}
        self.calls: list[Call] = []
        self._lay_out()
        for group, piece in self._grouped():
            self._call(group, piece)
        for array, buffer in wanted:
            if not is_same(self._buffers[id(array)], buffer):
                self.calls.append((np.copyto, (buffer, self._buffers[id(array)])))

    def buffer(self, array: Recorded) -> AnyArray:
        """The buffer of an array: to be filled in before an update where nothing makes it."""
        return self._buffers.setdefault(id(array), np.empty_like(array.value))

    def _room_of(self, array: Recorded) -> Room | None:
        return self.room if id(array) in self._kept else None

    def _is_read_later(self, array: Recorded, buffer: AnyArray, begin: Homes) -> bool:
        """Whether the old numbers of a buffer may be read after the new ones are there."""
        before = next((old for old, same in begin if same is buffer), None)
        if before is None:
            return False
        needed = {id(each) for each in in_order([array])}
        return any(id(one) not in needed for one in self._order for used in made_of(one) if used is before)

    # ---- where every array lies

    def _lay_out(self) -> None:
        """A buffer or a view for every array."""
        self._lay_out_zeros()
        alike: dict[Any, list[Recorded]] = defaultdict(list)
        for array, kind in zip(self._order, kinds(self._order), strict=True):
            if isinstance(array.make, np.ufunc) or is_reduction(array):
                alike[kind, id(array) in self._kept].append(array)
        self._alike: list[list[Recorded]] = []
        seats: dict[int, AnyArray] = {}
        for group in alike.values():
            group.sort(key=lambda array: array.number if array.number < self._forward else -array.number)
            free = [array for array in group if id(array) not in self._homes]
            places = side_by_side(free[0].value, len(free), self._room_of(free[0])) if free else []
            seats |= {id(array): seat for array, seat in zip(free, places, strict=True)}
            self._alike.append(group)
        for array in self._order:
            if id(array) not in self._buffers:
                self._buffers[id(array)] = self._laid_out(array, seats)

    def _laid_out(self, array: Recorded, seats: Mapping[int, AnyArray]) -> AnyArray:
        view = self._view(array)
        if view is not None:
            self._views.add(id(array))
            return view
        home = self._homes.get(id(array), seats.get(id(array)))
        return side_by_side(array.value, 1, self._room_of(array))[0] if home is None else home

    def _view(self, array: Recorded) -> AnyArray | None:
        """The array as a view of the one that it is made of; None where it is none."""
        if array.make is None or isinstance(array.make, np.ufunc) or is_reduction(array) or array.make in OWN_CALLS:
            return None
        first, *others = array.inputs
        if not isinstance(first, Recorded) or len(list(made_of(array))) != 1:
            return None
        buffer = self._buffers[id(first)]
        made = array.make(buffer, *others, **array.options)
        return made if np.may_share_memory(made, buffer) else None

    def _lay_out_zeros(self) -> None:
        """The buffers that parts are put into, and where each part is at home; they are cleared where parts overlap."""
        roots: dict[int, Recorded] = {}
        self._cleared: set[int] = set()
        for array in self._order:
            if array.make is np.zeros:
                roots[id(array)] = array
                room = self._room_of(array)
                self._buffers[id(array)] = np.empty(array.shape) if room is None else room.empty(array.shape)
                self._buffers[id(array)][...] = 0.0
            elif array.make is put:
                root = roots[id(array)] = roots[id(array.inputs[0])]
                self._buffers[id(array)] = self._buffers[id(root)]
                if not array.options["is_new"]:
                    self._cleared.add(id(root))
        for array in self._order:
            if array.make is put:
                before, place, part = array.inputs
                if not isinstance(part, Recorded) or self._uses[id(part)] > 1 or id(part) in self._kept:
                    continue
                is_new = array.options["is_new"] and id(roots[id(array)]) not in self._cleared
                if is_new or (part.make is np.add and _is_part(part.inputs[0], before, place)):
                    self._homes.setdefault(id(part), self._buffers[id(array)][place])

    # ---- what is called together

    def _grouped(self) -> Iterator[tuple[list[Recorded], Piece | None]]:
        """The computations in an order in which they can be called, those that are one call together."""
        called = [array for array in self._order if array.make is not None and id(array) not in self._views]
        place = {id(array): i for i, array in enumerate(called)}
        needs = [self._needed(array, place) for array in called]
        after = [0] * len(called)
        for i in range(len(called) - 1, -1, -1):
            for j in needs[i]:
                after[j] |= after[i] | 1 << i
        self._pieces: dict[int, Piece] = {}
        few = len(called) <= MOST_JOINED
        group_of = {i: run for group in self._alike if few for run in self._runs(group, place, after) for i in run}
        done: set[int] = set()
        for i in range(len(called)):
            yield from self._until(i, called, needs, group_of, done)

    def _until(
        self, i: int, called: list[Recorded], needs: list[set[int]], group_of: Mapping[int, list[int]], done: set[int]
    ) -> Iterator[tuple[list[Recorded], Piece | None]]:
        """What computation i still needs, and itself with its group."""
        stack = [i]
        while stack:
            here = stack[-1]
            group = group_of.get(here, [here])
            missing = [j for each in group for j in needs[each] if j not in done]
            if here in done:
                stack.pop()
            elif missing:
                stack += missing
            else:
                done.update(group)
                yield [called[each] for each in group], self._pieces.get(group[0])
                stack.pop()

    def _needed(self, array: Recorded, place: Mapping[int, int]) -> set[int]:
        """The computations that an array is made of, through views."""
        found: set[int] = set()
        stack = list(made_of(array))
        while stack:
            each = stack.pop()
            if id(each) in place:
                found.add(place[id(each)])
            elif each.make is not None:
                stack += made_of(each)
        return found

    def _runs(self, group: list[Recorded], place: Mapping[int, int], after: list[int]) -> Iterator[list[int]]:
        """The members of a group that become one call: none needs another, and they lie at equal distances.

        What became one call may become one with others like it: the gates of a step, then the steps.
        """
        pieces = [self._piece(array, place[id(array)]) for array in group]
        whole = list(together(pieces, after))
        sizes = {len(piece.members) for piece in whole}
        for size in sizes:
            yield from (
                self._noted(piece)
                for piece in together([each for each in whole if len(each.members) == size], after)
                if len(piece.members) > 1
            )

    def _noted(self, piece: Piece) -> list[int]:
        self._pieces[piece.members[0]] = piece
        return piece.members

    def _piece(self, array: Recorded, place: int) -> Piece:
        constant = [not isinstance(each, Recorded) for each in array.inputs]
        return Piece([place], list(map(self._buffer, array.inputs)), constant, self._buffers[id(array)], array)

    # ---- the calls

    def _buffer(self, given: Any) -> Any:
        if isinstance(given, Recorded):
            return self._buffers[id(given)]
        return type(given)(map(self._buffer, given)) if isinstance(given, (tuple, list)) else given

    def _call(self, group: list[Recorded], piece: Piece | None) -> None:
        if piece is None or not piece.is_worth_it:
            for array in group:
                self._one(self._piece(array, 0))
        else:
            self._one(piece)

    def _one(self, piece: Piece) -> None:
        array, inputs, out = piece.array, piece.inputs, piece.out
        if is_reduction(array):
            axes = tuple(axis + out.ndim - array.ndim for axis in inputs[1])
            self._add(array.make, inputs[0], axes, None, out, inputs[-1])
        elif array.make is np.matmul:
            left, right = inputs
            self._product(left, right, out)
        elif isinstance(array.make, np.ufunc):
            *inputs, out = in_order_of_memory(*inputs, out)
            if array.make in (np.maximum, np.minimum):
                self._add(partial(array.make, out=out), *inputs)
            else:
                self._add(array.make, *inputs, out)
        else:
            self._by_name(array, inputs, out)

    def _add(self, function: Any, *given: Any) -> None:
        self.calls.append((function, given))

    def _product(self, left: AnyArray, right: AnyArray, out: AnyArray) -> None:
        """A product of matrices: for two of them by `dot`, which is called in half the time."""
        if left.ndim > MATRIX and (right.ndim == MATRIX or right.shape[-MATRIX - 1] == 1):
            rows, into = _as_rows(left), _as_rows(out)
            if rows is not None and into is not None:
                left, out = rows, into
                right = right if right.ndim == MATRIX else right.squeeze(-MATRIX - 1)
        is_plain = left.ndim == right.ndim == MATRIX and out.flags.c_contiguous
        self._add(np.dot if is_plain else np.matmul, left, right, out)

    def _by_name(self, array: Recorded, inputs: list[Any], out: AnyArray) -> None:
        make = array.make
        match make:
            case np.zeros:
                if id(array) in self._cleared:
                    self._add(np.copyto, out, ZERO)
            case _ if make is put:
                _, place, part = array.inputs
                if self._homes.get(id(part)) is None or self._buffers[id(part)] is not self._homes[id(part)]:
                    self._add(np.copyto, out[place], inputs[2])
            case _ if make is summed:
                self._sum(inputs[0], out)
            case _ if make is contracted:
                self._contract(array, out)
            case np.where:
                condition, then, otherwise = inputs
                out[...] = np.broadcast_to(number(otherwise), out.shape)
                if isinstance(array.inputs[0], Recorded) or isinstance(array.inputs[2], Recorded):
                    self._add(np.copyto, out, otherwise)
                self._add(partial(np.copyto, where=condition), out, then)
            case np.reshape if out.flags.c_contiguous:
                self._add(np.copyto, out.reshape(inputs[0].shape), inputs[0])
            case np.ascontiguousarray:
                self._add(np.copyto, out, inputs[0])
            case np.astype:
                self._add(partial(np.copyto, casting="unsafe"), out, inputs[0])
            case np.concatenate | np.stack:
                joined: Any = make
                self._add(partial(joined, axis=array.options.get("axis", 0), out=out), inputs[0])
            case _:
                self._add(partial(_computed, make, out, array.options), *inputs)

    def _sum(self, terms: Sequence[AnyArray], out: AnyArray) -> None:
        stack = stacked(terms)
        if stack is not None:
            self._add(np.add.reduce, stack, 0, None, out)
            return
        self._add(np.add, terms[0], terms[1], out)
        for term in terms[2:]:
            self._add(np.add, out, term, out)

    def _contract(self, array: Recorded, out: AnyArray) -> None:
        """Σ A_t B_t as [A_1 A_2 ...] times the B_t below each other."""
        pairs = sorted(zip(*array.inputs, strict=True), key=lambda pair: address(self._buffer(pair[0])))
        lefts, rights = zip(*pairs, strict=True)
        left, right = self._gather(lefts, beside=True), self._gather(rights, beside=False)
        self._product(left.reshape(len(left), -1), right.reshape(-1, right.shape[-1]), out)

    def _gather(self, given: Sequence[Any], *, beside: bool) -> AnyArray:
        """Matrices in one array, beside or below each other; copied there once in an update, constants once for all."""
        arrays = list(map(self._buffer, given))
        key = (*map(id, arrays), beside)
        if key not in self._gathered:
            (rows, columns), count = arrays[0].shape, len(arrays)
            whole = np.empty((rows, count, columns) if beside else (count, rows, columns))
            seats = whole.swapaxes(0, 1) if beside else whole
            self._gathered[key] = whole
            if not any(isinstance(each, Recorded) for each in given):
                seats[...] = arrays
                return whole
            stack = stacked(arrays)
            if stack is not None and not beside and stack.flags.c_contiguous:
                self._gathered[key] = stack
                return stack
            for first, run in equally_spaced(arrays):
                self._add(np.copyto, seats[first : first + len(run)], run)
        return self._gathered[key]


def number(given: Any) -> Any:
    """An array that may be empty as numbers to begin with."""
    return np.nan_to_num(given, nan=0.0, posinf=np.inf, neginf=-np.inf)


def _as_rows(array: AnyArray) -> AnyArray | None:
    """Stacks of matrices as matrices of all rows of a stack; None where it would be a copy."""
    made = array.reshape(*array.shape[: -MATRIX - 1], -1, array.shape[-1])
    return made if np.may_share_memory(made, array) else None


def as_function(calls: Sequence[Call]) -> Callable[[], None]:
    """The calls one after another, as straight-line code of our own."""
    known: dict[str, Any] = {}
    lines = []
    for i, (function, given) in enumerate(calls):
        names = [f"a{i}_{j}" for j in range(len(given))]
        known |= {f"f{i}": function, **dict(zip(names, given, strict=True))}
        lines.append(f"    f{i}({', '.join(names)})")
    exec(compile("\n".join(("def update():", *lines, "    return None")), "<calls>", "exec"), known)  # noqa: S102
    made: Callable[[], None] = known["update"]
    return made


def _is_part(array: Any, before: Recorded, place: Any) -> bool:
    """Whether an array is what was at a place before."""
    return (
        isinstance(array, Recorded) and array.make is taken and array.inputs[0] is before and array.inputs[1] == place
    )


def _computed(make: Any, out: AnyArray, options: Mapping[str, Any], *inputs: Any) -> None:
    out[...] = make(*inputs, **options)


OWN_CALLS = (np.where, np.zeros, np.concatenate, np.stack, put, summed, contracted)
"""What makes an array of its own, never a view."""


def _views_of(array: Recorded) -> Iterator[Recorded]:
    """An array and those that it may be a view of."""
    yield array
    while array.make is not None and not isinstance(array.make, np.ufunc) and not is_reduction(array):
        source = array.inputs[0] if array.inputs else None
        if not isinstance(source, Recorded) or (array.make in OWN_CALLS and array.make is not put):
            return
        array = source
        yield array


def kinds(order: Sequence[Recorded]) -> list[Any]:
    """What arrays that are computed alike have in common: operation and shapes, and those of what they are made of."""
    own = {id(array): (array.make, array.shape, array.value.dtype) for array in order}
    return [(own[id(array)], _inputs_of(array, own)) for array in order]


def _inputs_of(array: Recorded, known: Mapping[int, Any]) -> tuple[Any, ...]:
    def of(given: Any) -> Any:
        if isinstance(given, Recorded):
            return known[id(given)]
        if isinstance(given, (tuple, list)):
            return tuple(map(of, given))
        return given.shape if isinstance(given, np.ndarray) else repr(given)

    if array.make is taken:
        return (of(array.inputs[0]), array.shape)
    return (*map(of, array.inputs), repr(array.options))


def _source(array: Recorded) -> Recorded:
    """The array that one is only another shape of."""
    while array.make is np.reshape and np.may_share_memory(array.value, array.inputs[0].value):
        if not (array.value.flags.c_contiguous and array.inputs[0].value.flags.c_contiguous):
            break
        array = array.inputs[0]
    return array
