"""Prints formulas as they are typed: ``0.5*(a - y)**2``, ``W2.T @ delta * (a*(1 - a))``.

The operators are ASCII and Python's, names stay the author's. What the formula language can express is printed as
`parse` reads it; matrices are written as in NumPy, and a definition by cases as ``1 if z > 0 else 0``.
"""

from __future__ import annotations

from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.figures import figures
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
from backprop_tutor.formula.printing.binding import Binding, binding, stands_bare


def plain(formula: Formula) -> str:
    """`formula` as it is typed."""
    return _written(formula, lead=True)


def _written(node: Formula, lead: bool) -> str:
    """`node` without brackets; `lead` is true where a minus sign may open it."""
    match node:
        case Lit(value=value, text=text):
            return text or str(value)
        case Num(text=text):
            return text
        case Sym():
            return _name(node)
        case Partial(of=of, wrt=wrt):
            return f"d{_part(of, Binding.POWER)}/d{_part(wrt, Binding.POWER)}"
        case Neg(operand=operand):
            return f"-{_part(operand, Binding.CHAIN)}"
        case Add(terms=terms):
            return _sum(terms, lead)
        case Mul(factors=factors):
            return _joined("*", factors, Binding.PRODUCT, lead)
        case MatMul(factors=factors):
            return _joined(" @ ", factors, Binding.DERIVATIVE, lead)
        case Hadamard(factors=factors):
            return _joined(" * ", factors, Binding.DERIVATIVE, lead)
        case Div(numerator=a, denominator=b):
            return f"{_part(a, Binding.PRODUCT, lead)}/{_part(b, Binding.POWER)}"
        case Pow(base=base, exponent=exponent):
            return f"{_part(base, Binding.ATOM)}**{_part(exponent, Binding.ATOM)}"
        case Transpose(operand=operand):
            return f"{_part(operand, Binding.ATOM)}.T"
        case Index(operand=operand, written=places):
            return f"{_part(operand, Binding.ATOM)}[{', '.join(places)}]"
        case Call(function=function, arguments=arguments, primes=primes, letter=letter, options=options):
            parts = [*map(plain, arguments), *(f"{name}={plain(x)}" if name else plain(x) for name, x in options)]
            inside = f"({', '.join(parts)})" if parts else ""
            return (_name(letter) if letter else visible(function)) + "'" * primes + inside
        case Compare(left=left, relation=relation, right=right):
            return f"{plain(left)} {RELATIONS[relation].plain} {plain(right)}"
        case Cases(branches=branches, otherwise=otherwise):
            return " else ".join([*(f"{plain(then)} if {plain(when)}" for then, when in branches), plain(otherwise)])
        case Matrix(rows=rows):
            return _listed([_listed([plain(cell) for cell in row]) for row in rows])
        case _:
            assert_never(node)


def _part(node: Formula, place: Binding, lead: bool = False) -> str:
    """`node` as a part of a formula, bracketed where it binds less tightly than its place requires."""
    return _written(node, lead) if stands_bare(node, place, lead, _binding) else f"({plain(node)})"


def _binding(node: Formula) -> Binding:
    """When typed, calls and numbers such as ``1e-3`` bind tightly, ``1/2`` and cases do not; all products look alike."""
    match node:
        case Lit() | Num():
            parts = figures(node)
            return Binding.SIGN if parts.sign else Binding.QUOTIENT if parts.denominator else Binding.ATOM
        case Call():
            return Binding.ATOM
        case Cases():
            return Binding.OPEN
        case Mul():
            return Binding.PRODUCT
        case _:
            return binding(node)


def _listed(parts: list[str]) -> str:
    return f"[{', '.join(parts)}]"


def _joined(mark: str, factors: tuple[Formula, ...], first: Binding, lead: bool) -> str:
    return mark.join([_part(factors[0], first, lead), *(_part(factor, Binding.DERIVATIVE) for factor in factors[1:])])


def _sum(terms: tuple[Formula, ...], lead: bool) -> str:
    written = _part(terms[0], Binding.SUM, lead)
    for term in terms[1:]:
        sign, size = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
        written += f" {sign} {_part(size, Binding.CHAIN)}"
    return written


def _name(symbol: Sym) -> str:
    """``W_ec``, ``w^2_12``, ``h(c)``, ``z_1@3``; a whole name of a file stays itself."""
    upper = f"^{symbol.sup}" if symbol.sup else ""
    lower = f"_{symbol.sub}" if symbol.sub else ""
    of = f"({symbol.of})" if symbol.of else ""
    return visible(symbol.base + upper + lower + of) + ("" if symbol.example is None else f"@{symbol.example}")
