"""Every derivative of a trace beside others that come about in other ways.

A central difference knows no derivatives at all; SymPy's own is exact; another library has its own rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.check import given_elements, present
from backprop_tutor.engine.exact import Exact
from backprop_tutor.engine.exact_formula import NotExactError
from backprop_tutor.engine.expression import DomainError
from backprop_tutor.engine.reading import Element
from backprop_tutor.engine.richardson import extrapolated
from backprop_tutor.engine.tape import Trace, forward
from backprop_tutor.engine.verified import Check, Verification, relative_error

Known = TypeVar("Known")

MOST = 100  # derivatives of one trace that are checked


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


def _check(trace: Trace, exact: Exact, rival: Mapping[str, Array], element: Element, scale: float) -> Check:
    other = rival.get(trace.graph.nodes[element.node].name)
    place = element.row, element.column
    return Check(
        element,
        _adjoint(trace, element),
        extrapolated(_loss_by(trace, element), float(trace.values[element.node][place])),
        _where_known(lambda: exact.derivative(element)),
        None if other is None else float(other[place]),
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
    elements = [Element(i, *place) for i in trace.graph.computed for place in np.ndindex(*trace.values[i].shape)]
    for element in spread(elements, most):
        true = _where_known(lambda: exact.value(element))  # noqa: B023 - called at once
        if true is not None:
            yield relative_error(float(trace.values[element.node][element.row, element.column]), true)


def _where_known(compute: Callable[[], Known]) -> Known | None:
    try:
        return compute()
    except NotExactError:
        return None
