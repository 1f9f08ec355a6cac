"""Whether a typed formula is worth the same as the right one, whatever the numbers.

First both are computed at a few points drawn for it: that refuses nearly every wrong formula at once. What is left
SymPy judges, on trees built by its constructors from ours; text never reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import isclose, isfinite
from operator import add, mul
from typing import Any, assert_never, cast

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import KNOWN, slope
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
    Sym,
    Transpose,
    substitute,
)
from backprop_tutor.practice.quiz.draw import drawn
from backprop_tutor.practice.quiz.exercise import Exercise
from backprop_tutor.practice.quiz.line import Line, leaves

POINTS = 6
ENOUGH = 2
MOST_LETTERS = 120
CLOSE = 1e-9


def same(typed: Formula, line: Line, exercise: Exercise) -> bool:
    """Whether `typed` equals the formula of `line`, for every value of what is given."""
    if not _same_at_points(typed, line, exercise):
        return False
    return _same_by_sympy(typed, line, exercise) is not False


def _same_at_points(typed: Formula, line: Line, exercise: Exercise) -> bool:
    agreed = 0
    for point in range(POINTS):
        values = _point(exercise, point)
        right, here = line.from_values(values), cast(float, evaluate(typed, values))
        if isfinite(right):
            if not isclose(right, here, rel_tol=CLOSE, abs_tol=CLOSE * CLOSE):
                return False
            agreed += 1
    return agreed >= ENOUGH


def _point(exercise: Exercise, point: int) -> Mapping[str, float]:
    """Every number of the solution where the given ones are drawn between 0.1 and 1."""
    values = dict(exercise.values)
    values |= {key: 0.1 + 0.9 * drawn(exercise.seed, "point", point, key) / 2**48 for key in exercise.given}
    for line in exercise.lines:
        values[line.key] = line.from_values(values)
    return values


def _same_by_sympy(typed: Formula, line: Line, exercise: Exercise) -> bool | None:
    """SymPy's verdict, first on the formulas as they stand, then on both in terms of what is given; None if unsure."""
    made = {key: each.written for key, each in exercise.by_key.items()}
    for left, right in ((typed, line.written), (_in_given(typed, made), _in_given(line.written, made))):
        if sum(1 for side in (left, right) for _ in leaves(side)) <= MOST_LETTERS and _vanishes(left, right):
            return True
    return None


def _in_given(formula: Formula, made: Mapping[str, Formula]) -> Formula:
    """A formula with every letter put as what it is made of, down to what is given."""
    while any(leaf.key in made for leaf in leaves(formula)):
        formula = substitute(formula, made)
    return formula


def _vanishes(left: Formula, right: Formula) -> bool:
    """Whether the numerator of the difference expands to nothing."""
    import sympy

    try:
        difference = sympy.together(in_sympy(left) - in_sympy(right))
        return bool(sympy.expand(sympy.powsimp(sympy.expand(sympy.numer(difference)))) == 0)
    except (ValueError, TypeError, NotImplementedError):
        return False


def in_sympy(node: Formula) -> Any:
    """`node` as a SymPy expression. Raises ValueError for a matrix, which stands in no formula of this kind."""
    import sympy

    match node:
        case Lit(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Num(value=value):
            return sympy.Float(value)
        case Sym() | Partial():
            return sympy.Symbol(node.key or str(node), real=True)
        case Add(terms=terms):
            return reduce(add, map(in_sympy, terms))
        case Mul(factors=factors):
            return reduce(mul, map(in_sympy, factors))
        case Div(numerator=a, denominator=b):
            return in_sympy(a) / in_sympy(b)
        case Pow(base=a, exponent=b):
            return in_sympy(a) ** in_sympy(b)
        case Neg(operand=a):
            return -in_sympy(a)
        case Call():
            return _called(node)
        case Cases(branches=branches, otherwise=otherwise):
            pairs = [(in_sympy(then), in_sympy(when)) for then, when in branches]
            return sympy.Piecewise(*pairs, (in_sympy(otherwise), True))
        case Compare(left=a, relation=relation, right=b):
            return sympy.Rel(in_sympy(a), in_sympy(b), "==" if relation == "=" else relation)
        case MatMul() | Hadamard() | Transpose() | Matrix():
            raise ValueError("a matrix stands in no formula of one number")
        case _:
            assert_never(node)


def _called(call: Call) -> Any:
    """A function: SymPy's own, or what it is by definition."""
    import sympy

    own: dict[str, Callable[..., Any]] = {
        "exp": sympy.exp, "log": sympy.log, "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "sqrt": sympy.sqrt,
        "abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min, "erf": sympy.erf, "pi": lambda: sympy.pi,
    }  # fmt: skip
    if call.primes:
        return in_sympy(slope(Call(call.function, call.arguments), 0))
    if call.function in own:
        return own[call.function](*map(in_sympy, call.arguments))
    taught = KNOWN[call.function].taught
    assert taught is not None, "a function is known to SymPy or has a definition"
    return in_sympy(substitute(taught, dict(zip("xy", call.arguments, strict=False))))
