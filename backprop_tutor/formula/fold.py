"""The one interpretation of a formula: a fold over its tree, with an algebra that defines the result of each node.

Numbers, exact fractions, arrays, functions of arrays, tensors of another library, SymPy's expressions and program text
are algebras. Each defines what differs from Python's operators; a kind of node that it does not define raises an error
naming it and is never ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add, mul
from typing import Any, Generic, TypeAlias, TypeVar, assert_never

from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Hadamard,
    Index,
    Lit,
    MatMul,
    Matrix,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    Transpose,
)

V = TypeVar("V")
Of: TypeAlias = Callable[[Formula], Any]
OfArrays: TypeAlias = "MatMul | Hadamard | Transpose | Index | Matrix"


class Algebra(Generic[V]):
    """The result of each kind of node; `of` folds a part of it, so that an algebra may skip parts.

    Sums, products, quotients, powers and signs are Python's unless an algebra overrides them.
    """

    def number(self, node: Lit | Num) -> V:
        """A constant."""
        return self.refuse(node)

    def symbol(self, node: Sym | Partial) -> V:
        """A name, or a derivative with a name."""
        return self.refuse(node)

    def sum(self, node: Add, of: Of) -> V:
        """Terms, in their order."""
        return reduce(add, map(of, node.terms))  # type: ignore[no-any-return]

    def product(self, node: Mul, of: Of) -> V:
        """Factors, in their order."""
        return reduce(mul, map(of, node.factors))  # type: ignore[no-any-return]

    def quotient(self, node: Div, of: Of) -> V:
        """A dividend by a divisor."""
        return of(node.numerator) / of(node.denominator)  # type: ignore[no-any-return]

    def power(self, node: Pow, of: Of) -> V:
        """A base to an exponent."""
        return of(node.base) ** of(node.exponent)  # type: ignore[no-any-return]

    def negative(self, node: Neg, of: Of) -> V:
        """The negative of a term."""
        return -of(node.operand)  # type: ignore[no-any-return]

    def call(self, node: Call, of: Of) -> V:
        """A function of its arguments."""
        return self.refuse(node, of)

    def comparison(self, node: Compare, of: Of) -> V:
        """Whether a relation is true."""
        return self.refuse(node, of)

    def cases(self, node: Cases, of: Of) -> V:
        """The first branch whose condition is true."""
        return self.refuse(node, of)

    def of_arrays(self, node: OfArrays, of: Of) -> V:
        """An operation on whole arrays."""
        return self.refuse(node, of)

    def refuse(self, node: Formula, _: Of | None = None) -> V:
        """Raises TypeError: this kind of node is not defined in this algebra."""
        raise TypeError(f"{type(node).__name__} is not a formula of numbers")


def fold(node: Formula, by: Algebra[V]) -> V:
    """The result of `node` in an algebra. Raises TypeError for a kind of node that it does not define."""
    return _Fold(by)(node)


class _Fold(Generic[V]):
    """What folds each part of a formula; an object, since a function that calls itself is freed only as garbage."""

    __slots__ = ("by",)

    def __init__(self, by: Algebra[V]) -> None:
        self.by = by

    def __call__(self, part: Formula) -> V:
        return step(part, self.by, self)


def step(node: Formula, by: Algebra[V], of: Callable[[Formula], V]) -> V:
    """The result of one node, its parts computed by `of`: for a fold that caches results."""
    match node:
        case Num() | Lit():
            return by.number(node)
        case Sym() | Partial():
            return by.symbol(node)
        case Mul():
            return by.product(node, of)
        case Add():
            return by.sum(node, of)
        case Neg():
            return by.negative(node, of)
        case Div():
            return by.quotient(node, of)
        case Pow():
            return by.power(node, of)
        case Call():
            return by.call(node, of)
        case Compare():
            return by.comparison(node, of)
        case Cases():
            return by.cases(node, of)
        case MatMul() | Hadamard() | Transpose() | Index() | Matrix():
            return by.of_arrays(node, of)
        case _:
            assert_never(node)
