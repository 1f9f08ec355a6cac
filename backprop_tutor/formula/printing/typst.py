"""Prints formulas in Typst's mathematics: ``frac(∂ L, ∂ W_"ec") = (O("e") - y) dot.op O("c")``.

Names come from files: whatever is not a single letter or a number is a quoted string, in which a backslash and a
quotation mark are the only signs with a meaning. So no name can be a command.

Source: the reference of Typst's mathematics, https://typst.app/docs/reference/math/.
"""

from __future__ import annotations

import re
import unicodedata

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.figures import figures
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Cases, Formula, Lit, Num, Sym
from backprop_tutor.formula.printing.latex import split_name
from backprop_tutor.formula.printing.printer import Printer, branches

_LETTER = re.compile(r"[A-Za-z\u0391-\u03c9∂∇ℓ□]")
_HATTED = re.compile("([A-Za-z])\u0302")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def quoted(text: str) -> str:
    """`text` as a string of Typst: every sign of it shown as itself."""
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


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
    """A letter or a number unchanged, a first letter with its hat, and every other name as a string."""
    if hatted := _HATTED.match(unicodedata.normalize("NFD", name)):
        rest = hatted.string[hatted.end() :]
        return f"hat(upright({hatted[1]})) {quoted(rest)}" if rest else f"hat({hatted[1]})"
    return name if _LETTER.fullmatch(name) or _DIGITS.fullmatch(name) else quoted(name)


class _Typst(Printer):
    dot, wide_dot, matmul, hadamard, beside = " dot.op ", " space dot.op space ", " thin ", " ⊙ ", " "

    number = staticmethod(_number)
    symbol = staticmethod(_symbol)

    def partial(self, of: str, wrt: str) -> str:
        return f"frac(∂ {of}, ∂ {wrt})"

    def fraction(self, numerator: str, denominator: str) -> str:
        return f"frac({numerator}, {denominator})"

    def power(self, base: str, exponent: Formula) -> str:
        return f"{base}^({self(exponent)})"

    def transposed(self, operand: str) -> str:
        return f'{operand}^sans("T")'

    def indexed(self, operand: str, places: tuple[str, ...]) -> str:
        return f"{operand}[{quoted(','.join(places))}]"

    def relation(self, relation: str) -> str:
        return RELATIONS[relation].unicode

    def cases(self, cases: Cases) -> str:
        return f"cases({', '.join(' & '.join(map(self, branch)) for branch in branches(cases))})"

    def matrix(self, rows: tuple[tuple[Formula, ...], ...]) -> str:
        return f'mat(delim: "[", {"; ".join(", ".join(map(self, row)) for row in rows)})'

    def call(self, call: Call) -> str:
        match call:
            case Call(function="exp", arguments=(x,), primes=0, letter=None):
                return f"e^({self(x)})"
            case Call(function="sqrt" | "abs", arguments=(x,), primes=0, letter=None):
                return f"{call.function}({self(x)})"
        name = _named(call) + "'" * call.primes
        inside = [*map(self, call.arguments), *(self._option(option, x) for option, x in call.options)]
        return f"{name} ({', '.join(inside)})" if inside else name

    def _option(self, option: str, value: Formula) -> str:
        return f"{quoted(option)} = {self(value)}" if option else self(value)


def _named(call: Call) -> str:
    if call.letter is not None:
        return _symbol(call.letter)
    return _name(KNOWN[call.function].unicode if call.function in KNOWN else call.function)


_TYPST = _Typst()


def typst(formula: Formula) -> str:
    """`formula` in Typst's mathematics, without dollar signs."""
    return _TYPST(formula)
