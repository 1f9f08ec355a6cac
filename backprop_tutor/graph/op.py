"""An operation: the unit of knowledge, written once and read in several ways.

An `Op` names its inputs (`arguments`) and consists of two plain functions. ``forward(*inputs)`` gives the value;
``vjp(g, out, *inputs)`` gives one contribution per input, g being the adjoint of `out` (the change of the loss per unit
of it). They are written in NumPy's operators, so

* fed float arrays they give the numbers,

* fed object arrays of symbols they write their own formulas, ``W_ec·O(c) + W_ed·O(d)``,

* fed whole-matrix symbols they write ``δ aᵀ``.

Axes are (hypotheses..., own axes, examples). An array with a value for each example ends in an axis of examples; a
number per example is (1, examples). An array that all examples share (a parameter) has only its own axes, at least two:
a vector is a column (n, 1), a number (1, 1). Any number of axes of hypotheses may come before those of any input, so
that axes are counted from the last one.

Where the stable computation differs from the textbook's (softmax, a cross-entropy of a sigmoid), `taught` is the op to
read formulas from, and a test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from backprop_tutor.frozen import frozen

Forward = Callable[..., Any]
Vjp = Callable[..., tuple[Any, ...]]
Index: TypeAlias = tuple[int, ...]
Window: TypeAlias = Callable[[Index, Sequence[Index]], tuple[tuple[range, ...], ...]]
"""A function of an element's own index and the shapes of the inputs: the part of each input, along its first axes, it
is made of.
"""


@frozen
class Op:
    """An operation of the tape; a contribution None means that nothing flows back to that input.

    `arguments` are the names of its inputs, in their order: W, a, b. An op with a `window` makes each element
    separately, from the parts of the inputs that the window names; without one it takes whole inputs. Examples are
    independent in an op unless it is `joint`: the mean of a batch. `taught_by(values)` is the op to read formulas from
    where those depend on the numbers: which element is the maximum, which rows are looked up. `whole` gives the inputs
    that contain row or class numbers, each with the largest one allowed.
    """

    name: str
    arguments: tuple[str, ...]
    forward: Forward
    vjp: Vjp
    taught: Op | None = None
    window: Window | None = None
    joint: bool = False
    taught_by: Callable[[Sequence[Any]], Op] | None = None
    whole: tuple[tuple[int, int], ...] = ()

    @property
    def written(self) -> Op:
        """The op to read formulas from."""
        return self.taught or self

    def written_for(self, values: Sequence[Any]) -> Op:
        """The op to read formulas from, given the numbers of its inputs."""
        return self.taught_by(values) if self.taught_by else self.written

    def argument(self, name: str) -> int | None:
        """The number of the input called `name`; None where there is none."""
        return self.arguments.index(name) if name in self.arguments else None


def unit_by_unit(index: Index, shapes: Sequence[Index]) -> tuple[tuple[range, ...], ...]:
    """The window of an op that works element by element, on inputs of one shape."""
    here = tuple(range(i, i + 1) for i in index)
    return tuple(here for _ in shapes)
