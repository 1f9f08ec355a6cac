"""The derivative of a formula by the chain rule, in the order it is written.

Outer slope first, then the inside: d sin(x³ + 5)/dx = cos(x³ + 5)·3·x². Exact zeros and ones are left out; nothing else
is merged, reordered or simplified.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from backprop_tutor.formula.functions import KNOWN, slope
from backprop_tutor.formula.nodes import (
    ONE,
    ZERO,
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
    is_zero,
    mul,
    total,
)


def derivative(formula: Formula, name: str) -> Formula:
    """∂formula/∂name, where `name` is the key of a symbol or, for symbols without a key, its base.

    Raises TypeError for matrices, and KeyError for a function of several arguments that is not in the table.
    """
    match formula:
        case Lit() | Num() | Compare():
            return ZERO
        case Sym(base=base, key=key):
            return ONE if (key or base) == name else ZERO
        case Partial(key=key):
            return ONE if key == name else ZERO
        case Add(terms=terms):
            return total(tuple(rate for term in terms if not is_zero(rate := derivative(term, name))))
        case Neg(operand=operand):
            return _negative(derivative(operand, name))
        case Mul(factors=factors):
            return _product(factors, name)
        case Div(numerator=a, denominator=b):
            return _quotient(a, b, name)
        case Pow():
            return _power(formula, name)
        case Call():
            return _call(formula, name)
        case Cases():
            return _cases(formula, name)
        case MatMul() | Hadamard() | Transpose() | Index() | Matrix():
            raise TypeError("matrix formulas are not differentiated by name")
        case _:
            assert_never(formula)


def _negative(rate: Formula) -> Formula:
    return rate if is_zero(rate) else Neg(rate)


def _product(factors: tuple[Formula, ...], name: str) -> Formula:
    """(f·g·h)′ = f′·g·h + f·g′·h + f·g·h′."""
    terms = []
    for place, factor in enumerate(factors):
        rate = derivative(factor, name)
        if not is_zero(rate):
            terms.append(_times(*factors[:place], rate, *factors[place + 1 :]))
    return total(tuple(terms))


def _times(*factors: Formula) -> Formula:
    result: Formula = ONE
    for factor in factors:
        result = mul(result, factor)
    return result


def _quotient(a: Formula, b: Formula, name: str) -> Formula:
    """(a/b)′ = (a′·b − a·b′)/b², a′/b where b does not change, −a·b′/b² where a does not.

    Of a softmax p = e^z/Σ it is written as taught: p·(1 − p), and −p·q by another z.
    """
    rate_a, rate_b = derivative(a, name), derivative(b, name)
    if is_zero(rate_b):
        return rate_a if is_zero(rate_a) else Div(rate_a, b)
    square = Pow(b, Lit(Fraction(2)))
    if isinstance(b, Add) and isinstance(rate_b, Call) and rate_b in b.terms and rate_a in (ZERO, rate_b):
        share, other = Div(a, b), Div(rate_b, b)
        return mul(other, Add((ONE, Neg(share)))) if rate_a == rate_b else Neg(mul(share, other))
    if is_zero(rate_a):
        return Neg(Div(mul(a, rate_b), square))
    return Div(Add((mul(rate_a, b), Neg(mul(a, rate_b)))), square)


def _power(power: Pow, name: str) -> Formula:
    """(u^n)′ = n·u^(n−1)·u′, (a^v)′ = a^v·ln(a)·v′, and for both (u^v)′ = u^v·(v′·ln(u) + v·u′/u)."""
    base, exponent = power.base, power.exponent
    rate_base, rate_exponent = derivative(base, name), derivative(exponent, name)
    if is_zero(rate_exponent):
        return ZERO if is_zero(rate_base) else _power_rule(base, exponent, rate_base)
    grown = Call("log", (base,))
    if is_zero(rate_base):
        return _times(power, grown, rate_exponent)
    return mul(power, Add((mul(rate_exponent, grown), Div(mul(exponent, rate_base), base))))


def _power_rule(base: Formula, exponent: Formula, rate: Formula) -> Formula:
    """n·u^(n−1)·u′ with n − 1 computed where n is a number: 2·x, 3·x², −x⁻²."""
    match exponent:
        case Lit(value=value):
            return _times(exponent, _raised(base, value - 1), rate)
        case Neg(operand=Lit(value=value) as size):
            return Neg(_times(size, _raised(base, -value - 1), rate))
        case _:
            return _times(exponent, Pow(base, Add((exponent, Neg(ONE)))), rate)


def _raised(base: Formula, exponent: Fraction) -> Formula:
    return ONE if exponent == 0 else base if exponent == 1 else Pow(base, Lit(exponent))


def _call(call: Call, name: str) -> Formula:
    """f(u, v)′ = ∂f/∂u·u′ + ∂f/∂v·v′."""
    rates = [derivative(argument, name) for argument in call.arguments]
    changing = [(place, rate) for place, rate in enumerate(rates) if not is_zero(rate)]
    return total(tuple(mul(_outer(call, place), rate) for place, rate in changing))


def _outer(call: Call, argument: int) -> Formula:
    if call.primes or (call.function not in KNOWN and len(call.arguments) == 1):
        return replace(call, primes=call.primes + 1)
    return slope(call, argument)


def _cases(cases: Cases, name: str) -> Formula:
    """The derivative of each branch under its own condition; conditions are treated as constant."""
    branches = tuple((derivative(then, name), condition) for then, condition in cases.branches)
    otherwise = derivative(cases.otherwise, name)
    if all(is_zero(rate) for rate in (otherwise, *(rate for rate, _ in branches))):
        return ZERO
    return Cases(branches, otherwise)
