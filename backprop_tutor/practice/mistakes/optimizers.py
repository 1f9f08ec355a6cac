"""Mistakes in an optimizer's own rule: lines of it that differ from the stated ones."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tutor.graph.array import Array
from backprop_tutor.graph.ops.functions import sqrt
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tracer import applied
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import all_of, optimizer_is
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.sites import in_update, variants, whole
from backprop_tutor.text import T
from backprop_tutor.training.rule import gradient_norm, rule_of
from backprop_tutor.training.train_state import trainable
from backprop_tutor.training.train_step import along
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

AHEAD = T("t + 1", "t + 1")
BEHIND = T("t − 1", "t − 1")

momentum = optimizer_is("momentum", "nesterov")
adam = optimizer_is("adam", "adamw")


def _line(name: str) -> Callable[[Scenario], int]:
    """The number of the last line that assigns to `name`."""

    def number(scenario: Scenario) -> int:
        names = [line for line, _ in rule_of(scenario.training).lines]
        return len(names) - 1 - names[::-1].index(name)

    return number


def rule_lines(**lines: Wrong) -> Callable[[Scenario], Changes]:
    """Some lines of the rule, by what they assign to, of every parameter."""
    return lambda scenario: {
        Line("update", name, _line(assigned)(scenario)): wrong
        for name in trainable(scenario)
        for assigned, wrong in lines.items()
    }


def _corrected(by: Callable[[float, int], float]) -> Callable[[Scenario], Changes]:
    """Both averages of Adam times a factor of their β and t."""
    return rule_lines(
        m_hat=lambda k, right: k.setting("m") * by(k.setting("beta1"), k.setting("t")),
        s_hat=lambda k, right: k.setting("s") * by(k.setting("beta2"), k.setting("t")),
    )


def _step_off(by: int) -> Callable[[float, int], float]:
    """A correction by another step number; none where that is 0, for then 0^(t + by) is 1."""
    return lambda beta, t: 1 / (1 - beta ** (t + by) + 0.0 ** (t + by))


def _swapped(k: StepContext, kept: str, beta: str, new: Array) -> Array:
    mixed: Array = k.setting(beta) * k.setting(kept) + (1 - k.setting(beta)) * new
    return mixed


def _other_momentum(k: StepContext, right: Array) -> Array:
    """The last line of the other of the two: classical for Nesterov's, or the reverse."""
    v = k.setting("v")
    step = v if k.scenario.training.optimizer == "nesterov" else k.setting("g") + k.setting("momentum") * v
    new: Array = k.setting("p") - k.setting("learning_rate") * step
    return new


def _inside_root(k: StepContext, right: Array) -> Array:
    root = sqrt(k.setting("s_hat") + k.setting("epsilon"))
    new: Array = k.setting("p") - k.setting("learning_rate") * k.setting("m_hat") / root
    return new


# before a line is assigned to, its name still holds the state of the step before
BETAS_SWAPPED = rule_lines(
    m=lambda k, right: _swapped(k, "m", "beta2", k.setting("g")),
    s=lambda k, right: _swapped(k, "s", "beta1", k.setting("g") ** 2),
    m_hat=lambda k, right: k.setting("m") / (1 - k.setting("beta2") ** k.setting("t")),
    s_hat=lambda k, right: k.setting("s") / (1 - k.setting("beta1") ** k.setting("t")),
)


def _velocity(wrong: Wrong) -> Sites:
    return in_update(wrong, momentum, _line("v"))


def _each(names: tuple[str, ...], wrong: Wrong) -> Callable[[Scenario], Changes]:
    """Every line of the rule that assigns to one of the names, of every parameter."""
    return lambda scenario: {
        Line("update", name, i): wrong
        for name in trainable(scenario)
        for i, (assigned, _) in enumerate(rule_of(scenario.training).lines)
        if assigned in names
    }


def _is_scheduled(scenario: Scenario) -> bool:
    return scenario.training.schedule != "constant"


def _warms_up(scenario: Scenario) -> bool:
    return "warm_up" in scenario.training.schedule_settings


