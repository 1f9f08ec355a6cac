"""Mistakes of the second forward pass."""

from __future__ import annotations

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.world import Changes, Line, Wrong
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import all_of, layered, learns
from backprop_tutor.practice.mistakes.lines import layers
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.sites import hidden, whole
from backprop_tutor.text import T

runs_again = all_of(layered, learns)


def _as_before(*names: str) -> Changes:
    return {Line("after", name): _first(name) for name in names}


def _first(name: str) -> Wrong:
    return lambda k, right: k.first(name)


def _hidden_parameters(scenario: Scenario) -> Changes:
    top = len(layers(scenario.graph))
    names = scenario.graph.parameters
    return _as_before(*(name for name in names if int(name[1:]) != top))


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
        whole(lambda s: _as_before(*(f"a{layer}" for layer in hidden(s.graph))), runs_again),
    ),
    Mistake(
        "loss-not-recomputed",
        T("old loss reported again", "报出的仍是旧损失"),
        T("the loss after the update is the old one", "更新后报出的仍是更新前的损失"),
        principles.AFTER,
        whole(lambda s: _as_before("losses", "loss"), runs_again),
    ),
)
