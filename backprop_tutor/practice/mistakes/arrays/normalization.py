"""Mistakes of normalisation, of dropout, and of sums along an axis."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.nodes import ONE, Div, Formula, Lit, Mul, Num, Role, Sym, children, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    BOTH_PASSES,
    WAY_BACK,
    Finds,
    Found,
    array_op,
    by_formula,
    entry,
    formula_of,
    inputs,
    is_made_by,
    is_square,
    layout,
    nothing,
    opened,
    operations,
    own,
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

AVERAGES = ("mean", "batch_mean")


STRETCHED = T("{name} in {node}", "{node} 中的 {name}")


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
    graph, i, op = norm.graph, norm.result, array_op(norm.graph, norm.result)
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
        return array_op(k.graph, i).forward(*_transposed(k, i))  # type: ignore[no-any-return]

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


NORMALIZATION = (
    entry(
        "norm-mean-path-missing",
        T("the way through the mean left out", "漏掉经由平均值的路径"),
        T("on the way back the mean is taken for a constant", "往回走时把平均值当成了常数"),
        principles.NORM,
        _without_paths(mean=True, variance=False),
        3,
    ),
    entry(
        "norm-variance-path-missing",
        T("the way through the variance left out", "漏掉经由方差的路径"),
        T("on the way back the variance is taken for a constant", "往回走时把方差当成了常数"),
        principles.NORM,
        _without_paths(mean=False, variance=True),
        3,
    ),
    entry(
        "norm-constant-statistics",
        T("mean and variance taken for constants", "把平均值和方差都当成常数"),
        T("on the way back mean and variance are taken for constants", "往回走时把平均值和方差都当成了常数"),
        principles.NORM,
        _without_paths(mean=True, variance=True),
        3,
    ),
    entry(
        "norm-sample-variance",
        T("the variance over n − 1", "方差除以 n − 1"),
        T("the variance is divided by n − 1 in place of n", "方差除以了 n − 1，而不是 n"),
        principles.VARIANCE,
        _sample_variance,
    ),
    entry(
        "norm-gain-forgotten",
        T("the gain of a normalisation left out", "漏乘归一化的 gain"),
        T("the gain is left out: x̂ for gain · x̂", "漏乘了 gain：gain · x̂ 成了 x̂"),
        principles.GAIN,
        _gains,
    ),
    entry(
        "norm-wrong-axis",
        T("normalised along the wrong axis", "沿错误的轴归一化"),
        T(
            "mean and variance are taken along the other axis: of a column for a row, of the units for the examples",
            "平均值和方差沿另一个轴计算：该按行却按列，或该对样本却对单元",
        ),
        principles.VARIANCE,
        _wrong_axis,
    ),
    entry(
        "dropout-mask-not-backward",
        T("the mask left out on the way back", "反向传播漏了掩码"),
        T("units that were switched off get a gradient all the same", "被关掉的单元也得到了梯度"),
        principles.DROPOUT,
        _mask_forgotten,
        3,
    ),
    entry(
        "dropout-scale-forgotten",
        T("not divided by keep", "漏除 keep"),
        T("what the mask lets through is not divided by keep", "掩码放行的数没有除以 keep"),
        principles.DROPOUT,
        _rescaled(twice=False),
    ),
    entry(
        "dropout-scaled-twice",
        T("divided by keep twice", "除了两次 keep"),
        T("what the mask lets through is divided by keep twice", "掩码放行的数除了两次 keep"),
        principles.DROPOUT,
        _rescaled(twice=True),
        1,
    ),
    entry(
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
