"""Mistakes of operations whose windows slide over an array: convolution and pooling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.table import OPERATIONS
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    BOTH_PASSES,
    WAY_BACK,
    Finds,
    Found,
    Rule,
    array_op,
    entry,
    formula_of,
    inputs,
    layout,
    like,
    opened,
    operations,
    own,
    rebound,
    rule,
    sends,
    sent,
    shown,
    use_of,
    users,
)
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

CONVOLUTIONS, LARGEST, MEANS = ("conv1d", "conv2d"), ("max_pool1d", "max_pool2d"), ("avg_pool1d", "avg_pool2d")
MEAN_OF = dict(zip(LARGEST, MEANS, strict=True))


ENDS = {
    0: T("{place}, at the first place only", "{place}，只取第一个位置"),
    -1: T("{place}, at the last place only", "{place}，只取最后一个位置"),
}


ONE_CHANNEL = T("{place}, only channel {number}", "{place}，只取第 {number} 个通道")


def _each(names: tuple[str, ...], argument: int, wrong: Rule) -> Finds:
    """`wrong` for what these operations send back to one argument."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i in operations(graph, *names):
            yield Found(shown(graph, i), {Line("sent", graph.nodes[i].name, argument): rule(i, wrong)})

    return find


def _flipped(k: StepContext, i: int, kernel: Array) -> Array:
    """A kernel turned by half a turn."""
    axes = tuple(range(-array_op(k.graph, i).slides - 1, -1))
    place = layout(k.graph, k.graph.nodes[i].inputs[1])
    return place.closed(np.flip(place.opened(kernel), axes))


def _with_flip(k: StepContext, i: int) -> list[Array]:
    x, kernel = inputs(k, i)
    return [x, _flipped(k, i, kernel)]


def _flips(scenario: Scenario) -> Iterator[Found]:
    """The kernel flipped in all of a convolution, or in its own gradient only."""
    graph = scenario.graph
    for i in operations(graph, *CONVOLUTIONS):
        name, (x, kernel) = graph.nodes[i].name, graph.nodes[i].inputs
        forward = array_op(graph, i).forward
        whole: Changes = {
            Line("forward", name): lambda k, right, i=i, f=forward: f(*_with_flip(k, i)),  # type: ignore[misc]
            sent(graph, i, x): lambda k, right, i=i, x=x: sends(k, i, x, taken=_with_flip(k, i)),  # type: ignore[misc]
        }
        gradient: Changes = {sent(graph, i, kernel): lambda k, right, i=i: _flipped(k, i, right)}  # type: ignore[misc]
        yield Found(shown(graph, i), {**whole, **gradient}, BOTH_PASSES)
        yield Found(shown(graph, i), gradient, WAY_BACK)


def _only(g: Array, place: tuple[int, ...]) -> Array:
    """An array with one place of its last own axes kept, the others 0."""
    kept = np.zeros_like(g)
    where = (..., *(slice(p, p + 1 or None) for p in place), slice(None))
    kept[where] = g[where]
    return kept


def _one_window(scenario: Scenario) -> Iterator[Found]:
    """A kernel's gradient from the first window, or from the last that overwrites all before."""
    graph = scenario.graph
    for end, which in ENDS.items():
        for i in operations(graph, *CONVOLUTIONS):
            yield Found(shown(graph, i), {Line("sent", graph.nodes[i].name, 1): rule(i, _at_end(1, end))}, which)


def _at_end(argument: int, end: int) -> Rule:
    def wrong(k: StepContext, i: int, right: Array) -> Array:
        place = layout(k.graph, i)
        g = place.opened(k.adjoint(k.graph.nodes[i].name))
        kept = _only(g, (end,) * array_op(k.graph, i).slides)
        return sends(k, i, k.graph.nodes[i].inputs[argument], place.closed(kept))

    return wrong