def _is_clipped(*how: str) -> Callable[[Scenario], bool]:
    return lambda scenario: scenario.training.clip in how


def _norm_of_each(k: StepContext, right: Array) -> Array:
    """The factor from the norm of one array of parameters alone."""
    g = k.setting("g")
    own = gradient_norm([(g, k.ndim)])
    found: Array = right * 0 + k.setting("limit") / applied("max", k.setting("limit"), along(own, k.ndim))
    return found


def _clip_step(k: StepContext, right: Array) -> Array:
    """The factor from the norm of the step, α·g, for that of the gradient."""
    limit = k.setting("limit")
    length = k.setting("learning_rate") * k.setting("norm")
    found: Array = right * 0 + limit / applied("max", limit, length)
    return found


def _by_value(k: StepContext, right: Array) -> Array:
    limit, g = k.setting("limit"), k.setting("g")
    clipped: Array = applied("max", -limit, applied("min", limit, g))
    return clipped


OPTIMIZER = (
    Mistake(
        "schedule-forgotten",
        T("schedule forgotten", "忘了学习率方案"),
        T("every step takes the learning rate that is given", "每一步都用了给定的学习率"),
        principles.SCHEDULE,
        whole(
            _each(("learning_rate",), lambda k, right: 0 * right + k.setting("learning_rate")),
            lambda s: _is_scheduled(s) or _warms_up(s),
        ),
        seen=2,
    ),
    Mistake(
        "schedule-step-off-by-one",
        T("schedule counted one off", "学习率方案的步数差一"),
        T("the schedule counts n from 1, not from 0", "学习率方案里的 n 从 1 数起，而不是从 0"),
        principles.SCHEDULE,
        whole(rule_lines(n=lambda k, right: right + 1), _is_scheduled),
        seen=2,
    ),
    Mistake(
        "warm-up-from-zero",
        T("warm-up counted from zero", "预热从零数起"),
        T(
            "the warm-up takes t − 1 for t, so that the first step is no step",
            "预热用了 t − 1 而不是 t，于是第一步根本没动",
        ),
        principles.SCHEDULE,
        whole(
            rule_lines(
                learning_rate=lambda k, right: (
                    0 * right
                    + k.setting("learning_rate") * applied("min", 1, (k.setting("t") - 1) / k.setting("warm_up"))
                )
            ),
            _warms_up,
        ),
        seen=2,
    ),
    Mistake(
        "clip-forgotten",
        T("gradient not clipped", "忘了裁剪梯度"),
        T("the step takes the gradient as it is, without clipping it", "更新时直接用了原来的梯度，没有裁剪"),
        principles.CLIPPING,
        whole(rule_lines(g=lambda k, right: k.setting("g") + 0 * right), _is_clipped("value", "norm")),
        seen=2,
    ),
    Mistake(
        "clip-each-array",
        T("each array clipped by its own norm", "每个数组按自己的范数裁剪"),
        T(
            "the norm is taken of one array of parameters, not of the whole gradient",
            "范数只算了一个参数数组的，而不是整个梯度的",
        ),
        principles.CLIPPING,
        whole(rule_lines(factor=_norm_of_each), all_of(_is_clipped("norm"), lambda s: len(trainable(s)) > 1)),
        seen=2,
    ),
    Mistake(
        "clip-by-value",
        T("each component clipped for itself", "每个分量各自截断"),
        T(
            "each component is cut at the limit, where the whole gradient is to be shortened",
            "该缩短整个梯度的地方，却把每个分量各自截断了",
        ),
        principles.CLIPPING,
        whole(rule_lines(g=_by_value), _is_clipped("norm")),
        seen=2,
    ),
    Mistake(
        "clip-after-rate",
        T("the step clipped for the gradient", "裁剪了步长而不是梯度"),
        T("the limit is applied to η·g, after the learning rate", "上限用在了 η·g 上：先乘了学习率再裁剪"),
        principles.CLIPPING,
        whole(rule_lines(factor=_clip_step), _is_clipped("norm")),
        seen=2,
    ),
    Mistake(
        "momentum-form",
        T("the other form of momentum", "动量的另一种写法"),
        T("the velocity is averaged: v = μ·v + (1 − μ)·g", "速度取了加权平均：v = μ·v + (1 − μ)·g"),
        principles.OPTIMIZER,
        _velocity(lambda k, right: right - k.setting("momentum") * k.setting("g")),
        seen=2,
    ),
    Mistake(
        "momentum-sign",
        T("sign of the velocity", "速度的符号"),
        T("the old velocity enters with the wrong sign: v = g − μ·v", "旧速度的符号反了：v = g − μ·v"),
        principles.OPTIMIZER,
        _velocity(lambda k, right: 2 * k.setting("g") - right),
        seen=2,
    ),
    Mistake(
        "nesterov-as-momentum",
        T("classical momentum for Nesterov's, or the reverse", "经典动量与 Nesterov 用混"),
        T("classical momentum is taken for Nesterov's, or the reverse", "把 Nesterov 动量做成了经典动量，或者反过来"),
        principles.OPTIMIZER,
        in_update(_other_momentum, momentum),
        seen=2,
    ),
    Mistake(
        "adam-uncorrected",
        T("Adam without bias correction", "Adam 没有做偏差修正"),
        T(
            "Adam's averages are used without the bias correction, as MLX does unless asked for it",
            "直接用了 Adam 的滑动平均，没有做偏差修正（MLX 默认如此）",
        ),
        principles.CORRECTION,
        whole(_corrected(lambda beta, t: 1.0), adam),
        seen=3,
    ),
    Mistake(
        "adam-correction-constant",
        T("Adam's correction without its power", "Adam 的修正少了幂次"),
        T("Adam's averages are divided by 1 − β at every step, not by 1 − β^t", "每一步都除以 1 − β，而不是 1 − β^t"),
        principles.CORRECTION,
        whole(_corrected(lambda beta, t: 1 / (1 - beta)), adam),
        seen=3,
    ),
    Mistake(
        "adam-correction-multiplied",
        T("Adam's correction multiplied", "Adam 的修正用了乘法"),
        T("Adam's averages are multiplied by 1 − β^t where they are to be divided", "该除以 1 − β^t 的地方却乘了它"),
        principles.CORRECTION,
        whole(_corrected(lambda beta, t: 1 - beta**t), adam),
        seen=3,
    ),
    Mistake(
        "adam-epsilon-inside-root",
        T("ε inside the root", "ε 放进了根号"),
        T("ε is added inside the root: √(ŝ + ε)", "ε 加在了根号里面：√(ŝ + ε)"),
        principles.OPTIMIZER,
        in_update(_inside_root, adam),
        seen=2,
    ),
    Mistake(
        "adam-step-off-by-one",
        T("Adam's step counted one off", "Adam 的步数差一"),
        T("the step number t in Adam's correction is one off", "Adam 修正中的步数 t 差了 1"),
        principles.CORRECTION,
        variants(lambda s: {AHEAD: _corrected(_step_off(1))(s), BEHIND: _corrected(_step_off(-1))(s)}, adam),
        seen=2,
    ),
    Mistake(
        "adam-betas-swapped",
        T("Adam's β₁ and β₂ exchanged", "Adam 的 β₁ 与 β₂ 用反"),
        T("β₁ and β₂ of Adam are exchanged", "Adam 的 β₁ 与 β₂ 用反了"),
        principles.OPTIMIZER,
        whole(BETAS_SWAPPED, adam),
        seen=2,
    ),
    Mistake(
        "adam-gradient-not-squared",
        T("gradient not squared in Adam", "Adam 中梯度没有平方"),
        T(
            "the second average takes the gradient without squaring it: s = β₂·s + (1 − β₂)·g",
            "第二个滑动平均里梯度没有平方：s = β₂·s + (1 − β₂)·g",
        ),
        principles.OPTIMIZER,
        in_update(lambda k, right: _swapped(k, "s", "beta2", k.setting("g")), adam, _line("s")),
        seen=2,
    ),
)
