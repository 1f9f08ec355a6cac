"""Mistakes of the gradients of weights and biases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backprop_tutor.formula.nodes import Add, Call, Sym
from backprop_tutor.graph.array import Array, np, transposed
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    Found,
    at_places,
    formula_of,
    instead,
    own,
    sends,
    sent,
    shown,
    weighted,
)
from backprop_tutor.practice.mistakes.conditions import (
    InLayer,
    bias_gradient,
    both,
    curved,
    elementwise,
    examples,
    layered,
    over_examples,
    over_units,
    square,
    unfolded,
    units,
    weight_gradient,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Site, Sites
from backprop_tutor.practice.mistakes.sites import (
    LayerWrong,
    Which,
    always,
    every,
    in_layers,
    in_matrices,
    together,
    upper,
    variants,
)
from backprop_tutor.practice.mistakes.slopes import ACTIVE
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Wrong
from backprop_tutor.whatif.step_context import StepContext

TIMES_INPUT = T("input {number} of each layer", "各层的第 {number} 个输入")
ONE_EXAMPLE = T("example {number}", "样本 {number}")


def to_weights(wrong: LayerWrong, when: InLayer = always, which: Which = every) -> Sites:
    """Another value in place of δ aᵀ."""
    return in_layers(weight_gradient, wrong, which, when)


def _fits_inputs(graph: Graph, layer: int) -> bool:
    return units(graph, layer - 1) == units(graph, 0)


def _untransposed(scenario: Scenario) -> Iterator[Site]:
    """δ times a untransposed, (units, examples), which only fits where both have the same shape in every batch."""
    count = examples(scenario)
    if count == 1 or scenario.examples % count:
        return
    fits = to_weights(lambda k, layer, right: k.delta(layer) @ k.a(layer - 1), lambda g, n: units(g, n - 1) == count)
    yield from fits(scenario)


def _times_input(scenario: Scenario) -> dict[T, Changes]:
    """δ of a bias times one of the inputs of its layer."""
    graph = scenario.graph
    biased = [layer for layer in every(graph) if bias_gradient(graph, layer)]
    widest = max((units(graph, layer - 1) for layer in biased), default=0)
    return {TIMES_INPUT.format(number=i + 1): _with_input(graph, biased, i) for i in range(widest)}


def _with_input(graph: Graph, biased: list[int], i: int) -> Changes:
    lines = {layer: bias_gradient(graph, layer) for layer in biased if units(graph, layer - 1) > i}
    return {line: _input_times(layer, i) for layer, line in lines.items() if line}


def _input_times(layer: int, i: int) -> Wrong:
    return lambda k, right: over_examples(k.delta(layer) * k.a(layer - 1)[..., i : i + 1, :])


def _several(graph: Graph, layer: int) -> bool:
    return units(graph, layer) > 1


def _one_example(scenario: Scenario) -> dict[T, Changes]:
    """The contribution of one example in place of the sum."""
    graph, count = scenario.graph, examples(scenario)
    found = {layer: bias_gradient(graph, layer) for layer in every(graph)}
    return {
        ONE_EXAMPLE.format(number=i + 1): {line: _share(layer, i) for layer, line in found.items() if line}
        for i in range(count if count > 1 else 0)
    }


def _share(layer: int, i: int) -> Wrong:
    """The share of the i-th example; of a batch that is shorter, the last one."""

    def wrong(k: StepContext, right: Array) -> Array:
        delta = k.delta(layer)
        i_here = min(i, delta.shape[-1] - 1)
        return delta[..., i_here : i_here + 1]

    return wrong


def _from_another(wrong: Callable[[StepContext, int], Array], when: Callable[[Graph, int], bool]) -> Sites:
    """In a graph: the gradient of the weights of a product with something else in the place of what they meet."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, matrix, other in weighted(graph):
            if when(graph, other):
                yield Found(shown(graph, i), {sent(graph, i, matrix): _meeting(i, matrix, other, wrong)})

    return at_places(find)


