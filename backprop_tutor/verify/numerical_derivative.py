"""An independent check of every derivative: move a number both ways and observe the loss.

One number of a trace is moved, every later one is computed again, all others stay as they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, at, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.graph import Element, Elements, Graph, Joined
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.tape import Forward, Rules, Trace, forward


def nudged(trace: Trace, element: Element, by: float) -> Trace:
    """The forward pass of `trace` with one element larger by `by`. Raises DomainError where a formula has no value."""
    graph, node = trace.graph, trace.graph.nodes[element.node]
    moved = trace.values[element.node].copy()
    moved[element.place] += by
    given = {n.name: v for n, v in zip(graph.nodes, trace.values, strict=True) if n.op is None}
    if node.op is None:
        return forward(graph, {**given, node.name: moved})
    return forward(graph, given, _read_from(trace, element.node).at(element.node, forward=lambda _: moved))


def _read_from(trace: Trace, node: int) -> Rules:
    """The right rules; where the outputs themselves are moved, the loss is computed from them and no longer from z."""
    graph, rules = trace.graph, Rules.of(trace.graph)
    if isinstance(graph.loss, str) and node == graph.nodes[graph.losses].inputs[0]:
        return rules.at(graph.losses, forward=_from_outputs(graph.loss, graph.nodes[graph.losses].inputs))
    if graph.shapes is not None and graph.nodes[node].fused:
        at = next(i for i in graph.computed if node in graph.nodes[i].inputs)
        op, inputs = graph.nodes[at].op, graph.nodes[at].inputs
        by_output = op.by_output if isinstance(op, ArrayOp) else None
        assert by_output is not None, "a loss that takes the output, too"
        return rules.at(at, forward=lambda values: by_output(*(values[i] for i in inputs)))
    return rules


def _from_outputs(loss: str, inputs: tuple[int, ...]) -> Forward:
    """The loss computed from the outputs alone: that of an identity activation, whose facets come from a."""
    compute = LOSSES[loss].op(ACTIVATIONS["identity"]).forward

    def rule(values: object) -> Array:
        return compute(*(values[i] for i in inputs))  # type: ignore[index,no-any-return]

    return rule


STEP, SIDES = 1e-5, (1, -1, 2, -2)
AT_ONCE = 5_000
"""The given numbers that are copied to compute differences side by side."""
TOLERANCE = 1e-5
FLOOR = 1e-8


@frozen
class Difference:
    """A derivative with its central difference."""

    element: Element
    derivative: float
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether they agree within the accuracy of a central difference in floats."""
        return abs(self.derivative - self.difference) <= TOLERANCE * abs(self.derivative) + FLOOR


def given_elements(trace: Trace) -> Joined:
    """Every given number with a derivative: parameters, and the inputs of an expression graph."""
    graph = trace.graph
    roles = (Role.WEIGHT, Role.BIAS) if graph.formulas is None else (Role.WEIGHT, Role.INPUT)
    nodes = (
        i for i, n in enumerate(graph.nodes) if n.op is None and n.role in roles and n.name not in graph.whole_numbers
    )
    return Joined(_elements(trace, i) for i in nodes)


def _elements(trace: Trace, i: int) -> Sequence[Element]:
    """The existing elements of a node; those of a large array are made when they are asked for."""
    node, shape = trace.graph.nodes[i], trace.values[i].shape
    every = Elements(i, shape[: node.axes], None if node.shared else range(shape[-1]))
    return tuple(filter(trace.graph.exists, every)) if node.missing or node.same else every


FEW_NUMBERS = 20_000
"""Where the given numbers, once for each difference, are no more than that, all differences are one forward pass."""

MOST_WORK, LEAST = 25_000_000, 4
"""The numbers that are computed for all differences of a trace: of a large one fewer derivatives are checked, at least
so many.
"""


