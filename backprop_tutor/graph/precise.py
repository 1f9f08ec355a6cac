"""The values and derivatives of a run in so many digits that a saturated unit loses none.

The taught formulas are evaluated as they are written, from the given floats on: 1 − σ(40) is 4·10⁻¹⁸ here, where floats
have 0. With 700 digits nothing is lost that a float can hold in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from backprop_tutor.formula.evaluate import ARGUMENT_NAMES, Arithmetic, evaluate_by
from backprop_tutor.formula.functions import ARGUMENTS, Function
from backprop_tutor.formula.nodes import Formula, Lit, Num

DIGITS = 700


@cache
def _arithmetic() -> Arithmetic[Any]:
    from mpmath import mp, mpf

    primitive = {"log": mp.ln, "max": max, "min": min, "abs": abs, "sign": mp.sign, "pi": lambda: +mp.pi}

    def number(node: Lit | Num) -> Any:
        return mpf(node.value.numerator) / node.value.denominator if isinstance(node, Lit) else mpf(node.value)

    def guarded(operation: Callable[..., Any]) -> Callable[..., Any]:
        def made(*given: Any) -> Any:
            try:
                found = operation(*given)
            except (ArithmeticError, ValueError):
                return mp.nan
            return mp.nan if isinstance(found, mp.mpc) else found

        return made

    def function(called: Function, given: tuple[Any, ...]) -> Any:
        if called.taught is not None and called.name not in primitive and len(given) <= len(ARGUMENTS):
            return evaluate_by(called.taught, arithmetic, dict(zip(ARGUMENT_NAMES, given, strict=False)))
        return guarded(primitive.get(called.name) or getattr(mp, called.name))(*given)

    arithmetic: Arithmetic[Any] = Arithmetic(number, guarded(lambda a, b: a / b), guarded(mp.power), function)
    return arithmetic


def precise(written: Formula, values: Mapping[str, Any]) -> Any:
    """The value of a formula of numbers in many digits."""
    from mpmath import mp

    with mp.workdps(DIGITS):
        return evaluate_by(written, _arithmetic(), values)
