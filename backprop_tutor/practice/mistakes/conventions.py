"""Differences that are no mistake: another convention than the stated one, kept throughout; and rounding on the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import (
    all_of,
    examples,
    layered,
    learns,
    loss_line,
    outputs,
    over_examples,
    reduces_by,
)
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.output_delta import scaled_error, squared
from backprop_tutor.practice.mistakes.sites import variants, whole
from backprop_tutor.text import T
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import trainable
from backprop_tutor.whatif.intervention import Changes, Line, last_line
from backprop_tutor.whatif.predictions import to_decimals, to_figures
from backprop_tutor.whatif.step_context import StepContext

TWICE = T("twice the stated loss", "所给损失的两倍")
HALF = T("half the stated loss", "所给损失的一半")
PER_OUTPUT = T("divided by the number of outputs", "再除以输出个数")
TIMES_OUTPUTS = T("times the number of outputs", "再乘以输出个数")
LOSS_AND_GRADIENTS = T("the loss and the gradients", "损失和梯度")
ONLY_GRADIENTS = T("the gradients only", "只有梯度")
ONLY_LOSS = T("the loss only", "只有损失")
FIGURES = T("{count} significant figures", "{count} 位有效数字")
DECIMALS = T("{count} decimals", "{count} 位小数")
LEAST, MOST = 2, 9


def _other_factor(scenario: Scenario) -> dict[T, Changes]:
    """Loss and gradients together with another factor."""
    count = outputs(scenario)
    factors = {TWICE: 2.0, HALF: 0.5}
    if count > 2:
        factors |= {PER_OUTPUT: 1 / count, TIMES_OUTPUTS: float(count)}
    return {
        where: {**scaled_loss(scenario, factor), **scaled_error(scenario, factor)} for where, factor in factors.items()
    }


def scaled_loss(scenario: Scenario, factor: float) -> Changes:
    """The loss of every example times a factor."""
    return {loss_line(scenario.graph): lambda k, right: factor * right}


def _other_reduction(scenario: Scenario) -> dict[T, Changes]:
    """The mean of the examples for their sum, or the sum for the mean."""
    count = examples(scenario)
    factor = 1 / count if scenario.graph.reduction == "sum" else float(count)

    def total(k: StepContext, right: Array) -> Array:
        data = over_examples(k.value(scenario.graph.nodes[scenario.graph.losses].name))
        return right + (factor - 1) * (data / count if factor > 1 else data)

    loss: Changes = {Line("forward", "loss"): total}
    gradients: Changes = {Line("sent", "loss"): lambda k, right: factor * right}
    return {LOSS_AND_GRADIENTS: {**loss, **gradients}, ONLY_GRADIENTS: gradients, ONLY_LOSS: loss}


def _other_sign(scenario: Scenario) -> Changes:
    """Every derivative with the opposite sign, and the step along it."""
    line = last_line(scenario)
    steps = {Line("update", name, line): lambda k, right: 2 * k.setting("p") - right for name in trainable(scenario)}
    return {**scaled_error(scenario, -1.0), **steps}


def _fixed_biases(scenario: Scenario) -> Changes:
    nodes = scenario.graph.nodes
    biases = [n for n in trainable(scenario) if nodes[scenario.graph.index[n]].role == Role.BIAS]
    return {Line("update", name, i): _stays for name in biases for i in assignments(scenario)}


def assignments(scenario: Scenario) -> list[int]:
    """The lines of the optimizer's rule that assign to the parameter itself."""
    return [i for i, (name, _) in enumerate(rule_of(scenario.training).lines) if name == "p"]


def _stays(k: StepContext, right: Array) -> Array:
    old: Array = k.setting("p") + 0 * right
    return old


def _rounded(scenario: Scenario) -> dict[T, Changes]:
    """Every intermediate result rounded to so many figures or decimals."""
    counts = range(LEAST, MOST + 1)
    figures = {FIGURES.format(count=n): _cut(scenario, partial(to_figures, figures=n)) for n in counts}
    return figures | {DECIMALS.format(count=n): _cut(scenario, partial(to_decimals, places=n)) for n in counts}


def _cut(scenario: Scenario, cut: Callable[[Array], Array]) -> Changes:
    graph = scenario.graph
    computed = [graph.nodes[i] for i in graph.computed]
    sent = [Line("sent", node.name, i) for node in computed if not node.fused for i in range(len(node.inputs))]
    values = [Line("forward", node.name) for node in computed]
    moved = [Line("update", name, i) for name in trainable(scenario) for i in range(last_line(scenario) + 1)]
    return {line: lambda k, right: cut(right) for line in (*values, *sent, *moved)}


CONVENTIONS = (
    Mistake(
        "rounded-early",
        T("rounded on the way", "中途舍入"),
        T("every intermediate result is rounded", "每个中间结果都做了舍入"),
        principles.ROUNDING,
        variants(_rounded),
        seen=3,
        kind="convention",
        pairs=False,
        lasts=False,
    ),
    Mistake(
        "other-loss-factor",
        T("another factor before the loss", "损失前的系数不同"),
        T("the loss has another factor, and its gradients with it", "损失取了另一个系数，梯度也随之改变"),
        principles.CONVENTION,
        variants(_other_factor, squared),
        seen=3,
        kind="convention",
    ),
    Mistake(
        "batch-sum-for-mean",
        T("the sum over the batch for its mean", "批量求和代替求平均"),
        T("the examples are added up where their mean is stated", "题目对样本取平均，这里却求了和"),
        principles.CONVENTION,
        variants(_other_reduction, reduces_by("mean")),
        seen=3,
        kind="convention",
    ),
    Mistake(
        "batch-mean-for-sum",
        T("the mean over the batch for its sum", "批量求平均代替求和"),
        T("the mean of the examples is taken where their sum is stated", "题目对样本求和，这里却取了平均"),
        principles.CONVENTION,
        variants(_other_reduction, reduces_by("sum")),
        seen=3,
        kind="convention",
    ),
    Mistake(
        "delta-with-other-sign",
        T("derivatives with the other sign", "导数取相反的符号"),
        T(
            "every derivative is written with the other sign, as y − a, and the step goes along it: w + η·δ·a",
            "各导数都取相反的符号（写成 y − a），更新时再加上它：w + η·δ·a",
        ),
        principles.CONVENTION,
        whole(_other_sign, all_of(lambda s: layered(s) or squared(s), learns)),
        seen=3,
        kind="convention",
    ),
    Mistake(
        "bias-not-updated",
        T("biases kept fixed", "偏置保持不变"),
        T("the biases are not updated", "偏置没有更新"),
        principles.CONVENTION,
        whole(_fixed_biases, all_of(layered, learns)),
        seen=3,
        kind="convention",
    ),
)
