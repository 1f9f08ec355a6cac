"""One pass of a scenario a second time, exactly, by SymPy and in the other direction.

Nothing of the engine's arithmetic is used but the taught formula of each number. SymPy differentiates each formula by
the numbers it is made of, and the change of one number is followed forward through all of them to the loss (forward
mode), where the tape goes backward. Rational numbers stay fractions as long as they are; everything else is computed
with more and more digits, until 30 of them stand still, so that no saturated unit can hide an error.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from backprop_tutor.engine.exact_formula import Symbolic, symbolic, variable
from backprop_tutor.engine.exact_number import Exactly, Number, computed, inner_product, settled, written
from backprop_tutor.engine.reading import Element, Reading
from backprop_tutor.engine.tape import Trace
from backprop_tutor.formula.nodes import Formula, Sym, formula

NEAR = 1e-9


class Exact:
    """The exact values and derivatives of one trace, from its given numbers as they are written in decimal."""

    def __init__(self, trace: Trace) -> None:
        self._graph = trace.graph
        self._reading = Reading(trace, lambda quantity: Sym(str(quantity)), 1)
        self._formula = lru_cache(maxsize=None)(self._formula_of)
        self._sources = lru_cache(maxsize=None)(self._sources_of)
        self._at_edge = lru_cache(maxsize=None)(self._is_at_edge)
        self._slope = lru_cache(maxsize=None)(self._slope_of)
        self._values = lru_cache(maxsize=None)(self._values_with)
        self._local = lru_cache(maxsize=None)(self._local_with)

    def value(self, element: Element) -> Exactly:
        """The value of an element. Raises NotExactError where it is too large or its digits do not settle."""
        return settled(lambda digits: self._values(digits)[_variable(element)])

    def derivative(self, element: Element) -> Exactly:
        """dLoss/d element: of the reported loss. Raises NotExactError as `value` does."""
        loss = _variable(Element(len(self._graph.nodes) - 1, 0, 0))
        return settled(lambda digits: self._tangents(element, digits).get(loss, _zero()))

    def kink(self, element: Element) -> bool:
        """Whether a definition by cases on the way from an element to the loss is just changing its case."""
        reached = {_variable(element)}
        for line in self._lines:
            if not reached.isdisjoint(self._sources(line)):
                reached.add(_variable(line))
                if self._at_edge(line):
                    return True
        return False

    @cached_property
    def _lines(self) -> tuple[Element, ...]:
        """Every computed element, each after those it is made of."""
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
        return symbolic(self._reading.made(line, self._letter), self._floats)

    def _sources_of(self, line: Element) -> frozenset[Symbolic]:
        return frozenset(self._formula(line).free_symbols)

    def _slope_of(self, line: Element, source: Symbolic) -> Symbolic:
        return self._formula(line).diff(source)

    def _values_with(self, digits: int) -> dict[Symbolic, Number]:
        values = dict(self._given)
        for line in self._lines:
            values[_variable(line)] = computed(self._formula(line), values, digits)
        return values

    def _local_with(self, line: Element, source: Symbolic, digits: int) -> Number:
        return computed(self._slope(line, source), self._values(digits), digits)

    def _tangents(self, element: Element, digits: int) -> dict[Symbolic, Number]:
        """How much each number changes per unit of `element`: Σ local derivative · change of the source."""
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
    return f"v{element.node}_{element.row}_{element.column}"


@lru_cache(maxsize=100_000)
def _variable(element: Element) -> Symbolic:
    return variable(_name(element))


def _zero() -> Number:
    import sympy

    return sympy.S.Zero


def _one() -> Number:
    import sympy

    return sympy.S.One
