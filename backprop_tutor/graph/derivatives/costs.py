"""What a run costs: of every node its numbers, parameters, multiplications, and what the backward pass needs of it.

A value is kept for the backward pass where some vjp, as it is taught, reads it: a sigmoid reads its own result, a
product both its factors, a sum nothing. The taught formula names what it reads; any other vjp is fed other numbers in the place of each array: who
does not notice does not read.

Checkpoints keep some values only; what lies between two of them is computed again when the backward pass comes there.
Source: T. Chen and others, Training deep nets with sublinear memory cost, 2016.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from backprop_tutor.formula.nodes import Formula, Lit, Mul, Pow, Role, Sym, children, symbols
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np, quietly
from backprop_tutor.graph.derivatives.jacobian import pull_back
from backprop_tutor.graph.graph import Element, Graph
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.graph.tape import Trace

MOST_WRITTEN = 20_000
"""Numbers of a node and its inputs up to which its formulas are written to count their products."""


@frozen
class NodeCost:
    """One node: numbers it holds, parameters among them, products to make them, whether the backward pass reads it.

    `multiplications` is None where there are too many formulas to be counted.
    """

    node: int
    shape: tuple[int, ...]
    numbers: int
    parameters: int
    multiplications: int | None
    kept: bool


@frozen
class Checkpointed:
    """What the values kept at some nodes alone come to: all nodes kept, the most numbers at once, what is made again."""

    kept: tuple[int, ...]
    stored: int
    recomputed: tuple[int, ...]


@frozen
class Factor:
    """How a layer reacts to the one below, and the last layer to the one below this: numbers, or norms of matrices."""

    layer: int
    local: float
    product: float


def costs(trace: Trace) -> tuple[NodeCost, ...]:
    """The costs of every node, in the order of the computation."""
    read = _read(trace)
    return tuple(_cost(trace, i, i in read) for i in range(len(trace.graph.nodes)))


def _cost(trace: Trace, i: int, kept: bool) -> NodeCost:
    node, (own, numbers) = trace.graph.nodes[i], size(trace, i)
    is_parameter = node.op is None and node.role in (Role.WEIGHT, Role.BIAS)
    made = 0 if node.op is None else multiplications(trace, i)
    return NodeCost(i, own, numbers, numbers if is_parameter else 0, made, kept and node.op is not None)


def size(trace: Trace, i: int) -> tuple[tuple[int, ...], int]:
    """The own axes of a node, and how many numbers it holds: those of every example, without missing connections."""
    graph, node, value = trace.graph, trace.graph.nodes[i], trace.values[i]
    own = graph.shapes[i] if graph.shapes is not None else value.shape[: node.axes] if node.axes else ()
    return tuple(own), math.prod(own) * (1 if node.shared else value.shape[-1]) - len(node.missing)


def multiplications(trace: Trace, i: int) -> int | None:
    """The products in the formulas of a node's elements, powers by repeated products; None where they are too many."""
    node = trace.graph.nodes[i]
    assert node.op is not None, "a computed node"
    values = [trace.values[j] for j in node.inputs]
    if trace.values[i].size + sum(value.size for value in values) > MOST_WRITTEN:
        return None
    reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity)), 1)
    return sum(products(reading.definition(element, reading.letter)) for element in reading.elements(i))


def products(formula: Formula) -> int:
    """The multiplications of letters in a formula: factors less one; xⁿ as n − 1, an exact constant in front as one."""
    here = 0
    match formula:
        case Mul(factors=factors):
            here = len(factors) - 1
        case Pow(exponent=Lit(value=exponent)) if exponent.denominator == 1 and exponent > 1:
            here = int(exponent) - 1
    return here + sum(map(products, children(formula)))


@quietly
def _read(trace: Trace) -> frozenset[int]:
    """The computed nodes whose values the backward pass to the parameters reads (to the inputs, where there are none)."""
    graph, wanted = trace.graph, _leading_to(trace.graph)
    found: set[int] = set()
    for i in graph.computed:
        own = graph.nodes[i]
        if trace.adjoints[i] is None or own.fused or i not in wanted:
            continue
        found |= _named(trace, i, wanted) if _is_taught(trace, i) else _noticed(trace, i, wanted)
    return frozenset(i for i in found if graph.nodes[i].op is not None)


def _is_taught(trace: Trace, i: int) -> bool:
    """Whether a node computes otherwise than it is taught, and is small enough for the taught formulas to be written."""
    op = trace.graph.nodes[i].op
    return op is not None and op.taught is not None and trace.values[i].size <= MOST_WRITTEN


def _named(trace: Trace, i: int, wanted: frozenset[int]) -> set[int]:
    """The nodes that the taught local derivatives of a node name."""
    reading = SymbolicTrace(trace, lambda quantity: Sym(str(quantity)), 1)
    rates = reading.local_derivatives(reading.elements(i)[0], lambda element: Sym("v", key=str(element.node)))
    used = (rate for source, rate in rates.items() if _is_reached(trace.graph, source.node, wanted))
    return {int(s.key) for rate in used for s in symbols(rate) if s.key}


