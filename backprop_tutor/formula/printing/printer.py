"""What printers that write text have in common: which part needs brackets, where sums and products have their signs.

A printer of one form says how letters, numbers and calls look, and what stands between factors; the order of the parts
and their brackets follow from `binding`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache, wraps
from itertools import pairwise
from math import nan
from typing import Any, ClassVar, TypeVar, assert_never

from backprop_tutor.formula.conditions import remaining
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


class Printer(ABC):
    """Writes a formula as text. `dot`, `wide_dot`, `matmul` and `hadamard` stand between factors.

    `beside` stands between factors that need no dot, ``a(1 - a)``; None where every product has one.
    """

    dot: ClassVar[str]
    wide_dot: ClassVar[str]
    matmul: ClassVar[str]
    hadamard: ClassVar[str]
    beside: ClassVar[str | None] = ""
    binding = staticmethod(built_up)

    def __call__(self, formula: Formula) -> str:
        """`formula` from the start of a text or bracket, where a minus sign may open it."""
        return self.written(formula, lead=True)

    def written(self, node: Formula, lead: bool) -> str:
        """`node` without brackets; `lead` is true where a minus sign may open it."""
        match node:
            case Num() | Lit():
                return self.number(node)
            case Sym():
                return self.symbol(node)
            case Partial(of=of, wrt=wrt):
                return self.partial(self.part(of, Binding.POWER), self.part(wrt, Binding.POWER))
            case Neg(operand=operand):
                return f"-{self.part(operand, Binding.CHAIN)}"
            case Add(terms=terms):
                return self._sum(terms, lead)
            case Mul(factors=factors, wide=True):
                return self.wide_dot.join(self._factors(factors, Binding.CHAIN, Binding.QUOTIENT, lead))
            case Mul(factors=factors):
                return self._product(factors, lead)
            case MatMul(factors=factors):
                return self.matmul.join(self._factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
            case Hadamard(factors=factors):
                return self.hadamard.join(self._factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
            case Div(numerator=a, denominator=b):
                return self.fraction(self(a), self(b))
            case Pow(base=base, exponent=exponent):
                return self.power(self.part(base, Binding.ATOM), exponent)
            case Transpose(operand=operand):
                return self.transposed(self.part(operand, Binding.ATOM))
            case Index(operand=operand, written=places):
                return self.indexed(self.part(operand, Binding.ATOM), places)
            case Call():
                return self.call(node)
            case Compare(left=left, relation=relation, right=right):
                return f"{self(left)} {self.relation(relation)} {self(right)}"
            case Cases():
                return self.cases(node)
            case Matrix(rows=rows):
                return self.matrix(rows)
            case _:
                assert_never(node)

    def part(self, node: Formula, place: Binding, lead: bool = False) -> str:
        """`node` as a part of a formula, bracketed where it binds less tightly than its place requires."""
        if isinstance(node, Num):
            return _number_in(self, node.text, place, lead)
        return self._bracketed_in(node, place, lead)

    def _bracketed_in(self, node: Formula, place: Binding, lead: bool) -> str:
        bare = stands_bare(node, place, lead, self.binding)
        return self.written(node, lead) if bare else self.bracketed(self(node))

    def bracketed(self, inside: str) -> str:
        """`inside` in brackets."""
        return f"({inside})"

    def opens(self, text: str) -> bool:
        """Whether `text` begins with a bracket that no sign follows."""
        return text.startswith("(") and not text.startswith("(-")

    def _factors(self, factors: tuple[Formula, ...], first: Binding, others: Binding, lead: bool) -> list[str]:
        return [self.part(factors[0], first, lead), *(self.part(factor, others) for factor in factors[1:])]

    def _sum(self, terms: tuple[Formula, ...], lead: bool) -> str:
        written = self.part(terms[0], Binding.SUM, lead)
        for term in terms[1:]:
            sign, size = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
            written += f" {sign} {self.part(size, Binding.CHAIN)}"
        return written

    def _product(self, factors: tuple[Formula, ...], lead: bool) -> str:
        """Factors joined by dots; ``a(1 - a)`` and ``½(a - y)²`` need none."""
        parts = self._factors(factors, Binding.PRODUCT, Binding.DERIVATIVE, lead)
        written = parts[0]
        for (left, factor), right in zip(pairwise(factors), parts[1:], strict=True):
            bare = self.beside is not None and self.opens(right) and touches(left, factor)
            written += f"{self.beside if bare else self.dot}{right}"
        return written

    @abstractmethod
    def number(self, number: Lit | Num) -> str:
        """A number."""

    @abstractmethod
    def symbol(self, symbol: Sym) -> str:
        """A letter with its indices."""

    @abstractmethod
    def partial(self, of: str, wrt: str) -> str:
        """A partial derivative."""

    @abstractmethod
    def fraction(self, numerator: str, denominator: str) -> str:
        """A quotient, its line between the two parts."""

    @abstractmethod
    def power(self, base: str, exponent: Formula) -> str:
        """A power."""

    @abstractmethod
    def transposed(self, operand: str) -> str:
        """A transposed matrix."""

    @abstractmethod
    def indexed(self, operand: str, places: tuple[str, ...]) -> str:
        """Elements of an array."""

    @abstractmethod
    def call(self, call: Call) -> str:
        """A function of its arguments."""

    @abstractmethod
    def relation(self, relation: str) -> str:
        """The sign of a comparison."""

    @abstractmethod
    def cases(self, cases: Cases) -> str:
        """A definition by cases."""

    @abstractmethod
    def matrix(self, rows: tuple[tuple[Formula, ...], ...]) -> str:
        """A matrix, row by row."""


Text = TypeVar("Text")


def printed_once(printed: Callable[..., Text]) -> Callable[..., Text]:
    """`printed`, which keeps what it wrote last of a `Printed` object on that object, for the same options."""

    @wraps(printed)
    def text(of: Any, *options: Any) -> Text:
        found: Text
        kept = getattr(of, "_text", None)
        if kept is not None and kept[0] is printed and kept[1] == options:
            found = kept[2]
            return found
        found = printed(of, *options)
        object.__setattr__(of, "_text", (printed, options, found))
        return found

    return text


MOST_KEPT = 2000
"""So many texts of letters are kept, and of numbers."""


@lru_cache(maxsize=MOST_KEPT)
def _number_in(printer: Printer, figures: str, place: Binding, lead: bool) -> str:
    """A number as a part of a formula."""
    return printer._bracketed_in(Num(nan, figures), place, lead)


def recurring(printed: Callable[[Formula], str]) -> Callable[[Formula], str]:
    """`printed`, which keeps the texts of formulas on these, of its last letters also apart, of numbers by their figures.

    A lesson writes the same letters again and again, and so does every variant of a worksheet.
    """
    letter, once = lru_cache(maxsize=MOST_KEPT)(printed), printed_once(printed)

    @lru_cache(maxsize=MOST_KEPT)
    def number(figures: str) -> str:
        is_plain = figures.replace(".", "", 1).isdecimal()  # every printer writes it like this
        return figures if is_plain else printed(Num(nan, figures))

    @wraps(printed)
    def text(formula: Formula) -> str:
        if isinstance(formula, Num):
            return number(formula.text)
        return letter(formula) if isinstance(formula, (Sym, Partial)) else once(formula)

    return text


def branches(cases: Cases) -> tuple[tuple[Formula, ...], ...]:
    """The values of `cases`, each with its condition; the last without one where it cannot be written."""
    rest = remaining(cases)
    return (*cases.branches, (cases.otherwise, rest) if rest else (cases.otherwise,))
