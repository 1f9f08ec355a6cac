"""Mistakes of operations on arrays: convolution, pooling, normalisation, dropout, sums along an axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from backprop_tutor.formula.nodes import ONE, Div, Formula, Lit, Mul, Num, Role, Sym, children, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.ops.table import OPERATIONS
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.operations import (
    BOTH_PASSES,
    WAY_BACK,
    Finds,
    Found,
    Rule,
    at_places,
    by_formula,
    formula_of,
    inputs,
    is_made_by,
    is_square,
    layout,
    like,
    nothing,
    opened,
    operations,
    own,
    rebound,
    rule,
    sends,
    sent,
    shown,
    source_of,
    swapped,
    use_of,
    users,
)
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

CONVOLUTIONS, LARGEST, MEANS = ("conv1d", "conv2d"), ("max_pool1d", "max_pool2d"), ("avg_pool1d", "avg_pool2d")
AVERAGES = ("mean", "batch_mean")

ENDS = {
    0: T("{place}, at the first place only", "{place}，只取第一个位置"),
    -1: T("{place}, at the last place only", "{place}，只取最后一个位置"),
}
STRETCHED = T("{name} in {node}", "{node} 中的 {name}")
ONE_CHANNEL = T("{place}, only channel {number}", "{place}，只取第 {number} 个通道")


def _side(name: str) -> int:
    """The number of axes that the windows of an operation slide over."""
    return 2 if name.endswith("2d") else 1


def _each(names: tuple[str, ...], argument: int, wrong: Rule) -> Finds:
    """`wrong` for what these operations send back to one argument."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i in operations(graph, *names):
            yield Found(shown(graph, i), {Line("sent", graph.nodes[i].name, argument): rule(i, wrong)})

    return find


def _flipped(k: StepContext, i: int, kernel: Array) -> Array:
    """A kernel turned by half a turn."""
    axes = tuple(range(-_side(_op(k.graph, i).name) - 1, -1))
    place = layout(k.graph, k.graph.nodes[i].inputs[1])
    return place.closed(np.flip(place.opened(kernel), axes))


def _op(graph: Graph, i: int) -> ArrayOp:
    op = graph.nodes[i].op
    assert isinstance(op, ArrayOp), "operations of the table are asked"
    return op


def _with_flip(k: StepContext, i: int) -> list[Array]:
    x, kernel = inputs(k, i)
    return [x, _flipped(k, i, kernel)]