def _meeting(i: int, matrix: int, other: int, wrong: Callable[[StepContext, int], Array]) -> Wrong:
    return lambda k, right: sends(k, i, matrix, taken=instead(k, i, other, wrong(k, other)))


def _is_function(graph: Graph, i: int) -> bool:
    """Whether a node is an activation function of one other node."""
    match formula_of(graph, i):
        case Call(function=name, arguments=(Sym(base=source),)):
            return name in ACTIVE and own(graph, graph.index[source]) == own(graph, i)
        case _:
            return False


def _before_function(k: StepContext, i: int) -> Array:
    return k.value(k.graph.nodes[k.graph.nodes[i].inputs[0]].name)


def _of_one_example(scenario: Scenario) -> dict[T, Changes]:
    """In a graph: what is added for every example gets the share of one."""
    graph, count = scenario.graph, examples(scenario)
    added = [
        (i, j)
        for i in graph.computed
        if not graph.layers and isinstance(formula := formula_of(graph, i), Add)
        for j in graph.nodes[i].inputs
        if graph.nodes[j].name in graph.parameters and Sym(graph.nodes[j].name) in formula.terms
    ]
    return {
        ONE_EXAMPLE.format(number=n + 1): {sent(graph, i, j): _of_example(i, j, n) for i, j in added}
        for n in range(count if count > 1 else 0)
    }


