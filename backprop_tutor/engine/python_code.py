"""Lines of formulas as Python, of floats or of arrays.

Only trees made by this program are written, with names made by it; no text of a file ever reaches the compiler. A
function call is carried out once and kept, however often its value is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from backprop_tutor.engine.array import np
from backprop_tutor.engine.straight_line import Line
from backprop_tutor.formula.conditions import RELATIONS
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
)

SQUARE = 2


@dataclass(frozen=True)
class Dialect:
    """What code is written for: the functions it may call, and how it says `then` where a condition holds."""

    functions: Mapping[str, Callable[..., Any]]
    choice: str


_NAMES = ("cos", "cosh", "exp", "expm1", "log", "log1p", "sin", "sqrt", "tan", "tanh")

FLOATS = Dialect(
    {**{name: getattr(math, name) for name in (*_NAMES, "erfc", "pow")}, "max": max, "min": min, "abs": abs},
    "({then} if {condition} else {otherwise})",
)
ARRAYS = Dialect(
    {
        **{name: getattr(np, name) for name in _NAMES},
        "erfc": np.vectorize(math.erfc, otypes=[float]),
        "pow": np.power,
        "max": lambda *given: np.maximum.reduce(np.broadcast_arrays(*given)),
        "min": lambda *given: np.minimum.reduce(np.broadcast_arrays(*given)),
        "abs": np.abs,
        "where": np.where,
    },
    "where({condition}, {then}, {otherwise})",
)


@dataclass
class Code:
    """Lines of Python, and the variables of the calls made in them."""

    dialect: Dialect
    lines: list[str] = field(default_factory=list)
    calls: dict[Formula, str] = field(default_factory=dict)

    def assign(self, lines: Iterable[Line]) -> Code:
        """``name = formula``, line by line."""
        for line in lines:
            written = self.written(line.formula)
            self.lines.append(f"{line.name} = {written}")
        return self

    def written(self, node: Formula, kept: bool = True) -> str:
        """A formula as an expression; the calls in it on lines before, where `kept`."""
        match node:
            case Sym(base=name):
                return name
            case Lit(value=value):
                return _number(float(value))
            case Num(value=value):
                return _number(value)
            case Neg(operand=operand):
                return f"(-{self.written(operand, kept)})"
            case Add(terms=terms):
                return self._sum(terms, kept)
            case Mul(factors=factors):
                return f"({' * '.join(self.written(factor, kept) for factor in factors)})"
            case Div(numerator=above, denominator=below):
                return f"({self.written(above, kept)} / {self.written(below, kept)})"
            case Pow(base=base, exponent=exponent):
                return self._power(base, exponent, kept)
            case Call():
                return self._call(node, kept)
            case Compare(left=left, relation=relation, right=right):
                return f"{self.written(left, kept)} {RELATIONS[relation].plain} {self.written(right, kept)}"
            case Cases():
                return self._cases(node)
            case Partial() | MatMul() | Hadamard() | Transpose() | Matrix():
                raise TypeError(f"{type(node).__name__} is not a number")
            case _:
                assert_never(node)

    def _sum(self, terms: tuple[Formula, ...], kept: bool) -> str:
        text = self.written(terms[0], kept)
        for term in terms[1:]:
            sign, size = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
            text += f" {sign} {self.written(size, kept)}"
        return f"({text})"

    def _power(self, base: Formula, exponent: Formula, kept: bool) -> str:
        if isinstance(base, Sym) and isinstance(exponent, Lit) and exponent.value == SQUARE:
            return f"({base.base} * {base.base})"
        return self._call(Call("pow", (base, exponent)), kept)

    def _call(self, call: Call, kept: bool) -> str:
        if call in self.calls:
            return self.calls[call]
        text = f"{call.function}({', '.join(self.written(argument, kept) for argument in call.arguments)})"
        if not kept:
            return text
        name = self.calls[call] = f"c{len(self.calls)}"
        self.lines.append(f"{name} = {text}")
        return name

    def _cases(self, cases: Cases) -> str:
        """The branches one in the other; a call in a branch is made only where the branch is taken."""
        text = self.written(cases.otherwise, kept=False)
        for then, condition in reversed(cases.branches):
            parts = {"then": self.written(then, kept=False), "condition": self.written(condition, kept=False)}
            text = self.dialect.choice.format(**parts, otherwise=text)
        return text


def _number(value: float) -> str:
    return repr(value) if value >= 0 else f"({value!r})"


def compiled(name: str, arguments: Iterable[str], body: Iterable[str], dialect: Dialect) -> Callable[..., Any]:
    """The function of that name, arguments and body."""
    text = "\n".join((f"def {name}({', '.join(arguments)}):", *(f"    {line}" for line in body)))
    namespace: dict[str, Any] = dict(dialect.functions)
    exec(compile(text, f"<straight-line {name}>", "exec"), namespace)  # noqa: S102 - written by this program alone
    made: Callable[..., Any] = namespace[name]
    return made
