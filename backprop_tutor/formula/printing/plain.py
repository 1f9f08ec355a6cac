"""Prints formulas as they are typed: ``0.5*(a - y)**2``, ``W2.T @ delta * (a*(1 - a))``.

The operators are ASCII and Python's, names stay the author's. What the formula language can express is printed as
`parse` reads it; matrices are written as in NumPy, and a definition by cases as ``1 if z > 0 else 0``.
"""

from __future__ import annotations

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.figures import figures
from backprop_tutor.formula.nodes import Call, Cases, Div, Formula, Lit, Mul, Num, Sym
from backprop_tutor.formula.printing.binding import Binding, binding
from backprop_tutor.formula.printing.printer import Printer


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


def _name(symbol: Sym) -> str:
    """``W_ec``, ``w^2_12``, ``h(c)``, ``z_1@3``; a whole name of a file stays itself."""
    upper = f"^{symbol.sup}" if symbol.sup else ""
    lower = f"_{symbol.sub}" if symbol.sub else ""
    of = f"({symbol.of})" if symbol.of else ""
    return visible(symbol.base + upper + lower + of) + ("" if symbol.example is None else f"@{symbol.example}")


class _Plain(Printer):
    dot, wide_dot, matmul, hadamard = "*", "*", " @ ", " * "
    beside = None
    binding = staticmethod(_binding)
    symbol = staticmethod(_name)

    def written(self, node: Formula, lead: bool) -> str:
        """A quotient is written on one line, and all products look alike."""
        match node:
            case Div(numerator=a, denominator=b):
                return self.fraction(self.part(a, Binding.PRODUCT, lead), self.part(b, Binding.POWER))
            case Mul(factors=factors):
                return super().written(Mul(factors), lead)
            case _:
                return super().written(node, lead)

    def number(self, number: Lit | Num) -> str:
        return number.text or str(number.value)

    def partial(self, of: str, wrt: str) -> str:
        return f"d{of}/d{wrt}"

    def fraction(self, numerator: str, denominator: str) -> str:
        return f"{numerator}/{denominator}"

    def power(self, base: str, exponent: Formula) -> str:
        return f"{base}**{self.part(exponent, Binding.ATOM)}"

    def transposed(self, operand: str) -> str:
        return f"{operand}.T"

    def indexed(self, operand: str, places: tuple[str, ...]) -> str:
        return f"{operand}[{', '.join(places)}]"

    def call(self, call: Call) -> str:
        parts = [*map(self, call.arguments), *(f"{name}={self(x)}" if name else self(x) for name, x in call.options)]
        inside = f"({', '.join(parts)})" if parts else ""
        return (_name(call.letter) if call.letter else visible(call.function)) + "'" * call.primes + inside

    def relation(self, relation: str) -> str:
        return RELATIONS[relation].plain

    def cases(self, cases: Cases) -> str:
        alternatives = (f"{self(then)} if {self(when)}" for then, when in cases.branches)
        return " else ".join([*alternatives, self(cases.otherwise)])

    def matrix(self, rows: tuple[tuple[Formula, ...], ...]) -> str:
        return _listed([_listed([self(cell) for cell in row]) for row in rows])


def _listed(parts: list[str]) -> str:
    return f"[{', '.join(parts)}]"


_PLAIN = _Plain()


def plain(formula: Formula) -> str:
    """`formula` as it is typed."""
    return _PLAIN(formula)
