"""Slips that can happen in any line: a sign lost, a factor or a term left out, a number used in place of another.

In a network they apply to the lines of its layers, in an expression graph to every local derivative. The edits of a
line (`practice/edits`) find them in any line at all, under the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backprop_tutor.formula.nodes import Formula, Num, symbols
from backprop_tutor.graph.array import Array, np, transposed
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.operation import fitted
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.edits.arithmetic import worth
from backprop_tutor.practice.edits.misread import exchanged, moved
from backprop_tutor.practice.edits.rewrites import FIRST, edits
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import formula_of, functions, layout, opened, own, sent
from backprop_tutor.practice.mistakes.conditions import (
    LineOf,
    activation,
    bias_gradient,
    both,
    curved,
    examples,
    layered,
    preactivation,
    reduces_by,
    signal,
    slope,
    unfolded,
    units,
    upstream,
    weight_gradient,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Site, Sites
from backprop_tutor.practice.mistakes.sites import every, hidden, in_layers, together, variants
from backprop_tutor.practice.mistakes.slopes import ACTIVE
from backprop_tutor.text import T
from backprop_tutor.whatif.given import Place, given_count, given_numbers, replaced
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

READ = T("{name} read as {value}", "{name} 看成了 {value}")
THROUGH = T("∂{node}/∂{source}", "∂{node}/∂{source}")
WEIGHTS_ONLY, BIASES_ONLY = T("the weights only", "只有权重"), T("the biases only", "只有偏置")
IN_NODE, IN_FORMULA = (
    T("the formula of {name}", "{name} 的公式"),
    T("constant {number} of {name}", "{name} 的第 {number} 个常数"),
)
MOST_GIVEN, MOST_LINES = 12, 40

LOCAL = T(
    "Along each edge upstream times local: each factor once, each with its own sign, and what comes back is added up.",
    "每条边上都是 上游 × 局部：每个因子恰好一次，各带自己的符号；回到同一处的再相加。",
)
ONE_BY_ONE = T(
    "Copy a line figure by figure, and compare sign, digits and point with what stands above it.",
    "逐位抄写，并把符号、数字和小数点与上一行核对。",
)
OWN_INDEX = T(
    "Every index says which unit, layer, example and step is meant: the same letters on both sides of the line.",
    "下标说明是哪个单元、哪一层、哪个样本、哪一步：等号两边要对得上。",
)
TOGETHER = T(
    "Weights and biases come from one loss: what is done to the gradient of the one is done to that of the other.",
    "权重和偏置来自同一个损失：对一方的梯度做什么，对另一方也做什么。",
)

Local = Callable[[StepContext, int, int, Array], Array]


def along_edges(wrong: Local, omits: bool = False) -> Sites:
    """In an expression graph: another contribution along one edge, given the upstream derivative.

    What `omits` the derivative leaves those of activation functions to the mistakes that are named after them.
    """

    def sites(scenario: Scenario) -> Iterator[Site]:
        graph = scenario.graph
        named = {i for i, call in functions(graph, *ACTIVE) if formula_of(graph, i) == call} if omits else set()
        edges = [(i, j) for i in graph.computed[:-1] if i not in named for j in _edges(graph, i)]
        for i, j in edges[:MOST_LINES] if not graph.layers else ():
            node, source = graph.nodes[i], graph.nodes[j]
            where = (IN_NODE if source.inner else THROUGH).format(name=node.name, node=node.name, source=source.name)
            yield Site(where, {sent(graph, i, j): _along(i, j, wrong)}, broad=False)

    return sites


def _edges(graph: Graph, i: int) -> tuple[int, ...]:
    """The inputs of a named formula that get a contribution of its own shape."""
    written, inputs = formula_of(graph, i), tuple(dict.fromkeys(graph.nodes[i].inputs))
    alike = written is not None and all(own(graph, j) == own(graph, i) for j in inputs)
    used = {symbol.base for symbol in symbols(written)} if written is not None else set()
    silent = graph.nodes[i].inner or graph.nodes[i].fused
    return tuple(j for j in inputs if alike and not silent and graph.nodes[j].name in used)


def _along(i: int, j: int, wrong: Local) -> Wrong:
    return lambda k, right: wrong(k, i, j, right)


def _upstream(k: StepContext, i: int, j: int, right: Array) -> Array:
    """The upstream derivative, summed for a node that all examples share."""
    g, value = opened(k, i, k.adjoint(k.graph.nodes[i].name)), opened(k, j, k.value(k.graph.nodes[j].name))
    axes = len(own(k.graph, i))
    return layout(k.graph, j).closed(fitted(g, value, axes, axes))


def misread(spellings: Callable[[str], Mapping[str, str]]) -> Sites:
    """A given number read as another spelling of it."""

    def sites(scenario: Scenario) -> Iterator[Site]:
        numbers = given_numbers(scenario) if given_count(scenario) <= 2 * MOST_GIVEN else {}
        for place, value in list(numbers.items())[:MOST_GIVEN]:
            for text in spellings(f"{value:g}").values():
                if float(text) != value:
                    yield Site(READ.format(name=place.name, value=text), _read(place, float(text)), broad=False)

    return sites


def _read(place: Place, value: float) -> Changes:
    return {Line("given", place.node): lambda k, right: replaced(right, place, value)}


def _exchanged(text: str) -> dict[str, str]:
    return {other: other for other in exchanged(text)}


def _moved(text: str) -> dict[str, str]:
    number = Num(float(text), text)
    return {str(power): f"{moved(number.text, power):g}" for power in (1, -1)} if float(text) else {}


def _unit_before(k: StepContext, layer: int, right: Array) -> Array:
    """Every unit but the first has the value of the one before."""
    return np.concatenate([right[..., :1, :], right[..., :-1, :]], axis=-2)


def _without_last(k: StepContext, layer: int, right: Array) -> Array:
    shorter: Array = right - k.W(layer)[..., :, -1:] @ k.a(layer - 1)[..., -1:, :]
    return shorter


def _next_unit(k: StepContext, layer: int, right: Array) -> Array:
    """The activation of the next unit in place of the right one."""
    shifted: Array = k.delta(layer) @ transposed(_shifted(k.a(layer - 1), -2))
    return shifted


def _next_example(k: StepContext, layer: int, right: Array) -> Array:
    """The activations of the next example with the error signal of each."""
    shifted: Array = k.delta(layer) @ transposed(_shifted(k.a(layer - 1), -1))
    return shifted


def _shifted(array: Array, axis: int) -> Array:
    first, rest = (array[..., :1, :], array[..., 1:, :]) if axis != -1 else (array[..., :1], array[..., 1:])
    return np.concatenate([rest, first], axis=axis)


def _as_a_sum(scenario: Scenario) -> dict[T, Changes]:
    """1/m missing in one kind of gradient."""
    count = float(examples(scenario))
    lines: dict[T, LineOf] = {WEIGHTS_ONLY: weight_gradient, BIASES_ONLY: bias_gradient}
    return {
        where: {found: _times(count) for layer in every(scenario.graph) if (found := line(scenario.graph, layer))}
        for where, line in lines.items()
    }


def _forgotten(scenario: Scenario) -> Iterator[Site]:
    """In an expression graph: a formula without one of its constant factors."""
    formulas = scenario.graph.formulas if scenario.graph.shapes is None else None
    for name, written in (formulas or {}).items():
        found = [edit for edit in edits(written, _no_others, FIRST) if edit.kind == "constant-forgotten"]
        for number, edit in enumerate(found, start=1):
            where = IN_FORMULA.format(name=name, number=number) if len(found) > 1 else IN_NODE.format(name=name)
            yield Site(where, {Line("forward", name): _worth(edit.written)}, broad=False)


def _no_others(name: str) -> Iterator[tuple[str, str, float, Formula]]:
    return iter(())


def _worth(written: Formula) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        value: Array = worth(written, {symbol.base: k.value(symbol.base) for symbol in symbols(written)}) + 0 * right
        return value

    return wrong


def _times(factor: float) -> Wrong:
    return lambda k, right: factor * right


def _several_inputs(graph: Graph, layer: int) -> bool:
    return units(graph, layer - 1) > 1


def _several_units(graph: Graph, layer: int) -> bool:
    return units(graph, layer) > 1


def _batch(sites: Sites) -> Sites:
    return lambda scenario: sites(scenario) if layered(scenario) and examples(scenario) > 1 else iter(())


SLIPS = (
    Mistake(
        "sign-lost",
        T("a sign lost", "丢了负号"),
        T("a sign is lost on the way: the term has the other one", "途中丢了符号：这一项正负相反"),
        LOCAL,
        together(in_layers(signal, lambda k, layer, right: -right, hidden), along_edges(lambda k, i, j, right: -right)),
        seen=2,
        kind="slip",
    ),
    Mistake(
        "digits-exchanged",
        T("two digits exchanged", "两位数字颠倒"),
        T("two neighbouring digits of a number are exchanged", "一个数里相邻的两位数字颠倒了"),
        ONE_BY_ONE,
        misread(_exchanged),
        kind="slip",
        pairs=False,
        lasts=False,
    ),
    Mistake(
        "point-moved",
        T("the decimal point moved", "小数点移了位"),
        T("the decimal point of a number is one place off", "一个数的小数点错了一位"),
        ONE_BY_ONE,
        misread(_moved),
        kind="slip",
        pairs=False,
        lasts=False,
    ),
    Mistake(
        "value-repeated",
        T("the answer before given again", "重复了上一个答案"),
        T("the value of the unit before is given once more", "把前一个单元的值又写了一遍"),
        ONE_BY_ONE,
        in_layers(activation, _unit_before, every, _several_units),
        kind="slip",
    ),
    Mistake(
        "factor-omitted",
        T("a factor left out", "漏乘一个因子"),
        T("the local derivative along an edge is left out", "漏乘了一条边上的局部导数"),
        LOCAL,
        along_edges(_upstream, omits=True),
        seen=2,
    ),
    Mistake(
        "term-omitted",
        T("a term left out", "漏加一项"),
        T("the last term of the weighted sum is left out", "加权和漏了最后一项"),
        principles.WEIGHTED_SUM,
        in_layers(preactivation, _without_last, every, _several_inputs),
        seen=2,
    ),
    Mistake(
        "factor-inverted",
        T("divided where it should be multiplied", "该乘的除了"),
        T("the error is divided by the derivative of the activation function", "误差除以了激活函数的导数"),
        principles.SLOPE,
        in_layers(signal, lambda k, layer, right: upstream(k, layer) / slope(k, layer), every, both(curved, unfolded)),
    ),
    Mistake(
        "sibling-used",
        T("the number of another unit", "用了别的单元的数"),
        T("the gradient of a weight takes the activation of the next unit", "权重的梯度用了下一个单元的激活值"),
        OWN_INDEX,
        in_layers(weight_gradient, _next_unit, every, _several_inputs),
    ),
    Mistake(
        "index-one-off",
        T("an index one off", "下标差一"),
        T(
            "the error signal of each example meets the activations of the next",
            "每个样本的误差项乘了下一个样本的激活值",
        ),
        OWN_INDEX,
        _batch(in_layers(weight_gradient, _next_example)),
    ),
    Mistake(
        "constant-forgotten",
        T("a constant forgotten", "忘了常数"),
        T("a constant factor of a formula is forgotten", "忘了公式里的常数因子"),
        principles.STATED_LOSS,
        _forgotten,
        pairs=False,
        lasts=False,
    ),
    Mistake(
        "upstream-forgotten",
        T("what comes from above left out", "漏乘上游导数"),
        T(
            "only the local derivative is taken; what comes back from above is left out",
            "只写了局部导数，漏乘了从后面传来的导数",
        ),
        LOCAL,
        in_layers(signal, lambda k, layer, right: slope(k, layer) + 0 * right, every, both(curved, unfolded)),
    ),
    Mistake(
        "part-only",
        T("1/m for one kind of parameter only", "只有一类参数除以 m"),
        T("the mean over the examples is taken in one kind of gradient only", "只有一类梯度对样本取了平均"),
        TOGETHER,
        variants(_as_a_sum, reduces_by("mean")),
        seen=2,
    ),
)
