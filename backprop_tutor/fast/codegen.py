"""Writes lines of formulas as Python, for floats or for arrays.

Only trees made by this program are written, with names made by it; no text of a file ever reaches the compiler. A
function call is computed once and stored, however often its value is used.
"""

from __future__ import annotations

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import partial, reduce
from itertools import count, repeat
from typing import Any

from backprop_tutor.fast.program import Assignment
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.fold import Algebra, Of, step
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Lit,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    children,
)
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np

PAIR = SQUARE = 2


@frozen
class Backend:
    """The target of the code: the functions it may call, and how it writes `then` under a condition.

    `into` are, where the code is for arrays, the operators whose result takes the place of their left or of their right
    operand, for operands that nothing else needs: a new array costs more than the operation itself.
    """

    functions: Mapping[str, Callable[..., Any]]
    choice: str
    into: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def combined(self, sign: str, left: str, right: str) -> str:
        """Two expressions combined by + - * or /; only what ends in a bracket is a result, not a variable."""
        if self.into and left.endswith(")"):
            return f"{self.into[sign][0]}({left}, {right})"
        if self.into and right.endswith(")"):
            return f"{self.into[sign][1]}({left}, {right})"
        return f"({left} {sign} {right})"


_NAMES = ("cos", "cosh", "exp", "expm1", "floor", "log", "log1p", "sin", "sinh", "sqrt", "tan", "tanh")

FLOATS = Backend(
    {
        **{name: getattr(math, name) for name in (*_NAMES, "erf", "erfc", "pow")},
        "max": max,
        "min": min,
        "abs": abs,
        "repeat": repeat,
    },
    "({then} if {condition} else {otherwise})",
)
_INTO = {"+": ("iadd", "add"), "-": ("isub", "subtract"), "*": ("imul", "multiply"), "/": ("itruediv", "divide")}
_UFUNCS = np.add, np.subtract, np.multiply, np.divide


