"""Computes one pass of a scenario a second time, exactly, by SymPy and in forward mode.

Of the engine's arithmetic only the taught formula of each number is used. SymPy differentiates each formula by its
sources, and the change of one number is propagated forward through all of them to the loss, where the tape goes
backward. Rational numbers stay fractions as long as they are; everything else is computed with more and more digits,
until 30 of them no longer change, so that no saturated unit can hide an error.

Numbers record whether they are exact: a fraction is, a decimal number of so many digits is not. SymPy itself takes 1 −
1.000 for an exact 0; here that is a 0 of which no digit is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import isfinite
from typing import Any, TypeAlias

from backprop_tutor.formula.nodes import Formula, Sym, formula
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace
from backprop_tutor.verify.exact_formula import NeverExactError, NotExactError, Symbolic, symbolic, variable

Number: TypeAlias = Any  # sympy.Rational or sympy.Float

Exactly: TypeAlias = Fraction | Decimal
"""The final value: a fraction, or 30 digits."""

DIGITS = 30
PRECISIONS = (50, 100, 200, 400, 800, 1600, 3200, 6400)
LONGEST_FRACTION = 2000  # bits; a longer one is continued as a decimal number
NOTHING = Decimal("1e-1000")  # what is smaller than this at the highest precision is 0


def written(value: float) -> Number:
    """The shortest decimal number that reads back as a float, as its author typed it: 1/10 for 0.1. Raises
    NotExactError for inf.
    """
    import sympy

    if not isfinite(value):
        raise NotExactError(f"{value} is no number")
    return sympy.Rational(repr(value))


def computed(expression: Symbolic, values: Mapping[Symbolic, Number], digits: int) -> Number:
    """The value of `expression` with `values` for its symbols; of definitions by cases only the case that applies.

    Raises NotExactError where it is not finite, or a symbol has no value.
    """
    import sympy

    if not values.keys() >= expression.free_symbols:
        raise NotExactError(f"a number in {expression} is not known exactly")
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
    """The value of `number_at`, computed with more and more digits until 30 of them no longer change.

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
    except NeverExactError:
        raise
    except (NotExactError, OverflowError):
        return None


def _decimal(number: Number) -> Decimal:
    import sympy

    return Decimal(str(sympy.Float(number, DIGITS)))


def _case(cases: Symbolic, values: Mapping[Symbolic, Number]) -> Symbolic:
    """The branch of a definition by cases whose condition holds."""
    return next(branch for branch, condition in cases.args if condition.xreplace(values))


def _is_short(fraction: Number) -> bool:
    """Whether a fraction is finite, and short enough not to be computed as a decimal number."""
    return fraction.q != 0 and max(int(part).bit_length() for part in (fraction.p, fraction.q)) <= LONGEST_FRACTION


def _known(number: Symbolic, digits: int, *, exact: bool) -> Number:
    """`number` as a fraction where it is exactly one, else as a decimal number. Raises NotExactError where infinite."""
    import sympy

    if exact and isinstance(number, sympy.Rational) and _is_short(number):
        return number
    found = number.evalf(digits)
    if found.is_zero:  # SymPy makes an Integer of a Float that is 0
        return sympy.Float(0, digits)
    if not isinstance(found, sympy.Float) or not found.is_finite:
        raise NotExactError(f"{number} is not a finite number")
    return found


NEAR = 1e-9


