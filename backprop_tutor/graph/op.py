"""An operation: the unit of knowledge, written once and read in several ways.

An `Op` is two plain functions. ``forward(*inputs)`` gives the value; ``vjp(g, out, *inputs)`` gives one contribution
per input, g being the adjoint of `out` (what the loss gains per unit of it). They are written in NumPy's operators, so

* fed float arrays they give the numbers,
* fed object arrays of symbols they write their own formulas, ``W_ec·O(c) + W_ed·O(d)``,
* fed whole-matrix symbols they write ``δ aᵀ``.

Where the stable computation is not what a textbook teaches (softmax, a cross-entropy of a sigmoid), `taught` holds
the op to read formulas from, and a test holds the two together. Examples are columns: a is (units, examples).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backprop_tutor.frozen import frozen

Forward = Callable[..., Any]
Vjp = Callable[..., tuple[Any, ...]]


@frozen
class Op:
    """An operation of the tape; a contribution None means that nothing flows back to that input."""

    name: str
    forward: Forward
    vjp: Vjp
    taught: Op | None = None

    @property
    def written(self) -> Op:
        """The op to read formulas from."""
        return self.taught or self
