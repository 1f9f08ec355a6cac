"""Formulas in MathML: well-formed, of MathML Core alone, and read back they mean what they meant."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import assume, given, settings

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Add, Call, Formula, Mul, Neg, Num, Partial, Role, Sym
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.mathml import breakable, mathml
from tests.formula.formulas import anything, scalars
from tests.formula.writing import HALF, ONE, WRITTEN, W_ec, a, b, num

CORE = {"math", "mrow", "mi", "mn", "mo", "mfrac", "msup", "msub", "msubsup", "msqrt", "mtable", "mtr", "mtd"}
"""The elements of MathML Core that formulas are made of."""

NAMES = {function.unicode: function.name for function in FUNCTIONS.values()}
SIGNS = {"−": "-", "⋅": "*", "×": "*", "+": "+", "(": "(", ")": ")", ",": ","}
UNSEEN = {ord("\u2062"): None, ord("\u00a0"): None}
"""The product of matrices, and a space inside a name: signs that MathML knows and no terminal shows."""
POINTS = {"x": 0.7, "y": -1.3, "lambda": 0.4}


def read(element: Element) -> str:
    """A formula of MathML as one types it, brackets around everything."""
    parts = [read(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msqrt":
            return f"sqrt({''.join(parts)})"
        case "msup" if parts[0] == "e":
            return f"exp({parts[1]})"
        case "msup":
            return f"(({parts[0]})^({parts[1]}))"
        case "mo" if element.text == "|":
            return "abs(" if element.get("form") == "prefix" else ")"
        case "mo":
            return SIGNS[element.text or ""]
        case "mi":
            return NAMES.get(element.text or "", element.text or "")
        case "mn":
            return element.text or ""
        case _:
            return _side_by_side(parts)


def _side_by_side(parts: list[str]) -> str:
    """Parts of a row; a bracket behind what is no function and no sign means a product."""
    out = ""
    for part in parts:
        product = out and part.startswith("(") and out[-1] not in "(+-*/^," and not out.endswith(tuple(FUNCTIONS))
        out += f"*{part}" if product else part
    return out


@pytest.mark.slow
@given(scalars(tuple(POINTS)))
@settings(max_examples=300, deadline=None)
def test_what_is_set_means_what_was_meant(formula: Formula) -> None:
    """A formula read back from its MathML has the value of the formula: no bracket and no sign is lost."""
    value = evaluate(formula, POINTS)
    assume(isinstance(value, float) and math.isfinite(value) and abs(value) < 1e30)
    again = evaluate(parse(read(fromstring(mathml(formula)))), POINTS)
    assert again == pytest.approx(value, rel=1e-6, abs=1e-9)


@pytest.mark.slow
@given(anything)
@settings(max_examples=300, deadline=None)
def test_no_name_can_break_out_of_its_element(formula: Formula) -> None:
    """Whatever the names are, the result is well-formed, holds known elements only and no control character."""
    root = fromstring(mathml(formula))
    assert {element.tag for element in root.iter()} <= CORE
    assert "".join(root.itertext()).translate(UNSEEN).isprintable()


@pytest.mark.parametrize("formula", [row[0] for row in WRITTEN])
def test_every_kind_of_formula_is_set(formula: Formula) -> None:
    """Every formula of the table is well-formed MathML, and so is each piece of it."""
    assert fromstring(mathml(formula)).tag == "math"
    assert all(fromstring(piece).tag == "math" for piece in breakable(formula))


def test_a_quantity_has_its_role_as_class_and_its_indices() -> None:
    """A page colours quantities by class; indices are lowered and raised, a unit stands in brackets."""
    weight = Sym("w", sup="2", sub="12", role=Role.WEIGHT)
    assert mathml(weight) == (
        '<math><mrow class="weight"><msubsup><mi>w</mi><mn>12</mn><mn>2</mn></msubsup></mrow></math>'
    )
    assert "".join(fromstring(mathml(Sym("h", of="e", example=3))).itertext()) == "h⟨3⟩(e)"
    assert 'class="adjoint"' in mathml(Partial(Sym("L"), weight))


def test_a_line_may_end_between_terms_and_between_factors_of_a_chain() -> None:
    """A sum breaks before each sign, a chain rule before each dot; a product of numbers holds together."""
    assert len(breakable(Add((a, Neg(b), W_ec)))) == 3
    assert len(breakable(Mul((a, b, W_ec), wide=True))) == 3
    assert len(breakable(Mul((a, b)))) == 1
    assert ["".join(fromstring(p).itertext()) for p in breakable(Add((a, Neg(b))))] == ["a", "−b"]


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (num("-0.35"), "−0.35"),
        (num("3.7e-05"), "3.7×10−5"),
        (Num(math.inf, "inf"), "∞"),
        (HALF, "12"),
        (Mul((a, Add((ONE, Neg(a))))), "a(1−a)"),
        (Mul((num("0.4"), num("-0.05"))), "0.4⋅(−0.05)"),
        (Call("log", (a,)), "ln(a)"),
        (Call("sigmoid", (a,), primes=1), "σ′(a)"),
    ],
)
def test_numbers_and_products_are_set_as_in_a_textbook(formula: Formula, text: str) -> None:
    """The letters and signs of a formula, in the order they are read."""
    assert "".join(fromstring(mathml(formula)).itertext()) == text
