"""Mistakes in an optimizer's own rule: lines of it that differ from the stated ones."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tutor.graph.array import Array
from backprop_tutor.graph.ops.functions import sqrt
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import optimizer_is
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.sites import in_update, variants, whole
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.train_state import trainable
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

AHEAD = T("t + 1", "t + 1")
BEHIND = T("t − 1", "t − 1")

momentum = optimizer_is("momentum", "nesterov")
adam = optimizer_is("adam", "adamw")


def _line(name: str) -> Callable[[Scenario], int]:
    """The number of the last line that assigns to `name`."""

    def number(scenario: Scenario) -> int:
        names = [line for line, _ in OPTIMIZERS[scenario.training.optimizer].lines]
        return len(names) - 1 - names[::-1].index(name)

    return number


def _rule(**lines: Wrong) -> Callable[[Scenario], Changes]:
    """Some lines of the rule, by what they assign to, of every parameter."""
    return lambda scenario: {
        Line("update", name, _line(assigned)(scenario)): wrong
        for name in trainable(scenario)
        for assigned, wrong in lines.items()
    }


def _corrected(by: Callable[[float, int], float]) -> Callable[[Scenario], Changes]:
    """Both averages of Adam times a factor of their β and t."""
    return _rule(
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
BETAS_SWAPPED = _rule(
    m=lambda k, right: _swapped(k, "m", "beta2", k.setting("g")),
    s=lambda k, right: _swapped(k, "s", "beta1", k.setting("g") ** 2),
    m_hat=lambda k, right: k.setting("m") / (1 - k.setting("beta2") ** k.setting("t")),
    s_hat=lambda k, right: k.setting("s") / (1 - k.setting("beta1") ** k.setting("t")),
)


def _velocity(wrong: Wrong) -> Sites:
    return in_update(wrong, momentum, _line("v"))


OPTIMIZER = (
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
        T("Adam's averages are used without the bias correction", "直接用了 Adam 的滑动平均，没有做偏差修正"),
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