def _windows(stride: bool) -> Finds:
    """A convolution whose windows start elsewhere: as if the stride were 1, or at the edge of the image itself."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i in operations(graph, *CONVOLUTIONS):
            use = use_of(graph, i)
            if (use.options.get("stride", 1) > 1) if stride else use.options.get("padding", 0):
                forward, *back = _moved(graph, i, stride)
                name = graph.nodes[i].name
                lines: Changes = {Line("sent", name, argument): wrong for argument, wrong in enumerate(back)}
                yield Found(shown(graph, i), {Line("forward", name): forward, **lines}, BOTH_PASSES)
                yield Found(shown(graph, i), lines, WAY_BACK)

    return find


def _moved(graph: Graph, i: int, stride: bool) -> tuple[Wrong, Wrong, Wrong]:
    """The value of a convolution with other windows, and what it sends to the image and to the kernel."""
    use, side = use_of(graph, i), array_op(graph, i).slides
    image, kernel = graph.nodes[i].inputs
    sides = own(graph, image)[-side:]
    room = sides if stride else tuple(n + 2 * int(use.options["padding"]) for n in sides)
    options = {"stride": 1} if stride else {"padding": 0}
    there = replace(
        use, shapes=((*own(graph, image)[:-side], *room), use.shapes[1]), options={**use.options, **options}
    )
    op, places = OPERATIONS[array_op(graph, i).name].bound(there), own(graph, i)[-side:]

    def taken(k: StepContext) -> tuple[Array, Array]:
        x, weights = inputs(k, i)
        return _grown(opened(k, image, x), room), opened(k, kernel, weights)

    def forward(k: StepContext, right: Array) -> Array:
        return layout(graph, i).closed(_cropped(op.forward(*taken(k)), places))

    def back(k: StepContext) -> tuple[Array, Array]:
        g = _grown(opened(k, i, k.adjoint(graph.nodes[i].name)), op.shape[-side:])
        to_image, to_kernel = op.vjp(g, g, *taken(k))
        return layout(graph, image).closed(_cropped(to_image, sides)), layout(graph, kernel).closed(to_kernel)

    return forward, lambda k, right: back(k)[0], lambda k, right: back(k)[1]


def _grown(array: Array, sides: tuple[int, ...]) -> Array:
    """Zeros at the end of the last own axes, up to these lengths."""
    lead = array.ndim - 1 - len(sides)
    more = [(0, n - have) for n, have in zip(sides, array.shape[lead:-1], strict=True)]
    return np.pad(array, [(0, 0)] * lead + more + [(0, 0)])


def _cropped(array: Array, sides: tuple[int, ...]) -> Array:
    where: Any = (..., *(slice(n) for n in sides), slice(None))
    return array[where]  # type: ignore[no-any-return]


def _one_channel(scenario: Scenario) -> Iterator[Found]:
    """One of the channels that a convolution adds up: of the image, and on the way back of its result."""
    graph = scenario.graph
    for i in operations(graph, *CONVOLUTIONS):
        image, side = graph.nodes[i].inputs[0], array_op(graph, i).slides
        if len(own(graph, image)) > side:
            for channel in range(own(graph, image)[0] if own(graph, image)[0] > 1 else 0):
                where = ONE_CHANNEL.format(place=shown(graph, i), number=channel + 1)
                yield Found(where, {Line("forward", graph.nodes[i].name): _of_channel(i, channel)})
            for channel in range(own(graph, i)[0] if own(graph, i)[0] > 1 else 0):
                where = ONE_CHANNEL.format(place=shown(graph, i), number=channel + 1)
                yield Found(where, {sent(graph, i, image): _to_channel(i, image, channel)}, WAY_BACK)


def _of_channel(i: int, channel: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        x, kernel = inputs(k, i)
        place = layout(k.graph, k.graph.nodes[i].inputs[0])
        return array_op(k.graph, i).forward(  # type: ignore[no-any-return]
            place.closed(_channel(place.opened(x), channel, len(place.own))), kernel
        )

    return wrong


def _to_channel(i: int, image: int, channel: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        place = layout(k.graph, i)
        g = place.opened(k.adjoint(k.graph.nodes[i].name))
        return sends(k, i, image, place.closed(_channel(g, channel, len(place.own))))

    return wrong


def _channel(array: Array, channel: int, axes: int) -> Array:
    kept = np.zeros_like(array)
    where: Any = (..., channel, *(slice(None),) * axes)
    kept[where] = array[where]
    return kept


def _biases(scenario: Scenario) -> Iterator[Found]:
    """What is added to a convolution at every place gets the share of one place."""
    graph = scenario.graph
    for end, which in ENDS.items():
        for i in operations(graph, *CONVOLUTIONS):
            for user in users(graph)[i]:
                side, shape = array_op(graph, i).slides, own(graph, user)
                for j in graph.nodes[user].inputs if formula_of(graph, user) is not None else ():
                    if (
                        j != i
                        and graph.nodes[j].shared
                        and set(own(graph, j)[-side:]) <= {1}
                        and shape == own(graph, i)
                    ):
                        yield Found(
                            shown(graph, user), {sent(graph, user, j): _of_place(user, j, (end,) * side)}, which
                        )


def _of_place(i: int, j: int, place: tuple[int, ...]) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        there = layout(k.graph, i)
        return sends(k, i, j, there.closed(_only(there.opened(k.adjoint(k.graph.nodes[i].name)), place)))

    return wrong


def _spread(times: bool) -> Rule:
    """What came back to a window, to every place of it: all of it, or in equal parts."""

    def wrong(k: StepContext, i: int, right: Array) -> Array:
        op = array_op(k.graph, i)
        mean = rebound(k.graph, i, MEAN_OF[op.name], {})
        count = use_of(k.graph, i).whole("size", 1) ** op.slides if times else 1
        (found,) = mean.vjp(k.adjoint(k.graph.nodes[i].name), k.value(k.graph.nodes[i].name), *inputs(k, i))
        return count * like(found, k, k.graph.nodes[i].inputs[0])

    return wrong


def _last_of_ties(k: StepContext, i: int, right: Array) -> Array:
    """The last of several equal maxima: the order of the numbers, and among equal ones of their places, decides."""
    (source,) = k.graph.nodes[i].inputs
    place = layout(k.graph, source)
    x = place.opened(inputs(k, i)[0])
    axes = len(place.own)
    flat = np.moveaxis(x, -1, x.ndim - axes - 1).reshape(*x.shape[: x.ndim - axes - 1], x.shape[-1], -1)
    order = np.argsort(np.argsort(flat, axis=-1, kind="stable"), axis=-1).astype(float)
    ranks = np.moveaxis(order.reshape(*order.shape[:-1], *place.own), -axes - 1, -1)
    return sends(k, i, source, taken=[place.closed(ranks)])


def _not_divided(scenario: Scenario) -> Iterator[Found]:
    """The sum of a window for its mean, in both passes or on the way back."""
    graph = scenario.graph
    for i in operations(graph, *MEANS):
        use = use_of(graph, i)
        count = use.whole("size", 1) ** array_op(graph, i).slides
        times: Wrong = lambda k, right, count=count: count * right  # type: ignore[misc]  # noqa: E731
        name = graph.nodes[i].name
        yield Found(shown(graph, i), {Line("forward", name): times, Line("sent", name): times}, BOTH_PASSES)
        yield Found(shown(graph, i), {Line("sent", name): times}, WAY_BACK)


WINDOWS = (
    entry(
        "kernel-flipped",
        T("the kernel flipped", "翻转了核"),
        T(
            "the kernel is flipped before it slides over the image, as in a convolution of mathematics",
            "核先翻转再在图像上滑动，像数学里的卷积那样",
        ),
        principles.CORRELATION,
        _flips,
    ),
    entry(
        "kernel-not-flipped-back",
        T("the kernel not flipped on the way back", "往回传时核没有翻转"),
        T(
            "what comes back meets the kernel unflipped on its way to the image",
            "传回图像的量遇到的是没有翻转的核",
        ),
        principles.INTO_WINDOWS,
        _each(CONVOLUTIONS, 0, lambda k, i, right: sends(k, i, k.graph.nodes[i].inputs[0], taken=_with_flip(k, i))),
        3,
    ),
    entry(
        "kernel-one-window",
        T("the kernel's gradient from one window", "核的梯度只取一个窗口"),
        T(
            "the gradient of the kernel is that of one window, not the sum over all windows that it met",
            "核的梯度只取了一个窗口的，没有对它遇到的所有窗口求和",
        ),
        principles.EVERY_WINDOW,
        _one_window,
        3,
    ),
    entry(
        "stride-ignored",
        T("the stride ignored", "忽略了步长"),
        T("the windows are one step apart, though a stride is stated", "给了步长，窗口却只移动一步"),
        principles.WINDOWS,
        _windows(stride=True),
    ),
    entry(
        "padding-ignored",
        T("the padding ignored", "忽略了填充"),
        T(
            "the first window starts at the edge of the image, not in the zeros around it",
            "第一个窗口从图像的边开始，而不是从四周填充的零开始",
        ),
        principles.WINDOWS,
        _windows(stride=False),
    ),
    entry(
        "channels-not-summed",
        T("channels not summed", "没有对通道求和"),
        T("only one of the channels is taken where they add up", "各通道本该相加，却只取了一个"),
        principles.CHANNELS,
        _one_channel,
        together=False,
    ),
    entry(
        "conv-bias-not-summed",
        T("the bias of a convolution from one place", "卷积偏置只取一个位置"),
        T(
            "the gradient of the bias is that of one place of the result, not the sum over all places",
            "偏置的梯度只取了结果中一个位置的，没有对所有位置求和",
        ),
        principles.EVERY_WINDOW,
        _biases,
    ),
    entry(
        "pool-gradient-to-all",
        T("a maximum's gradient to the whole window", "最大值的梯度给了整个窗口"),
        T(
            "every place of a window gets all that came back, not the largest alone",
            "窗口里每个位置都得到了传回的全部，而只有最大的那个应得",
        ),
        principles.LARGEST,
        _each(LARGEST, 0, _spread(times=True)),
        3,
    ),
    entry(
        "pool-gradient-shared",
        T("a maximum's gradient divided among the window", "最大值的梯度被窗口平分"),
        T(
            "what came back to a maximum is divided among its window, as for a mean",
            "传回最大值的量被窗口各位置平分了，像平均池化那样",
        ),
        principles.LARGEST,
        _each(LARGEST, 0, _spread(times=False)),
        3,
    ),
    entry(
        "pool-average-not-divided",
        T("the mean of a window not divided", "窗口的平均没有除"),
        T("the numbers of a window are added up without being divided", "窗口里的数相加后没有除以个数"),
        principles.MEAN_OF_WINDOW,
        _not_divided,
    ),
    entry(
        "pool-gradient-to-last-tie",
        T("of equal maxima the last", "并列最大值取了最后一个"),
        T(
            "of several equal maxima of a window the last gets the gradient, not the first",
            "窗口中有几个相等的最大值时，梯度给了最后一个，而不是第一个",
        ),
        principles.LARGEST,
        _each(LARGEST, 0, _last_of_ties),
        1,
    ),
)
