"""Mistakes of δ = dL/da · f′: the derivative of the loss, and that of the activation function in any layer."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.known import Known
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.taught import SLOPES_IN_A
from backprop_tutor.engine.world import Changes, Line
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import (
    SQUARED,
    InLayer,
    all_of,
    both,
    curved,
    folded,
    has,
    layered,
    loss_is,
    output_is,
    outputs,
    several_outputs,
    unfolded,
)
from backprop_tutor.practice.mistakes.lines import (
    FOLDED,
    TO_OUTPUTS,
    is_folded,
    layers,
    over_units,
    signal,
    slope,
    slope_at,
    upstream,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.sites import Which, every, in_layers, output, whole
from backprop_tutor.text import T

in_a = has(*SLOPES_IN_A)


def scaled_error(scenario: Scenario, factor: float) -> Changes:
    """The derivative of the loss times a factor, wherever it goes."""
    ways = (TO_OUTPUTS, FOLDED) if is_folded(scenario.graph) else (TO_OUTPUTS,)
    return {Line("sent", "losses", way): lambda k, right: factor * right for way in ways}


def _loss_for_derivative(scenario: Scenario) -> Changes:
    """E in the place of dE/da."""
    top = len(layers(scenario.graph))
    sent: Changes = {Line("sent", "losses", TO_OUTPUTS): _loss}
    if is_folded(scenario.graph):
        sent = {**sent, Line("sent", "losses", FOLDED): lambda k, right: k.sends(TO_OUTPUTS) * slope(k, top)}
    return sent


def _loss(k: Known, right: Array) -> Array:
    return k.adjoint("losses") * k.value("losses") + 0 * right


def with_slope(slope_of: Callable[[Known, int], Array], when: InLayer, which: Which = every) -> Sites:
    """δ with another derivative of the activation function."""
    return in_layers(signal, lambda k, layer, right: upstream(k, layer) * slope_of(k, layer), which, when)


def _fed_z(k: Known, layer: int) -> Array:
    return SLOPES_IN_A[str(k.network.layers[layer - 1].activation)](k.z(layer))


def _of_other(k: Known, layer: int) -> Array:
    other = {"sigmoid": "tanh", "tanh": "sigmoid"}[str(k.network.layers[layer - 1].activation)]
    return SLOPES_IN_A[other](k.a(layer))


def _true_class(k: Known, layer: int, right: Array) -> Array:
    y = k.value("y")
    return k.adjoint("losses") * over_units(y * (k.a(layer) - 1)) + 0 * right


OUTPUT_DELTA = (
    Mistake(
        "sign-flipped",
        T("sign of the error flipped", "误差的符号反了"),
        T("the error is taken as y − a, while the update still subtracts", "误差写成了 y − a，更新时却仍然相减"),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, -1.0), layered),
        seen=3,
    ),
    Mistake(
        "factor-two",
        T("factor 2 too many in the gradient", "梯度多了因子 2"),
        T(
            "the derivative of the loss has a 2 that the stated loss does not give",
            "损失的导数多出一个 2，与所给的损失不符",
        ),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, 2.0), loss_is(*SQUARED)),
        seen=3,
    ),
    Mistake(
        "factor-half",
        T("factor ½ too many in the gradient", "梯度多了因子 ½"),
        T(
            "the derivative of the loss has a ½ that the stated loss does not give",
            "损失的导数多出一个 ½，与所给的损失不符",
        ),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, 0.5), loss_is(*SQUARED)),
        seen=3,
    ),
    Mistake(
        "divided-by-outputs",
        T("divided by the number of outputs", "除以输出个数"),
        T("the error signal of the output is divided by the number of outputs", "输出层的误差项除以了输出个数"),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, 1 / outputs(s)), several_outputs),
        seen=2,
    ),
    Mistake(
        "loss-for-derivative",
        T("the loss for its derivative", "用损失代替它的导数"),
        T("the loss itself stands where its derivative ∂L/∂a belongs", "该用导数 ∂L/∂a 的地方用了损失本身"),
        principles.STATED_LOSS,
        whole(_loss_for_derivative, all_of(layered, lambda s: not output_is("softmax")(s))),
    ),
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
        "derivative-at-preactivation",
        T("derivative fed z in place of a", "导数里代入了 z"),
        T(
            "the derivative of the activation function, written in the output a, is fed the unit's input z: z(1 − z) for "
            "a(1 − a), 1 − z² for 1 − a²",
            "激活函数的导数本来用输出 a 表示，却代入了单元的输入 z：a(1 − a) 成了 z(1 − z)，1 − a² 成了 1 − z²",
        ),
        principles.SLOPE,
        with_slope(_fed_z, in_a),
        seen=3,
    ),
    Mistake(
        "derivative-function-of-activation",
        T("derivative taken at a in place of z", "在 a 处求导数"),
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
        "fused-derivative-twice",
        T("derivative after a − y", "a − y 之后又乘导数"),
        T(
            "a − y, which already holds the derivative, is multiplied by a(1 − a) again",
            "a − y 里已经含有导数，却又乘了一次 a(1 − a)",
        ),
        principles.FOLD,
        whole(
            lambda s: {
                Line("sent", "losses", FOLDED): lambda k, right: (
                    right * SLOPES_IN_A["sigmoid"](k.a(len(layers(s.graph))))
                )
            },
            folded,
        ),
        seen=2,
    ),
    Mistake(
        "softmax-diagonal-only",
        T("only the diagonal of the softmax's derivatives", "只用了 softmax 导数的对角线"),
        T(
            "of the softmax's derivatives only ∂a/∂z of the same unit is used: ∂L/∂a · a(1 − a)",
            "softmax 的导数只用了同一单元的 ∂a/∂z：∂L/∂a · a(1 − a)",
        ),
        principles.SOFTMAX,
        with_slope(lambda k, layer: k.a(layer) * (1 - k.a(layer)), has("softmax"), output),
        seen=3,
    ),
    Mistake(
        "softmax-true-class-for-all",
        T("the true class's error for every class", "所有类别都用正确类的误差"),
        T("every class gets the error of the true class, a − 1", "每个类别都用了正确类的误差 a − 1"),
        principles.SOFTMAX,
        in_layers(signal, _true_class, output, has("softmax")),
        seen=2,
    ),
)
