"""Numbers of SymPy's that know whether they are exact: a fraction is, a decimal number of so many digits is not.

SymPy itself takes 1 − 1.000 for an exact 0; here that is a 0 of which no digit is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from backprop_tutor.engine.exact_formula import NotExactError, Symbolic

Number: TypeAlias = Any  # sympy.Rational or sympy.Float

Exactly: TypeAlias = Fraction | Decimal
"""What is known in the end: a fraction, or 30 digits."""

DIGITS = 30
PRECISIONS = (50, 100, 200, 400, 800, 1600, 3200, 6400)
LONGEST_FRACTION = 2000  # bits; a longer one goes on as a decimal number
NOTHING = Decimal("1e-1000")  # what is smaller than this at the highest precision is 0


def written(value: float) -> Number:
    """The shortest decimal number a float stands for, as its author typed it: 1/10 for 0.1."""
    import sympy

    return sympy.Rational(repr(value))


def computed(expression: Symbolic, values: Mapping[Symbolic, Number], digits: int) -> Number:
    """The value of `expression` with `values` for its symbols, of definitions by cases only the case that holds."""
    import sympy

    case = expression.replace(lambda part: isinstance(part, sympy.Piecewise), lambda part: _case(part, values))
    exact = all(isinstance(values[symbol], sympy.Rational) for symbol in case.free_symbols)
    return _known(case.xreplace(values), digits, exact=exact)


def inner_product(pairs: Iterable[tuple[Number, Number]], digits: int) -> Number:
    """The sum of the products of `pairs`; a product with an exact 0 is an exact 0."""
    import sympy

    kept = [pair for pair in pairs if sympy.S.Zero not in pair]
    exact = all(isinstance(number, sympy.Rational) for pair in kept for number in pair)
    return _known(sympy.Add(*(a * b for a, b in kept)), digits, exact=exact)


def settled(number_at: Callable[[int], Number]) -> Exactly:
    """The number that `number_at` computes with so many digits, once 30 of them no longer change.

    Raises NotExactError where that does not happen.
    """
    import sympy

    before = None
    for digits in PRECISIONS:
        number = _attempt(number_at, digits)
        if isinstance(number, sympy.Rational):
            return Fraction(int(number.p), int(number.q))
        now = None if number is None else _decimal(number)
        if now is not None and now and now == before:
            return now
        before = now
    if before is None or abs(before) > NOTHING:
        raise NotExactError("the digits do not settle")
    return Fraction(0)


def _attempt(number_at: Callable[[int], Number], digits: int) -> Number | None:
    try:
        return number_at(digits)
    except (NotExactError, OverflowError):
        return None


def _decimal(number: Number) -> Decimal:
    import sympy

    return Decimal(str(sympy.Float(number, DIGITS)))


def _case(cases: Symbolic, values: Mapping[Symbolic, Number]) -> Symbolic:
    """The branch of a definition by cases whose condition holds."""
    return next(branch for branch, condition in cases.args if condition.xreplace(values))


def _is_short(fraction: Number) -> bool:
    """Whether a fraction is finite, and not so long that it is better computed as a decimal number."""
    return fraction.q != 0 and max(int(part).bit_length() for part in (fraction.p, fraction.q)) <= LONGEST_FRACTION


def _known(number: Symbolic, digits: int, *, exact: bool) -> Number:
    """`number` as a fraction where it is exactly one, else as a decimal number. Raises NotExactError where infinite."""
    import sympy

    if exact and isinstance(number, sympy.Rational) and _is_short(number):
        return number
    found = sympy.Float(0, digits) if number == 0 else number.evalf(digits)
    if not isinstance(found, sympy.Float) or not found.is_finite:
        raise NotExactError(f"{number} is not a finite number")
    return found
