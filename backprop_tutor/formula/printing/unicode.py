"""Prints formulas on one line of Unicode, as a terminal shows them: ``½(O(e) − y)²``, ``W_ca·x_a + W_cb·x_b``.

Words belong to one language, so a definition by cases has none: ``{z, z > 0; 0, z ≤ 0}`` gives each value with its
condition. A formula is written as `runs`, so that a renderer can colour or link each quantity in it.

Whole-number indices are set as Unicode digits: ``w²₁₂``, ``−3.7·10⁻⁵``. Unicode has too few raised or lowered letters,
so any other index follows ``_`` or ``^``, in brackets where its end would be unclear: ``W_ec``, ``W_(o1,h1)``.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple, TypeAlias, assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS, remaining
from backprop_tutor.formula.figures import VULGAR, figures
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
from backprop_tutor.formula.printing.binding import Binding, binding, is_superscript, is_vulgar, stands_bare, touches
from backprop_tutor.formula.printing.printer import recurring

RAISED = str.maketrans("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_RAISABLE, _LOWERABLE = re.compile(r"[()]*[0-9]+[()]*"), re.compile("[0-9]+(?:,[0-9]+)*")
_NOT_FINITE = {"inf": "∞", "nan": "NaN"}


def lettered(symbol: Sym) -> str:
    """`symbol` as it is written on one line; control characters of its name are written out."""
    of = f"({symbol.of})" if symbol.of else ""
    example = "" if symbol.example is None else f"@{symbol.example}"
    return visible(symbol.base + _upper(symbol.sup) + _lower(symbol.sub) + of + example)


def numbered(number: Lit | Num) -> str:
    """`number` with a real minus sign: ``−0.35``, ``3.7·10⁻⁵``, ``½``, ``∞``."""
    parts = figures(number)
    sign = parts.sign.replace("-", "−")
    if isinstance(number, Lit) and parts.denominator and abs(number.value) in VULGAR:
        return sign + VULGAR[abs(number.value)]
    digits = _NOT_FINITE.get(parts.digits, parts.digits)
    power = f"·10{parts.exponent.translate(RAISED)}" if parts.exponent else ""
    return sign + digits + power + (f"/{parts.denominator}" if parts.denominator else "")


def _upper(index: str) -> str:
    return index.translate(RAISED) if _RAISABLE.fullmatch(index) else _marked("^", index)


def _lower(index: str) -> str:
    return index.translate(LOWERED) if _LOWERABLE.fullmatch(index) else _marked("_", index)


def _marked(mark: str, index: str) -> str:
    if not index:
        return ""
    closed = index.isalnum() or (index[0], index[-1]) in (("[", "]"), ("(", ")"))
    return f"{mark}{index}" if closed else f"{mark}({index})"


class Run(NamedTuple):
    """A part of a written formula; `source` is its quantity or number, None for the text between them."""

    text: str
    source: Sym | Partial | Num | Lit | None = None


Runs: TypeAlias = tuple[Run, ...]


@recurring
def unicode(formula: Formula) -> str:
    """`formula` on one line."""
    return _text(runs(formula))


def runs(formula: Formula) -> Runs:
    """`formula` on one line, split into its quantities, its numbers and the text between them."""
    return _written(formula, lead=True)


def _written(node: Formula, lead: bool) -> Runs:
    """`node` without brackets; `lead` is true where a minus sign may open it."""
    match node:
        case Lit() | Num():
            return (Run(numbered(node), node),)
        case Sym():
            return (Run(lettered(node), node),)
        case Partial(of=of, wrt=wrt):
            return (Run(_text(_line("∂", _part(of, Binding.POWER), "/∂", _part(wrt, Binding.POWER))), node),)
        case Neg(operand=operand):
            return _line("−", _part(operand, Binding.CHAIN))
        case Add(terms=terms):
            return _sum(terms, lead)
        case Mul(factors=factors, wide=True):
            return _joined(" · ", _factors(factors, Binding.CHAIN, Binding.QUOTIENT, lead))
        case Mul(factors=factors):
            return _product(factors, lead)
        case MatMul(factors=factors):
            return _joined(" ", _factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Hadamard(factors=factors):
            return _joined(" ⊙ ", _factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Div(numerator=a, denominator=b):
            return _line(_part(a, Binding.PRODUCT, lead), "/", _part(b, Binding.POWER))
        case Pow(base=base, exponent=exponent):
            return _line(_part(base, Binding.ATOM), *_exponent(exponent))
        case Transpose(operand=operand):
            return _line(_part(operand, Binding.ATOM), "ᵀ")
        case Index(operand=operand, written=places):
            return _line(_part(operand, Binding.ATOM), f"[{','.join(places)}]")
        case Call():
            return _call(node)
        case Compare(left=left, relation=relation, right=right):
            return _line(_open(left), f" {RELATIONS[relation].unicode} ", _open(right))
        case Cases():
            return _line("{", _joined("; ", _branches(node)), "}")
        case Matrix(rows=rows):
            return _line("[", _joined("; ", [_row(row) for row in rows]), "]")
        case _:
            assert_never(node)


def _part(node: Formula, place: Binding, lead: bool = False) -> Runs:
    """`node` as a part of a formula, bracketed where it binds less tightly than its place requires."""
    return _written(node, lead) if stands_bare(node, place, lead) else _line("(", _open(node), ")")


def _open(node: Formula) -> Runs:
    return _written(node, lead=True)


def _line(*pieces: str | Runs) -> Runs:
    """The pieces in sequence."""
    written: list[Run] = []
    for piece in pieces:
        if isinstance(piece, str):
            written.append(Run(piece))
        else:
            written += piece
    return tuple(written)


def _joined(separator: str, parts: list[Runs]) -> Runs:
    return _line(*parts[:1], *(piece for part in parts[1:] for piece in (separator, part)))


def _text(written: Runs) -> str:
    return "".join([run.text for run in written])


def _factors(factors: tuple[Formula, ...], first: Binding, others: Binding, lead: bool) -> list[Runs]:
    return [_part(factors[0], first, lead), *(_part(factor, others) for factor in factors[1:])]


def _sum(terms: tuple[Formula, ...], lead: bool) -> Runs:
    pieces: list[str | Runs] = [_part(terms[0], Binding.SUM, lead)]
    for term in terms[1:]:
        sign, size = (" − ", term.operand) if isinstance(term, Neg) else (" + ", term)
        pieces += [sign, _part(size, Binding.CHAIN)]
    return _line(*pieces)


def _product(factors: tuple[Formula, ...], lead: bool) -> Runs:
    """Factors joined by dots; ``a(1 − a)`` and ``½(a − y)²`` need none."""
    parts = _factors(factors, Binding.PRODUCT, Binding.DERIVATIVE, lead)
    pieces: list[str | Runs] = [parts[0]]
    for (left, factor), right in zip(pairwise(factors), parts[1:], strict=True):
        pieces += [right] if touches(left, factor) and _opens(_text(right[:2])) else ["·", right]
    return _line(*pieces)


def _opens(text: str) -> bool:
    """Whether `text` begins with a bracket that no sign follows."""
    return text.startswith("(") and not text.startswith("(−")


def _exponent(exponent: Formula) -> tuple[str | Runs, ...]:
    """Raised digits where Unicode has them; else ``^z``, and ``^(−z)`` where the end of the exponent would be unclear."""
    written = _open(exponent)
    if is_superscript(exponent):
        return (_text(written).translate(RAISED),)
    plain = binding(exponent) is Binding.ATOM and _text(written).replace(".", "").isalnum()
    return ("^", written) if plain or is_vulgar(exponent) else ("^(", written, ")")


def _call(call: Call) -> Runs:
    match call:
        case Call(function="exp", arguments=(x,), primes=0, letter=None):
            return _line("e", *_exponent(x))
        case Call(function="sqrt", arguments=(x,), primes=0, letter=None):
            return _line("√", _part(x, Binding.ATOM))
        case Call(function="abs", arguments=(x,), primes=0, letter=None):
            return _line("|", _open(x), "|")
    inside = [*map(_open, call.arguments), *(_line(f"{name}=" if name else "", _open(x)) for name, x in call.options)]
    arguments = _line("(", _joined(", ", inside), ")") if inside else ()
    return _line(_named(call) + "′" * call.primes, arguments)


def _named(call: Call) -> str:
    if call.letter is not None:
        return lettered(call.letter)
    return KNOWN[call.function].unicode if call.function in KNOWN else visible(call.function)


def _branches(cases: Cases) -> list[Runs]:
    rest = remaining(cases)
    last = (cases.otherwise, rest) if rest else (cases.otherwise,)
    return [_joined(", ", [_open(part) for part in branch]) for branch in (*cases.branches, last)]


def _row(row: tuple[Formula, ...]) -> Runs:
    return _joined(" ", [_part(cell, Binding.QUOTIENT, lead=True) for cell in row])
