"""The layout of the arrays of a graph in memory, and the conversion to the arrays that the operations take.

On the tape an array that all examples share has only its own axes, at least two of them (a list is a column, a number a
1 by 1 matrix), any other has an axis of examples after its own, and a number per example is a row. The operations know
one form only, (own axes, examples), with one example where all share the array: `opened` and `closed` convert between
the forms without copying a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.operation import ArrayOp, Shape

Turn: TypeAlias = "Callable[[AnyArray], AnyArray]"


@frozen
class Layout:
    """The own axes of an array, and whether all examples share it."""

    own: Shape
    shared: bool

    def opened(self, array: AnyArray) -> AnyArray:
        """An array of the tape as (..., own axes, examples)."""
        if self.shared:
            return array[..., None] if len(self.own) > 1 else array if self.own else array[..., 0]
        return array if self.own else array[..., 0, :]

    def closed(self, array: AnyArray) -> AnyArray:
        """(..., own axes, examples) as an array of the tape."""
        if self.shared:
            return array[..., 0] if len(self.own) > 1 else array if self.own else array[..., None]
        return array if self.own else array[..., None, :]


def laid_out(op: ArrayOp, inputs: Sequence[Layout], output: Layout) -> ArrayOp:
    """Wraps `op` so that it takes arrays in the layout of the tape."""
    taught_by = op.taught_by

    def taught_there(values: Sequence[Array]) -> Op:
        assert taught_by is not None, "it is asked for where there is one"
        opened = [layout.opened(value) for layout, value in zip(inputs, values, strict=True)]
        return _turned(taught_by(opened), inputs, output)

    taught = _turned(op.taught, inputs, output) if op.taught else None
    forward, vjp = _forward(op, inputs, output), _vjp(op, inputs, output)
    return replace(op, forward=forward, vjp=vjp, taught=taught, taught_by=taught_there if taught_by else None)


def _turned(op: Op, inputs: Sequence[Layout], output: Layout) -> Op:
    return replace(op, forward=_forward(op, inputs, output), vjp=_vjp(op, inputs, output))


def _forward(op: Op, inputs: Sequence[Layout], output: Layout) -> Callable[..., AnyArray]:
    compute, opened, closed = op.forward, [layout.opened for layout in inputs], output.closed
    if len(opened) == 1:
        (only,) = opened
        return lambda x: closed(compute(only(x)))
    return lambda *values: closed(compute(*[turn(value) for turn, value in zip(opened, values)]))  # noqa: B905 - a hot line


def _vjp(op: Op, inputs: Sequence[Layout], output: Layout) -> Callable[..., tuple[AnyArray | None, ...]]:
    compute, turns = op.vjp, [(layout.opened, layout.closed) for layout in inputs]

    def vjp(g: AnyArray, out: AnyArray, *values: AnyArray) -> tuple[AnyArray | None, ...]:
        sent = compute(
            output.opened(g),
            output.opened(out),
            *[turn(value) for (turn, _), value in zip(turns, values)],  # noqa: B905
        )
        return tuple([None if s is None else back(s) for (_, back), s in zip(turns, sent)])  # noqa: B905

    return vjp
