"""The one interpretation of a formula: a fold over its tree, with an algebra that says what each node becomes.

Numbers, exact fractions, arrays, functions of arrays, tensors of another library, SymPy's expressions and program text
are algebras. Each says what differs from Python's operators; a kind of node that one forgets is refused, by name,
never passed over in silence.
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
    """What each kind of node becomes; `of` folds a part of it, so that an algebra may leave parts alone.

    Sums, products, quotients, powers and signs are Python's unless an algebra says otherwise.
    """

    def number(self, node: Lit | Num) -> V:
        """A constant."""
        return self.refuse(node)

    def symbol(self, node: Sym | Partial) -> V:
        """A name, or a derivative that goes by a name."""
        return self.refuse(node)

    def sum(self, node: Add, of: Of) -> V:
        """Terms, in their order."""
        return reduce(add, map(of, node.terms))  # type: ignore[no-any-return]

    def product(self, node: Mul, of: Of) -> V:
        """Factors, in their order."""
        return reduce(mul, map(of, node.factors))  # type: ignore[no-any-return]

    def quotient(self, node: Div, of: Of) -> V:
        """One by another."""
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
        """Whether a relation holds."""
        return self.refuse(node, of)

    def cases(self, node: Cases, of: Of) -> V:
        """The first branch whose condition holds."""
        return self.refuse(node, of)

    def of_arrays(self, node: OfArrays, of: Of) -> V:
        """What is made of whole arrays."""
        return self.refuse(node, of)

    def refuse(self, node: Formula, _: Of | None = None) -> V:
        """Raises TypeError: this kind of node means nothing here."""
        raise TypeError(f"{type(node).__name__} is not a formula of numbers")


def fold(node: Formula, by: Algebra[V]) -> V:
    """What `node` becomes in an algebra. Raises TypeError for a kind of node that means nothing there."""

    def of(part: Formula) -> V:
        return step(part, by, of)

    return of(node)


def step(node: Formula, by: Algebra[V], of: Callable[[Formula], V]) -> V:
    """What one node becomes, its parts by `of`: for a fold that remembers what it met."""
    match node:
        case Lit() | Num():
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
