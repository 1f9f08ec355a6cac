"""What usually goes wrong in the backward pass of a product and of a softmax."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.tape import Trace
from backprop_tutor.programs.graphs.share import GraphEdit, Share, shown_name
from backprop_tutor.text import T

UPSTREAM_TRANSPOSED = T(
    "the gradient that arrives at {node} is transposed where it is sent back to {to}",
    "到达 {node} 的梯度在传回给 {to} 时被转置了",
)
TRANSPOSED = T("the other factor of {node} is not transposed", "{node} 中另一个因子没有转置")

SIBLING = T(
    "{other} stands in the place of {right} where {node} sends back", "{node} 传回时，{right} 的位置误用了 {other}"
)

LAST_WINDOW = T(
    "the gradient of the kernel of {node} is that of the last window: = where += belongs",
    "{node} 的核梯度只剩最后一个窗口：该用 += 处用了 =",
)
DIAGONAL = T("of the derivative of {node} only the diagonal is used: p(1 − p)", "{node} 的导数只用了对角线：p(1 − p)")

NO_SUM = T("in the derivative of {node} the sum over all is missing: p·g", "{node} 的导数缺了求和项：只有 p·g")


def of_kind(
    trace: Trace, i: int, argument: int, edit: Callable[..., GraphEdit], sent_with: Callable[..., Share]
) -> Iterator[GraphEdit]:
    """What is usual for the operation of a node; `edit` makes the record, `sent_with` the share of other inputs."""
    node = trace.graph.nodes[i]
    assert node.op is not None
    match node.op.name:
        case "matmul" | "dot" | "outer":
            yield from _of_product(trace, i, argument, edit, sent_with)
        case "conv1d" | "conv2d" if argument == 1:
            axes = int(node.op.name[-2])
            yield edit("kernel-one-window", LAST_WINDOW, lambda g, out, v, sent: sent_with(_last(g, axes), out, v), 8)
        case "softmax":
            yield edit("softmax-diagonal-only", DIAGONAL, lambda g, out, v, sent: g * out * (1 - out), 8)
            yield edit("factor-omitted", NO_SUM, lambda g, out, v, sent: g * out, 7)


def _last(g: Array, axes: int) -> Array:
    """The last window of every example alone."""
    kept = np.zeros_like(g)
    place: Any = (..., *([slice(-1, None)] * axes), slice(None))
    kept[place] = g[place]
    return kept


def _of_product(
    trace: Trace, i: int, argument: int, edit: Callable[..., GraphEdit], sent_with: Callable[..., Share]
) -> Iterator[GraphEdit]:
    """A matrix product: the other factor not transposed, or another array in its place."""
    graph, node = trace.graph, trace.graph.nodes[i]
    if len(node.inputs) != 2:
        return
    k = node.inputs[1 - argument]
    other = trace.values[k]
    if graph.nodes[k].axes == 2 and other.shape[0] == other.shape[1]:

        def turned(g: Array, out: Array, v: Sequence[Array], sent: Sequence[Share]) -> Share:
            changed = list(v)
            changed[1 - argument] = changed[1 - argument].swapaxes(0, 1)
            return sent_with(g, out, changed)

        key = "weights-not-transposed" if graph.nodes[k].role == Role.WEIGHT else "outer-product-transposed"
        yield edit(key, TRANSPOSED, turned, 8)
    if node.axes == 2 and trace.values[i].shape[0] == trace.values[i].shape[1]:
        to = shown_name(graph, node.inputs[argument])
        arriving = lambda g, out, v, sent: sent_with(g.swapaxes(0, 1), out, v)  # noqa: E731
        yield edit("transposed", UPSTREAM_TRANSPOSED, arriving, 7, to=to)
    for m, candidate in enumerate(graph.nodes[:-1]):
        if m != k and trace.values[m].shape == other.shape and candidate.axes == graph.nodes[k].axes:

            def swapped(g: Array, out: Array, v: Sequence[Array], sent: Sequence[Share], m: int = m) -> Share:
                changed = list(v)
                changed[1 - argument] = trace.values[m]
                return sent_with(g, out, changed)

            names = {"other": shown_name(graph, m), "right": shown_name(graph, k)}
            yield edit("sibling-used", SIBLING, swapped, 6, **names)
