"""The one interpretation of formulas: every kind of node reaches its algebra, and none is passed over in silence."""

from __future__ import annotations

from typing import get_args

import pytest

from backprop_tutor.formula.fold import Algebra, Of, fold
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Formula,
    Hadamard,
    Index,
    Lit,
    MatMul,
    Matrix,
    Num,
    Partial,
    Sym,
    Transpose,
    formula,
)
from backprop_tutor.formula.parse import parse

X, TWO = Sym("x"), formula(2)
ONE_OF_EACH: tuple[Formula, ...] = (
    TWO,
    Num(0.5, "0.5"),
    X,
    X + TWO,
    X * TWO,
    X / TWO,
    X**2,
    -X,
    Call("exp", (X,)),
    Compare(X, "<", TWO),
    Cases(((X, Compare(X, "<", TWO)),), TWO),
    Partial(X, X),
    MatMul((X, X)),
    Hadamard((X, X)),
    Transpose(X),
    Index(X, (1,)),
    Matrix(((X,),)),
)


def test_one_of_each_is_of_each() -> None:
    """The nodes above are one of every kind there is."""
    assert {type(node) for node in ONE_OF_EACH} == set(get_args(Formula))


@pytest.mark.parametrize("node", ONE_OF_EACH, ids=lambda node: type(node).__name__)
def test_what_an_algebra_forgets_is_refused(node: Formula) -> None:
    """An algebra that knows no kind of node has no value for any: the refusal names the first it met."""
    with pytest.raises(TypeError, match="is not a formula of numbers"):
        fold(node, Algebra[float]())


class _Counted(Algebra[int]):
    """How often x stands in a formula; a product counts only its first factor."""

    def number(self, _: Lit | Num) -> int:
        return 0

    def symbol(self, node: Sym | Partial) -> int:
        return int(node == X)

    def product(self, node: Formula, of: Of) -> int:
        return of(node.factors[0])  # type: ignore[union-attr,no-any-return]


def test_an_algebra_may_leave_parts_alone() -> None:
    """Sums add what their terms became; of a product only what the algebra asked for is folded."""
    written = parse("x + x + x * x * exp(x)")
    assert isinstance(written, Add)
    assert fold(written, _Counted()) == 3
