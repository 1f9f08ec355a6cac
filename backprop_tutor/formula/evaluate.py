"""The value of a formula: in full precision, or exact for the figures that it shows.

One walk over the tree, two arithmetics. `evaluate` computes with floats and the measured values in full, to compare
every displayed formula with the trace. `exact` computes with fractions and the displayed figures, to decide between
``=`` and ``≈``: a link of an equation is ``=`` only if both sides have the same exact value.

A value is a number or a matrix of numbers as nested tuples (no array library is needed); a function of numbers is
applied to matrices as in NumPy, where a side of length 1 stretches to the other side's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import (
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from functools import partial, reduce
from itertools import chain
from operator import add, mul, neg, truediv
from typing import Generic, TypeAlias, TypeVar, Union, assert_never

from backprop_tutor.formula import rational, stable
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.fold import Algebra, OfArrays, fold
from backprop_tutor.formula.functions import ARGUMENTS, KNOWN, Function, pi
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
from backprop_tutor.frozen import frozen

N = TypeVar("N", float, Fraction, Decimal)
Grid: TypeAlias = tuple[tuple[N, ...], ...]
Value: TypeAlias = Union[N, Grid[N]]


def spread(function: Callable[..., N], *values: Value[N]) -> Value[N]:
    """Applies `function` cell by cell where any of the values is a matrix. Raises ValueError for unlike shapes."""
    if tuple not in map(type, values):
        return function(*values)
    grids = [value for value in values if isinstance(value, tuple)]
    height, width = _side([len(grid) for grid in grids]), _side([len(grid[0]) for grid in grids])
    return tuple(
        tuple(function(*(_cell(value, row, column) for value in values)) for column in range(width))
        for row in range(height)
    )


def _reduced(function: Callable[[N, N], N], values: Iterable[Value[N]]) -> Value[N]:
    """The values joined by `function`, from the first on."""
    known = list(values)
    if tuple not in map(type, known):
        return reduce(function, known)  # type: ignore[arg-type]
    return reduce(partial(spread, function), known)


def product(left: Value[N], right: Value[N]) -> Value[N]:
    """The matrix product; a number multiplies every cell. Raises ValueError where the inner sides differ."""
    if not isinstance(left, tuple) or not isinstance(right, tuple):
        return spread(mul, left, right)
    columns = tuple(zip(*right, strict=True))
    return tuple(tuple(_dot(row, column) for column in columns) for row in left)


def transpose(value: Value[N]) -> Value[N]:
    """Rows as columns; a number is its own transpose."""
    return tuple(zip(*value, strict=True)) if isinstance(value, tuple) else value


def _dot(row: tuple[N, ...], column: tuple[N, ...]) -> N:
    return reduce(add, (a * b for a, b in zip(row, column, strict=True)))


def _side(lengths: list[int]) -> int:
    longest = max(lengths)
    if any(length not in (1, longest) for length in lengths):
        raise ValueError(f"sides of length {lengths} do not fit together")
    return longest


def _cell(value: Value[N], row: int, column: int) -> N:
    if not isinstance(value, tuple):
        return value
    cells = value[row if len(value) > 1 else 0]
    return cells[column if len(cells) > 1 else 0]


ARGUMENT_NAMES = tuple(symbol.base for symbol in ARGUMENTS)

Branches: TypeAlias = tuple[tuple[Formula, Compare], ...]


@frozen(slots=True)
class Arithmetic(Generic[N]):
    """The operations of one kind of number that are not Python operators."""

    number: Callable[[Lit | Num], N]
    divide: Callable[[N, N], N]
    power: Callable[[N, N], N]
    apply: Callable[[Function, tuple[N, ...]], N]


class _Values(Algebra[Value[N]]):
    """Numbers and matrices of them in one arithmetic, names by their values."""

    def __init__(self, by: Arithmetic[N], values: Mapping[str, Value[N]]) -> None:
        self.by: Arithmetic[N] = by
        self.values: Mapping[str, Value[N]] = values

    def number(self, node: Lit | Num) -> Value[N]:
        return self.by.number(node)

    def symbol(self, node: Sym | Partial) -> Value[N]:
        return self.values[node.key or node.base] if isinstance(node, Sym) else self.values[node.key]

    def sum(self, node: Add, of: Callable[[Formula], Value[N]]) -> Value[N]:
        return _reduced(add, map(of, node.terms))

    def product(self, node: Mul | Hadamard, of: Callable[[Formula], Value[N]]) -> Value[N]:
        """A product; with a factor 0 it is 0, exactly, although π has no exact value."""
        factors = [factor for factor in node.factors if not isinstance(factor, Call) or factor != pi]
        found = _reduced(mul, map(of, factors)) if factors else self.by.number(Lit(Fraction(1)))
        if len(factors) == len(node.factors) or found == 0:
            return found
        return _reduced(mul, chain((found,), map(of, (pi,) * (len(node.factors) - len(factors)))))

    def quotient(self, node: Div, of: Callable[[Formula], Value[N]]) -> Value[N]:
        return spread(self.by.divide, of(node.numerator), of(node.denominator))

    def power(self, node: Pow, of: Callable[[Formula], Value[N]]) -> Value[N]:
        return spread(self.by.power, of(node.base), of(node.exponent))

    def negative(self, node: Neg, of: Callable[[Formula], Value[N]]) -> Value[N]:
        return spread(neg, of(node.operand))

    def call(self, node: Call, of: Callable[[Formula], Value[N]]) -> Value[N]:
        return spread(_function(node, self.by), *map(of, node.arguments))

    def comparison(self, node: Compare, of: Callable[[Formula], Value[N]]) -> Value[N]:
        """1 where the condition is true, else 0."""
        no, yes = self.by.number(Lit(Fraction(0))), self.by.number(Lit(Fraction(1)))
        holds = RELATIONS[node.relation].holds
        return spread(lambda a, b: yes if holds(a, b) else no, of(node.left), of(node.right))

    def cases(self, node: Cases, of: Callable[[Formula], Value[N]]) -> Value[N]:
        return _chosen(node.branches, node.otherwise, of)

    def of_arrays(self, node: OfArrays, of: Callable[[Formula], Value[N]]) -> Value[N]:
        match node:
            case Hadamard():
                return self.product(node, of)
            case MatMul(factors=factors):
                return reduce(product, map(of, factors))
            case Transpose(operand=operand):
                return transpose(of(operand))
            case Matrix(rows=rows):
                return tuple(tuple(_number(of(cell)) for cell in row) for row in rows)
            case Index():
                raise KeyError("an element of an array goes by a name of its own")
            case _:
                assert_never(node)


def evaluate(formula: Formula, values: Mapping[str, Value[float]]) -> Value[float]:
    """The value of `formula` in full precision; a matrix is a tuple of rows.

    Symbols and derivatives are looked up in `values` by their key, symbols without a key by their base. Overflow,
    poles and arguments outside a domain give inf and nan. Raises KeyError for a name without a value and ValueError
    for matrices that do not fit together.
    """
    return evaluate_by(formula, FLOATS, values)


def exact(formula: Formula) -> Fraction | None:
    """The exact value of the figures that `formula` shows; None for a matrix and where it cannot be computed.

    ``0.1·0.5 + 0.7·0.8`` is 61/100; ``e^0`` is 1; ``e^1``, a symbol, ``1/0`` and ``9^9^9`` are None.
    """
    value = _exact(formula)
    return None if isinstance(value, tuple) else value


def agree_exactly(left: Formula, right: Formula) -> bool:
    """Whether the figures shown on both sides, numbers or matrices, have exactly the same value."""
    try:
        with localcontext(EXACT_DECIMALS):
            return bool(evaluate_by(left, DECIMALS, {}) == evaluate_by(right, DECIMALS, {}))
    except (DecimalException, rational.InexactError, KeyError):
        value = _exact(left)
        return value is not None and value == _exact(right)


def _exact(formula: Formula) -> Value[Fraction] | None:
    try:
        return evaluate_by(formula, FRACTIONS, {})
    except (rational.InexactError, KeyError):
        return None


def evaluate_by(node: Formula, by: Arithmetic[N], values: Mapping[str, Value[N]]) -> Value[N]:
    """The value of a formula in one arithmetic."""
    return fold(node, _Values(by, values))


def _number(value: Value[N]) -> N:
    if isinstance(value, tuple):
        raise ValueError("a matrix cannot stand inside a matrix")
    return value


def _function(call: Call, by: Arithmetic[N]) -> Callable[..., N]:
    """The function that is called, or its derivative where the call is primed."""
    function = KNOWN[call.function]
    if not call.primes:
        return lambda *numbers: by.apply(function, numbers)
    slope: Formula = Call(call.function, ARGUMENTS[:1])
    for _ in range(call.primes):
        slope = derivative(slope, "x")
    return lambda x: _number(evaluate_by(slope, by, {"x": x}))


def _chosen(branches: Branches, otherwise: Formula, of: Callable[[Formula], Value[N]]) -> Value[N]:
    """The first branch whose condition is true; of numbers, only that one is computed."""
    if not branches:
        return of(otherwise)
    (then, condition), *rest = branches
    holds = of(condition)
    if isinstance(holds, tuple):
        return spread(lambda c, a, b: a if c else b, holds, of(then), _chosen(tuple(rest), otherwise, of))
    return of(then) if holds else _chosen(tuple(rest), otherwise, of)


def _float(number: Lit | Num) -> float:
    return number.value if isinstance(number, Num) else float(number.value)


def _fraction(number: Lit | Num) -> Fraction:
    if isinstance(number, Lit):
        return number.value
    try:
        return Fraction(Decimal(number.text))  # twice as fast as by the text itself
    except (ArithmeticError, ValueError):  # inf and nan
        raise rational.InexactError from None


def _decimal(number: Lit | Num) -> Decimal:
    if isinstance(number, Lit):
        return Decimal(number.value.numerator) / number.value.denominator
    value = Decimal(number.text)
    return value if value.is_finite() else _no_decimal()


def _decimal_power(base: Decimal, exponent: Decimal) -> Decimal:
    return base * base if exponent == 2 else _no_decimal()


def _no_decimal(*_: object) -> Decimal:
    raise rational.InexactError


def _apply(function: Function, numbers: tuple[float, ...]) -> float:
    if function.compute is not None:
        return function.compute(*numbers)
    return _number(evaluate_by(function.computed, FLOATS, dict(zip(ARGUMENT_NAMES, numbers, strict=False))))


def _apply_exactly(function: Function, numbers: tuple[Fraction, ...]) -> Fraction:
    if len(numbers) > len(ARGUMENTS):  # the largest of many: of two, again and again
        return reduce(lambda a, b: _apply_exactly(function, (a, b)), numbers)
    if function.exact is None and function.taught is not None:
        return _number(evaluate_by(function.taught, FRACTIONS, dict(zip(ARGUMENT_NAMES, numbers, strict=False))))
    value = function.exact(*numbers) if function.exact else None
    if value is None:
        raise rational.InexactError
    return value


FLOATS: Arithmetic[float] = Arithmetic(_float, stable.divide, stable.power, _apply)
DECIMALS: Arithmetic[Decimal] = Arithmetic(_decimal, truediv, _decimal_power, _no_decimal)
EXACT_DECIMALS = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""Sums and products of figures are decimals, computed many times as fast as fractions; nothing is ever rounded."""
FRACTIONS: Arithmetic[Fraction] = Arithmetic(_fraction, rational.divide, rational.power, _apply_exactly)
