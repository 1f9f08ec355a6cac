"""Mistakes of an operation, wherever a graph has it: what it computes, and what it sends back to one of its arguments.

An elementwise operation is a formula; its mistakes are another formula, or another local derivative along one edge. Any
other operation is asked again: with another upstream gradient, other inputs, or bound with other options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.nodes import Call, Formula, Sym, children, rebuilt, substitute, total
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.array import AnyArray, Array, each, is_written, np
from backprop_tutor.graph.expressions import names_in
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.layout import Layout, laid_out
from backprop_tutor.graph.ops.operation import ArrayOp, Shape, Use, fitted, lifted
from backprop_tutor.graph.ops.table import OPERATIONS
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.stable_forms import stable
from backprop_tutor.graph.tracer import Tracer, tight
from backprop_tutor.practice.edits.arithmetic import worth
from backprop_tutor.practice.mistakes.mistake import WHOLE, Mistake, Site, Sites
from backprop_tutor.text import T, same
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext


class Found(NamedTuple):
    """A place of a mistake: its name, the lines it changes there, and the way it is made, with a hole for the place."""

    place: T
    changes: Changes
    way: T = same("{place}")


Finds: TypeAlias = Callable[[Scenario], Iterator[Found]]

MOST_PLACES, MATRIX = 40, 2

IN_FORMULA = T("{call} in {node}", "{node} 中的 {call}")

BOTH_PASSES, WAY_BACK = (
    T("{place}, in both passes", "{place}，前向和反向都如此"),
    T("{place}, on the way back only", "{place}，只在反向传播中"),
)


def at_places(find: Finds, together: bool = True) -> Sites:
    """The mistake at each of its places, before that at all of them at once, in each way in which it can be made."""

    def sites(scenario: Scenario) -> Iterator[Site]:
        ways: dict[T, list[Found]] = {}
        lasts = scenario.graph.shapes is None  # what is changed in arrays is changed for numbers only
        silent = {node.name for node in scenario.graph.nodes if node.fused}
        for found in find(scenario):
            changes = {line: w for line, w in found.changes.items() if line.phase != "sent" or line.node not in silent}
            if changes:
                ways.setdefault(found.way, []).append(found._replace(changes=changes))
        for way, places in ways.items():
            several = together and len(places) > 1
            if several:
                every = {line: wrong for found in places for line, wrong in found.changes.items()}
                yield Site(way.format(place=WHOLE), every, lasts=lasts)
            for found in places[:MOST_PLACES]:
                yield Site(way.format(place=found.place), found.changes, not several, lasts)

    return sites


def entry(name: str, text: T, clause: T, principle: T, find: Finds, seen: int = 2, together: bool = True) -> Mistake:
    """A mistake of an operation; in pairs there are too many of its places."""
    return Mistake(name, text, clause, principle, at_places(find, together), seen, pairs=False)


def shown(graph: Graph, i: int) -> T:
    """A node as a sentence names it: a part of a formula by its text, any other by its name."""
    return same(graph.nodes[i].inner or graph.nodes[i].name)


def own(graph: Graph, i: int) -> Shape:
    """The own axes of a node of a graph of formulas."""
    return graph.shapes[i] if graph.shapes is not None else ()


def layout(graph: Graph, i: int) -> Layout:
    """How the array of a node lies on the tape."""
    return Layout(own(graph, i), graph.nodes[i].shared)


def opened(k: StepContext, i: int, array: Array) -> Array:
    """An array of a node as (..., own axes, examples)."""
    return layout(k.graph, i).opened(array)


def operations(graph: Graph, *names: str) -> Iterator[int]:
    """The nodes that are made by one of these operations of the table."""
    return (i for i in range(len(graph.nodes)) if is_made_by(graph, i, *names))


def is_made_by(graph: Graph, i: int, *names: str) -> bool:
    """Whether a node is made by one of these operations of the table."""
    op = graph.nodes[i].op
    return op is not None and op.name in names and graph.shapes is not None


def use_of(graph: Graph, i: int) -> Use:
    """What the operation of a node was bound to."""
    use = array_op(graph, i).use
    assert use is not None, "only operations of the table are asked"
    return use


def array_op(graph: Graph, i: int) -> ArrayOp:
    """The operation of a node of a graph of arrays."""
    op = graph.nodes[i].op
    assert isinstance(op, ArrayOp), "operations on arrays are asked"
    return op


def formula_of(graph: Graph, i: int) -> Formula | None:
    """The formula of a node that works element by element, in the names of the nodes it takes; None for any other."""
    node = graph.nodes[i]
    if graph.shapes is None:
        return (graph.formulas or {}).get(node.name) if node.op is not None else None
    return node.op.formula if isinstance(node.op, ArrayOp) else None


def sent(graph: Graph, i: int, source: int) -> Line:
    """The line of what a node sends back to one it takes."""
    return Line("sent", graph.nodes[i].name, graph.nodes[i].inputs.index(source))


def users(graph: Graph) -> Mapping[int, tuple[int, ...]]:
    """The nodes that take each node."""
    return _users(graph)


@lru_cache(maxsize=8)
def _users(graph: Graph) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {i: [] for i in range(len(graph.nodes))}
    for i in graph.computed:
        for j in dict.fromkeys(graph.nodes[i].inputs):
            found[j].append(i)
    return {j: tuple(each) for j, each in found.items()}


@lru_cache(maxsize=8)
def ancestors(graph: Graph) -> tuple[frozenset[int], ...]:
    """For each node those that it is computed from."""
    found: list[frozenset[int]] = []
    for node in graph.nodes:
        found.append(frozenset(node.inputs).union(*(found[j] for j in node.inputs)))
    return tuple(found)


def inputs(k: StepContext, i: int) -> list[Array]:
    """The values that a node takes."""
    return [k.value(k.graph.nodes[j].name) for j in k.graph.nodes[i].inputs]


Turned: TypeAlias = Callable[[Array], Array]
Rule: TypeAlias = Callable[[StepContext, int, Array], Array]
"""The value of a line of a node in place of the right one."""


def sends(k: StepContext, i: int, source: int, g: Array | None = None, **instead: object) -> Array:
    """What the operation of a node sends back to one it takes, for another upstream gradient or other inputs."""
    node = k.graph.nodes[i]
    assert node.op is not None, "a computed node is asked"
    taken = instead.get("taken")
    values: Sequence[Array] = inputs(k, i) if taken is None else taken  # type: ignore[assignment]
    upstream = k.adjoint(node.name) if g is None else g
    found = node.op.vjp(upstream, k.value(node.name), *values)[node.inputs.index(source)]
    return like(found, k, source)


def like(found: Array | None, k: StepContext, source: int) -> Array:
    """A contribution in the shape of the node it goes to; zeros where there is none."""
    value = k.value(k.graph.nodes[source].name)
    return np.zeros_like(value) if found is None else found


def rule(i: int, wrong: Rule) -> Wrong:
    """A rule of a node as a changed line."""
    return lambda k, right: wrong(k, i, right)


def nothing(k: StepContext, right: Array) -> Array:
    """A contribution that is left out."""
    return 0 * right


def rebound(graph: Graph, i: int, name: str, options: Mapping[str, float]) -> ArrayOp:
    """An operation of the table bound to the inputs of a node, with some options of its own replaced."""
    node = graph.nodes[i]
    bound = use_of(graph, i)
    use = replace(bound, options={**bound.options, **options})
    op = OPERATIONS[name].bound(use)
    return laid_out(op, [layout(graph, j) for j in node.inputs], Layout(op.shape, node.shared))


def as_another(i: int, op: ArrayOp, backward: bool = False) -> Callable[[Graph], Changes]:
    """A node made by another op of the same shape, in both passes; or only on the way back."""

    def changes(graph: Graph) -> Changes:
        node = graph.nodes[i]
        found: dict[Line, Wrong] = (
            {} if backward else {Line("forward", node.name): lambda k, right: op.forward(*inputs(k, i))}
        )
        for argument, j in enumerate(node.inputs):
            found[Line("sent", node.name, argument)] = _of_another(i, op, argument, j)
        return found

    return changes


def _of_another(i: int, op: ArrayOp, argument: int, source: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        name = k.graph.nodes[i].name
        return like(op.vjp(k.adjoint(name), k.value(name), *inputs(k, i))[argument], k, source)

    return wrong


def by_formula(graph: Graph, i: int, formula: Formula, backward: bool = False) -> Changes:
    """A node made by another formula of some of the nodes it takes, in both passes; or only on the way back."""
    node = graph.nodes[i]
    value = _valued(graph, i, formula)
    made: dict[Line, Wrong] = {} if backward else {Line("forward", node.name): lambda k, right: value(k) + 0 * right}
    for j in dict.fromkeys(node.inputs):
        made |= along(graph, i, j, derivative(formula, graph.nodes[j].name))
    return made


def _valued(graph: Graph, i: int, formula: Formula) -> Callable[[StepContext], AnyArray]:
    """The values of a formula in the names of nodes, as an array of a node on the tape."""
    places = [graph.index[name] for name in names_in(formula)]
    names = [graph.nodes[j].name for j in places]
    rank, computed = len(own(graph, i)), stable(formula)

    def write(*letters: object) -> Tracer:
        return Tracer(substitute(computed, {name: tight(each) for name, each in zip(names, letters, strict=True)}))

    def value(k: StepContext) -> AnyArray:
        arrays = [k.value(name) for name in names]
        if any(map(is_written, arrays)):  # numbers of a graph of numbers, written as code
            return each(write, arrays)
        known = {
            n: lifted(opened(k, j, a), len(own(graph, j)), rank) for n, j, a in zip(names, places, arrays, strict=True)
        }
        return layout(graph, i).closed(worth(formula, known) + np.zeros((1,) * (rank + 1)))

    return value


def along(graph: Graph, i: int, source: int, local: Formula, turned: Turned = lambda g: g) -> Changes:
    """Upstream times another local derivative, a formula in the names of nodes, along one edge of a formula's node.

    `turned` is what is done to the upstream derivative.
    """
    slope = _valued(graph, i, local)
    rank = len(own(graph, i))

    def wrong(k: StepContext, right: Array) -> Array:
        g, local_slope = turned(k.adjoint(graph.nodes[i].name)), slope(k)
        if is_written(right):
            product = g * local_slope + 0 * k.value(graph.nodes[i].name)
            return product.sum(axis=-1, keepdims=True) if graph.nodes[source].shared else product
        value = opened(k, source, k.value(graph.nodes[source].name))
        contribution = opened(k, i, g) * opened(k, i, local_slope)
        return layout(graph, source).closed(fitted(contribution, value, len(own(graph, source)), rank))

    return {sent(graph, i, source): wrong}


def letter(graph: Graph, i: int) -> Sym:
    """The letter of a node in formulas."""
    return Sym(graph.nodes[i].name)


SQUASHED = Sym("value of the function")  # no name of a file can be this


def with_slope(graph: Graph, i: int, call: Call, changed: Formula, turned: Turned = lambda g: g) -> Changes:
    """What a formula sends back where the derivative of one of the functions in it is another one."""
    return with_slopes(graph, i, call, (changed,), turned)


def with_slopes(graph: Graph, i: int, call: Call, changed: Sequence[Formula], turned: Turned = lambda g: g) -> Changes:
    """The same of a function of several arguments, whose derivative by each of them is another one."""
    formula, lines = formula_of(graph, i), dict[Line, Wrong]()
    assert formula is not None, "a function stands in a formula"
    inside = frozenset(name for argument in call.arguments for name in names_in(argument))
    for j in dict.fromkeys(graph.nodes[i].inputs):
        name = graph.nodes[j].name
        if name in inside:
            lines |= along(graph, i, j, derivative_with(formula, call, changed, name), turned)
    return lines


def derivative_with(formula: Formula, call: Call, changed: Sequence[Formula], name: str) -> Formula:
    """∂formula/∂name where one of the functions in the formula has these derivatives by its arguments."""
    outside = replaced(formula, call, SQUASHED)
    inner = total(tuple(c * derivative(u, name) for c, u in zip(changed, call.arguments, strict=True)))
    through = derivative(outside, SQUASHED.base) * inner
    return substitute(derivative(outside, name) + through, {SQUASHED.base: call})


def replaced(formula: Formula, part: Formula, other: Formula) -> Formula:
    """A formula with a part of it replaced wherever it stands."""
    if formula == part:
        return other
    return rebuilt(formula, lambda each: replaced(each, part, other))


def call_of(graph: Graph, i: int, call: Call) -> T:
    """A function in the formula of a node, as a sentence names it: the node, where it is all of the formula."""
    if formula_of(graph, i) == call:
        return shown(graph, i)
    inner = {node.name: Sym(node.inner) for node in graph.nodes if node.inner}
    return IN_FORMULA.format(call=unicode(substitute(call, inner)), node=shown(graph, i))


def functions(graph: Graph, *names: str) -> Iterator[tuple[int, Call]]:
    """The functions in the formulas on the way to the loss, of those names; each with the node of its formula."""
    behind = ancestors(graph)[-1]
    for i in graph.computed if not graph.layers else ():
        formula = formula_of(graph, i) if i in behind else None
        found = calls_in(formula) if formula is not None else ()
        yield from ((i, call) for call in dict.fromkeys(found) if call.function in names and len(call.arguments) == 1)


def calls_in(formula: Formula) -> Iterator[Call]:
    """The functions in a formula."""
    if isinstance(formula, Call):
        yield formula
    for part in children(formula):
        yield from calls_in(part)


def weighted(graph: Graph) -> Iterator[tuple[int, int, int]]:
    """The products of a matrix of parameters and something else: the node, the matrix as it stands there, the other."""
    for i in operations(graph, "matmul", "dot"):
        first, second = graph.nodes[i].inputs
        for matrix, other in ((first, second), (second, first)):
            if graph.nodes[source_of(graph, matrix)].name in graph.parameters and first != second:
                yield i, matrix, other
                break


def matrix_of(graph: Graph, i: int) -> int:
    """The matrix of parameters in a product, as it stands there."""
    return next(matrix for node, matrix, _ in weighted(graph) if node == i)


def source_of(graph: Graph, i: int) -> int:
    """The array that a node only brings into another shape."""
    while is_made_by(graph, i, "reshape", "transpose", "flatten"):
        i = graph.nodes[i].inputs[0]
    return i


def instead(k: StepContext, i: int, j: int, array: Array) -> list[Array]:
    """The values that a node takes, with another one in the place of one of them."""
    return [array if n == j else value for n, value in zip(k.graph.nodes[i].inputs, inputs(k, i), strict=True)]


def is_square(graph: Graph, i: int) -> bool:
    """Whether the array of a node is a square matrix."""
    shape = own(graph, i)
    return len(shape) == MATRIX and shape[0] == shape[1] > 1


def swapped(k: StepContext, i: int, array: Array) -> Array:
    """An array of a node with its two own axes exchanged."""
    place = layout(k.graph, i)
    return place.closed(place.opened(array).swapaxes(-3, -2))