class Exact:
    """The exact values and derivatives of one trace, from its given numbers as they are written in decimal."""

    def __init__(self, trace: Trace) -> None:
        self._graph = trace.graph
        self._reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity)), 1)
        self._formula = lru_cache(maxsize=None)(self._formula_of)
        self._sources = lru_cache(maxsize=None)(self._sources_of)
        self._at_edge = lru_cache(maxsize=None)(self._is_at_edge)
        self._slope = lru_cache(maxsize=None)(self._slope_of)
        self._values = lru_cache(maxsize=None)(self._values_with)
        self._local = lru_cache(maxsize=None)(self._local_with)
        self._never: set[Symbolic] = set()

    def value(self, element: Element) -> Exactly:
        """The value of an element. Raises NotExactError where it is too large or its digits do not settle."""
        return settled(lambda digits: self._computed(_variable(element), digits))

    def derivative(self, element: Element) -> Exactly:
        """dLoss/d element: of the reported loss. Raises NotExactError as `value` does."""
        loss = _variable(self._graph.reported_loss)
        return settled(lambda digits: self._tangents(element, digits).get(loss, _zero()))

    def kink(self, element: Element) -> bool:
        """Whether a definition by cases between an element and the loss is exactly at a change of its case."""
        reached = {_variable(element)}
        for line in self._lines:
            if not reached.isdisjoint(self._sources(line)):
                reached.add(_variable(line))
                if self._at_edge(line):
                    return True
        return False

    @cached_property
    def _lines(self) -> tuple[Element, ...]:
        """Every computed element, each after its sources."""
        return tuple(element for node in self._graph.computed for element in self._reading.elements(node))

    @cached_property
    def _given(self) -> dict[Symbolic, Number]:
        nodes = (i for i, node in enumerate(self._graph.nodes) if node.op is None)
        elements = (element for node in nodes for element in self._reading.elements(node))
        return {_variable(element): written(self._reading.value(element)) for element in elements}

    @cached_property
    def _floats(self) -> dict[str, float]:
        elements = (element for node in range(len(self._graph.nodes)) for element in self._reading.elements(node))
        return {_name(element): self._reading.value(element) for element in elements}

    def _letter(self, element: Element) -> Formula:
        return Sym(_name(element)) if self._reading.exists(element) else formula(0)

    def _formula_of(self, line: Element) -> Symbolic:
        return symbolic(self._reading.definition(line, self._letter), self._floats)

    def _sources_of(self, line: Element) -> frozenset[Symbolic]:
        return frozenset(self._formula(line).free_symbols)

    def _slope_of(self, line: Element, source: Symbolic) -> Symbolic:
        return self._formula(line).diff(source)

    def _values_with(self, digits: int) -> dict[Symbolic, Number]:
        """The values of all lines, without those that are not exact, or follow from one that is not."""
        values = dict(self._given)
        for line in self._lines:
            try:
                values[_variable(line)] = computed(self._formula(line), values, digits)
            except NeverExactError:
                self._never.add(_variable(line))
            except (NotExactError, OverflowError):
                if not self._sources(line).isdisjoint(self._never):
                    self._never.add(_variable(line))
        return values

    def _computed(self, expression: Symbolic, digits: int) -> Number:
        values = self._values(digits)
        if not self._never.isdisjoint(expression.free_symbols):
            raise NeverExactError("a number before it is never exact")
        return computed(expression, values, digits)

    def _local_with(self, line: Element, source: Symbolic, digits: int) -> Number:
        return self._computed(self._slope(line, source), digits)

    def _tangents(self, element: Element, digits: int) -> dict[Symbolic, Number]:
        """The derivative of each number by `element`: Σ local derivative · change of the source."""
        changes = {_variable(element): _one()}
        for line in self._lines:
            sources = changes.keys() & self._sources(line)
            if sources and line != element:
                pairs = ((self._local(line, source, digits), changes[source]) for source in sources)
                changes[_variable(line)] = inner_product(pairs, digits)
        return changes

    def _is_at_edge(self, line: Element) -> bool:
        import sympy

        edges = self._formula(line).atoms(sympy.core.relational.Relational)
        values = {symbol: self._floats[symbol.name] for symbol in self._sources(line)}
        return any(abs((edge.lhs - edge.rhs).evalf(subs=values)) <= NEAR for edge in edges)


def _name(element: Element) -> str:
    return "_".join(map(str, (f"v{element.node}", *element.place)))


@lru_cache(maxsize=100_000)
def _variable(element: Element) -> Symbolic:
    return variable(_name(element))


def _zero() -> Number:
    import sympy

    return sympy.S.Zero


def _one() -> Number:
    import sympy

    return sympy.S.One
