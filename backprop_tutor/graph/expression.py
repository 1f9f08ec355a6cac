"""The value of an author's formula on arrays, and its derivative by the same chain rule it teaches.

No text is executed: the tree is walked. A step that has no value (a division by zero, the logarithm of a negative
number) raises `DomainError` naming the step; an overflow gives inf. Where many hypotheses are computed side by side,
along a first axis, one that leaves the domain becomes nan and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backprop_tutor.formula.fold import Algebra, Of, step
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Num, Partial, Pow, Sym, symbols
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.ops.functions import EVERY
from backprop_tutor.text import T


class DomainError(ValueError):
    """A step of a formula that has no value: `step` is the formula, `values` are the numbers of its parts.

    `row` and `example` are its place (from 0): the unit, the example of the batch. `node` is the node of the graph it
    happened in, set by the tape; `examples` are the numbers of the batch's examples in the data, during an update.
    """

    node = ""
    examples: tuple[int, ...] = ()

    def __init__(self, what: T, step: Formula, values: Mapping[Formula, float], row: int, example: int) -> None:
        super().__init__(what.en)
        self.what, self.step, self.values, self.row, self.example = what, step, values, row, example

    @property
    def number(self) -> int:
        """The number of the example, from 1."""
        return self.examples[self.example] if self.examples else self.example + 1


DIVISION_BY_ZERO = T("division by zero", "除数为零")
NO_LOGARITHM = T("the logarithm of a number that is not positive", "对非正数取对数")
NO_ROOT = T("the square root of a negative number", "对负数开平方")
NO_POWER = T("a power that is not a real number", "乘方不是实数")


class Computation(Algebra[Any]):
    """One evaluation of a formula with given values for its names; it stores the value of every part.

    The arrays have so many own `axes`, then examples; earlier axes are those of hypotheses.
    """

    def __init__(self, formula: Formula, given: Mapping[str, Array], axes: int = 1) -> None:
        self.formula, self.given, self.axes = formula, given, axes
        self._known: dict[int, Any] = {}
        self.value = self._value(formula)

    def gradients(self, upstream: Array) -> dict[str, Array]:
        """upstream · d formula / d name for every name in it, summed over the places where the name occurs."""
        found: dict[str, Array] = {}
        self._pull_back(self.formula, upstream, found)
        return found

    def _value(self, node: Formula) -> Any:
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = step(node, self, self._value)
        return known

    def number(self, node: Lit | Num) -> Any:
        """A constant as a float."""
        return float(node.value)

    def symbol(self, node: Sym | Partial) -> Any:
        """The value given under a name."""
        return self.given[node.key or node.base] if isinstance(node, Sym) else self.refuse(node)

    def quotient(self, node: Div, of: Of) -> Any:
        """The quotient; the divisor must not be 0."""
        divisor = self._valid(of(node.denominator), lambda x: np.equal(x, 0), DIVISION_BY_ZERO, node)
        return of(node.numerator) / divisor

    def power(self, node: Pow, of: Of) -> Any:
        """The power; it must be a real number."""
        base, n = of(node.base), of(node.exponent)
        if np.any(np.less(n, 0)):
            base = self._valid(base, lambda x: np.equal(x, 0) & np.less(n, 0), DIVISION_BY_ZERO, node)
        result = np.power(np.asarray(base, dtype=float), n)
        if not np.any(np.isnan(result)):
            return result
        return self._valid(result, lambda p: np.isnan(p) & ~np.isnan(base) & ~np.isnan(n), NO_POWER, node)

    def call(self, node: Call, of: Of) -> Any:
        """The value of a function of the table, which must exist."""
        arguments = tuple(map(of, node.arguments))
        if node.function == "log":
            arguments = (self._valid(arguments[0], lambda x: np.less_equal(x, 0), NO_LOGARITHM, node),)
        if node.function == "log1p":
            inside = Call("log", (1 + node.arguments[0],))
            arguments = (self._valid(arguments[0], lambda x: np.less_equal(x, -1), NO_LOGARITHM, inside),)
        if node.function == "sqrt":
            arguments = (self._valid(arguments[0], lambda x: np.less(x, 0), NO_ROOT, node),)
        return EVERY[node.function].value(*(np.asarray(a, dtype=float) for a in arguments))

    def _valid(self, number: Any, forbidden: Callable[[Any], Any], what: T, step: Formula) -> Any:
        """`number`, with nan in those hypotheses where it is `forbidden`.

        Raises DomainError where a number is forbidden under every hypothesis.
        """
        bad = forbidden(number)
        if not np.any(bad):
            return number
        if np.ndim(bad) > self.axes + 1:
            return np.where(bad, np.nan, number)
        parts = {name: self._value(name) for name in symbols(step)}
        shape = np.broadcast_shapes((1, 1), np.shape(bad), *map(np.shape, parts.values()))
        place = tuple(int(i) for i in np.argwhere(np.broadcast_to(bad, shape))[0])
        values: dict[Formula, float] = {n: float(np.broadcast_to(part, shape)[place]) for n, part in parts.items()}
        raise DomainError(what, step, values, place[-2], place[-1])

    def _pull_back(self, node: Formula, upstream: Any, found: dict[str, Array]) -> None:
        match node:
            case Sym():
                name = node.key or node.base
                found[name] = found[name] + upstream if name in found else upstream
            case Add(terms=terms):
                for term in terms:
                    self._pull_back(term, upstream, found)
            case Mul(factors=factors):
                for i, factor in enumerate(factors):
                    self._pull_back(factor, upstream * self._product(factors[:i] + factors[i + 1 :]), found)
            case Neg(operand=operand):
                self._pull_back(operand, -upstream, found)
            case Div(numerator=above, denominator=below):
                divisor = self._value(below)
                self._pull_back(above, upstream / divisor, found)
                self._pull_back(below, -upstream * self._value(node) / divisor, found)
            case Pow(base=base, exponent=exponent):
                self._pull_back_power(node, base, exponent, upstream, found)
            case Call(function=name, arguments=arguments):
                values = [np.asarray(self._value(a), dtype=float) for a in arguments]
                for argument, slope in zip(arguments, EVERY[name].slopes, strict=True):
                    self._pull_back(argument, upstream * slope(self._value(node), *values), found)
            case Lit():
                return
            case _:
                raise TypeError(f"{type(node).__name__} has no derivative here")

    def _product(self, factors: tuple[Formula, ...]) -> Any:
        product: Any = 1.0
        for factor in factors:
            product = product * self._value(factor)
        return product

    def _pull_back_power(
        self, node: Formula, base: Formula, exponent: Formula, upstream: Any, found: dict[str, Array]
    ) -> None:
        x, n = np.asarray(self._value(base), dtype=float), self._value(exponent)
        self._pull_back(base, upstream * np.where(np.equal(n, 0), 0.0, n * np.power(x, n - 1)), found)
        if not isinstance(exponent, Lit):
            logarithm = np.where(x == 0, 0.0, np.log(np.where(x == 0, 1.0, x)))
            self._pull_back(exponent, upstream * self._value(node) * logarithm, found)
