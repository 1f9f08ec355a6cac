"""Mistakes of f′, the derivative of the activation function, in the output layer and in the hidden ones."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.textbook_rules import SLOPES_IN_A
from backprop_tutor.graph.tracer import function
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import (
    InLayer,
    both,
    curved,
    has,
    signal,
    slope,
    slope_at,
    unfolded,
    units,
    upstream,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.sites import Which, every, hidden, in_layers, output
from backprop_tutor.text import T
from backprop_tutor.whatif.step_context import StepContext

OTHER = {"sigmoid": "tanh", "tanh": "sigmoid"}
in_a = has(*SLOPES_IN_A)


def with_slope(slope_of: Callable[[StepContext, int], Array], when: InLayer, which: Which = every) -> Sites:
    """δ with another derivative of the activation function."""
    return in_layers(signal, lambda k, layer, right: upstream(k, layer) * slope_of(k, layer), which, when)


def _fed_z(k: StepContext, layer: int) -> Array:
    return SLOPES_IN_A[str(k.graph.groups[layer].activation)](k.z(layer))


def _of_other(k: StepContext, layer: int) -> Array:
    return SLOPES_IN_A[OTHER[str(k.graph.groups[layer].activation)]](k.a(layer))


def _fits_above(graph: Graph, layer: int) -> bool:
    """A value of the layer above fits this layer unit by unit."""
    return units(graph, layer + 1) in (1, units(graph, layer))


def _slope_above(graph: Graph, layer: int) -> bool:
    return _fits_above(graph, layer) and curved(graph, layer) and curved(graph, layer + 1)


SLOPES = (
    Mistake(
        "output-derivative-omitted",
        T("output derivative omitted", "输出层漏乘导数"),
        T(
            "the derivative of the output's activation function is left out: δ = ∂L/∂a",
            "漏乘了输出层激活函数的导数：δ = ∂L/∂a",
        ),
        principles.SLOPE,
        with_slope(lambda k, layer: 1 + 0 * k.a(layer), both(curved, unfolded), output),
        seen=3,
    ),
    Mistake(
        "hidden-derivative-omitted",
        T("hidden derivative omitted", "隐藏层漏乘导数"),
        T(
            "the derivative of a hidden unit's activation function is left out: δ = Wᵀδ",
            "漏乘了隐藏单元激活函数的导数：δ = Wᵀδ",
        ),
        principles.SLOPE,
        with_slope(lambda k, layer: 1 + 0 * k.a(layer), curved, hidden),
        seen=3,
    ),
    Mistake(
        "derivative-at-preactivation",
        T("derivative fed z in place of a", "导数里代入了 z"),
        T(
            "the derivative of the activation function, written in the output a, is fed the unit's input z: z(1 − z) for "
            "a(1 − a), 1 − z² for 1 − a²",
            "导数本来用输出 a 写，却代入了 z：a(1 − a) 成了 z(1 − z)，1 − a² 成了 1 − z²",
        ),
        principles.SLOPE,
        with_slope(_fed_z, in_a),
        seen=3,
    ),
    Mistake(
        "derivative-function-of-activation",
        T("derivative taken at a in place of z", "在 a 处求了导数"),
        T(
            "the derivative is taken at the output a in place of the input z: f′(a) for f′(z)",
            "导数没有在输入 z 处取，而是在输出 a 处取：f′(a) 代替了 f′(z)",
        ),
        principles.SLOPE,
        with_slope(lambda k, layer: slope_at(k, layer, k.a(layer)), curved),
        seen=3,
    ),
    Mistake(
        "derivative-is-activation",
        T("f′ taken as a", "把 f′ 当成 a"),
        T("the derivative a(1 − a) loses a factor: f′ = a", "导数 a(1 − a) 丢了一个因子：f′ = a"),
        principles.SLOPE,
        with_slope(lambda k, layer: k.a(layer), in_a),
        seen=2,
    ),
    Mistake(
        "derivative-is-complement",
        T("f′ taken as 1 − a", "把 f′ 当成 1 − a"),
        T("the derivative a(1 − a) loses a factor: f′ = 1 − a", "导数 a(1 − a) 丢了一个因子：f′ = 1 − a"),
        principles.SLOPE,
        with_slope(lambda k, layer: 1 - k.a(layer), in_a),
        seen=2,
    ),
    Mistake(
        "derivative-of-error",
        T("derivative fed the error", "导数里代入了误差"),
        T("the derivative is fed the error e: e(1 − e) for a(1 − a)", "导数里代入了误差 e：a(1 − a) 成了 e(1 − e)"),
        principles.SLOPE,
        with_slope(lambda k, layer: k.error * (1 - k.error), in_a, output),
        seen=2,
    ),
    Mistake(
        "derivative-twice",
        T("derivative multiplied in twice", "导数乘了两次"),
        T("the derivative of the activation function is multiplied in twice", "激活函数的导数乘了两次"),
        principles.SLOPE,
        with_slope(lambda k, layer: slope(k, layer) ** 2, both(curved, unfolded)),
    ),
    Mistake(
        "derivative-of-other-function",
        T("derivative of another function", "用了别的函数的导数"),
        T(
            "the derivative of another function is taken: 1 − a² for a sigmoid, a(1 − a) for tanh",
            "用了另一个函数的导数：sigmoid 用了 1 − a²，tanh 用了 a(1 − a)",
        ),
        principles.SLOPE,
        with_slope(_of_other, in_a),
    ),
    Mistake(
        "derivative-of-wrong-layer",
        T("derivative of the layer above", "用了后一层的导数"),
        T("the derivative is taken at the layer above", "激活函数的导数取成了后一层的"),
        principles.SLOPE,
        with_slope(lambda k, layer: slope(k, layer + 1) + 0 * k.a(layer), _slope_above, hidden),
    ),
    Mistake(
        "relu-gate-forgotten",
        T("ReLU gate forgotten", "忘了 ReLU 的门"),
        T("the derivative of ReLU is taken as 1 although z is not positive", "z 不为正，ReLU 的导数却取成了 1"),
        principles.SLOPE,
        in_layers(signal, lambda k, layer, right: upstream(k, layer), when=has("relu")),
        seen=2,
    ),
    Mistake(
        "relu-value-for-gate",
        T("ReLU's value for its gate", "用 ReLU 的值代替导数"),
        T(
            "the value of ReLU stands where its derivative, 0 or 1, belongs",
            "该用 ReLU 的导数（0 或 1）的地方用了它的值",
        ),
        principles.SLOPE,
        in_layers(signal, lambda k, layer, right: upstream(k, layer) * function("relu", k.z(layer)), when=has("relu")),
        seen=2,
    ),
    Mistake(
        "error-gated",
        T("ReLU of the error for its gate", "对误差取 ReLU"),
        T(
            "the error that comes back is passed through the ReLU: max(0, ∂L/∂a), whether the unit is open or not",
            "把传回来的误差送进了 ReLU：max(0, ∂L/∂a)，而不看单元是否打开",
        ),
        principles.SLOPE,
        in_layers(signal, lambda k, layer, right: function("relu", upstream(k, layer)), every, has("relu")),
    ),
)