def _noticed(trace: Trace, i: int, wanted: frozenset[int]) -> set[int]:
    """The nodes that the vjp of a node reads: itself and its inputs, where other numbers make a difference."""
    inputs = trace.graph.nodes[i].inputs
    arguments = [n for n, j in enumerate(inputs) if _is_reached(trace.graph, j, wanted)]
    return {j for slot, j in enumerate((i, *inputs)) if _notices(trace, i, slot, arguments)}


def _is_reached(graph: Graph, node: int, wanted: frozenset[int]) -> bool:
    """Whether what is sent back to a node goes on to one that is wanted: not from an output that is fused with the loss."""
    return node in wanted and not graph.nodes[node].fused


def _leading_to(graph: Graph) -> frozenset[int]:
    """The nodes with a derivative on the way: what the parameters are used in, or the inputs where there are none."""
    begin = graph.parameters or tuple(name for name in graph.inputs if name not in graph.whole_numbers)
    wanted = {graph.index[name] for name in begin}
    for i in graph.computed:
        if any(j in wanted for j in graph.nodes[i].inputs):
            wanted.add(i)
    return frozenset(wanted)


def _notices(trace: Trace, i: int, slot: int, arguments: Sequence[int]) -> bool:
    """Whether what node i sends back to some of its arguments changes with the numbers in one slot: its own, its inputs'."""
    graph, adjoint = trace.graph, trace.adjoints[i]
    op = graph.nodes[i].op
    assert op is not None, "a computed node"
    seed = np.ones_like(adjoint) if adjoint is not None else None
    arrays = [trace.values[i], *(trace.values[j] for j in graph.nodes[i].inputs)]
    before = op.vjp(seed, *arrays)
    for other in _others(arrays[slot]):
        after = op.vjp(seed, *arrays[:slot], other, *arrays[slot + 1 :])
        if any(not _same(before[n], after[n]) for n in arguments):
            return True
    return False


def _others(array: Array) -> Iterator[Array]:
    """Numbers of another size, order and sign."""
    spread: Array = np.random.default_rng(0).uniform(0.2, 0.9, array.size).reshape(array.shape)
    yield from (spread, -spread, array[::-1] + spread)


def _same(one: Array | None, other: Array | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))


def checkpointed(trace: Trace, every: Sequence[NodeCost], nodes: Iterable[int]) -> Checkpointed:
    """What it comes to where of the computed values only those at `nodes` are kept on the way forward.

    After the last of them all is kept as without checkpoints. What a later stretch uses of an earlier one, such as a
    residual, is kept as well.
    """
    graph = trace.graph
    last = max(nodes := frozenset(nodes), default=-1)
    stretch = {i: sum(1 for each in nodes if each < i) for i in graph.computed}
    across = {j for i in graph.computed for j in graph.nodes[i].inputs if j in stretch and stretch[j] != stretch[i]}
    kept = nodes | {j for j in across if j < last}
    left = [cost for cost in every if cost.kept and cost.node not in kept]
    size = {cost.node: cost.numbers for cost in every}
    largest = max((sum(c.numbers for c in left if stretch[c.node] == n) for n in set(stretch.values())), default=0)
    again = _made_again(graph, {c.node for c in left if c.node < last}, kept)
    return Checkpointed(tuple(sorted(kept)), sum(size[i] for i in kept) + largest, again)


def _made_again(graph: Graph, missing: set[int], kept: frozenset[int]) -> tuple[int, ...]:
    """What is not kept and needed, with what it is made of as far as that is not kept either."""
    found: set[int] = set()
    waiting = list(missing)
    while waiting:
        i = waiting.pop()
        if i not in found and i not in kept and graph.nodes[i].op is not None:
            found.add(i)
            waiting += graph.nodes[i].inputs
    return tuple(sorted(found))


def factors(trace: Trace) -> tuple[Factor, ...]:
    """Layer by layer from the last one back: ∂a_l/∂a_(l−1) and ∂a_last/∂a_(l−1), for the first example.

    Of one unit on one unit they are numbers with their sign; of more, the largest stretch of the matrix (its 2-norm).
    """
    graph, found = trace.graph, []
    outputs = [_units(trace, group.output) for group in graph.groups]
    for layer in range(len(graph.layers), 0, -1):
        local = _reactions(trace, outputs[layer], graph.groups[layer - 1].output)
        whole = _reactions(trace, outputs[-1], graph.groups[layer - 1].output)
        found.append(Factor(layer, _stretch(local), _stretch(whole)))
    return tuple(found)


def _units(trace: Trace, node: int) -> tuple[Element, ...]:
    places = np.ndindex(*trace.values[node].shape)
    return tuple(e for e in (trace.graph.element(node, place) for place in places) if not e.example)


def _reactions(trace: Trace, outputs: tuple[Element, ...], source: int) -> Array:
    """∂output/∂source, (outputs, numbers of a node), for the first example; one backward pass at a time is held."""
    unmoved = np.zeros_like(trace.values[source])
    sent = (pull_back(trace, output, source).adjoints[source] for output in outputs)
    return np.array([(unmoved if each is None else each)[..., 0].ravel() for each in sent])


def _stretch(rows: Array) -> float:
    return float(rows[0, 0] if rows.size == 1 else np.linalg.norm(rows, 2))
