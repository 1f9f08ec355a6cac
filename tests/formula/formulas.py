"""Random formulas for the tests of this room, and their meaning in SymPy as an independent judge."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from hypothesis import strategies as st

from backprop_tutor.formula.functions import FUNCTIONS, KNOWN
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Hadamard,
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

NAMES = ("x", "y", "lambda", "w_1", "δ", "净输入")
SMOOTH = ("exp", "log", "sin", "cos", "tan", "sqrt", "sigmoid", "tanh", "softplus", "silu", "gelu")

literals = st.builds(Lit, st.fractions(-4, 4, max_denominator=8)) | st.sampled_from(
    [Lit(Fraction("0.5"), "0.5"), Lit(Fraction("1e-3"), "1e-3"), Lit(Fraction("2.50"), "2.50")]
)
measured = st.floats(-100, 100, allow_subnormal=False).map(lambda value: Num(value, repr(value)))
powers = st.sampled_from(
    [Lit(Fraction(n)) for n in (-2, -1, 0, 1, 2, 3)] + [Lit(Fraction(1, 2)), Neg(Lit(Fraction(2)))]
)


def _compound(parts: st.SearchStrategy[Formula], functions: tuple[str, ...]) -> st.SearchStrategy[Formula]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    calls = st.sampled_from(functions).flatmap(
        lambda name: st.tuples(*[parts] * FUNCTIONS[name].arity).map(lambda arguments: Call(name, arguments))
    )
    return st.one_of(
        several.map(Add),
        st.builds(Mul, several, st.booleans()),
        st.builds(Div, parts, parts),
        st.builds(Pow, parts, powers),
        st.builds(Neg, parts),
        calls,
    )


def scalars(
    names: tuple[str, ...] = NAMES, functions: tuple[str, ...] = tuple(FUNCTIONS)
) -> st.SearchStrategy[Formula]:
    """Formulas that the formula language can say, with numbers that were measured besides."""
    leaves = st.sampled_from(names).map(Sym) | literals | measured
    return st.recursive(leaves, lambda parts: _compound(parts, functions), max_leaves=8)


hostile = st.text(max_size=6) | st.sampled_from(
    [
        "\\",
        "}{",
        r"\input{x}",
        "$",
        "$$",
        "a_b",
        "<script>",
        "a&b",
        "%",
        "#1",
        "^",
        "~",
        "`",
        "'",
        '"',
        "\x1b[2J",
        "m\u0302",
    ]
)
lettered_symbols = st.builds(
    Sym, base=hostile.filter(bool), sub=hostile, sup=hostile, of=hostile, example=st.none() | st.integers(1, 20),
    bold=st.booleans(),
)  # fmt: skip


def _anything(parts: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    condition = st.builds(Compare, parts, st.sampled_from(["<", "<=", "=", "!=", ">=", ">"]), parts)
    return st.one_of(
        _compound(parts, tuple(FUNCTIONS)),
        several.map(MatMul),
        several.map(Hadamard),
        st.builds(Transpose, parts),
        st.builds(Partial, parts, parts),
        st.builds(Call, hostile.filter(bool), several, st.integers(0, 2)),
        st.builds(Cases, st.lists(st.tuples(parts, condition), min_size=1, max_size=2).map(tuple), parts),
        several.map(lambda row: Matrix((row, row))),
    )


numbers = st.floats().map(lambda value: Num(value, f"{value:.3g}"))
anything = st.recursive(lettered_symbols | literals | numbers, _anything, max_leaves=6)
"""Formulas of every kind of node, with names that try to break out."""


def in_sympy(node: Formula) -> Any:
    """What a scalar formula means, by SymPy's own functions where it has them."""
    match node:
        case Lit(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Num(text=text):
            return sympy.Rational(text)
        case Sym(base=base):
            return sympy.Symbol(base, real=True)
        case Add(terms=terms):
            return sympy.Add(*map(in_sympy, terms))
        case Mul(factors=factors):
            return sympy.Mul(*map(in_sympy, factors))
        case Div(numerator=a, denominator=b):
            return in_sympy(a) / in_sympy(b)
        case Pow(base=base, exponent=exponent):
            return in_sympy(base) ** in_sympy(exponent)
        case Neg(operand=operand):
            return -in_sympy(operand)
        case Call(function=function, arguments=arguments, primes=0):
            return IN_SYMPY[function](*map(in_sympy, arguments))
        case Compare(left=a, relation=relation, right=b):
            return sympy.Rel(in_sympy(a), in_sympy(b), {"=": "=="}.get(relation, relation))
        case Cases(branches=branches, otherwise=otherwise):
            pairs = [(in_sympy(then), in_sympy(condition)) for then, condition in branches]
            return sympy.Piecewise(*pairs, (in_sympy(otherwise), True))
        case _:
            raise NotImplementedError(node)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + sympy.exp(-x))


def _floor(x: Any) -> Any:
    """⌊x⌋ away from whole numbers, as a function that SymPy can differentiate."""
    return x - sympy.Rational(1, 2) + sympy.atan(sympy.cot(sympy.pi * x)) / sympy.pi


SELU_ALPHA, SELU_SCALE = sympy.Rational("1.6732632423543772"), sympy.Rational("1.0507009873554805")

IN_SYMPY: dict[str, Any] = {
    "exp": sympy.exp, "log": sympy.log, "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "sqrt": sympy.sqrt,
    "abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min, "tanh": sympy.tanh, "erf": sympy.erf, "pi": lambda: sympy.pi,
    "sigmoid": _sigmoid,
    "relu": lambda x: sympy.Max(x, 0),
    "leaky_relu": lambda x: sympy.Piecewise((x, x > 0), (x / 100, True)),
    "elu": lambda x: sympy.Piecewise((x, x > 0), (sympy.exp(x) - 1, True)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * _sigmoid(2 * sympy.sqrt(2 / sympy.pi) * (x + sympy.Rational("0.044715") * x**3)),
    "hardtanh": lambda x: sympy.Max(-1, sympy.Min(1, x)),
    "relu6": lambda x: sympy.Max(0, sympy.Min(6, x)),
    "hardsigmoid": lambda x: sympy.Max(0, sympy.Min(6, x + 3)) / 6,
    "hardswish": lambda x: x * sympy.Max(0, sympy.Min(6, x + 3)) / 6,
    "celu": lambda x: sympy.Piecewise((x, x > 0), (sympy.exp(x) - 1, True)),
    "selu": lambda x: SELU_SCALE * sympy.Piecewise((x, x > 0), (SELU_ALPHA * (sympy.exp(x) - 1), True)),
    "mish": lambda x: x * sympy.tanh(sympy.log(1 + sympy.exp(x))),
    "erfc": sympy.erfc, "expm1": lambda x: sympy.exp(x) - 1, "log1p": lambda x: sympy.log(1 + x),
    "cosh": sympy.cosh, "sinh": sympy.sinh, "sign": sympy.sign, "floor": _floor,
}  # fmt: skip
assert set(IN_SYMPY) == set(KNOWN)
