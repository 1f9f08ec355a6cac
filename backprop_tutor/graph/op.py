"""An operation: the unit of knowledge, written once and read in several ways.

An `Op` says what its inputs are (`arguments`) and is two plain functions. ``forward(*inputs)`` gives the value;
``vjp(g, out, *inputs)`` gives one contribution per input, g being the adjoint of `out` (what the loss gains per unit
of it). They are written in NumPy's operators, so

* fed float arrays they give the numbers,
* fed object arrays of symbols they write their own formulas, ``W_ec·O(c) + W_ed·O(d)``,
* fed whole-matrix symbols they write ``δ aᵀ``.

Axes are (hypotheses..., own axes, examples). What each example has a value of its own for ends in an axis of examples;
a number per example is (1, examples). What all examples share (a parameter) has its own axes alone, and at least two
of them: a vector is a column (n, 1), a number (1, 1). Any number of axes of hypotheses may come in front of any of the
inputs, so that axes are counted from the last one.

Where the stable computation is not what a textbook teaches (softmax, a cross-entropy of a sigmoid), `taught` holds
the op to read formulas from, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from backprop_tutor.frozen import frozen

Forward = Callable[..., Any]
Vjp = Callable[..., tuple[Any, ...]]
Index: TypeAlias = tuple[int, ...]
Window: TypeAlias = Callable[[Index, Sequence[Index]], tuple[tuple[range, ...], ...]]
"""Of an element's own index and the shapes of the inputs: which part of each input, along its first axes, makes it."""


@frozen
class Op:
    """An operation of the tape; a contribution None means that nothing flows back to that input.

    `arguments` are the names of its inputs, in their order: W, a, b. An op with a `window` makes one element, alone,
    of the parts of the inputs that the window names; without one it is fed whole inputs. Examples do not meet in an op
    but where it is `joint`: the mean of a batch. `taught_by(values)` is the op to read formulas from where those depend
    on the numbers: which place has the maximum, which rows are looked up. `whole` says which inputs number rows or classes,
    each with the largest.
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
