"""Prints formulas in Typst's mathematics: ``frac(∂ L, ∂ W_"ec") = (O("e") - y) dot.op O("c")``.

Names come from files: whatever is not a single letter or a number is a quoted string, in which a backslash and a
quotation mark are the only signs with a meaning. So no name can be a command.

Source: the reference of Typst's mathematics, https://typst.app/docs/reference/math/.
"""

from __future__ import annotations

import re
import unicodedata
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS, remaining
from backprop_tutor.formula.figures import figures
from backprop_tutor.formula.functions import KNOWN
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
from backprop_tutor.formula.printing.binding import Binding, built_up, stands_bare, touches
from backprop_tutor.formula.printing.latex import split_name

_LETTER = re.compile(r"[A-Za-z\u0391-\u03c9∂∇ℓ□]")
_HATTED = re.compile("([A-Za-z])\u0302")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def typst(formula: Formula) -> str:
    """`formula` in Typst's mathematics, without dollar signs."""
    return _written(formula, lead=True)


def quoted(text: str) -> str:
    """`text` as a string of Typst: every sign of it shown as itself."""
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(node: Formula, lead: bool) -> str:
    """`node` without brackets; `lead` is true where a minus sign may open it."""
    match node:
        case Lit() | Num():
            return _number(node)
        case Sym():
            return _symbol(node)
        case Partial(of=of, wrt=wrt):
            return f"frac(∂ {_part(of, Binding.POWER)}, ∂ {_part(wrt, Binding.POWER)})"
        case Neg(operand=operand):
            return f"-{_part(operand, Binding.CHAIN)}"
        case Add(terms=terms):
            return _sum(terms, lead)
        case Mul(factors=factors, wide=True):
            return " space dot.op space ".join(_factors(factors, Binding.CHAIN, Binding.QUOTIENT, lead))
        case Mul(factors=factors):
            return _product(factors, lead)
        case MatMul(factors=factors):
            return " thin ".join(_factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Hadamard(factors=factors):
            return " ⊙ ".join(_factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Div(numerator=a, denominator=b):
            return f"frac({typst(a)}, {typst(b)})"
        case Pow(base=base, exponent=exponent):
            return f"{_part(base, Binding.ATOM)}^({typst(exponent)})"
        case Transpose(operand=operand):
            return f'{_part(operand, Binding.ATOM)}^sans("T")'
        case Index(operand=operand, written=places):
            return f"{_part(operand, Binding.ATOM)}[{quoted(','.join(places))}]"
        case Call():
            return _call(node)
        case Compare(left=left, relation=relation, right=right):
            return f"{typst(left)} {RELATIONS[relation].unicode} {typst(right)}"
        case Cases():
            return f"cases({', '.join(_branches(node))})"
        case Matrix(rows=rows):
            return f'mat(delim: "[", {"; ".join(", ".join(map(typst, row)) for row in rows)})'
        case _:
            assert_never(node)


def _number(number: Lit | Num) -> str:
    parts = figures(number)
    if parts.denominator:
        return f'{parts.sign}frac({parts.digits}, {parts.denominator}, style: #"skewed")'
    digits = {"inf": "∞", "nan": '"NaN"'}.get(parts.digits, parts.digits)
    return parts.sign + digits + (f" dot.op 10^({parts.exponent})" if parts.exponent else "")


def _symbol(symbol: Sym) -> str:
    base, sub = split_name(symbol)
    upper = _index(symbol.sup) + ("" if symbol.example is None else f' "⟨{symbol.example}⟩"')
    of = f"({_name(symbol.of)})" if symbol.of else ""
    letter = f"bold(upright({_name(base)}))" if symbol.bold else _name(base)
    return letter + (f"^({upper.strip()})" if upper else "") + (f"_({_index(sub)})" if sub else "") + of


def _index(index: str) -> str:
    return "" if not index else quoted(index) if len(index) > 1 else _name(index)


def _name(name: str) -> str:
    """A letter or a number unchanged, a letter with its hat, and every other name as a string."""
    decomposed = unicodedata.normalize("NFD", name)
    if hatted := _HATTED.fullmatch(decomposed):
        return f"hat({hatted[1]})"
    return name if _LETTER.fullmatch(name) or _DIGITS.fullmatch(name) else quoted(name)


def _part(node: Formula, place: Binding, lead: bool = False) -> str:
    """`node` as a part of a formula, bracketed where it binds less tightly than its place requires."""
    return _written(node, lead) if stands_bare(node, place, lead, built_up) else f"({typst(node)})"


def _factors(factors: tuple[Formula, ...], first: Binding, others: Binding, lead: bool) -> list[str]:
    return [_part(factors[0], first, lead), *(_part(factor, others) for factor in factors[1:])]


def _sum(terms: tuple[Formula, ...], lead: bool) -> str:
    written = _part(terms[0], Binding.SUM, lead)
    for term in terms[1:]:
        sign, size = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
        written += f" {sign} {_part(size, Binding.CHAIN)}"
    return written


def _product(factors: tuple[Formula, ...], lead: bool) -> str:
    """Factors joined by dots; ``a(1 - a)`` needs none."""
    parts = _factors(factors, Binding.PRODUCT, Binding.DERIVATIVE, lead)
    written = parts[0]
    for left, right in zip(factors, parts[1:], strict=False):
        bare = touches(left) and right.startswith("(") and not right.startswith("(-")
        written += f" {right}" if bare else f" dot.op {right}"
    return written


def _call(call: Call) -> str:
    match call:
        case Call(function="exp", arguments=(x,), primes=0, letter=None):
            return f"e^({typst(x)})"
        case Call(function="sqrt" | "abs", arguments=(x,), primes=0, letter=None):
            return f"{call.function}({typst(x)})"
    name = _named(call) + "'" * call.primes
    return f"{name} ({', '.join(map(typst, call.arguments))})" if call.arguments else name


def _named(call: Call) -> str:
    if call.letter is not None:
        return _symbol(call.letter)
    return _name(KNOWN[call.function].unicode if call.function in KNOWN else call.function)


def _branches(cases: Cases) -> list[str]:
    rest = remaining(cases)
    shown = [f"{typst(then)} & {typst(when)}" for then, when in cases.branches]
    return [*shown, f"{typst(cases.otherwise)} & {typst(rest)}" if rest else typst(cases.otherwise)]
