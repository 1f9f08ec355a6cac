"""Random choices that are the same on any machine: each is drawn by a hash of (generator, seed, names), never in
sequence.

So adding one choice changes no other, and neither Python's nor NumPy's random numbers can change a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

GENERATOR = 1
"""The version of everything drawn: increased whenever the same seed would give another question."""

Choice = TypeVar("Choice")


def drawn(seed: int, *names: object) -> int:
    """A whole number below 2⁴⁸ for `names` under `seed`."""
    text = ":".join(map(str, (GENERATOR, seed, *names)))
    return int.from_bytes(sha256(text.encode()).digest()[:6], "big")


def pick(options: Sequence[Choice], seed: int, *names: object) -> Choice:
    """One of the options. Raises IndexError where there is none."""
    return options[drawn(seed, *names) % len(options)] if options else options[0]


def shuffled(options: Sequence[Choice], seed: int, *names: object) -> tuple[Choice, ...]:
    """The options in an order of their own for `names`."""
    order = sorted(range(len(options)), key=lambda place: drawn(seed, *names, place))
    return tuple(options[place] for place in order)
