"""Checks every derivative of a trace against values found in other ways, with a verdict on each.

A central difference uses no derivatives at all; SymPy's derivative is exact; another library has its own rules. Where a
definition by cases changes its case, as ReLU does at 0, there is no derivative and none need agree.

The central differences use ever smaller steps, extrapolated to the step 0. The error of (f(x + h) − f(x − h))/2h is a
series in h², so two steps of different size eliminate its first term, three its first two. Too small a step is
dominated by rounding, so the extrapolation whose neighbours agree best is taken, and their disagreement estimates its
error.

Source: C. J. F. Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", Advances in Engineering Software 4, 1982.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from time import monotonic
from typing import Literal, TypeVar

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Element, Elements, Joined
from backprop_tutor.graph.tape import Trace
from backprop_tutor.verify.deadline import within
from backprop_tutor.verify.exact import Exact, Exactly
from backprop_tutor.verify.exact_formula import NotExactError
from backprop_tutor.verify.numerical_derivative import given_elements, is_bent, is_end, loss_by, loss_with

EPSILON = 2.0**-52
SMALLEST = float(np.finfo(float).tiny)
"""The smallest normal float: what is below has fewer figures."""

SHRINK = 1.4  # from one step to the next
ROUNDS = 10
FIRST_STEPS = (1e-1, 1e-3, 1e-5)  # a long one is most exact; a short one avoids a kink or a pole nearby


@frozen
class Estimate:
    """An estimated derivative, and its possible error."""

    value: float
    error: float


def extrapolated(function: Callable[[float], float], at: float, enough: float = 0.0) -> Estimate | None:
    """f′(at): the best of all estimates, or the first with an error that is small `enough` relative to it, or next to
    nothing beside f(at); None where the function has no values around `at`.

    `function` gives nan where it has no value.
    """
    best: Estimate | None = None
    nothing = NOISE * abs(function(at)) if enough else 0.0
    for step in FIRST_STEPS:
        for estimate in _estimates(function, at, step * max(1.0, abs(at))):
            best = estimate if best is None or estimate.error < best.error else best
            if enough and best.error <= enough * abs(best.value) + nothing:
                return best
    return best


def _estimates(function: Callable[[float], float], at: float, step: float) -> Iterator[Estimate]:
    """Neville's table of extrapolations, row by row; each entry with the two it is computed from."""
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
    """The central difference, and its error from the last bits of the two values."""
    right, left = at + step, at - step
    above, below = function(right), function(left)
    return (above - below) / (right - left), EPSILON * (abs(above) + abs(below)) / (right - left)


Verdict = Literal["agrees", "kink", "undefined", "differs"]

TOLERANCE = 1e-9  # relative: the rounding error of a derivative in floats
ROUGH = 1e-6  # relative: the accuracy of a central difference
NOISE = 1e-12  # of the largest derivative: so small a one may be the remainder of larger ones that cancel


@frozen
class Check:
    """One derivative with the others: `difference` without derivatives, `exact` by SymPy, `rival` by another library.

    Each is None where it cannot be computed. `scale` is the largest finite derivative of the trace. At an `end` the loss has no
    value on one side, so that nothing can be compared.
    """

    element: Element
    derivative: float
    difference: Estimate | None
    exact: Exactly | None
    rival: float | None
    kink: bool
    scale: float
    end: bool = False

    @property
    def relative_error(self) -> float | None:
        """The relative error of the derivative, against the exact one."""
        return None if self.exact is None else relative_error(self.derivative, self.exact)

    @property
    def verdict(self) -> Verdict:
        """The verdict: whether all agree, or need not; undefined where it is NaN, or where no other can be known."""
        known = list(self._others())
        if math.isnan(self.derivative) or (self.end and not known):
            return "undefined"
        if known and all(self._near(other, allowed) for other, allowed in known):
            return "agrees"
        return "kink" if self.kink else "differs"

    def _others(self) -> Iterator[tuple[float, float]]:
        """The other derivatives that are known, each with the allowed difference."""
        if self.exact is not None:
            yield rounded_to_float(self.exact), TOLERANCE * abs(rounded_to_float(self.exact))
        if self.rival is not None and (math.isfinite(self.rival) or self.rival == self.derivative):
            yield self.rival, TOLERANCE * abs(self.rival)
        if self.difference is not None:
            yield self.difference.value, ROUGH * abs(self.difference.value) + 10 * self.difference.error

    def _near(self, other: float, allowed: float) -> bool:
        if not math.isfinite(self.derivative):
            return self.derivative == other
        return abs(self.derivative - other) <= allowed + NOISE * self.scale + SMALLEST


