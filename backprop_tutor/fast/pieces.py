"""Computations that are alike as one call: the gates of a cell, the heads of an attention, the same line of every step.

They can be one where their arrays lie at equal distances in memory and none of them needs the result of another. What
comes after what is a list of bits: bit j of entry i says that computation j needs computation i.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from backprop_tutor.fast.recorded import MATRIX, Recorded, is_reduction
from backprop_tutor.fast.side_by_side import in_order_of_memory, is_same, stacked
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np

FEW = 3
"""So few computations are faster one by one where their arrays are not contiguous (measured)."""


@frozen(eq=False)
class Piece:
    """Computations that are alike as one: which they are, the inputs and the result of all, and one of them.

    Which of the inputs are constant says that they may be copied once and for all.
    """

    members: list[int]
    inputs: list[Any]
    constant: list[bool]
    out: AnyArray
    array: Recorded

    @property
    def is_worth_it(self) -> bool:
        """Whether one call is faster than several: few arrays must be contiguous."""
        if len(self.members) > FEW or is_reduction(self.array):
            return True
        if self.array.make is np.matmul and self.array.ndim > MATRIX:
            return True
        arrays = [each for each in (*self.inputs, self.out) if each.ndim]
        arrays = arrays if self.array.make is np.matmul else in_order_of_memory(*arrays)
        return all(each.flags.c_contiguous for each in arrays)


def together(pieces: list[Piece], after: list[int]) -> Iterator[Piece]:
    """Pieces that are alike joined where they lie at equal distances and none needs another."""
    rest = pieces
    while rest:
        run, joined, others = rest[:1], rest[0], []
        for piece in rest[1:]:
            found = _joined([*run, piece]) if _are_apart([*run, piece], after) else None
            if found is None:
                others.append(piece)
            else:
                run, joined = [*run, piece], found
        rest = others
        if len(run) > 1:
            _merge(joined.members, after)
        yield joined


def _are_apart(pieces: list[Piece], after: list[int]) -> bool:
    """Whether the last of some pieces needs none of the others, and they do not need it."""
    *others, last = pieces
    theirs = _bits(i for piece in others for i in piece.members)
    mine = _bits(last.members)
    return not after[last.members[0]] & theirs and not any(after[piece.members[0]] & mine for piece in others)


def _bits(members: Iterable[int]) -> int:
    """Computations as bits: bit i is set for computation i."""
    return sum(1 << i for i in members)


def _joined(pieces: list[Piece]) -> Piece | None:
    """Pieces as one; None where they do not lie at equal distances."""
    first = pieces[0]
    out = stacked([piece.out for piece in pieces])
    if out is None:
        return None
    inputs: list[Any] = []
    for i, given in enumerate(first.inputs):
        arrays = [piece.inputs[i] for piece in pieces]
        if not isinstance(given, np.ndarray) or all(is_same(each, given) for each in arrays):
            inputs.append(given)
            continue
        stack = np.stack(arrays) if first.constant[i] else stacked(arrays)
        if stack is None:
            return None
        missing = out.ndim - stack.ndim
        inputs.append(stack[:, *(None,) * missing] if missing > 0 and not is_reduction(first.array) else stack)
    members = [i for piece in pieces for i in piece.members]
    return Piece(members, inputs, first.constant, out, first.array)


def _merge(run: list[int], after: list[int]) -> None:
    """What comes after one of a run comes after all of it, and after whatever the run comes after."""
    mine, union = _bits(run), 0
    for i in run:
        union |= after[i]
    for j, found in enumerate(after):
        if mine >> j & 1:
            after[j] = union
        elif found & mine:
            after[j] = found | union | mine
