"""Formulas as lines of NumPy that people would write: ``np.where(z1 > 0, z1, 0)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from backprop_tutor.formula.functions import FUNCTIONS
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
    substitute,
)

RELATIONS = {"=": "==", "≠": "!=", "≤": "<=", "≥": ">="}
DIRECT = {
    name: f"np.{name}" for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "abs", "cosh", "tanh", "sign", "floor")
}
DIRECT |= {"max": "np.maximum", "min": "np.minimum", "erf": "erf"}


def numpy_text(node: Formula, names: Mapping[str, str] | None = None) -> str:
    """`node` as an expression; `names` has what stands in place of each symbol."""
    known = names or {}

    def inner(part: Formula) -> str:
        text = numpy_text(part, known)
        return text if isinstance(part, Sym | Call | Cases) or text.isalnum() else f"({text})"

    match node:
        case Lit(value=value, text=text):
            return text or (str(value) if value.denominator == 1 else f"{value.numerator} / {value.denominator}")
        case Num(value=value):
            return repr(value)
        case Sym(base=base, sub=sub):
            return known.get(base + sub, known.get(base, base))
        case Neg(operand=operand):
            return f"-{inner(operand)}"
        case Add(terms=terms):
            return "".join(_term(term, first=i == 0, inner=inner) for i, term in enumerate(terms))
        case Mul(factors=factors) | Hadamard(factors=factors):
            return " * ".join(map(inner, factors))
        case Div(numerator=above, denominator=below):
            return f"{inner(above)} / {inner(below)}"
        case Pow(base=base_, exponent=exponent):
            return f"{inner(base_)}**{inner(exponent)}"
        case Call(function="pi"):
            return "np.pi"
        case Call(function=name, arguments=arguments) if name in DIRECT:
            return f"{DIRECT[name]}({', '.join(numpy_text(each, known) for each in arguments)})"
        case Call(function=name, arguments=arguments):
            taught = FUNCTIONS[name].taught
            assert taught is not None
            text = numpy_text(substitute(taught, dict(zip(("x", "y"), arguments, strict=False))), known)
            return f"({text})"
        case Cases(branches=branches, otherwise=otherwise):
            text = numpy_text(otherwise, known)
            for then, condition in reversed(branches):
                text = f"np.where({numpy_text(condition, known)}, {numpy_text(then, known)}, {text})"
            return text
        case Compare(left=left, relation=relation, right=right):
            return f"{inner(left)} {RELATIONS.get(relation, relation)} {inner(right)}"
        case MatMul(factors=factors):
            return " @ ".join(map(inner, factors))
        case Transpose(operand=operand):
            return f"{inner(operand)}.T"
        case Partial() | Index() | Matrix():
            raise ValueError(f"no line of NumPy for {type(node).__name__}")
        case _:
            assert_never(node)


def _term(term: Formula, *, first: bool, inner: Callable[[Formula], str]) -> str:
    """A term of a sum with its sign."""
    match term:
        case Neg(operand=operand):
            return f"{'-' if first else ' - '}{_product(operand, inner)}"
        case _:
            return f"{'' if first else ' + '}{_product(term, inner)}"


def _product(term: Formula, inner: Callable[[Formula], str]) -> str:
    if isinstance(term, Mul):
        return " * ".join(map(inner, term.factors))
    return inner(term)