def _flips(scenario: Scenario) -> Iterator[Found]:
    """The kernel flipped in all of a convolution, or in its own gradient only."""
    graph = scenario.graph
    for i in operations(graph, *CONVOLUTIONS):
        name, (x, kernel) = graph.nodes[i].name, graph.nodes[i].inputs
        forward = _op(graph, i).forward
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
        kept = _only(g, (end,) * _side(_op(k.graph, i).name))
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
    use, side = use_of(graph, i), _side(_op(graph, i).name)
    image, kernel = graph.nodes[i].inputs
    sides = own(graph, image)[-side:]
    room = sides if stride else tuple(n + 2 * int(use.options["padding"]) for n in sides)
    options = {"stride": 1} if stride else {"padding": 0}
    there = replace(
        use, shapes=((*own(graph, image)[:-side], *room), use.shapes[1]), options={**use.options, **options}
    )
    op, places = OPERATIONS[_op(graph, i).name].bound(there), own(graph, i)[-side:]

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
        image, side = graph.nodes[i].inputs[0], _side(_op(graph, i).name)
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
        return _op(k.graph, i).forward(  # type: ignore[no-any-return]
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
                side, shape = _side(_op(graph, i).name), own(graph, user)
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
        op = _op(k.graph, i)
        mean = rebound(k.graph, i, op.name.replace("max", "avg"), {})
        count = use_of(k.graph, i).whole("size", 1) ** _side(op.name) if times else 1
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
        count = use.whole("size", 1) ** _side(_op(graph, i).name)
        times: Wrong = lambda k, right, count=count: count * right  # type: ignore[misc]  # noqa: E731
        name = graph.nodes[i].name
        yield Found(shown(graph, i), {Line("forward", name): times, Line("sent", name): times}, BOTH_PASSES)
        yield Found(shown(graph, i), {Line("sent", name): times}, WAY_BACK)


@frozen
class Norm:
    """A normalisation among the nodes: `result` = (x − mean)/√(variance + ε), and `squares`, whose mean the variance is.

    A root mean square has no `mean`.
    """

    graph: Graph
    x: int
    mean: int | None
    variance: int
    squares: int
    result: int

    @property
    def reducing(self) -> tuple[int, ...]:
        """The nodes that make the variance the mean of the squares, the last first."""
        found = [self.variance]
        while (below := self.graph.nodes[found[-1]].inputs[0]) != self.squares:
            found.append(below)
        return tuple(found)


def _source(graph: Graph, i: int) -> int | None:
    """What a node is the mean of, through several means along one axis each; None for another node."""
    if not is_made_by(graph, i, *AVERAGES):
        return None
    below = graph.nodes[i].inputs[0]
    further = _source(graph, below)
    return below if further is None else further


def norms(graph: Graph) -> Iterator[Norm]:
    """Every normalisation of a graph, however its author wrote it."""
    for i in graph.computed if graph.shapes is not None else ():
        taken = graph.nodes[i].inputs
        for variance in taken if formula_of(graph, i) is not None else ():
            squares = _source(graph, variance)
            if squares is None or formula_of(graph, squares) is None:
                continue
            mean = next((m for m in graph.nodes[squares].inputs if m in taken and _source(graph, m) in taken), None)
            x = next((j for j in graph.nodes[squares].inputs if j in taken and j not in (mean, variance)), None)
            if x is not None and (mean is None or _source(graph, mean) == x):
                yield Norm(graph, x, mean, variance, squares, i)


def _without_paths(mean: bool, variance: bool) -> Finds:
    """A normalisation whose mean, or variance, is a constant on the way back."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for norm in norms(graph):
            if norm.mean is None and (mean or not variance):
                continue
            cut: dict[Line, Wrong] = {}
            if mean and norm.mean is not None:
                cut[sent(graph, norm.result, norm.mean)] = nothing
                cut[sent(graph, norm.squares, norm.mean)] = nothing
            if variance:
                cut[sent(graph, norm.result, norm.variance)] = nothing
            yield Found(shown(graph, norm.result), cut)

    return find


def _sample_variance(scenario: Scenario) -> Iterator[Found]:
    """A variance over n − 1."""
    graph = scenario.graph
    for norm in norms(graph):
        if norm.mean is not None:
            last = norm.graph.nodes[norm.variance].name
            wrong = _over_fewer(norm)
            yield Found(shown(graph, norm.result), {Line("forward", last): wrong, Line("sent", last): wrong})


def _over_fewer(norm: Norm) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        squares = norm.graph.nodes[norm.squares]
        examples = k.value(squares.name).shape[-1] if norm.graph.nodes[norm.variance].shared else 1
        sizes = [int(np.prod(own(norm.graph, i), initial=1)) for i in (norm.squares, norm.variance)]
        count = examples * sizes[0] // sizes[1]
        return right * (count / (count - 1)) if count > 1 else right

    return wrong


def _gains(scenario: Scenario) -> Iterator[Found]:
    """The gain of a normalisation left out: in both passes, or of what is sent back."""
    graph = scenario.graph
    for norm in norms(graph):
        for user in (norm.result, *users(graph)[norm.result]):
            formula = formula_of(graph, user)
            if formula is None:
                continue
            for gain in graph.nodes[user].inputs:
                if graph.nodes[source_of(graph, gain)].role == Role.WEIGHT and _is_factor(
                    formula, graph.nodes[gain].name
                ):
                    without = substitute(formula, {graph.nodes[gain].name: ONE})
                    changed = by_formula(graph, user, without)
                    kept = sent(graph, user, gain)
                    changed = {line: wrong for line, wrong in changed.items() if line != kept}
                    others = (
                        j for j in graph.nodes[user].inputs if graph.nodes[source_of(graph, j)].role != Role.WEIGHT
                    )
                    back = {sent(graph, user, j): changed[sent(graph, user, j)] for j in others}
                    yield Found(shown(graph, user), changed, BOTH_PASSES)
                    yield Found(shown(graph, user), back, WAY_BACK)


def _is_factor(formula: Formula, name: str) -> bool:
    """Whether a name is a factor of a product in a formula."""
    is_here = isinstance(formula, Mul) and Sym(name) in formula.factors
    return is_here or any(_is_factor(part, name) for part in children(formula))


def _wrong_axis(scenario: Scenario) -> Iterator[Found]:
    """A normalisation along another axis: of rows for columns, of the units for the examples, and the reverse."""
    graph = scenario.graph
    for norm in norms(graph):
        axes = len(own(graph, norm.x))
        over_examples = graph.nodes[norm.variance].shared
        axis = -2 if over_examples and axes == 1 else -3 if axes == 2 and not over_examples else -1
        if axes in (1, 2) and (axis != -1 or scenario.examples > 1) and not (over_examples and axes != 1):
            yield Found(shown(graph, norm.result), _normalised_along(norm, axis))


def _normalised_along(norm: Norm, axis: int) -> Changes:
    graph, i, op = norm.graph, norm.result, _op(norm.graph, norm.result)
    places = graph.nodes[i].inputs

    def statistics(k: StepContext) -> list[Array]:
        x = opened(k, norm.x, k.value(graph.nodes[norm.x].name))
        mean = x.mean(axis=axis, keepdims=True) if norm.mean is not None else 0.0
        known = {
            norm.x: x,
            norm.mean: mean + 0 * x,
            norm.variance: ((x - mean) ** 2).mean(axis=axis, keepdims=True) + 0 * x,
        }
        return [known[j] if j in known else opened(k, j, k.value(graph.nodes[j].name)) for j in places]

    def forward(k: StepContext, right: Array) -> Array:
        return layout(graph, i).closed(_bare(op).forward(*statistics(k)))

    def to_x(k: StepContext, right: Array) -> Array:
        taken = statistics(k)
        g = opened(k, i, k.adjoint(graph.nodes[i].name))
        found = dict(zip(places, _bare(op).vjp(g, g, *taken), strict=True))
        total, x = found[norm.x], taken[places.index(norm.x)]
        centre = taken[places.index(norm.mean)] if norm.mean is not None else 0.0
        if norm.mean is not None:
            total = total + found[norm.mean].mean(axis=axis, keepdims=True)
        total = total + 2 * (x - centre) * found[norm.variance].mean(axis=axis, keepdims=True)
        return layout(graph, norm.x).closed(total)

    cut: dict[Line, Wrong] = {sent(graph, i, j): nothing for j in (norm.mean, norm.variance) if j is not None}
    return {Line("forward", graph.nodes[i].name): forward, sent(graph, i, norm.x): to_x, **cut}


def _bare(op: ArrayOp) -> ArrayOp:
    """The op of a formula over arrays that all have the shape of its result."""
    from backprop_tutor.graph.ops.elementwise import elementwise

    assert op.formula is not None, "a normalisation is a formula"
    return elementwise(op.name, op.formula, dict.fromkeys(op.arguments, op.shape))


def _dropped(scenario: Scenario) -> Iterator[tuple[int, Formula, int, Formula]]:
    """Every dropout x · mask/keep: its node, its formula, the mask (a given array of 0 and 1), and keep."""
    graph = scenario.graph
    for i in graph.computed:
        match formula_of(graph, i):
            case Div(numerator=Mul(factors=factors), denominator=(Lit() | Num()) as keep) as formula:
                for factor in factors:
                    j = graph.index.get(factor.base) if isinstance(factor, Sym) else None
                    if j is not None and graph.nodes[j].role == Role.INPUT and _is_mask(scenario, graph.nodes[j].name):
                        yield i, formula, j, keep
            case _:
                continue


def _is_mask(scenario: Scenario, name: str) -> bool:
    return bool(np.isin(scenario.data[name], (0, 1)).all())


def _mask_forgotten(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, formula, mask, _ in _dropped(scenario):
        without = substitute(formula, {graph.nodes[mask].name: ONE})
        yield Found(shown(graph, i), by_formula(graph, i, without, backward=True))


def _rescaled(twice: bool) -> Finds:
    """A dropout without its division by keep, or with two of them."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, formula, _, keep in _dropped(scenario):
            assert isinstance(formula, Div), "a dropout is a quotient"
            changed = Div(formula, keep) if twice else formula.numerator
            yield Found(shown(graph, i), by_formula(graph, i, changed), BOTH_PASSES)
            yield Found(shown(graph, i), by_formula(graph, i, changed, backward=True), WAY_BACK)

    return find


def _turned(scenario: Scenario) -> Iterator[Found]:
    """Of a square array the sum along the other axis: where it is reduced, and for what was stretched along its rows."""
    graph = scenario.graph
    statistics = {j for norm in norms(graph) for j in (norm.mean, *norm.reducing)}
    for i in operations(graph, "sum", "mean", "max", "min"):
        (source,) = graph.nodes[i].inputs
        if "axis" in use_of(graph, i).options and is_square(graph, source) and i not in statistics:
            yield Found(shown(graph, i), _along_other(i, source, graph.nodes[i].name))
    for i in graph.computed if graph.shapes is not None else ():
        for j in graph.nodes[i].inputs if formula_of(graph, i) is not None and is_square(graph, i) else ():
            if own(graph, j) in ((own(graph, i)[0],), (1, own(graph, i)[0])) and graph.nodes[j].shared:
                where = STRETCHED.format(name=shown(graph, j), node=shown(graph, i))
                yield Found(where, {sent(graph, i, j): _summed_along_rows(i, j)})


def _along_other(i: int, source: int, name: str) -> Changes:
    def forward(k: StepContext, right: Array) -> Array:
        return _op(k.graph, i).forward(*_transposed(k, i))  # type: ignore[no-any-return]

    def back(k: StepContext, right: Array) -> Array:
        return swapped(k, source, sends(k, i, source, taken=_transposed(k, i)))

    return {Line("forward", name): forward, Line("sent", name): back}


def _transposed(k: StepContext, i: int) -> list[Array]:
    return [
        swapped(k, j, value) if is_square(k.graph, j) else value
        for j, value in zip(k.graph.nodes[i].inputs, inputs(k, i), strict=True)
    ]


def _summed_along_rows(i: int, j: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        g = swapped(k, i, k.adjoint(k.graph.nodes[i].name))
        return sends(k, i, j, g, taken=_transposed(k, i))

    return wrong


def _entry(name: str, text: T, clause: T, principle: T, find: Finds, seen: int = 2, together: bool = True) -> Mistake:
    return Mistake(name, text, clause, principle, at_places(find, together), seen, pairs=False)


ARRAYS = (
    _entry(
        "kernel-flipped",
        T("the kernel flipped", "翻转了核"),
        T(
            "the kernel is flipped before it slides over the image, as in a convolution of mathematics",
            "核先翻转再在图像上滑动，像数学里的卷积那样",
        ),
        principles.CORRELATION,
        _flips,
    ),
    _entry(
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
    _entry(
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
    _entry(
        "stride-ignored",
        T("the stride ignored", "忽略了步长"),
        T("the windows are one step apart, though a stride is stated", "给了步长，窗口却只移动一步"),
        principles.WINDOWS,
        _windows(stride=True),
    ),
    _entry(
        "padding-ignored",
        T("the padding ignored", "忽略了填充"),
        T(
            "the first window starts at the edge of the image, not in the zeros around it",
            "第一个窗口从图像的边开始，而不是从四周填充的零开始",
        ),
        principles.WINDOWS,
        _windows(stride=False),
    ),
    _entry(
        "channels-not-summed",
        T("channels not summed", "没有对通道求和"),
        T("only one of the channels is taken where they add up", "各通道本该相加，却只取了一个"),
        principles.CHANNELS,
        _one_channel,
        together=False,
    ),
    _entry(
        "conv-bias-not-summed",
        T("the bias of a convolution from one place", "卷积偏置只取一个位置"),
        T(
            "the gradient of the bias is that of one place of the result, not the sum over all places",
            "偏置的梯度只取了结果中一个位置的，没有对所有位置求和",
        ),
        principles.EVERY_WINDOW,
        _biases,
    ),
    _entry(
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
    _entry(
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
    _entry(
        "pool-average-not-divided",
        T("the mean of a window not divided", "窗口的平均没有除"),
        T("the numbers of a window are added up without being divided", "窗口里的数相加后没有除以个数"),
        principles.MEAN_OF_WINDOW,
        _not_divided,
    ),
    _entry(
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
    _entry(
        "norm-mean-path-missing",
        T("the way through the mean left out", "漏掉经由平均值的路径"),
        T("on the way back the mean is taken for a constant", "往回走时把平均值当成了常数"),
        principles.NORM,
        _without_paths(mean=True, variance=False),
        3,
    ),
    _entry(
        "norm-variance-path-missing",
        T("the way through the variance left out", "漏掉经由方差的路径"),
        T("on the way back the variance is taken for a constant", "往回走时把方差当成了常数"),
        principles.NORM,
        _without_paths(mean=False, variance=True),
        3,
    ),
    _entry(
        "norm-constant-statistics",
        T("mean and variance taken for constants", "把平均值和方差都当成常数"),
        T("on the way back mean and variance are taken for constants", "往回走时把平均值和方差都当成了常数"),
        principles.NORM,
        _without_paths(mean=True, variance=True),
        3,
    ),
    _entry(
        "norm-sample-variance",
        T("the variance over n − 1", "方差除以 n − 1"),
        T("the variance is divided by n − 1 in place of n", "方差除以了 n − 1，而不是 n"),
        principles.VARIANCE,
        _sample_variance,
    ),
    _entry(
        "norm-gain-forgotten",
        T("the gain of a normalisation left out", "漏乘归一化的 gain"),
        T("the gain is left out: x̂ for gain · x̂", "漏乘了 gain：gain · x̂ 成了 x̂"),
        principles.GAIN,
        _gains,
    ),
    _entry(
        "norm-wrong-axis",
        T("normalised along the wrong axis", "沿错误的轴归一化"),
        T(
            "mean and variance are taken along the other axis: of a column for a row, of the units for the examples",
            "平均值和方差沿另一个轴计算：该按行却按列，或该对样本却对单元",
        ),
        principles.VARIANCE,
        _wrong_axis,
    ),
    _entry(
        "dropout-mask-not-backward",
        T("the mask left out on the way back", "反向传播漏了掩码"),
        T("units that were switched off get a gradient all the same", "被关掉的单元也得到了梯度"),
        principles.DROPOUT,
        _mask_forgotten,
        3,
    ),
    _entry(
        "dropout-scale-forgotten",
        T("not divided by keep", "漏除 keep"),
        T("what the mask lets through is not divided by keep", "掩码放行的数没有除以 keep"),
        principles.DROPOUT,
        _rescaled(twice=False),
    ),
    _entry(
        "dropout-scaled-twice",
        T("divided by keep twice", "除了两次 keep"),
        T("what the mask lets through is divided by keep twice", "掩码放行的数除了两次 keep"),
        principles.DROPOUT,
        _rescaled(twice=True),
        1,
    ),
    _entry(
        "shape-summed-wrong-axis",
        T("summed along the wrong axis", "沿错误的轴求和"),
        T(
            "a square array is summed along its other axis; the shape does not show it",
            "方阵沿另一个轴求了和；从形状上看不出来",
        ),
        principles.AXIS,
        _turned,
    ),
)
