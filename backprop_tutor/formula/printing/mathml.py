"""Prints formulas in MathML, as browsers set them without any script.

Only elements of MathML Core are used. Every quantity has the name of its role as its class, so that a page can colour
it. Names come from files: every one of them is escaped, and none can be anything but the text of an element.
"""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise
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
    Role,
    Sym,
    Transpose,
)
from backprop_tutor.formula.printing.binding import Binding, built_up, stands_bare, touches
from backprop_tutor.formula.printing.latex import split_name
from backprop_tutor.formula.traced import Traced


def slot(number: Traced, brackets: int = 0) -> str:
    """A number that a page computes: its variable, its figures, and what needs brackets (1 a sign, 2 a power)."""
    assert isinstance(number.formula, Sym), "a number in a page has a variable of its own"
    return f"{number.formula.base.removeprefix('v')}.{number.digits}" + (f".{brackets}" if brackets else "")


def element(name: str, *inside: str, **attributes: str) -> str:
    """An element of MathML around what is already MathML; ``class_`` stands for the attribute ``class``."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def row(*parts: str, **attributes: str) -> str:
    """Parts side by side that belong together."""
    return parts[0] if len(parts) == 1 and not attributes else element("mrow", *parts, **attributes)


def sign(text: str, **attributes: str) -> str:
    """An operator or a bracket."""
    return element("mo", escape(text), **attributes)


def fence(text: str, tall: bool) -> str:
    """A bracket, which grows only with tall contents."""
    return sign(text) if tall else sign(text, stretchy="false")


def named(text: str, bold: bool = False) -> str:
    """A name or an index: a single letter in italics, several upright, digits as a number."""
    shown = escape(visible(text).replace(" ", "\u00a0"))
    if text.isdecimal() and text.isascii():
        return element("mn", shown)
    return element("mi", shown, mathvariant="normal", class_="bold") if bold else element("mi", shown)


def lettered(symbol: Sym) -> str:
    """`symbol` with all its superscripts combined into one."""
    base, sub = split_name(symbol)
    letter = _indexed(named(base, symbol.bold), named(sub) if sub else "", _upper(symbol))
    of = (fence("(", False), named(symbol.of), fence(")", False)) if symbol.of else ()
    return row(letter, *of, class_=symbol.role.value)


def numbered(number: Lit | Num) -> str:
    """`number` with a real minus sign, powers of ten raised, fractions built up but small."""
    parts = figures(number)
    digits = element("mn", {"inf": "∞", "nan": "NaN"}.get(parts.digits, escape(parts.digits)))
    if parts.denominator:
        digits = element("mfrac", digits, element("mn", parts.denominator))
    if parts.exponent:
        digits = row(digits, sign("×"), element("msup", element("mn", "10"), _whole(parts.exponent)))
    before = (sign(parts.sign.replace("-", "−"), form="prefix"),) if parts.sign else ()
    small = {"displaystyle": "false"} if parts.denominator else {}
    return row(*before, digits, **small)


def _upper(symbol: Sym) -> str:
    example = "" if symbol.example is None else f"⟨{symbol.example}⟩"
    return named(symbol.sup + example) if symbol.sup or example else ""


def _indexed(base: str, sub: str, sup: str) -> str:
    if sub and sup:
        return element("msubsup", base, sub, sup)
    if sub or sup:
        return element("msub" if sub else "msup", base, sub or sup)
    return base


def _whole(exponent: str) -> str:
    size = element("mn", exponent.lstrip("-"))
    return row(sign("−", form="prefix"), size) if exponent.startswith("-") else size


_TAG = re.compile(r"<[^>]*>")
_TALL = re.compile("<mfrac|<mtable")
_DOT, _EACH = sign("⋅", form="infix"), sign("⊙", form="infix")
_APART = sign("⋅", form="infix", lspace="0.5em", rspace="0.5em")
_BESIDE = sign("\u2062", form="infix", rspace="0.2em")  # a product that is recognised by its factors alone


def mathml(formula: Formula) -> str:
    """`formula` as one ``<math>`` element."""
    return element("math", *_parts(formula, lead=True))


def breakable(formula: Formula) -> tuple[str, ...]:
    """`formula` as ``<math>`` elements, one a term or factor, between which a line may end."""
    return tuple(element("math", part) for part in _parts(formula, lead=True))


def _written(node: Formula, lead: bool) -> str:
    """`node` without brackets; `lead` is true where a minus sign may open it."""
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


def _single(
    node: Lit | Num | Sym | Div | Pow | Neg | Call | Compare | Cases | Partial | Transpose | Index | Matrix,
) -> str:
    match node:
        case Num(value=Traced() as value):
            return element("mrow", numbered(node), data_v=slot(value))
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
        case Index(operand=operand, written=places):
            return row(_part(operand, Binding.ATOM), sign("["), element("mtext", ",".join(places)), sign("]"))
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
    """`node` as a part of a formula, bracketed where it binds less tightly than its place requires."""
    if isinstance(node, Num) and isinstance(node.value, Traced):
        return _live(node, node.value, place, lead)
    return _written(node, lead) if stands_bare(node, place, lead, built_up) else _bracketed(_open(node))


def _live(node: Num, value: Traced, place: Binding, lead: bool) -> str:
    """A number that may change: it records when it would need brackets."""
    signed, scientific = (not stands_bare(Num(n, f"{n:g}"), place, lead, built_up) for n in (-1.5, 1.5e9))
    inside = numbered(node)
    shown = inside if stands_bare(node, place, lead, built_up) else row(fence("(", False), inside, fence(")", False))
    return element("mrow", shown, data_v=slot(value, signed + 2 * scientific))


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
        bare = touches(left, factor) and not _is_live(factor) and seen.startswith("(") and not seen.startswith("(−")
        written += [part] if bare else [_DOT, part]
    return (row(*written),)


def _is_live(node: Formula) -> bool:
    return isinstance(node, Num) and isinstance(node.value, Traced)


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
    parts = [*map(_open, call.arguments), *(_option(option, x) for option, x in call.options)]
    inside = [piece for part in parts for piece in (sign(","), part)][1:]
    return row(name, _bracketed(row(*inside))) if inside else name


def _option(option: str, value: Formula) -> str:
    return row(element("mtext", option), sign("="), _open(value)) if option else _open(value)


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
