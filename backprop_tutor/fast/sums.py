"""Sums of recorded arrays, put together: a chain of additions as one sum, a sum of products as one product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from backprop_tutor.fast.recorded import MATRIX, Recorded, in_order, made_of, number_of, uses_of
from backprop_tutor.graph.array import np

MANY = 3
"""From this many terms on a sum is put together."""


def summed(*_: Any) -> None:
    """A sum of arrays of one shape."""


def contracted(*_: Any) -> None:
    """A sum of products of matrices."""


def join_sums(ends: Sequence[Recorded]) -> None:
    """Chains of sums become one sum; of products that nothing else needs, one product."""
    order = list(in_order(ends))
    uses = uses_of(order)
    for end in ends:
        uses[id(end)] += 1
    depth = _depths(order)
    inside: set[int] = set()
    for array in reversed(order):
        if array.make is not np.add or id(array) in inside:
            continue
        terms = list(_terms(array, array, uses, inside))
        if len(terms) < MANY:
            continue
        if not all(isinstance(term, Recorded) and term.shape == array.shape for term in terms):
            _add_early_first(array, terms, depth)
            continue
        alone = (term.make is np.matmul and uses[id(term)] == 1 for term in terms)
        if array.ndim == MATRIX and all(alone):
            array.make = contracted
            array.inputs = tuple(zip(*(term.inputs for term in terms), strict=True))
        elif len(terms) > MANY:
            array.make, array.inputs = summed, (tuple(terms),)


def _terms(array: Any, top: Recorded, uses: Mapping[int, int], inside: set[int]) -> Iterator[Any]:
    """The terms of a sum, through the sums of the same shape that it is made of, which are noted as `inside`."""
    for term in array.inputs:
        is_sum = isinstance(term, Recorded) and term.make is np.add and uses[id(term)] == 1
        if is_sum and term.shape == top.shape:
            inside.add(id(term))
            yield from _terms(term, top, uses, inside)
        else:
            yield term


def _depths(order: Iterable[Recorded]) -> dict[int, int]:
    """How many computations an array needs one after another."""
    found: dict[int, int] = {}
    for array in order:
        found[id(array)] = 1 + max((found[id(each)] for each in made_of(array)), default=-1)
    return found


def _add_early_first(array: Recorded, terms: list[Any], depth: Mapping[int, int]) -> None:
    """Adds what is known early first: W x + b of all steps before U h of one."""
    terms.sort(key=lambda term: depth.get(id(term), 0) + (np.shape(term) != array.shape) / MANY)
    whole = [i for i, term in enumerate(terms) if np.shape(term) == array.shape]
    if not whole:
        return
    total = terms.pop(whole[0])
    for term in terms[:-1]:
        total = Recorded(array.book, number_of(total) + number_of(term), np.add, (total, term))
        total.number = array.number
    array.inputs = (total, terms[-1])
