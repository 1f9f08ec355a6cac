"""Simplifies a derivative as it is usually written: exact factors multiplied out, signs first, nothing else changed.

``½·2·e`` is ``e``, ``g·(−1)`` is ``−g``; terms and factors stay in their order.
"""

from __future__ import annotations

from fractions import Fraction

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import (
    ZERO,
    Add,
    Cases,
    Div,
    Formula,
    Lit,
    Mul,
    Neg,
    children,
    is_one,
    is_zero,
    rebuilt,
)


def tidied(node: Formula) -> Formula:
    """`node` with its exact constants computed where they are multiplied or divided."""
    if not children(node):
        return node
    whole = rebuilt(node, tidied)
    match whole:
        case Mul(factors=factors, wide=wide):
            return _product(factors, wide)
        case Div(numerator=Lit(value=above), denominator=Lit(value=below)) if below:
            return Lit(above / below)
        case Div(numerator=above, denominator=below) if is_one(below) or is_zero(above):
            return above
        case Div(numerator=Neg(operand=above), denominator=below):
            return Neg(_quotient(above, below))
        case Div(numerator=above, denominator=below):
            return _quotient(above, below)
        case Neg(operand=Neg(operand=inside)):
            return inside
        case Neg(operand=Lit(value=value)) if value == 0:
            return ZERO
        case Add(terms=terms):
            return _sum(terms)
        case _:
            return whole


def _quotient(above: Formula, below: Formula) -> Formula:
    """A quotient whose exact factors above and below are one: 2·e/2 is e, 2·e/3 is ⅔·e."""
    match above, below:
        case Mul(factors=(Lit(value=first), *_)), Lit(value=by) if by:
            assert isinstance(above, Mul)
            return _product((Lit(first / by), *above.factors[1:]), above.wide)
        case _:
            return Div(above, below)


def decided(node: Formula) -> Formula:
    """`node`, all of numbers, with every definition by cases replaced by the case that applies."""
    if isinstance(node, Cases):
        for then, condition in node.branches:
            if evaluate(condition, {}):
                return decided(then)
        return decided(node.otherwise)
    return rebuilt(node, decided)


def _product(factors: tuple[Formula, ...], wide: bool) -> Formula:
    exact, kept, sign = Fraction(1), list[Formula](), 1
    constants: list[Lit] = []
    for factor in factors:
        if isinstance(factor, Neg):
            sign, factor = -sign, factor.operand
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Lit):
                exact *= part.value
                constants += [part] if part.value != 1 else []
            else:
                kept.append(part)
    if exact < 0:
        sign, exact = -sign, -exact
    constant = constants[0] if len(constants) == 1 and exact == constants[0].value else Lit(exact)
    made = _joined(constant, tuple(kept), wide)
    return Neg(made) if sign < 0 and not is_zero(made) else made


def _joined(constant: Lit, kept: tuple[Formula, ...], wide: bool) -> Formula:
    """The constant, with the figures of its author where it has some, and the factors kept."""
    if constant.value == 0 or not kept:
        return constant
    parts = kept if constant.value == 1 else (constant, *kept)
    return parts[0] if len(parts) == 1 else Mul(parts, wide)


def _sum(terms: tuple[Formula, ...]) -> Formula:
    flat: list[Formula] = []
    for term in terms:
        if isinstance(term, Add):
            flat += term.terms
        elif not is_zero(term):
            flat.append(term)
    return ZERO if not flat else flat[0] if len(flat) == 1 else Add(tuple(flat))
