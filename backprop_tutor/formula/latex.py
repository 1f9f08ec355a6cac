r"""Formulas in LaTeX: ``\tfrac{1}{2}(O(e) - y)^{2}``, ``\frac{\partial L}{\partial W_{ec}}``.

Only commands that both KaTeX and MathJax (as GitHub restricts it) understand, and no character that HTML or a Markdown
table would take for its own. A definition by cases has no words, as in `unicode`.
"""

from __future__ import annotations

from typing import assert_never

from backprop_tutor.formula.binding import Binding, built_up, stands_bare, touches
from backprop_tutor.formula.conditions import RELATIONS, remaining
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.latex_letters import lettered, named, numbered
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


def latex(formula: Formula) -> str:
    """`formula` in LaTeX's mathematics, without dollar signs."""
    return _written(formula, lead=True)


def _written(node: Formula, lead: bool) -> str:
    """`node` without brackets; `lead` tells whether a minus sign may open it."""
    match node:
        case Lit() | Num():
            return numbered(node)
        case Sym():
            return lettered(node)
        case Partial(of=of, wrt=wrt):
            return rf"\frac{{\partial {_part(of, Binding.POWER)}}}{{\partial {_part(wrt, Binding.POWER)}}}"
        case Neg(operand=operand):
            return f"-{_part(operand, Binding.CHAIN)}"
        case Add(terms=terms):
            return _sum(terms, lead)
        case Mul(factors=factors, wide=True):
            return r" \;\cdot\; ".join(_factors(factors, Binding.CHAIN, Binding.QUOTIENT, lead))
        case Mul(factors=factors):
            return _product(factors, lead)
        case MatMul(factors=factors):
            return r" \, ".join(_factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Hadamard(factors=factors):
            return r" \odot ".join(_factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Div(numerator=a, denominator=b):
            return rf"\frac{{{latex(a)}}}{{{latex(b)}}}"
        case Pow(base=base, exponent=exponent):
            return f"{_part(base, Binding.ATOM)}^{{{latex(exponent)}}}"
        case Transpose(operand=operand):
            return rf"{_part(operand, Binding.ATOM)}^{{\mathsf{{T}}}}"
        case Call():
            return _call(node)
        case Compare(left=left, relation=relation, right=right):
            return f"{latex(left)} {RELATIONS[relation].latex} {latex(right)}"
        case Cases():
            return rf"\begin{{cases}} {_branches(node)} \end{{cases}}"
        case Matrix(rows=rows):
            return rf"\begin{{bmatrix}} {_rows(rows)} \end{{bmatrix}}"
        case _:
            assert_never(node)


def _part(node: Formula, place: Binding, lead: bool = False) -> str:
    """`node` as a part of something, bracketed where it holds together less tightly than its place asks for."""
    return _written(node, lead) if stands_bare(node, place, lead, built_up) else _bracketed(latex(node))


def _bracketed(inside: str) -> str:
    """`inside` in brackets, which grow where there is something tall to hold."""
    tall = r"\frac" in inside or r"\begin" in inside
    return rf"\left({inside}\right)" if tall else f"({inside})"


def _factors(factors: tuple[Formula, ...], first: Binding, others: Binding, lead: bool) -> list[str]:
    return [_part(factors[0], first, lead), *(_part(factor, others) for factor in factors[1:])]


def _sum(terms: tuple[Formula, ...], lead: bool) -> str:
    written = _part(terms[0], Binding.SUM, lead)
    for term in terms[1:]:
        sign, size = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
        written += f" {sign} {_part(size, Binding.CHAIN)}"
    return written


def _product(factors: tuple[Formula, ...], lead: bool) -> str:
    r"""Factors joined by dots; ``a(1 - a)`` and ``\tfrac{1}{2}(a - y)^{2}`` need none."""
    parts = _factors(factors, Binding.PRODUCT, Binding.DERIVATIVE, lead)
    written = parts[0]
    for left, right in zip(factors, parts[1:], strict=False):
        bracket = right.removeprefix(r"\left")
        bare = touches(left) and bracket.startswith("(") and not bracket.startswith("(-")
        written += right if bare else rf" \cdot {right}"
    return written


def _call(call: Call) -> str:
    match call:
        case Call(function="exp", arguments=(x,), primes=0, letter=None):
            return f"e^{{{latex(x)}}}"
        case Call(function="sqrt", arguments=(x,), primes=0, letter=None):
            return rf"\sqrt{{{latex(x)}}}"
        case Call(function="abs", arguments=(x,), primes=0, letter=None):
            return rf"\left\lvert {latex(x)} \right\rvert"
    name = _named(call) + "'" * call.primes
    return name + _bracketed(", ".join(map(latex, call.arguments))) if call.arguments else name


def _named(call: Call) -> str:
    """The function's letter or name; a letter with an index stands in braces, so that a prime may follow it."""
    if call.letter is not None:
        return f"{{{lettered(call.letter)}}}" if call.letter.sup else lettered(call.letter)
    return KNOWN[call.function].latex if call.function in KNOWN else named(call.function)


def _branches(cases: Cases) -> str:
    rest = remaining(cases)
    return _rows((*cases.branches, (cases.otherwise, rest) if rest else (cases.otherwise,)))


def _rows(rows: tuple[tuple[Formula, ...], ...]) -> str:
    return r" \\ ".join(" & ".join(map(latex, row)) for row in rows)
