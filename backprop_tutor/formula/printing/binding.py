"""Decides where brackets are needed: one table of the binding strength of each formula, shared by every printer.

A part is bracketed where it binds less tightly than its place requires. A minus sign is special: it needs no bracket at
the start of a text or bracket (``−a·b``), and is bracketed anywhere else (``c + (−a)·b``).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import assert_never

from backprop_tutor.formula.figures import VULGAR, figures
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
    children,
)


class Binding(IntEnum):
    """How tightly a formula binds, the loosest first."""

    OPEN = 0
    SUM = 1
    SIGN = 2
    CHAIN = 3
    QUOTIENT = 4
    PRODUCT = 5
    DERIVATIVE = 6
    POWER = 7
    ATOM = 8


def binding(node: Formula) -> Binding:
    """How tightly `node` binds when it is written on one line."""
    match node:
        case Lit() | Num():
            return number_binding(node)
        case Sym(sup=sup, example=example):
            return Binding.POWER if sup or example is not None else Binding.ATOM
        case Call(function="exp" | "sqrt", primes=0, letter=None):
            return Binding.POWER
        case Call() | Cases() | Matrix():
            return Binding.ATOM
        case Compare():
            return Binding.OPEN
        case Add():
            return Binding.SUM
        case Neg():
            return Binding.SIGN
        case Mul(wide=wide):
            return Binding.CHAIN if wide else Binding.PRODUCT
        case Div() | Hadamard():
            return Binding.QUOTIENT
        case MatMul():
            return Binding.PRODUCT
        case Partial():
            return Binding.DERIVATIVE
        case Index():
            return Binding.ATOM
        case Pow() | Transpose():
            return Binding.POWER
        case _:
            assert_never(node)


def built_up(node: Formula) -> Binding:
    """The same where fractions are set one above the other, with a line that groups them.

    A list of cases has a brace only on its left.
    """
    match node:
        case Num():
            return number_binding(node)
        case Div() | Partial():
            return Binding.POWER
        case Lit(value=value, text="") if value.denominator != 1 and value > 0:
            return Binding.POWER
        case Cases():
            return Binding.OPEN
        case _:
            return binding(node)


def number_binding(number: Lit | Num) -> Binding:
    """How tightly a number binds: −1 like a sign, 10⁵ like a product, 1/7 like a quotient, ½ like a power."""
    parts = figures(number)
    if parts.sign:
        return Binding.SIGN
    if parts.exponent:
        return Binding.PRODUCT
    if parts.denominator:
        return Binding.POWER if is_vulgar(number) else Binding.QUOTIENT
    return Binding.ATOM


def is_vulgar(number: Formula) -> bool:
    """Whether `number` is set as one character such as ½."""
    return isinstance(number, Lit) and not number.text and number.value in VULGAR


def stands_bare(node: Formula, place: Binding, lead: bool, tightness: Callable[[Formula], Binding] = binding) -> bool:
    """Whether `node` needs no bracket in `place`; `lead` is true where a sign may open it.

    `tightness` is the output's own table. After a sign, the rest must bind tightly enough: ``−a·b``, but ``(−a/b)·c``.
    """
    own = tightness(node)
    return own >= place or (lead and own is Binding.SIGN and _behind_sign(node, tightness) >= place)


def _behind_sign(node: Formula, tightness: Callable[[Formula], Binding]) -> Binding:
    match node:
        case Neg(operand=operand):
            size = tightness(operand)
            return size if size >= Binding.CHAIN else Binding.ATOM  # a sum after a minus is bracketed
        case Lit(value=value, text=text):
            return tightness(Lit(abs(value), text[1:]))
        case Num(value=value, text=text):
            return tightness(Num(value, text[1:]))
        case _:
            return tightness(node)


def is_superscript(exponent: Formula) -> bool:
    """Whether `exponent` is a whole number, which can be set as raised digits on one line."""
    match exponent:
        case Neg(operand=Lit(value=value) as size):
            return value > 0 and is_superscript(size)
        case Lit() | Num():
            parts = figures(exponent)
            return parts.digits.isdecimal() and not parts.exponent and not parts.denominator
        case _:
            return False


def touches(left: Formula, right: Formula) -> bool:
    """Whether `left` may precede the bracket around `right` without a dot: ``½(a − y)²``, ``O(e)(1 − O(e))``, but
    ``2·(a + b)``, and ``r·(U h)``, since what stands beside a matrix without a dot is multiplied as a matrix.
    """
    match left:
        case _ if _multiplies_matrices(right) and not isinstance(left, Lit):
            return False
        case Sym(base=base, of=of, example=example):
            return (len(base) == 1 or bool(of)) and example is None
        case Lit():
            return is_vulgar(left)
        case Pow(base=base, exponent=exponent):
            return is_superscript(exponent) and touches(base, right)
        case Call():
            return binding(left) is Binding.ATOM
        case Add():
            return True
        case _:
            return False


def _multiplies_matrices(node: Formula) -> bool:
    return isinstance(node, MatMul) or any(map(_multiplies_matrices, children(node)))
