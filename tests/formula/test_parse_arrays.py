"""The formula language where arrays may stand: products, transposes, indices, operations with options."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest

from backprop_tutor.formula import refusal
from backprop_tutor.formula.nodes import Add, Call, Formula, Index, Lit, MatMul, Mul, Neg, Sym, Transpose
from backprop_tutor.formula.parse import FormulaError, parse
from backprop_tutor.formula.printing.latex import latex
from backprop_tutor.formula.printing.mathml import mathml
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.formula.signature import Signature
from backprop_tutor.text import T

OPERATIONS = {
    signature.name: signature
    for signature in (
        Signature("conv2d", ("x", "k"), ("stride", "padding")),
        Signature("sum", ("x",), ("axis",)),
        Signature("max", ("x",), ("axis",)),
        Signature("reshape", ("x",), sizes=True),
        Signature("stack", ("x",), ("axis",), many=True),
        Signature("pool", ("x",), ("size", "stride"), required=1),
    )
}
A, B, x, k, b, two = Sym("A"), Sym("B"), Sym("x"), Sym("k"), Sym("b"), Lit(Fraction(2))


@pytest.mark.parametrize(
    ("text", "tree", "shown"),
    [
        ("A @ B @ x", MatMul((A, B, x)), "A B x"),
        ("A.T @ x", MatMul((Transpose(A), x)), "Aᵀ x"),
        ("(A + B) @ x", MatMul((Add((A, B)), x)), "(A + B) x"),
        ("2 * A @ x", MatMul((Mul((two, A)), x)), "(2·A) x"),
        ("x[2]", Index(x, (2,)), "x[2]"),
        ("A[1, 3]", Index(A, (1, 3)), "A[1,3]"),
        ("A[2:3, :]", Index(A, ((2, 3), None)), "A[2:3,:]"),
        ("A.T[1]", Index(Transpose(A), (1,)), "(Aᵀ)[1]"),
        ("x[1]^2", Index(x, (1,)) ** 2, "x[1]²"),
        ("conv2d(x, k) + b", Add((Call("conv2d", (x, k)), b)), "conv2d(x, k) + b"),
        ("conv2d(x, k, 2)", Call("conv2d", (x, k), options=(("stride", two),)), "conv2d(x, k, stride=2)"),
        ("conv2d(x, k, padding=2)", Call("conv2d", (x, k), options=(("padding", two),)), "conv2d(x, k, padding=2)"),
        ("sum(x, axis=-1)", Call("sum", (x,), options=(("axis", Neg(Lit(Fraction(1)))),)), "sum(x, axis=−1)"),
        ("max(x)", Call("max", (x,)), "max(x)"),
        ("max(x, b)", Call("max", (x, b)), "max(x, b)"),
        ("max(x, axis=2)", Call("max", (x,), options=(("axis", two),)), "max(x, axis=2)"),
        ("reshape(x, 2, 2)", Call("reshape", (x,), options=(("", two), ("", two))), "reshape(x, 2, 2)"),
        ("stack(x, b, x, axis=2)", Call("stack", (x, b, x), options=(("axis", two),)), "stack(x, b, x, axis=2)"),
    ],
)
def test_a_formula_of_arrays_is_read_and_written(text: str, tree: Formula, shown: str) -> None:
    """Each text has its tree, which is shown so; typed out it is read as the same tree; every other printer writes it."""
    assert parse(text, None, OPERATIONS) == tree
    assert unicode(tree) == shown
    assert parse(plain(tree), None, OPERATIONS) == tree
    assert latex(tree).count("{") == latex(tree).count("}")
    ElementTree.fromstring(mathml(tree))


REFUSED: list[tuple[str, T, int]] = [
    ("x[0]", refusal.PLACE_ZERO, 3),
    ("x[1.5]", refusal.PLACE, 3),
    ("x[b]", refusal.PLACE, 3),
    ("x[", refusal.PLACE, 3),
    ("x[12345678901]", refusal.PLACE, 3),
    ("x[3:2]", refusal.PLACE_ORDER, 5),
    ("x[1", refusal.UNCLOSED_PLACE, 2),
    ("x]", refusal.STRAY["]"], 2),
    ("x = 3", refusal.STRAY["="], 3),
    ("x : 3", refusal.STRAY[":"], 3),
    ("A.t", refusal.FOREIGN, 2),
    ("conv2d(x)", refusal.TOO_FEW, 1),
    ("conv2d(x, k, 1, 0, 3)", refusal.TOO_MANY, 20),
    ("conv2d(x, k, pad=1)", refusal.UNKNOWN_OPTION, 14),
    ("conv2d(x, k, 1, stride=2)", refusal.OPTION_TWICE, 17),
    ("conv2d(x, k, stride=k)", refusal.NOT_A_NUMBER, 14),
    ("reshape(x, b)", refusal.NOT_A_NUMBER, 12),
    ("pool(x)", refusal.OPTION_MISSING, 1),
    ("sin(x=3)", refusal.NO_OPTIONS, 5),
    ("sum", refusal.NOT_CALLED, 1),
    ("summ(x)", refusal.UNKNOWN_FUNCTION, 1),
]


@pytest.mark.parametrize(("text", "complaint", "column"), REFUSED)
def test_what_does_not_fit_is_refused_at_its_place(text: str, complaint: T, column: int) -> None:
    """Each slip has its sentence, at its column."""
    with pytest.raises(FormulaError) as refused:
        parse(text, {"A", "x", "k", "b"}, OPERATIONS)
    assert refused.value.column == column
    assert complaint.en.split("{", maxsplit=1)[0] in refused.value.message.en


def test_numbers_alone_have_no_words_for_arrays() -> None:
    """Where only numbers may stand, a bracket is no index, as ever."""
    with pytest.raises(FormulaError, match=r"write \("):
        parse("x[1]")