@frozen
class Direction:
    """The derivative along a line through all parameters at once: by the gradient, and without derivatives."""

    derivative: float
    difference: Estimate | None

    @property
    def agrees(self) -> bool:
        """Whether they agree within the accuracy of a central difference."""
        if self.difference is None:
            return False
        allowed = ROUGH * abs(self.difference.value) + 10 * self.difference.error
        return abs(self.derivative - self.difference.value) <= allowed


@frozen
class Verification:
    """The checks of one trace, of how many derivatives they are, and the relative error of each value checked.

    A large trace is checked along some `directions` first, each of which tests every derivative at once.
    """

    checks: tuple[Check, ...]
    derivatives: int
    value_errors: tuple[float, ...]
    directions: tuple[Direction, ...] = ()

    @property
    def worst(self) -> float:
        """The largest relative error of a derivative that agrees, or should."""
        errors = (check.relative_error for check in self.checks if check.verdict in ("agrees", "differs"))
        return max((error for error in errors if error is not None), default=0.0)

    @property
    def values_agree(self) -> bool:
        """Whether every value is as exact as floats can be expected to be."""
        return max(self.value_errors, default=0.0) <= TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether no derivative differs and no value does."""
        along = all(direction.agrees for direction in self.directions)
        return along and self.values_agree and all(check.verdict != "differs" for check in self.checks)


def rounded_to_float(exact: Exactly) -> float:
    """The float nearest to an exact number, infinite where that is too large."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def relative_error(value: float, exact: Exactly) -> float:
    """|value − exact| / |exact|; where the exact number is 0, the value itself.

    A number too large for a float, or smaller than the smallest normal one, counts as exact if it is the float nearest
    to it.
    """
    true = Fraction(exact)
    if not math.isfinite(value):
        return 0.0 if value == rounded_to_float(exact) else math.inf
    if 0 < abs(true) < SMALLEST and abs(value) <= SMALLEST:
        return 0.0
    return abs(value) if true == 0 else float(abs((Fraction(value) - true) / true))


Known = TypeVar("Known")

EXACT_SECONDS = 3.0
EXACT_WORK, EXACT_NODES, DIRECTIONS, FEW = 20_000, 2_000, 3, 12
"""The time limit of exact numbers, and the work and the nodes up to which they are tried; beyond them, directions, and
derivatives checked one by one.
"""

MOST = 100  # derivatives of one trace that are checked

MOST_WORK, LEAST, LOSSES, PRODUCTS, CALL = 100_000_000, 1, 24, 50, 1000
"""The numbers that are computed for all checks one by one, each of so many losses; at least so many are checked. So
many products take as long as a number, and a node of few numbers as long as so many. Where one check is more work than
that, an estimate that is good enough ends it.
"""