def _of_example(i: int, j: int, n: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        g = k.adjoint(k.graph.nodes[i].name)
        kept = np.arange(g.shape[-1]) == min(n, g.shape[-1] - 1)
        return sends(k, i, j, g * kept)

    return wrong


GRADIENTS = (
    Mistake(
        "preactivation-for-activation",
        T("z for a in a gradient", "梯度里用 z 代替 a"),
        T("δ is multiplied by the z of the unit below, not by its a", "δ 乘的是前一层单元的 z，而不是它的 a"),
        principles.WEIGHT_GRADIENT,
        together(
            to_weights(
                lambda k, layer, right: k.delta(layer) @ transposed(k.z(layer - 1)),
                lambda graph, layer: elementwise(graph, layer - 1),
                upper,
            ),
            _from_another(_before_function, _is_function),
        ),
    ),
    Mistake(
        "own-activation",
        T("the unit's own activation in its gradient", "梯度里用了本单元的激活值"),
        T(
            "δ is multiplied by the activation of its own unit, not of the one below",
            "δ 乘的是本单元的激活值，而不是前一层单元的激活值",
        ),
        principles.WEIGHT_GRADIENT,
        to_weights(lambda k, layer, right: over_examples(k.delta(layer) * k.a(layer)) + 0 * right),
    ),
    Mistake(
        "network-input-for-activation",
        T("the network's input in an upper layer's gradient", "靠后的层的梯度里用了网络输入"),
        T("in an upper layer δ is multiplied by the network's input x", "在靠后的层里，δ 乘的是网络的输入 x"),
        principles.WEIGHT_GRADIENT,
        to_weights(lambda k, layer, right: k.delta(layer) @ transposed(k.a(0)), _fits_inputs, upper),
    ),
    Mistake(
        "outer-product-transposed",
        T("gradient matrix transposed", "梯度矩阵被转置"),
        T("the matrix of gradients is transposed: a·δᵀ for δ·aᵀ", "梯度矩阵转置了：δ·aᵀ 成了 a·δᵀ"),
        principles.WEIGHT_GRADIENT,
        together(
            to_weights(lambda k, layer, right: transposed(right), square),
            in_matrices(lambda k, right: transposed(right)),
        ),
        seen=2,
    ),
    Mistake(
        "input-not-transposed",
        T("activations not transposed in the gradient", "梯度里的激活值没有转置"),
        T(
            "the activations below are not transposed in the gradient, as many examples as units: δ·a for δ·aᵀ",
            "样本数与单元数相同，求梯度时前一层的激活值没有转置：δ·aᵀ 成了 δ·a",
        ),
        principles.BATCH_GRADIENT,
        _untransposed,
        seen=2,
    ),
    Mistake(
        "input-forgotten",
        T("activation below forgotten", "忘了乘前一层的激活值"),
        T("the activation below is left out: ∂L/∂w = δ", "漏乘了前一层的激活值：∂L/∂w = δ"),
        principles.WEIGHT_GRADIENT,
        together(
            to_weights(lambda k, layer, right: over_examples(k.delta(layer)) + 0 * right),
            _from_another(lambda k, j: 1 + 0 * k.value(k.graph.nodes[j].name), always),
        ),
    ),
    Mistake(
        "weight-for-input",
        T("the weight in its own gradient", "梯度里乘了权重自己"),
        T("δ is multiplied by the weight itself: ∂L/∂w = δ·w", "δ 乘了权重自己：∂L/∂w = δ·w"),
        principles.WEIGHT_GRADIENT,
        to_weights(lambda k, layer, right: over_examples(k.delta(layer)) * k.W(layer)),
    ),
    Mistake(
        "derivative-missing-in-gradient",
        T("derivative missing in a gradient", "梯度里漏乘导数"),
        T(
            "the gradient of the weights misses the derivative, while δ sent back has it: ∂L/∂a·a",
            "权重的梯度漏乘了导数，而往回传的 δ 没有漏：∂L/∂a·a",
        ),
        principles.SLOPE,
        to_weights(
            lambda k, layer, right: k.adjoint(k.graph.part_name(layer, "a")) @ transposed(k.a(layer - 1)),
            both(curved, unfolded),
        ),
        seen=2,
    ),
    Mistake(
        "bias-gradient-times-input",
        T("bias gradient times an input", "偏置的梯度乘了输入"),
        T(
            "the gradient of a bias is multiplied by an input, like that of a weight: δ·x",
            "偏置的梯度像权重那样乘了输入：δ·x",
        ),
        principles.BIAS_GRADIENT,
        variants(_times_input, layered),
        seen=2,
    ),
    Mistake(
        "bias-gradient-not-summed",
        T("bias gradient of one example", "偏置的梯度只取一个样本"),
        T(
            "the gradient of a bias is that of one example, not summed over the batch",
            "偏置的梯度只取了一个样本的，没有对整批样本求和",
        ),
        principles.BIAS_GRADIENT,
        variants(lambda s: _one_example(s) if layered(s) else _of_one_example(s)),
        seen=2,
    ),
    Mistake(
        "bias-gradient-times-bias",
        T("bias gradient times the bias", "偏置的梯度乘了偏置"),
        T("the gradient of a bias is multiplied by the bias: δ·b", "偏置的梯度乘了偏置自己：δ·b"),
        principles.BIAS_GRADIENT,
        in_layers(bias_gradient, lambda k, layer, right: right * k.b(layer)),
    ),
    Mistake(
        "bias-gradient-of-layer",
        T("the bias gradient summed over the units", "偏置梯度对单元也求了和"),
        T(
            "the bias gradient is summed over the units as well: one number for the layer",
            "偏置的梯度连单元也加在一起，整层只有一个数",
        ),
        principles.BIAS_GRADIENT,
        in_layers(bias_gradient, lambda k, layer, right: over_units(right) + 0 * right, every, _several),
        seen=2,
    ),
    Mistake(
        "bias-gradient-from-weights",
        T("the bias gradient taken from the weights'", "偏置梯度取自权重的梯度"),
        T("the bias gradient is the sum of the weight gradients of its unit", "偏置的梯度取成了该单元各权重梯度之和"),
        principles.BIAS_GRADIENT,
        in_layers(bias_gradient, lambda k, layer, right: over_examples(k.delta(layer) @ transposed(k.a(layer - 1)))),
    ),
)
