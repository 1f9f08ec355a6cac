"""Every derivative of a trace beside others that come about in other ways, and a verdict on each.

A central difference knows no derivatives at all; SymPy's own is exact; another library has its own rules. Where a
definition by cases just changes its case, as ReLU does at 0, there is no derivative and the others need not agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

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

MOST = 100  # derivatives of one trace that are checked
TOLERANCE = 1e-9  # relative: what rounding may do to a derivative in floats
ROUGH = 1e-6  # relative: what a central difference can tell
NOISE = 1e-12  # of the largest derivative: a smaller one may be a rest of larger ones that cancel


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
        """How far the derivative is from the exact one, in parts of that; of all where that is 0."""
        return None if self.exact is None else relative_error(self.derivative, self.exact)

    @property
    def verdict(self) -> Verdict:
        """Whether all agree; where they need not, whether they do all the same."""
        return "agrees" if self._agree else "kink" if self.kink else "differs"

    @property
    def _agree(self) -> bool:
        rough = None if self.difference is None else self.difference.value
        slack = 0.0 if self.difference is None else 10 * self.difference.error
        exact = None if self.exact is None else float(self.exact)
        known = any(other is not None for other in (rough, exact, self.rival))
        return known and self._near(rough, ROUGH, slack) and self._near(exact) and self._near(self.rival)

    def _near(self, other: float | None, tolerance: float = TOLERANCE, slack: float = 0.0) -> bool:
        if other is None:
            return True
        allowed = tolerance * abs(other) + max(NOISE, tolerance * NOISE) * self.scale + slack
        return self.derivative == other or abs(self.derivative - other) <= allowed


def verify(trace: Trace, rival: Mapping[str, Array] | None = None, most: int = MOST) -> tuple[Check, ...]:
    """The derivatives by all given numbers that the loss is differentiated by; evenly spread where there are many.

    `rival` holds another library's gradients by the names of the nodes.
    """
    verifier = _Verifier(trace, rival or {})
    return tuple(verifier.check(element) for element in spread(differentiated(trace), most))


def differentiated(trace: Trace) -> tuple[Element, ...]:
    """Every parameter that exists and, in an expression graph, every input."""
    graph = trace.graph
    places = (place for place in given_elements(trace) if present(graph, *place))
    return tuple(Element(graph.index[name], row, column) for name, row, column in places)


def spread(elements: Sequence[Element], most: int) -> Sequence[Element]:
    """At most `most` of `elements`, evenly spread."""
    count = min(most, len(elements))
    return [elements[i * len(elements) // count] for i in range(count)]


def worst_value_error(trace: Trace) -> tuple[int, float]:
    """How many values of the forward pass could be computed exactly, and the largest relative error among them."""
    exact, errors = Exact(trace), []
    for node in trace.graph.computed:
        for row, column in _places(trace.values[node]):
            try:
                errors.append(relative_error(float(trace.values[node][row, column]), exact.value(Element(node, row, column))))
            except NotExactError:
                continue
    return len(errors), max(errors, default=0.0)