def _spread(trace: Trace, most: int) -> Sequence[Element]:
    """Given numbers, evenly spread over all, at most so many, and fewer where one forward pass is long."""
    every, size = given_elements(trace), len(SIDES) * int(sum(value.size for value in trace.values))
    return every[:: max(1, -(-len(every) // max(LEAST, min(most, MOST_WORK // size))))]


def differences(trace: Trace, most: int) -> Iterator[Difference]:
    """The derivatives of a trace with their differences; an evenly spread selection where there are more than `most`."""
    chosen, nodes = _spread(trace, most), trace.graph.nodes
    given = {node.name: v for node, v in zip(nodes, trace.values, strict=True) if node.op is None}
    few = len(chosen) * sum(array.size for array in given.values()) <= FEW_NUMBERS
    for _, together in groupby(chosen, lambda element: 0 if few else element.node):
        elements = tuple(together)
        for element, difference in zip(elements, central_together(trace.graph, given, elements), strict=True):
            yield Difference(element, float(trace.adjoint(nodes[element.node].name)[element.place]), difference)


def central(graph: Graph, given: Mapping[str, Array], element: Element) -> float:
    """(4·D(h) − D(2h))/3 of central differences D of the loss by one given number: accurate even for steep curves.

    It is nan where the loss has no value next to the number.
    """
    return central_together(graph, given, (element,))[0]


def central_together(graph: Graph, given: Mapping[str, Array], elements: Sequence[Element]) -> list[float]:
    """`central` by several elements, computed side by side; one by one where the loss has no value near some."""
    most = max(1, AT_ONCE // sum(array.size for array in given.values()))
    if len(elements) > most:
        parts = (elements[i : i + most] for i in range(0, len(elements), most))
        return [each for part in parts for each in central_together(graph, given, part)]
    names = [graph.nodes[element.node].name for element in elements]
    here = np.array([given[name][element.place] for name, element in zip(names, elements, strict=True)])
    places = here + np.outer(SIDES, STEP * np.maximum(1.0, np.abs(here)))
    moved = {name: np.array(np.broadcast_to(given[name], (*places.shape, *given[name].shape))) for name in {*names}}
    for i, (name, element) in enumerate(zip(names, elements, strict=True)):
        moved[name][:, i][at(element.place)] = places[:, i]
    try:
        stacked = {name: array.reshape(-1, *given[name].shape) for name, array in moved.items()}
        losses = forward(graph, {**given, **stacked}).values[-1]
    except DomainError:
        alone = len(elements) == 1
        return [math.nan] if alone else [central(graph, given, element) for element in elements]
    above, below, far_above, far_below = np.broadcast_to(losses.ravel(), places.size).reshape(places.shape)
    with np.errstate(all="ignore"):
        narrow, wide = (above - below) / (places[0] - places[1]), (far_above - far_below) / (places[2] - places[3])
    found: list[float] = ((4 * narrow - wide) / 3).tolist()
    return found


WIDE_STEP = 1e-3  # of a difference whose first error term is taken away: the rest is of the order of step⁴


BENDS, BENT, LOST = (1e-5, 1e-7), 0.01, 1e-13
"""Two distances at which a bend is looked for: on a smooth curve slopes that are taken 100 times nearer differ 100
times less. What is left of it by rounding is no bend.
"""


def is_bent(function: Callable[[float], float], here: float) -> bool:
    """Whether the slopes on the two sides of a place are apart, and stay so however near they are taken."""
    at = function(here)

    def apart(step: float) -> float:
        return abs(function(here + step) + function(here - step) - 2 * at) / step

    near, nearer = (apart(step * max(1.0, abs(here))) for step in BENDS)
    size = max(abs(function(here + BENDS[0]) - at), abs(function(here - BENDS[0]) - at)) / BENDS[0]
    return near > max(BENT * size, LOST * abs(at) / BENDS[0]) and nearer > near / 2


def loss_by(trace: Trace, element: Element) -> Callable[[float], float]:
    """The reported loss as a function of one given number; nan where it has no value."""
    name = trace.graph.nodes[element.node].name
    given = {node.name: v for node, v in zip(trace.graph.nodes, trace.values, strict=True) if node.op is None}

    def loss(number: float) -> float:
        moved = given[name].copy()
        moved[element.place] = number
        return loss_with(trace, {**given, name: moved})

    return loss


def loss_with(trace: Trace, given: Mapping[str, Array]) -> float:
    """The reported loss of other given numbers; nan where it has no value."""
    try:
        return forward(trace.graph, given).loss
    except DomainError:
        return math.nan


def is_end(function: Callable[[float], float], here: float) -> bool:
    """Whether a function has no value on one side of a place, so that it has no derivative there."""
    step = BENDS[0] * max(1.0, abs(here))
    return not all(map(math.isfinite, (function(here - step), function(here + step))))


def disagreeing(
    trace: Trace, outputs: Sequence[Element], sources: Sequence[Element], rows: Sequence[Sequence[float]]
) -> list[tuple[Element, Element]]:
    """The entries of a Jacobian, output and source, that differences of the outputs do not confirm; none at a bend."""
    wrong = []
    for column, source in enumerate(sources):
        measured = slopes(trace, outputs, source)
        for row, output in enumerate(outputs):
            entry, other = rows[row][column], measured[row]
            agrees = abs(entry - other) <= TOLERANCE * abs(entry) + FLOOR * max(1.0, abs(_read(trace, output)))
            if not agrees and not is_bent(_moved(trace, output, source), 0.0):
                wrong.append((output, source))
    return wrong


def _moved(trace: Trace, output: Element, source: Element) -> Callable[[float], float]:
    """An output as a function of how far a number is moved."""
    return lambda by: _read(nudged(trace, source, by), output)


def slopes(trace: Trace, outputs: Sequence[Element], source: Element) -> tuple[float, ...]:
    """(4·D(h) − D(2h))/3 of central differences D of every output by one number, given or computed; nan without values."""
    step = WIDE_STEP * max(1.0, abs(float(trace.values[source.node][source.place])))
    narrow, wide = (_slopes(trace, outputs, source, size) for size in (step / 2, step))
    return tuple((4 * near - far) / 3 for near, far in zip(narrow, wide, strict=True))


def _slopes(trace: Trace, outputs: Sequence[Element], source: Element, step: float) -> list[float]:
    try:
        above, below = (nudged(trace, source, by) for by in (step, -step))
    except DomainError:
        return [math.nan] * len(outputs)
    return [(_read(above, output) - _read(below, output)) / (2 * step) for output in outputs]


def _read(trace: Trace, element: Element) -> float:
    return float(trace.values[element.node][element.place])
