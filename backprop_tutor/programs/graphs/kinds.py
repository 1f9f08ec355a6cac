"""What usually goes wrong in the backward pass of a product, a convolution, pooling, a softmax, an embedding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.tape import Trace
from backprop_tutor.programs.graphs.share import GraphEdit, Share, shown_name
from backprop_tutor.text import T

POOL = re.compile(r"max_pool[12]d\(.*?, (?:size=)?(\d+)(?:, (?:stride=)?(\d+))?\)$")

UPSTREAM_TRANSPOSED = T(
    "the gradient that arrives at {node} is transposed where it is sent back to {to}",
    "到达 {node} 的梯度在传回给 {to} 时被转置了",
)
TRANSPOSED = T("the other factor of {node} is not transposed", "{node} 中另一个因子没有转置")

SIBLING = T(
    "{other} stands in the place of {right} where {node} sends back", "{node} 传回时，{right} 的位置误用了 {other}"
)

NOT_FLIPPED = T("the kernel is not flipped where {node} sends back to its input", "{node} 传回输入时卷积核没有翻转")

ONE_WINDOW = T(
    "the gradient of the kernel of {node} is that of one window, not the sum over all",
    "{node} 的核梯度只取了一个窗口，没有对所有窗口求和",
)

FLIPPED = T("the gradient of the kernel of {node} is flipped", "{node} 的核梯度被翻转了")

ONE_CHANNEL = T("only one output channel of {node} is summed", "只对 {node} 的一个输出通道求和")

TO_ALL = T(
    "every place of a window of {node} gets the gradient, not the largest alone",
    "{node} 窗口里每个位置都得到了梯度，而只有最大值处应得",
)

SHARED = T(
    "the gradient of {node} is divided among the window, not given to the largest",
    "{node} 的梯度被窗口平分，而应只给最大值处",
)

DIAGONAL = T("of the derivative of {node} only the diagonal is used: p(1 − p)", "{node} 的导数只用了对角线：p(1 − p)")

NO_SUM = T("in the derivative of {node} the sum over all is missing: p·g", "{node} 的导数缺了求和项：只有 p·g")

WRONG_AXIS = T("the sum in the derivative of {node} is over the other axis", "{node} 的导数中的求和沿错了轴")

OVERWRITTEN = T(
    "a row of {node} that occurs several times keeps the share of the last only",
    "{node} 中重复出现的行只保留了最后一次的份额",
)


def of_kind(
    trace: Trace, i: int, argument: int, edit: Callable[..., GraphEdit], sent_with: Callable[..., Share]
) -> Iterator[GraphEdit]:
    """What is usual for the operation of a node; `edit` makes the record, `sent_with` the share of other inputs."""
    node = trace.graph.nodes[i]
    assert node.op is not None
    match node.op.name:
        case "matmul" | "dot" | "outer":
            yield from _of_product(trace, i, argument, edit, sent_with)
        case "conv1d" | "conv2d":
            own = trace.graph.nodes[node.inputs[1]].axes
            axes = tuple(range(-2, 0)) if node.op.name == "conv2d" else (-1,)
            if argument == 0:
                yield edit(
                    "kernel-not-flipped-back",
                    NOT_FLIPPED,
                    lambda g, out, v, sent: sent_with(g, out, (v[0], np.flip(v[1], axes))),
                    8,
                )
                if own > len(axes) + 1:
                    yield edit(
                        "channels-not-summed",
                        ONE_CHANNEL,
                        lambda g, out, v, sent: sent_with(_one_channel(g), out, v),
                        7,
                    )
            else:
                yield edit(
                    "kernel-one-window",
                    ONE_WINDOW,
                    lambda g, out, v, sent: sent_with(_one_window(g, len(axes)), out, v),
                    8,
                )
                yield edit("kernel-flipped", FLIPPED, lambda g, out, v, sent: np.flip(sent[0], axes), 7)
        case "max_pool1d" | "max_pool2d":
            written = (trace.graph.formulas or {}).get(node.name)
            found = POOL.search(node.name if written is None else plain(written))
            if found:
                size, stride = int(found[1]), int(found[2] or found[1])
                count = size ** (2 if "2d" in node.op.name else 1)
                yield edit("pool-gradient-to-all", TO_ALL, lambda g, out, v, sent: _spread(g, v[0], size, stride), 8)
                yield edit(
                    "pool-gradient-shared", SHARED, lambda g, out, v, sent: _spread(g, v[0], size, stride) / count, 8
                )
        case "softmax":
            yield edit("attention-softmax-diagonal", DIAGONAL, lambda g, out, v, sent: g * out * (1 - out), 8)
            yield edit("factor-omitted", NO_SUM, lambda g, out, v, sent: g * out, 7)
            for axis in range(trace.graph.nodes[i].axes):
                wrong = lambda g, out, v, sent, axis=axis: out * (g - (g * out).sum(axis=axis, keepdims=True))  # noqa: E731
                yield edit("attention-softmax-wrong-axis", WRONG_AXIS, wrong, 6)
        case "embedding" if argument == 0:
            yield edit("embedding-overwritten", OVERWRITTEN, lambda g, out, v, sent: _last_rows(g, v), 8)


def _one_window(g: Array, axes: int) -> Array:
    kept = np.zeros_like(g)
    place: Any = (..., *([slice(0, 1)] * axes), slice(None))
    kept[place] = g[place]
    return kept


def _one_channel(g: Array) -> Array:
    kept = np.zeros_like(g)
    kept[0] = g[0]
    return kept


def _spread(g: Array, x: Array, size: int, stride: int) -> Array:
    """Every place of every window with the gradient of the window."""
    made = np.zeros_like(x)
    axes = g.ndim - 1 if g.ndim < 4 else g.ndim - 2
    lead = (slice(None),) * (g.ndim - 1 - min(axes, 2))
    places = g.shape[len(lead) : -1]
    for place in np.ndindex(*places):
        window = tuple(slice(p * stride, p * stride + size) for p in place)
        made[(*lead, *window)] += g[(*lead, *place)][(*([slice(None)] * len(lead)), *([None] * len(place)))]
    return made


def _last_rows(g: Array, given: Sequence[Array]) -> Array:
    """Rows assigned, not added: the last occurrence stays."""
    table, ids = given[0], given[1]
    made = np.zeros_like(table)
    for e in range(g.shape[-1]):
        for place, row in enumerate(ids[..., e].astype(int).ravel()):
            made[row - 1] = g[place, ..., e].reshape(made[row - 1].shape)
    return made


def _of_product(
    trace: Trace, i: int, argument: int, edit: Callable[..., GraphEdit], sent_with: Callable[..., Share]
) -> Iterator[GraphEdit]:
    """A matrix product: the other factor not transposed, or another array in its place."""
    graph, node = trace.graph, trace.graph.nodes[i]
    if len(node.inputs) != 2:
        return
    k = node.inputs[1 - argument]
    other = trace.values[k]
    if node.axes == 2 and graph.nodes[k].axes == 2 and other.shape[0] == other.shape[1]:

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