def verify(
    trace: Trace, rival: Mapping[str, Array] | None = None, most: int = MOST, clock: Clock | None = None
) -> Verification:
    """Checks the derivatives by all given numbers, and all values; an evenly spread selection where there are many.

    Where exact numbers would take long, the gradient is checked along a few random directions through all parameters,
    and only some derivatives by themselves; more where one of those differs. `rival` contains another library's
    gradients by the names of the nodes. Several traces may share the time for exact numbers by one `clock`.
    """
    every = given_elements(trace)
    slopes = np.concatenate([np.abs(_at(trace.adjoints, part)) for part in every.parts] or [np.zeros(1)])
    scale = float(max(slopes[np.isfinite(slopes)], default=0.0))
    is_short = len(trace.graph.computed) <= EXACT_NODES
    exact = Exact(trace) if is_short and _edges(trace) * min(most, len(every)) <= EXACT_WORK else None
    work = LOSSES * max(sum(max(value.size, CALL) for value in trace.values), _edges(trace) // PRODUCTS)
    ways = max(1, min(DIRECTIONS, MOST_WORK // work))
    enough = ROUGH / 10 if work > MOST_WORK else 0.0
    directions = () if exact else tuple(_along(trace, every, seed, enough) for seed in range(ways))
    few = max(LEAST, min(FEW, MOST_WORK // work))
    count = few if directions and all(each.agrees for each in directions) else most
    clock = clock or Clock()
    chosen = spread(every, count)
    checks = tuple(_check(trace, exact, clock, rival or {}, element, scale, enough) for element in chosen)
    values = _value_errors(trace, exact, clock, most) if exact else ()
    return Verification(checks, len(every), tuple(values), directions)


def _edges(trace: Trace) -> int:
    """Roughly the number of products and sums of the loss: each computed element times the number of its sources."""
    graph, sizes = trace.graph, [value.shape[0] for value in trace.values]
    return sum(trace.values[i].size * max((sizes[j] for j in graph.nodes[i].inputs), default=1) for i in graph.computed)


def _at(arrays: Sequence[Array | None], part: Sequence[Element]) -> Array:
    """The numbers of one array at some elements, or at all of them."""
    array = arrays[part[0].node] if part else None
    if array is None:
        return np.zeros(len(part))
    return array.ravel() if isinstance(part, Elements) else np.array([array[element.place] for element in part])


def _along(trace: Trace, every: Joined, seed: int, enough: float) -> Direction:
    """The derivative along a random direction through `every` number, each moved in proportion to its size."""
    given = {node.name: v for node, v in zip(trace.graph.nodes, trace.values, strict=True) if node.op is None}
    chosen, ways = np.random.default_rng(seed).standard_normal(len(every)) / math.sqrt(len(every) or 1), {}
    for part in filter(None, every.parts):
        name, (own, chosen) = trace.graph.nodes[part[0].node].name, np.split(chosen, [len(part)])
        ways[name] = way = np.zeros(given[name].shape)
        if isinstance(part, Elements):
            way[...] = own.reshape(way.shape)
        for element, each in zip(part, own.tolist(), strict=True) if not isinstance(part, Elements) else ():
            way[element.place] = each
    for name, way in ways.items():
        way *= np.maximum(1.0, np.abs(given[name]))
    derivative = float(sum(np.sum(way * trace.adjoint(name)) for name, way in ways.items()))

    def loss(distance: float) -> float:
        return loss_with(trace, given | {name: given[name] + distance * way for name, way in ways.items()})

    return Direction(derivative, extrapolated(loss, 0.0, enough))


def spread(elements: Sequence[Element], most: int) -> Sequence[Element]:
    """At most `most` of `elements`, evenly spread."""
    count = min(most, len(elements))
    return [elements[i * len(elements) // count] for i in range(count)]


def _check(
    trace: Trace,
    exact: Exact | None,
    clock: Clock,
    rival: Mapping[str, Array],
    element: Element,
    scale: float,
    enough: float,
) -> Check:
    other = rival.get(trace.graph.nodes[element.node].name)
    loss, here = loss_by(trace, element), float(trace.values[element.node][element.place])
    check = Check(
        element,
        _adjoint(trace, element),
        extrapolated(loss, here, enough),
        clock.known(lambda: exact.derivative(element)) if exact else None,
        None if other is None else float(other[element.place]),
        bool(exact and clock.known(lambda: exact.kink(element))),
        scale,
    )
    return replace(check, kink=is_bent(loss, here), end=is_end(loss, here)) if check.verdict == "differs" else check


def _adjoint(trace: Trace, element: Element) -> float:
    return float(trace.adjoint(trace.graph.nodes[element.node].name)[element.place])


def _value_errors(trace: Trace, exact: Exact, clock: Clock, most: int) -> Iterator[float]:
    graph = trace.graph
    elements = [graph.element(i, place) for i in graph.computed for place in np.ndindex(*trace.values[i].shape)]
    for element in spread(elements, most):
        true = clock.known(lambda: exact.value(element))  # noqa: B023 - called at once
        if true is not None:
            yield relative_error(float(trace.values[element.node][element.place]), true)


class Clock:
    """The remaining time for exact numbers."""

    def __init__(self) -> None:
        self._until = monotonic() + EXACT_SECONDS

    def known(self, compute: Callable[[], Known]) -> Known | None:
        """The result of `compute`; None where it is not exact, or too late."""
        left = self._until - monotonic()
        try:
            return within(left, compute) if left > 0 else None
        except (NotExactError, TimeoutError):
            return None
