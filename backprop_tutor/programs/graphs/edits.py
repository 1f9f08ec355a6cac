"""Edits of the backward pass of a graph: what a node sends back to one of its inputs, changed in one way.

The edits are of the whole share: left out, doubled, not summed, transposed, another operand, another place. What goes wrong
within a line is searched in the lines of the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.tape import Backward, Trace, standard
from backprop_tutor.programs.graphs.kinds import of_kind
from backprop_tutor.programs.graphs.share import Changed, GraphEdit, Share, lift, shown_name
from backprop_tutor.text import T

OMITTED = T("what comes back through {node} is left out", "漏掉了经 {node} 传回的部分")
ONLY = T("only what comes back directly is kept, not through {others}", "只保留直接传回的部分，经 {others} 的都漏掉了")
TWICE = T("what comes back through {node} counts twice", "经 {node} 传回的部分算了两次")
NEGATED = T("what comes back through {node} has the other sign", "经 {node} 传回的部分正负号相反")
HALVED = T("what comes back through {node} counts half", "经 {node} 传回的部分只算了一半")
UPSTREAM = T("the gradient that arrives at {node} is taken as 1", "把到达 {node} 的梯度当作 1")
DERIVATIVE = T("the derivative of {node} is left out", "漏了 {node} 的导数")
DERIVATIVE_TWICE = T("the derivative of {node} is applied twice", "{node} 的导数乘了两次")
AT_INPUT = T(
    "the derivative of {node} is written in its value, and fed its input",
    "{node} 的导数本应用它的值来算，却代入了它的输入",
)
AT_VALUE = T(
    "the derivative of {node} is taken at its value in place of its input",
    "{node} 的导数取在它的值处，而不是它的输入处",
)
NOT_SUMMED = T(
    "one place of {node} is taken in place of the sum over all of them", "没有对 {node} 的所有位置求和，只取了一处"
)
AVERAGED = T("a mean over the places of {node} is taken in place of the sum", "对 {node} 的各位置取了平均，而应求和")
SUMMED = T("a sum over the places of {node} is taken in place of the mean", "对 {node} 的各位置求了和，而应取平均")
TRANSPOSED = T("what {node} sends back to {to} is transposed", "{node} 传回给 {to} 的数组被转置了")


def rule_with(graph: Graph, edits: Sequence[GraphEdit]) -> Backward:
    """The backward rule of a node under one or more edits of it."""
    at = edits[0].node
    right = standard(graph).backward[at]
    inputs = graph.nodes[at].inputs
    assert right is not None

    def rule(values: Sequence[Array], adjoints: Sequence[Share]) -> tuple[Share, ...]:
        shares = right(values, adjoints)
        sent = list(shares)
        g = adjoints[at]
        assert g is not None
        given = [values[j] for j in inputs]
        for edit in edits:
            for argument in edit.arguments:
                found = edit.changed(g, values[at], given, (*shares[argument:], *shares[:argument]))
                j = inputs[argument]
                sent[argument] = (
                    None if found is None else _as(found, lift(graph, j, values[j])).reshape(values[j].shape)
                )
        return tuple(sent)

    return rule


def _as(found: Array, like: Array) -> Array:
    """A share in the shape of its input: summed where the input is stretched."""
    array = np.asarray(found, dtype=float)
    if array.shape == like.shape:
        return array
    if array.size == like.size:
        return array.reshape(like.shape)
    while array.ndim > like.ndim:
        array = array.sum(axis=0)
    axes = tuple(i for i, n in enumerate(like.shape) if n == 1 and array.shape[i] != 1)
    return np.broadcast_to(array.sum(axis=axes, keepdims=True), like.shape)


def graph_edits(trace: Trace) -> Iterator[GraphEdit]:
    """Every edit of every node that is computed."""
    graph = trace.graph
    users: dict[int, int] = {}
    for node in graph.nodes:
        for j in node.inputs:
            users[j] = users.get(j, 0) + 1
    for i in graph.computed:
        node = graph.nodes[i]
        if node.op is None or trace.adjoints[i] is None:
            continue
        for argument, j in enumerate(node.inputs):
            if trace.cotangents[i] is None or trace.cotangents[i][argument] is None:  # type: ignore[index]
                continue
            if node.role == Role.LOSS:
                yield from _of_mean(trace, i, argument)
                continue
            yield from _of_share(graph, i, argument, users[j])
            yield from _of_operation(trace, i, argument)


def _of_share(graph: Graph, i: int, argument: int, uses: int) -> Iterator[GraphEdit]:
    """Left out, twice, with the other sign, alone, transposed."""
    node, name = graph.nodes[i], shown_name(graph, i)
    j = node.inputs[argument]

    def edit(key: str, text: T, changed: Changed, seen: int, others: tuple[int, ...] = ()) -> GraphEdit:
        return GraphEdit(key, text.format(node=name), i, others or (argument,), changed, seen, pattern=text.en)

    yield edit("one-path-only", OMITTED, lambda g, out, given, sent: None, 8)
    rest = tuple(k for k in range(len(node.inputs)) if k != argument)
    if len(rest) > 1 and uses > 1:
        others = ", ".join(shown_name(graph, node.inputs[k]) for k in rest)
        yield GraphEdit("one-path-only", ONLY.format(others=others), i, rest, lambda g, out, given, sent: None, 8)
    yield edit("factor-two", TWICE, lambda g, out, given, sent: 2 * sent[0], 6)
    yield edit("sign-lost", NEGATED, lambda g, out, given, sent: -sent[0], 8)
    yield edit("factor-half", HALVED, lambda g, out, given, sent: sent[0] / 2, 5)
    if graph.nodes[j].axes == 2 and graph.nodes[j].shared:
        text = TRANSPOSED.format(node=name, to=shown_name(graph, j))
        key = "outer-product-transposed" if node.op is not None and node.op.name == "matmul" else "transposed"
        yield edit(key, text, lambda g, out, given, sent: sent[0].swapaxes(0, 1), 7)


def _of_operation(trace: Trace, i: int, argument: int) -> Iterator[GraphEdit]:
    """What is usual for the operation of a node."""
    graph = trace.graph
    node, name = graph.nodes[i], shown_name(graph, i)
    assert node.op is not None
    vjp, op, j = node.op.vjp, node.op.name, node.inputs[argument]
    one_input = len(node.inputs) == 1

    def edit(key: str, text: T, changed: Changed, seen: int = 6, **holes: str) -> GraphEdit:
        return GraphEdit(key, text.format(node=name, **holes), i, (argument,), changed, seen, pattern=text.en)

    def sent_with(g: Array, out: Array, given: Sequence[Array]) -> Share:
        found: Share = vjp(g, out, *given)[argument]
        return found

    value, like = trace.values[i], trace.values[j]
    yield edit("upstream-ignored", UPSTREAM, lambda g, out, given, sent: sent_with(np.ones_like(g), out, given), 6)
    if value.shape == like.shape:
        yield edit("factor-omitted", DERIVATIVE, lambda g, out, given, sent: g, 8)
        if one_input:
            yield edit(
                "derivative-twice", DERIVATIVE_TWICE, lambda g, out, given, sent: sent_with(sent[0], out, given), 5
            )
            yield edit(
                "derivative-at-preactivation", AT_INPUT, lambda g, out, given, sent: sent_with(g, given[0], given), 6
            )
            yield edit(
                "derivative-function-of-activation", AT_VALUE, lambda g, out, given, sent: sent_with(g, out, (out,)), 6
            )
    if value.size > like.size and value.size % max(like.size, 1) == 0 and op != "embedding":
        times = value.size // like.size
        if value.ndim >= like.ndim and op not in ("matmul", "conv1d", "conv2d"):
            yield edit(
                "bias-gradient-not-summed", NOT_SUMMED, lambda g, out, given, sent: sent_with(_first(g), out, given), 7
            )
            yield edit("factor-omitted", AVERAGED, lambda g, out, given, sent: sent[0] / times, 6)
            own = _stretched(graph, trace, i, j)
            each = int(np.prod([value.shape[axis] for axis in own]))
            if own and each != times:
                first = lambda g, out, given, sent: sent_with(_first(g, own), out, given)  # noqa: E731
                yield edit("bias-gradient-not-summed", NOT_SUMMED, first, 7)
                yield edit("factor-omitted", AVERAGED, lambda g, out, given, sent: sent[0] / each, 6)
    yield from _of_mean(trace, i, argument)
    yield from of_kind(trace, i, argument, edit, sent_with)


def _of_mean(trace: Trace, i: int, argument: int) -> Iterator[GraphEdit]:
    """A sum for a mean, or a mean for a sum: at the result, too."""
    node = trace.graph.nodes[i]
    places = trace.values[node.inputs[argument]].size // max(trace.values[i].size, 1)
    reductions: dict[str, tuple[T, float]] = {"mean": (SUMMED, places), "sum": (AVERAGED, 1 / max(places, 1))}
    if node.op is not None and node.op.name in reductions and places > 1:
        text, factor = reductions[node.op.name]
        said = text.format(node=shown_name(trace.graph, i))
        changed: Changed = lambda g, out, given, sent: sent[0] * factor  # noqa: E731
        yield GraphEdit("sum-and-mean", said, i, (argument,), changed, 7, pattern=text.en)


def _stretched(graph: Graph, trace: Trace, i: int, j: int) -> tuple[int, ...]:
    """The own axes of a node along which one of its inputs is stretched."""
    if graph.shapes is None:
        return ()
    whole, part = graph.shapes[i], graph.shapes[j]
    missing = len(whole) - len(part)
    return tuple(axis for axis, n in enumerate(whole) if n > 1 and (axis < missing or part[axis - missing] == 1))


def _first(g: Array, axes: tuple[int, ...] | None = None) -> Array:
    """The first place of every example alone, along all axes or some."""
    kept = np.zeros_like(g)
    chosen = range(g.ndim - 1) if axes is None else axes
    where = tuple(slice(0, 1) if axis in chosen else slice(None) for axis in range(g.ndim))
    kept[where] = g[where]
    return kept


def everywhere(graph: Graph, edits: Sequence[GraphEdit]) -> Iterator[tuple[GraphEdit, ...]]:
    """The same edit of all shares of one node, and at every node of a kind: at each step, at each layer."""
    alike: dict[tuple[object, ...], dict[tuple[object, ...], GraphEdit]] = {}
    for edit in edits:
        place = (edit.node, edit.arguments)
        used = ("use of", graph.nodes[edit.node].inputs[edit.arguments[0]]) if edit.arguments else ()
        for kind in ((_kind(graph, edit.node), edit.arguments), used):
            alike.setdefault((edit.name, edit.pattern, *kind), {}).setdefault(place, edit)
    yield from {tuple(group.values()): None for group in alike.values() if len(group) > 1}


def _kind(graph: Graph, i: int) -> str:
    """The operation of a node, or its formula with every name in it the same, so that steps and layers are alike."""
    op = graph.nodes[i].op
    if op is not None and op.name.isidentifier() and op.name != graph.nodes[i].name:
        return op.name
    written = (graph.formulas or {}).get(graph.nodes[i].name)
    return re.sub(r"[A-Za-z_]\w*(?!\w*\()", "_", plain(written)) if written is not None else graph.nodes[i].name
