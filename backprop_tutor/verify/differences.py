"""Every derivative of a trace beside others that come about in other ways.

A central difference knows no derivatives at all; SymPy's own is exact; another library has its own rules.

A derivative beside others that came about in other ways, and a verdict on it.

Where a definition by cases just changes its case, as ReLU does at 0, there is no derivative and none need agree.

A derivative from values alone: central differences with ever smaller steps, extrapolated to the step 0.

The error of (f(x + h) − f(x − h))/2h is a series in h², so two steps of different size tell what it would be without
its first term, three without its first two. Too small a step drowns in rounding, so the extrapolation whose neighbours
agree best is taken, and their disagreement tells how far it may be off.

Source: C. J. F. Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", Advances in Engineering Software 4, 1982.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal, TypeVar

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.tape import Trace, forward
from backprop_tutor.verify.exact import Exact, Exactly
from backprop_tutor.verify.exact_formula import NotExactError
from backprop_tutor.verify.numerical_derivative import given_elements

EPSILON = 2.0**-52
SHRINK = 1.4  # from one step to the next
ROUNDS = 10
FIRST_STEPS = (1e-1, 1e-3, 1e-5)  # a long one is most exact; a short one misses a kink or a pole nearby


@frozen
class Estimate:
    """A derivative as far as it can be told, and how far it may be off."""

    value: float
    error: float


def extrapolated(function: Callable[[float], float], at: float) -> Estimate | None:
    """f′(at), from the first steps that serve best; None where the function has no values around `at`.

    `function` gives nan where it has no value.
    """
    estimates = [estimate for step in FIRST_STEPS for estimate in _estimates(function, at, step * max(1.0, abs(at)))]
    return min(estimates, key=lambda estimate: estimate.error, default=None)


def _estimates(function: Callable[[float], float], at: float, step: float) -> Iterator[Estimate]:
    """Neville's table of extrapolations, row by row; each entry beside the two it is made of."""
    before: list[float] = []
    for _ in range(ROUNDS):
        first, rounding = _difference(function, at, step)
        row = [first]
        for column, older in enumerate(before):
            weight = SHRINK ** (2 * (column + 1))
            row.append((row[column] * weight - older) / (weight - 1))
            error = max(abs(row[-1] - row[column]), abs(row[-1] - older)) + rounding
            if math.isfinite(error):
                yield Estimate(row[-1], error)
        before, step = row, step / SHRINK


def _difference(function: Callable[[float], float], at: float, step: float) -> tuple[float, float]:
    """The central difference, and what the last bits of the two values make of it."""
    right, left = at + step, at - step
    above, below = function(right), function(left)
    return (above - below) / (right - left), EPSILON * (abs(above) + abs(below)) / (right - left)


Verdict = Literal["agrees", "kink", "differs"]

TOLERANCE = 1e-9  # relative: what rounding may do to a derivative in floats
ROUGH = 1e-6  # relative: what a central difference can tell
NOISE = 1e-12  # of the largest derivative: so small a one may be the rest of larger ones that cancel


@frozen
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


@frozen
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


def relative_error(value: float, exact: Exactly) -> float:
    """|value − exact| / |exact|; where the exact number is 0, the value itself."""
    if not math.isfinite(value):
        return math.inf
    true = Fraction(exact)
    return abs(value) if true == 0 else float(abs((Fraction(value) - true) / true))


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
    return tuple(filter(trace.graph.exists, given_elements(trace)))


def spread(elements: Sequence[Element], most: int) -> Sequence[Element]:
    """At most `most` of `elements`, evenly spread."""
    count = min(most, len(elements))
    return [elements[i * len(elements) // count] for i in range(count)]


def _check(trace: Trace, exact: Exact, rival: Mapping[str, Array], element: Element, scale: float) -> Check:
    other = rival.get(trace.graph.nodes[element.node].name)
    return Check(
        element,
        _adjoint(trace, element),
        extrapolated(_loss_by(trace, element), float(trace.values[element.node][element.place])),
        _where_known(lambda: exact.derivative(element)),
        None if other is None else float(other[element.place]),
        _where_known(lambda: exact.kink(element)) or False,
        scale,
    )


def _adjoint(trace: Trace, element: Element) -> float:
    return float(trace.adjoint(trace.graph.nodes[element.node].name)[element.place])


def _loss_by(trace: Trace, element: Element) -> Callable[[float], float]:
    """The reported loss as a function of one given number; nan where it has no value."""
    name = trace.graph.nodes[element.node].name
    given = {node.name: v for node, v in zip(trace.graph.nodes, trace.values, strict=True) if node.op is None}

    def loss(number: float) -> float:
        moved = given[name].copy()
        moved[element.place] = number
        try:
            return forward(trace.graph, {**given, name: moved}).loss
        except DomainError:
            return math.nan

    return loss


def _value_errors(trace: Trace, exact: Exact, most: int) -> Iterator[float]:
    graph = trace.graph
    elements = [graph.element(i, place) for i in graph.computed for place in np.ndindex(*trace.values[i].shape)]
    for element in spread(elements, most):
        true = _where_known(lambda: exact.value(element))  # noqa: B023 - called at once
        if true is not None:
            yield relative_error(float(trace.values[element.node][element.place]), true)


def _where_known(compute: Callable[[], Known]) -> Known | None:
    try:
        return compute()
    except NotExactError:
        return None
