"""Formulas in MathML, as browsers set them without any script.

Only elements of MathML Core. Every quantity has the name of its role as its class, so that a page can colour it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import assert_never

from backprop_tutor.formula.binding import Binding, built_up, stands_bare, touches
from backprop_tutor.formula.conditions import RELATIONS, remaining
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.mathml_letters import element, fence, lettered, named, numbered, row, sign
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
    Role,
    Sym,
    Transpose,
)

_TAG = re.compile(r"<[^>]*>")
_TALL = re.compile("<mfrac|<mtable")
_DOT, _EACH = sign("⋅", form="infix"), sign("⊙", form="infix")
_APART = sign("⋅", form="infix", lspace="0.5em", rspace="0.5em")
_BESIDE = sign("\u2062", form="infix", rspace="0.2em")  # a product that is seen by its factors alone


def mathml(formula: Formula) -> str:
    """`formula` as one ``<math>`` element."""
    return element("math", *_parts(formula, lead=True))


def breakable(formula: Formula) -> tuple[str, ...]:
    """`formula` as ``<math>`` elements, one a term or factor, between which a line may end."""
    return tuple(element("math", part) for part in _parts(formula, lead=True))


def _written(node: Formula, lead: bool) -> str:
    """`node` without brackets; `lead` tells whether a minus sign may open it."""
    return row(*_parts(node, lead))


def _parts(node: Formula, lead: bool) -> tuple[str, ...]:
    """The terms of a sum, the factors of a product, each with the sign before it; else `node` as one part."""
    match node:
        case Add(terms=terms):
            return (_part(terms[0], Binding.SUM, lead), *map(_term, terms[1:]))
        case Mul(factors=factors, wide=True):
            return _joined(_APART, factors, Binding.CHAIN, Binding.QUOTIENT, lead)
        case Mul(factors=factors):
            return _product(factors, lead)
        case MatMul(factors=factors):
            return _joined(_BESIDE, factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead)
        case Hadamard(factors=factors):
            return _joined(_EACH, factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead)
        case _:
            return (_single(node),)


def _single(node: Lit | Num | Sym | Div | Pow | Neg | Call | Compare | Cases | Partial | Transpose | Matrix) -> str:
    match node:
        case Lit() | Num():
            return numbered(node)
        case Sym():
            return lettered(node)
        case Partial(of=of, wrt=wrt):
            above, below = (row(sign("∂", form="prefix"), _part(part, Binding.POWER)) for part in (of, wrt))
            return row(element("mfrac", above, below), class_=Role.ADJOINT.value)
        case Neg(operand=operand):
            return row(sign("−", form="prefix"), _part(operand, Binding.CHAIN))
        case Div(numerator=a, denominator=b):
            return element("mfrac", _open(a), _open(b))
        case Pow(base=base, exponent=exponent):
            return element("msup", _part(base, Binding.ATOM), _open(exponent))
        case Transpose(operand=operand):
            return element("msup", _part(operand, Binding.ATOM), element("mi", "T", mathvariant="normal"))
        case Call():
            return _call(node)
        case Compare(left=left, relation=relation, right=right):
            return row(_open(left), sign(RELATIONS[relation].unicode), _open(right))
        case Cases():
            return row(fence("{", True), _table(_branches(node), columnalign="left"))
        case Matrix(rows=rows):
            return row(fence("[", True), _table(rows), fence("]", True))
        case _:
            assert_never(node)


def _open(node: Formula) -> str:
    return _written(node, lead=True)


def _part(node: Formula, place: Binding, lead: bool = False) -> str:
    """`node` as a part of something, bracketed where it holds together less tightly than its place asks for."""
    return _written(node, lead) if stands_bare(node, place, lead, built_up) else _bracketed(_open(node))


def _bracketed(inside: str) -> str:
    tall = bool(_TALL.search(inside))
    return row(fence("(", tall), inside, fence(")", tall))


def _term(term: Formula) -> str:
    plus, size = ("−", term.operand) if isinstance(term, Neg) else ("+", term)
    return row(sign(plus, form="infix"), _part(size, Binding.CHAIN))


def _joined(dot: str, factors: tuple[Formula, ...], first: Binding, others: Binding, lead: bool) -> tuple[str, ...]:
    parts = (row(dot, _part(factor, others)) for factor in factors[1:])
    return (_part(factors[0], first, lead), *parts)


def _product(factors: tuple[Formula, ...], lead: bool) -> tuple[str, ...]:
    """Factors joined by dots; ``a(1 − a)`` and ``½(a − y)²`` need none. Such a product stays on one line."""
    written = [_part(factors[0], Binding.PRODUCT, lead)]
    for left, factor in pairwise(factors):
        part = _part(factor, Binding.DERIVATIVE)
        seen = _TAG.sub("", part)
        bare = touches(left) and seen.startswith("(") and not seen.startswith("(−")
        written += [part] if bare else [_DOT, part]
    return (row(*written),)


def _call(call: Call) -> str:
    match call:
        case Call(function="exp", arguments=(x,), primes=0, letter=None):
            return element("msup", element("mi", "e"), _open(x))
        case Call(function="sqrt", arguments=(x,), primes=0, letter=None):
            return element("msqrt", _open(x))
        case Call(function="abs", arguments=(x,), primes=0, letter=None):
            return row(sign("|", form="prefix"), _open(x), sign("|", form="postfix"))
    name = _named(call)
    name = element("msup", name, sign("′" * call.primes)) if call.primes else name
    inside = [part for x in call.arguments for part in (sign(","), _open(x))][1:]
    return row(name, _bracketed(row(*inside))) if inside else name


def _named(call: Call) -> str:
    if call.letter is not None:
        return lettered(call.letter)
    return named(KNOWN[call.function].unicode if call.function in KNOWN else call.function)


def _branches(cases: Cases) -> tuple[tuple[Formula, ...], ...]:
    rest = remaining(cases)
    return (*cases.branches, (cases.otherwise, rest) if rest else (cases.otherwise,))


def _table(rows: tuple[tuple[Formula, ...], ...], **attributes: str) -> str:
    cells = (element("mtr", *(element("mtd", _open(cell)) for cell in cells)) for cells in rows)
    return element("mtable", *cells, **attributes)
