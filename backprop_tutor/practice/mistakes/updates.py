"""Mistakes of the step downhill, whatever the optimizer."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.graph.array import Array
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tracer import to_tracers
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import all_of, layered, layers, learns, optimizer_is
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.sites import in_update, layer_of, whole
from backprop_tutor.text import T
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
        T("the learning rate is multiplied in twice: w − η²·g", "学习率乘了两次：w − η²·g"),
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
        whole(_layer_by_layer, all_of(layered, learns, lambda s: len(layers(s.graph)) <= MOST_LAYERS)),
        seen=2,
        pairs=False,
    ),
)
