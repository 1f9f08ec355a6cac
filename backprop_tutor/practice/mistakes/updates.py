"""Mistakes of the step downhill, and of what is carried from step to step: state, old gradients, old values."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tracer import to_tracers
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import (
    all_of,
    layered,
    layers,
    learns,
    moves_part_by_part,
    optimizer_is,
)
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.sites import in_update, layer_of, variants, whole
from backprop_tutor.text import T
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import trainable
from backprop_tutor.training.train_step import update
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

MOST_LAYERS = 20
"""In deeper networks nobody runs the whole network again for every layer."""


def _rate_matters(scenario: Scenario) -> bool:
    return scenario.training.learning_rate != 1


def _layer_by_layer(scenario: Scenario) -> Changes:
    """Each layer's gradients from a pass of their own, with every layer above already updated."""
    graph = scenario.graph
    lower = [n.name for n in graph.nodes if n.layer and n.layer < len(layers(graph))]
    return {Line("gradient", name): _after_upper_layers(name, layer_of(scenario, name)) for name in lower}


def _after_upper_layers(name: str, layer: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        given = {each: k.seen(array, each) for each, array in k.given.items()}
        for upper in range(len(k.graph.layers), layer, -1):
            given |= _renewed(k, given, upper)
        return k.another(given).adjoint(name)

    return wrong


def _renewed(k: StepContext, given: Mapping[str, Array], layer: int) -> dict[str, Array]:
    """The parameters of a layer after their update, by a pass over the given numbers."""
    trace, number = k.another(given), k.position.updates + 1
    return {
        name: update(k.scenario.training, number, given[name], to_tracers(trace.adjoint(name)), _state(k, name))[-1][1]
        for name in trainable(k.scenario)
        if layer_of(k.scenario, name) == layer
    }


def _state(k: StepContext, name: str) -> dict[str, Array]:
    return {kept: k.seen(array, name) for kept, array in k.position.state[name].items()}


UPDATES = (
    Mistake(
        "ascent",
        T("uphill for downhill", "朝上坡走"),
        T("the step goes along the gradient: w + η·g", "更新时加上了梯度：w + η·g"),
        principles.DOWNHILL,
        in_update(lambda k, right: 2 * k.setting("p") - right),
        seen=3,
    ),
    Mistake(
        "learning-rate-forgotten",
        T("learning rate forgotten", "忘了学习率"),
        T("the learning rate is left out: w − g", "漏乘了学习率：w − g"),
        principles.DOWNHILL,
        in_update(
            lambda k, right: k.setting("p") - (k.setting("p") - right) / k.setting("learning_rate"),
            all_of(learns, _rate_matters),
        ),
    ),
    Mistake(
        "learning-rate-squared",
        T("learning rate twice", "学习率乘了两次"),
        T(
            "the learning rate is multiplied in twice: w − η²·g (at η = 0.1 that is η/10, too: "
            "0.01, the default rate of some libraries)",
            "学习率乘了两次：w − η²·g（η = 0.1 时也就是 η/10，即 0.01，也是一些库的默认学习率）",
        ),
        principles.DOWNHILL,
        in_update(
            lambda k, right: k.setting("p") - (k.setting("p") - right) * k.setting("learning_rate"),
            all_of(learns, _rate_matters),
        ),
    ),
    Mistake(
        "change-for-weight",
        T("the change reported as the new weight", "把改变量当成新权重"),
        T("the change −η·g is taken for the new weight", "把改变量 −η·g 当成了新权重"),
        principles.DOWNHILL,
        in_update(lambda k, right: right - k.setting("p")),
    ),
    Mistake(
        "weight-scaled",
        T("the weight scaled by its gradient", "按梯度缩放权重"),
        T("the change is multiplied by the weight: w·(1 − η·g)", "改变量又乘了权重：w·(1 − η·g)"),
        principles.DOWNHILL,
        in_update(
            lambda k, right: k.setting("p") * (1 - k.setting("learning_rate") * k.setting("g")), optimizer_is("sgd")
        ),
    ),
    Mistake(
        "sequential-update",
        T("layer by layer, each renewed before the next", "逐层更新，更新后再求前一层"),
        T(
            "each layer is updated, and the network run again with it, before the next gradient is taken",
            "每更新完一层，就用新的权重重新计算，再去求前一层的梯度",
        ),
        principles.OLD_WEIGHTS,
        whole(
            _layer_by_layer, all_of(layered, learns, moves_part_by_part, lambda s: len(layers(s.graph)) <= MOST_LAYERS)
        ),
        seen=2,
        pairs=False,
    ),
)

OLD_BIASES, OLD_WEIGHTS = T("the biases", "偏置"), T("the weights", "权重")

KEPT: Mapping[str, Mapping[str, str | None]] = {
    "momentum": {"v": "momentum"},
    "nesterov": {"v": "momentum"},
    "adagrad": {"s": None},
    "rmsprop": {"s": "rho"},
    "adam": {"m": "beta1", "s": "beta2"},
    "adamw": {"m": "beta1", "s": "beta2"},
}
"""For each optimizer its state, and the setting that says how much of it is kept; None keeps all."""

CLEARED = T(
    "The gradient of a step is that of this step alone: what was added up for the step before is set back to 0.",
    "一步的梯度只属于这一步：上一步累加的梯度要先清零。",
)
COUNTED = T(
    "Count the updates: the numbers after step n have been updated n times.",
    "数清更新的次数：第 n 步之后的数已经更新了 n 次。",
)


def _lines(scenario: Scenario, wrong: Mapping[str, Wrong]) -> Changes:
    """Lines of the rule, by what they assign to, of every parameter."""
    names = [name for name, _ in rule_of(scenario.training).lines]
    return {Line("update", each, names.index(name)): w for each in trainable(scenario) for name, w in wrong.items()}


def _reset(scenario: Scenario) -> Changes:
    kept = KEPT.get(scenario.training.optimizer, {})
    return _lines(scenario, {name: _without(name, setting) for name, setting in kept.items()})


def _without(name: str, setting: str | None) -> Wrong:
    """A line of the state without its old value; before it is assigned its name means the old value."""
    return lambda k, right: right - (k.setting(setting) if setting else 1.0) * k.setting(name)


def _old_velocity(k: StepContext, right: Array) -> Array:
    """The step along the velocity of the step before."""
    before = (k.setting("v") - k.setting("g")) / k.setting("momentum")
    new: Array = k.setting("p") - k.setting("learning_rate") * before
    return new


def _corrected(name: str, beta: str) -> Wrong:
    """An average that continues from the corrected one of the step before."""

    def wrong(k: StepContext, right: Array) -> Array:
        share = 1 - k.setting(beta) ** (k.setting("t") - 1) + 0.0 ** (k.setting("t") - 1)
        added: Array = right + k.setting(beta) * k.setting(name) * (1 / share - 1)
        return added

    return wrong


def _added(scenario: Scenario) -> Changes:
    """Adds the gradients of the step before; with gradient descent they follow from the last change."""
    return {Line("gradient", name): _with_before(name) for name in trainable(scenario)}


def _with_before(name: str) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        if k.position.updates != 1:
            return right
        start = k.seen(k.scenario.parameters[name], name)
        _, per_slope = update(k.scenario.training, 1, np.zeros(()), np.ones(()), {})[-1]
        added: Array = right + (k.value(name) - start) / per_slope
        return added

    return wrong


def _old_in_second(scenario: Scenario) -> dict[T, Changes]:
    nodes, names = scenario.graph.nodes, trainable(scenario)
    roles = {OLD_BIASES: Role.BIAS, OLD_WEIGHTS: Role.WEIGHT}
    found: dict[T, Changes] = {
        where: {Line("after", name): _first(name) for name in names if nodes[scenario.graph.index[name]].role == role}
        for where, role in roles.items()
    }
    return found if all(found.values()) else {}


def _first(name: str) -> Wrong:
    return lambda k, right: k.first(name)


STATES = (
    Mistake(
        "state-reset",
        T("the state set back in each step", "每一步都把状态量清零"),
        T("what the optimizer remembers is 0 again in each step", "优化器记住的量每一步都从 0 开始"),
        principles.OPTIMIZER,
        whole(_reset, optimizer_is(*KEPT)),
        seen=2,
    ),
    Mistake(
        "state-stale",
        T("the velocity of the step before", "用了上一步的速度"),
        T("the step is taken along the velocity of the step before", "更新时用了上一步的速度"),
        principles.OPTIMIZER,
        in_update(_old_velocity, optimizer_is("momentum")),
    ),
    Mistake(
        "state-corrected-kept",
        T("the corrected averages carried on", "把修正后的平均带入下一步"),
        T(
            "the next step goes on from the corrected averages m̂ and ŝ, not from m and s",
            "下一步从修正后的 m̂、ŝ 出发，而不是从 m、s 出发",
        ),
        principles.CORRECTION,
        whole(
            lambda s: _lines(s, {"m": _corrected("m", "beta1"), "s": _corrected("s", "beta2")}),
            optimizer_is("adam", "adamw"),
        ),
        seen=2,
    ),
    Mistake(
        "gradients-not-cleared",
        T("gradients not cleared", "梯度没有清零"),
        T("the gradients of the step before are still added in the next", "上一步的梯度没有清零，又加进了下一步"),
        CLEARED,
        whole(_added, all_of(learns, optimizer_is("sgd"), lambda s: s.training.clip is None)),
        seen=2,
        pairs=False,
        lasts=False,
    ),
    Mistake(
        "stale-values",
        T("old values in the second pass", "第二次前向传播用了旧值"),
        T(
            "in the second forward pass some of the parameters are still the old ones",
            "第二次前向传播中有一部分参数还是旧的",
        ),
        principles.AFTER,
        variants(_old_in_second, all_of(layered, learns)),
    ),
    Mistake(
        "one-step-fewer",
        T("one update too few", "少更新一次"),
        T(
            "the last update is not made: nothing changes, and the numbers are the old ones",
            "最后一次更新没有做：什么都没有变，数还是旧的",
        ),
        COUNTED,
        in_update(lambda k, right: k.setting("p") + 0 * right),
        pairs=False,
    ),
)