def _into_right(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """The function with its result in the place of its right operand, where that is an array."""
    return lambda left, right: ufunc(left, right, right if isinstance(right, np.ndarray) else None)


ARRAYS = Backend(
    {
        **{name: getattr(np, name) for name in _NAMES},
        "erf": np.vectorize(math.erf, otypes=[float]),
        "erfc": np.vectorize(math.erfc, otypes=[float]),
        "pow": np.power,
        "max": lambda *given: np.maximum.reduce(np.broadcast_arrays(*given)),
        "min": lambda *given: np.minimum.reduce(np.broadcast_arrays(*given)),
        "abs": np.abs,
        "where": np.where,
        "repeat": repeat,
        **{name: getattr(operator, name) for name, _ in _INTO.values()},
        **{name: _into_right(ufunc) for (_, name), ufunc in zip(_INTO.values(), _UFUNCS, strict=True)},
    },
    "where({condition}, {then}, {otherwise})",
    _INTO,
)


class CodeWriter:
    """Writes Python line by line: an expression that occurs more than once in the remaining lines is computed once.

    What depends only on the `fixed` variables is in `before`, apart from the `lines`, which may be repeated.
    """

    def __init__(self, lines: Iterable[Assignment], dialect: Backend, fixed: Iterable[str] = ()) -> None:
        self.dialect, self.fixed = dialect, frozenset(fixed)
        self.before: list[str] = []
        self.lines: list[str] = []
        self._kept: dict[Formula, str] = {}
        self._variables: dict[Formula, frozenset[str]] = {}
        self._users: defaultdict[str, list[Formula]] = defaultdict(list)
        self._number = count()
        counts: Counter[Formula] = Counter()
        for line in lines:
            self._count(line.formula, counts)
        self._shared = {part for part, number in counts.items() if number > 1}

    def assign(self, lines: Iterable[Assignment]) -> None:
        """Writes ``name = formula``, line by line."""
        for line in lines:
            written = self._kept.get(line.formula) or self._computed(line.formula)
            self.lines.append(f"{line.name} = {written}")
            self.forget((line.name,))

    def forget(self, changed: Iterable[str]) -> None:
        """Computes anew what depends on variables that have changed."""
        for name in changed:
            for outdated in self._users.pop(name, ()):
                self._kept.pop(outdated, None)

    def expression(self, node: Formula, lazy: bool = False) -> str:
        """A formula as an expression; shared parts are assigned to a variable first, unless they are `lazy`."""
        if node in self._kept:
            return self._kept[node]
        fixed = self._is_fixed(node)
        if lazy or not (fixed or node in self._shared):
            return self._computed(node, lazy)
        text = self._computed(node)
        name = self._kept[node] = f"c{next(self._number)}"
        for used in self._names(node):
            self._users[used].append(node)
        (self.before if fixed else self.lines).append(f"{name} = {text}")
        return name

    def _is_fixed(self, node: Formula) -> bool:
        """Whether a computation depends only on the fixed variables, or on nothing at all, as −1 or sin 2."""
        return not isinstance(node, (Sym, Lit, Num)) and self._names(node) <= self.fixed

    def _names(self, node: Formula) -> frozenset[str]:
        """The variables in a formula, found once for each part of all lines."""
        found = self._variables.get(node)
        if found is None:
            parts = (frozenset((node.base,)),) if isinstance(node, Sym) else map(self._names, children(node))
            found = self._variables[node] = frozenset().union(*parts)
        return found

    def _count(self, node: Formula, counts: Counter[Formula]) -> None:
        """Counts the computations that are certain to be made; those that occur again are computed once, with all their
        parts.
        """
        if isinstance(node, (Sym, Lit, Num, Cases, Compare)):
            return
        counts[node] += 1
        if counts[node] == 1:
            for part in children(node):
                self._count(part, counts)
            if isinstance(node, Mul) and len(node.factors) > PAIR and not self._fixed_part(node.factors):
                counts[Mul(node.factors[:PAIR])] += 1

    def factors(self, factors: tuple[Formula, ...]) -> tuple[Formula, ...]:
        """The factors of a product, the fixed ones combined into one; else the first two where their product is shared."""
        if fixed := self._fixed_part(factors):
            return (Mul(fixed), *(factor for factor in factors if factor not in fixed))
        first = Mul(factors[:PAIR])
        return (first, *factors[PAIR:]) if len(factors) > PAIR and first in self._shared else factors

    def _fixed_part(self, factors: tuple[Formula, ...]) -> tuple[Formula, ...]:
        """The factors that are constants or fixed, where there are several of them and other factors besides."""
        fixed = tuple(f for f in factors if self._names(f) <= self.fixed)
        return fixed if PAIR <= len(fixed) < len(factors) and any(map(self._names, fixed)) else ()

    def _computed(self, node: Formula, lazy: bool = False) -> str:
        return step(node, _Text(self), lambda part: self.expression(part, lazy))

    def cases(self, cases: Cases) -> str:
        """Nested branches; the contents of a branch are computed only where it is taken."""
        text = self.expression(cases.otherwise, lazy=True)
        for then, condition in reversed(cases.branches):
            parts = {"then": self.expression(then, lazy=True), "condition": self.expression(condition, lazy=True)}
            text = self.dialect.choice.format(**parts, otherwise=text)
        return text


@frozen(slots=True)
class _Text(Algebra[str]):
    """Prints formulas as program text; it knows what is shared or fixed, and how its backend writes a choice."""

    writer: CodeWriter

    def number(self, node: Lit | Num) -> str:
        return _number(float(node.value))

    def symbol(self, node: Sym | Partial) -> str:
        return node.base if isinstance(node, Sym) else self.refuse(node)

    def sum(self, node: Add, of: Of) -> str:
        if not self.writer.dialect.into:
            return _sum(node.terms, of)
        text: str = of(node.terms[0])
        for term in node.terms[1:]:
            sign, part = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
            text = self.writer.dialect.combined(sign, text, of(part))
        return text

    def product(self, node: Mul, of: Of) -> str:
        factors = map(of, self.writer.factors(node.factors))
        if not self.writer.dialect.into:
            return f"({' * '.join(factors)})"
        text: str = reduce(partial(self.writer.dialect.combined, "*"), factors)
        return text

    def negative(self, node: Neg, of: Of) -> str:
        return f"(-{of(node.operand)})"

    def quotient(self, node: Div, of: Of) -> str:
        return self.writer.dialect.combined("/", of(node.numerator), of(node.denominator))

    def power(self, node: Pow, of: Of) -> str:
        return _power(node.base, node.exponent, of)

    def call(self, node: Call, of: Of) -> str:
        if node.function == "pi":
            return repr(math.pi)
        return f"{node.function}({', '.join(map(of, node.arguments))})"

    def comparison(self, node: Compare, of: Of) -> str:
        return f"{of(node.left)} {RELATIONS[node.relation].plain} {of(node.right)}"

    def cases(self, node: Cases, _: Of) -> str:
        return self.writer.cases(node)


def _sum(terms: tuple[Formula, ...], of: Callable[[Formula], str]) -> str:
    text = of(terms[0])
    for term in terms[1:]:
        text += f" - {of(term.operand)}" if isinstance(term, Neg) else f" + {of(term)}"
    return f"({text})"


def _power(base: Formula, exponent: Formula, of: Callable[[Formula], str]) -> str:
    if isinstance(base, Sym) and isinstance(exponent, Lit) and exponent.value == SQUARE:
        return f"({base.base} * {base.base})"
    return f"pow({of(base)}, {of(exponent)})"


def _number(value: float) -> str:
    return repr(value) if value >= 0 else f"({value!r})"


def compile_function(name: str, arguments: Iterable[str], body: Iterable[str], dialect: Backend) -> Callable[..., Any]:
    """Compiles the function of that name, arguments and body."""
    text = "\n".join((f"def {name}({', '.join(arguments)}):", *(f"    {line}" for line in body)))
    namespace: dict[str, Any] = dict(dialect.functions)
    exec(compile(text, f"<straight-line {name}>", "exec"), namespace)  # noqa: S102 - written by this program alone
    made: Callable[..., Any] = namespace[name]
    return made
