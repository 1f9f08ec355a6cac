"""Mistakes of the loss itself, where the gradients stay those of the stated loss, and of the second forward pass."""

from __future__ import annotations

import math
from collections.abc import Callable

from backprop_tutor.graph.array import Array
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tracer import function
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import (
    ENTROPIES,
    SQUARED,
    InScenario,
    all_of,
    layered,
    layers,
    learns,
    loss_is,
    loss_line,
    outputs,
    over_units,
    several_outputs,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.sites import hidden, layer_of, variants, whole
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext, in_row

runs_again = all_of(layered, learns)


def _as_before(*names: str) -> Changes:
    return {Line("after", name): _first(name) for name in names}


def _first(name: str) -> Wrong:
    return lambda k, right: k.first(name)


def _hidden_parameters(scenario: Scenario) -> Changes:
    top = len(layers(scenario.graph))
    names = scenario.graph.parameters
    return _as_before(*(name for name in names if layer_of(scenario, name) != top))


AFTER = (
    Mistake(
        "only-output-updated",
        T("old hidden weights in the second pass", "第二次前向传播用了旧的隐藏层权重"),
        T("the second forward pass uses the old weights of the hidden layers", "第二次前向传播的隐藏层用了旧权重"),
        principles.AFTER,
        whole(_hidden_parameters, runs_again),
    ),
    Mistake(
        "stale-hidden-activations",
        T("old hidden activations in the second pass", "第二次前向传播用了旧的隐藏层激活值"),
        T("the second forward pass starts from the old hidden activations", "第二次前向传播直接用了旧的隐藏层激活值"),
        principles.AFTER,
        whole(lambda s: _as_before(*(s.graph.part_name(layer, "a") for layer in hidden(s.graph))), runs_again),
    ),
    Mistake(
        "loss-not-recomputed",
        T("old loss reported again", "报出的仍是旧损失"),
        T("the loss after the update is the old one", "更新后报出的仍是更新前的损失"),
        principles.AFTER,
        whole(lambda s: _as_before(*(s.graph.nodes[i].name for i in (s.graph.losses, -1))), learns),
    ),
)

OUTPUT = T("output {number}", "第 {number} 个输出")
PLAIN = T("without a factor", "前面没有系数")
HALVED = T("with ½ in front", "前面有 ½")


def _in_loss(wrong: Wrong, *when: InScenario) -> Sites:
    """`wrong` in place of the loss of each example."""
    return whole(lambda s: {loss_line(s.graph): wrong}, all_of(*when))


def _times(factor: Callable[[Scenario], float], *when: InScenario) -> Sites:
    """The loss times a factor."""
    return whole(lambda s: {loss_line(s.graph): lambda k, right: factor(s) * right}, all_of(*when))


def _factor(k: StepContext) -> float:
    """The factor of the sum of squares."""
    factors = {"half_squared_error": 0.5, "mean_squared_error": 1 / int(k.error.shape[-2])}
    return factors.get(str(k.graph.loss), 1.0)


def _absolute(scenario: Scenario, factor: float) -> Changes:
    return {loss_line(scenario.graph): lambda k, right: factor * over_units(function("abs", k.error))}


def _one_output(scenario: Scenario) -> dict[T, Changes]:
    return {OUTPUT.format(number=j + 1): {loss_line(scenario.graph): _only(j)} for j in range(outputs(scenario))}


def _only(output: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        squares = k.error**2
        return _factor(k) * over_units(in_row(0 * squares, squares, output))

    return wrong


def _half_dropped(k: StepContext, right: Array) -> Array:
    a = k.a(len(k.graph.layers))
    return over_units(-k.target * function("log", a))


LOSS = (
    Mistake(
        "half-missing",
        T("½ missing in the loss", "损失漏掉 ½"),
        T("the loss is taken without its ½: Σe²", "损失漏掉了 ½：Σe²"),
        principles.LOSS,
        _times(lambda s: 2.0, loss_is("half_squared_error")),
        seen=3,
    ),
    Mistake(
        "half-extra",
        T("½ too many in the loss", "损失多了 ½"),
        T("the loss is given a ½ that it does not have", "给损失多加了一个 ½"),
        principles.LOSS,
        _times(lambda s: 0.5, loss_is("squared_error", "mean_squared_error")),
        seen=3,
    ),
    Mistake(
        "loss-mean-over-outputs",
        T("mean over the outputs for their sum", "对输出求平均代替求和"),
        T("the loss is divided by the number of outputs", "损失除以了输出个数"),
        principles.LOSS,
        _times(lambda s: 1 / outputs(s), several_outputs, layered, lambda s: not loss_is("mean_squared_error")(s)),
        seen=2,
    ),
    Mistake(
        "loss-sum-over-outputs",
        T("sum over the outputs for their mean", "对输出求和代替求平均"),
        T("the loss is not divided by the number of outputs", "损失没有除以输出个数"),
        principles.LOSS,
        _times(lambda s: float(outputs(s)), several_outputs, loss_is("mean_squared_error")),
        seen=2,
    ),
    Mistake(
        "loss-absolute",
        T("absolute error for squared error", "用绝对误差代替平方误差"),
        T("the errors are added up without being squared: Σ|e|", "误差没有平方就相加：Σ|e|"),
        principles.LOSS,
        variants(lambda s: {PLAIN: _absolute(s, 1.0), HALVED: _absolute(s, 0.5)}, loss_is(*SQUARED)),
    ),
    Mistake(
        "loss-square-of-sum",
        T("square of the sum for the sum of squares", "和的平方代替平方和"),
        T("the errors are added up before they are squared: (Σe)²", "先把误差相加再平方：(Σe)²"),
        principles.LOSS,
        _in_loss(lambda k, right: _factor(k) * over_units(k.error) ** 2, several_outputs, loss_is(*SQUARED)),
    ),
    Mistake(
        "loss-one-output",
        T("the loss of one output only", "只算一个输出的损失"),
        T("only one output enters the loss", "损失里只算了一个输出"),
        principles.LOSS,
        variants(_one_output, all_of(several_outputs, loss_is(*SQUARED))),
    ),
    Mistake(
        "log-base-10",
        T("logarithm to base 10", "用了以 10 为底的对数"),
        T("the logarithm of the loss is taken to base 10", "损失中用了以 10 为底的对数"),
        principles.LOSS,
        _times(lambda s: 1 / math.log(10), loss_is(*ENTROPIES)),
    ),
    Mistake(
        "log-base-2",
        T("logarithm to base 2", "用了以 2 为底的对数"),
        T("the logarithm of the loss is taken to base 2", "损失中用了以 2 为底的对数"),
        principles.LOSS,
        _times(lambda s: 1 / math.log(2), loss_is(*ENTROPIES)),
    ),
    Mistake(
        "bce-half-dropped",
        T("half of the cross-entropy dropped", "交叉熵漏掉一半"),
        T("only −y·ln a is taken, without −(1 − y)·ln(1 − a)", "只取了 −y·ln a，漏掉了 −(1 − y)·ln(1 − a)"),
        principles.LOSS,
        _in_loss(_half_dropped, loss_is("binary_cross_entropy")),
    ),
)
