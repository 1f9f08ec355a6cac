"""Every derivative of a trace beside others that come about in other ways, and a verdict on each.

A central difference knows no derivatives at all; SymPy's own is exact; another library has its own rules. Where a
definition by cases just changes its case, as ReLU does at 0, there is no derivative and the others need not agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeVar

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.check import given_elements, present
from backprop_tutor.engine.exact import Exact
from backprop_tutor.engine.exact_formula import NotExactError
from backprop_tutor.engine.exact_number import Exactly
from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.richardson import Estimate, extrapolated
from backprop_tutor.engine.tape import Trace, forward

Verdict = Literal["agrees", "kink", "differs"]

Known = TypeVar("Known")

MOST = 100  # derivatives of one trace that are checked
TOLERANCE = 1e-9  # relative: what rounding may do to a derivative in floats
ROUGH = 1e-6  # relative: what a central difference can tell
NOISE = 1e-12  # of the largest derivative: so small a one may be the rest of larger ones that cancel


@dataclass(frozen=True)
class Check:
    """One derivative beside the others: `difference` without derivatives, `exact` by SymPy, `rival` by another library.

    Each is None where it cannot be had. `scale` is the largest derivative of the trace.
    """

    element: Element
    derivative: float
    difference: Estimate | None
    exact: Exactly | None
    rival: float | None
    kink: bool
    scale: float

    @property
    def relative_error(self) -> float | None:
        """How far the derivative is from the exact one, as a part of that."""
        return None if self.exact is None else relative_error(self.derivative, self.exact)

    @property
    def verdict(self) -> Verdict:
        """Whether all agree, or need not."""
        return "agrees" if self._agree else "kink" if self.kink else "differs"

    @property
    def _agree(self) -> bool:
        known = list(self._others())
        return bool(known) and all(self._near(other, allowed) for other, allowed in known)

    def _others(self) -> Iterator[tuple[float, float]]:
        """The other derivatives that are known, each with the distance it allows."""
        if self.exact is not None:
            yield float(self.exact), TOLERANCE * abs(float(self.exact))
        if self.rival is not None and math.isfinite(self.rival):
            yield self.rival, TOLERANCE * abs(self.rival)
        if self.difference is not None:
            yield self.difference.value, ROUGH * abs(self.difference.value) + 10 * self.difference.error

    def _near(self, other: float, allowed: float) -> bool:
        return self.derivative == other or abs(self.derivative - other) <= allowed + NOISE * self.scale


@dataclass(frozen=True)
class Verification:
    """The checks of one trace, of how many derivatives they are, and the relative error of each value checked."""

    checks: tuple[Check, ...]
    derivatives: int
    value_errors: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The largest relative error of a derivative that agrees, or should."""
        errors = (check.relative_error for check in self.checks if check.verdict != "kink")
        return max((error for error in errors if error is not None), default=0.0)

    @property
    def values_agree(self) -> bool:
        """Whether every value is as exact as floats can be expected to be."""
        return max(self.value_errors, default=0.0) <= TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether no derivative differs and no value does."""
        return self.values_agree and all(check.verdict != "differs" for check in self.checks)


def verify(trace: Trace, rival: Mapping[str, Array] | None = None, most: int = MOST) -> Verification:
    """The derivatives by all given numbers the loss is differentiated by, and all values; evenly spread where many.

    `rival` holds another library's gradients by the names of the nodes.
    """
    exact, every = Exact(trace), differentiated(trace)
    scale = max((abs(_adjoint(trace, element)) for element in every), default=0.0)
    checks = (_check(trace, exact, rival or {}, element, scale) for element in spread(every, most))
    return Verification(tuple(checks), len(every), tuple(_value_errors(trace, exact, most)))


def differentiated(trace: Trace) -> tuple[Element, ...]:
    """Every parameter that exists and, in an expression graph, every input."""
    graph = trace.graph
    places = (place for place in given_elements(trace) if present(graph, *place))
    return tuple(Element(graph.index[name], row, column) for name, row, column in places)


def spread(elements: Sequence[Element], most: int) -> Sequence[Element]:
    """At most `most` of `elements`, evenly spread."""
    count = min(most, len(elements))
    return [elements[i * len(elements) // count] for i in range(count)]


def relative_error(value: float, exact: Exactly) -> float:
    """|value − exact| / |exact|; where the exact number is 0, the value itself."""
    if not math.isfinite(value):
        return math.inf
    true = Fraction(exact)
    return abs(value) if true == 0 else float(abs((Fraction(value) - true) / true))


def _check(trace: Trace, exact: Exact, rival: Mapping[str, Array], element: Element, scale: float) -> Check:
    other = rival.get(trace.graph.nodes[element.node].name)
    return Check(
        element,
        _adjoint(trace, element),
        extrapolated(_loss_by(trace, element), float(trace.values[element.node][element.row, element.column])),
        _where_known(lambda: exact.derivative(element)),
        None if other is None else float(other[element.row, element.column]),
        _where_known(lambda: exact.kink(element)) or False,
        scale,
    )


def _adjoint(trace: Trace, element: Element) -> float:
    return float(trace.adjoint(trace.graph.nodes[element.node].name)[element.row, element.column])


def _loss_by(trace: Trace, element: Element) -> Callable[[float], float]:
    """The reported loss as a function of one given number; nan where it has no value."""
    name = trace.graph.nodes[element.node].name
    given = {node.name: v for node, v in zip(trace.graph.nodes, trace.values, strict=True) if node.op is None}

    def loss(number: float) -> float:
        moved = given[name].copy()
        moved[element.row, element.column] = number
        try:
            return forward(trace.graph, {**given, name: moved}).loss
        except DomainError:
            return math.nan

    return loss


def _value_errors(trace: Trace, exact: Exact, most: int) -> Iterator[float]:
    shapes = ((i, trace.values[i].shape) for i in trace.graph.computed)
    elements = [Element(i, row, column) for i, (rows, columns) in shapes for row in range(rows) for column in range(columns)]
    for element in spread(elements, most):
        true = _where_known(lambda: exact.value(element))  # noqa: B023 - called at once
        if true is not None:
            yield relative_error(float(trace.values[element.node][element.row, element.column]), true)


def _where_known(compute: Callable[[], Known]) -> Known | None:
    try:
        return compute()
    except NotExactError:
        return None
