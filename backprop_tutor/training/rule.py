"""The whole rule of an update: the learning rate of this step, the clipped gradient, then the optimizer's lines.

A schedule and a way of clipping are lines like those of an optimizer, in front of it: they assign a new `learning_rate`
or a new `g`, which the lines after them read. So whatever runs, shows, prints or changes the lines of an optimizer does
the same with these. A schedule counts n, the updates made before this step (from 0), as PyTorch and optax do.

Sources: I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 8.3.1 and 10.11.1 (decay, clipping by value and by norm);
I. Loshchilov, F. Hutter, SGDR (cosine); A. Vaswani et al., Attention is all you need, 5.3 (warm-up).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from backprop_tutor.formula.functions import pi
from backprop_tutor.formula.nodes import Written
from backprop_tutor.graph.ops.functions import sqrt
from backprop_tutor.graph.scenario import Training
from backprop_tutor.graph.tracer import applied
from backprop_tutor.registry import by_name
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import OPTIMIZERS, Line, Optimizer

SHARED = ("n", "learning_rate", "factor")
"""The lines that are the same for every parameter of a step."""

COUNT: Line = ("n", lambda k: k.t - 1)
COUNT_AFTER_WARM_UP: Line = ("n", lambda k: applied("max", 0, k.t - 1 - k.warm_up))


def _half_wave(done: Any, total: Any) -> Any:
    """cos(π·done/total)."""
    return applied("cos", (pi if isinstance(done, Written) else math.pi) * done / total)


def _scheduled(rate: Any) -> tuple[Line, ...]:
    return COUNT, ("learning_rate", rate)


SCHEDULES: Mapping[str, Optimizer] = by_name(
    Optimizer("constant", T("the same learning rate in every step", "学习率不变"), ()),
    Optimizer(
        "step",
        T("the learning rate times γ after every k steps", "每 k 步学习率乘以 γ"),
        _scheduled(lambda k: k.learning_rate * k.decay ** applied("floor", k.n / k.every)),
        {"every": 10, "decay": 0.1},
    ),
    Optimizer(
        "exponential",
        T("the learning rate times γ in every step", "每一步学习率都乘以 γ"),
        _scheduled(lambda k: k.learning_rate * k.decay**k.n),
        {"decay": 0.9},
    ),
    Optimizer(
        "cosine",
        T(
            "half a cosine wave from the learning rate to the lowest, in T steps",
            "学习率在 T 步内沿半个余弦波降到最低值",
        ),
        _scheduled(
            lambda k: (
                k.lowest + (k.learning_rate - k.lowest) / 2 * (1 + _half_wave(applied("min", k.n, k.total), k.total))
            )
        ),
        {"total": 100, "lowest": 0.0},
    ),
    Optimizer(
        "linear",
        T("a straight line from the learning rate to the lowest, in T steps", "学习率在 T 步内沿直线降到最低值"),
        _scheduled(lambda k: k.learning_rate + (k.lowest - k.learning_rate) * applied("min", k.n, k.total) / k.total),
        {"total": 100, "lowest": 0.0},
    ),
    Optimizer(
        "inverse_time",
        T("the learning rate divided by 1 + γ·n", "学习率除以 1 + γ·n"),
        _scheduled(lambda k: k.learning_rate / (1 + k.decay * k.n)),
        {"decay": 0.1},
    ),
)
"""How the learning rate of a step follows from the one that is given, n updates after the start."""

WARM_UP = Optimizer(
    "warm_up",
    T("warm-up: the learning rate grows in equal parts over the first w steps", "预热：前 w 步学习率等量增大"),
    (("learning_rate", lambda k: k.learning_rate * applied("min", 1, k.t / k.warm_up)),),
    {"warm_up": 1},
)
"""A warm-up can come before every schedule, which then begins to count after it."""

CLIPPING: Mapping[str, Optimizer] = by_name(
    Optimizer(
        "value",
        T(
            "clipping by value: every component of the gradient between −c and c",
            "按值裁剪：梯度的每个分量限制在 −c 与 c 之间",
        ),
        (("g", lambda k: applied("max", -k.limit, applied("min", k.limit, k.g))),),
        {"limit": 1.0},
    ),
    Optimizer(
        "norm",
        T(
            "clipping by norm: the whole gradient shortened to the norm c if it is longer",
            "按范数裁剪：整个梯度若比 c 长，就缩短到范数 c",
        ),
        (
            ("factor", lambda k: k.limit / applied("max", k.limit, k.norm)),
            ("g", lambda k: k.factor * k.g),
        ),
        {"limit": 1.0},
    ),
)
"""What is done with a gradient that is too large, before the optimizer uses it."""

CLIPPING_ELSEWHERE: Mapping[tuple[str, str], Optimizer] = {
    ("norm", "torch"): replace(
        CLIPPING["norm"],
        lines=(
            ("factor", lambda k: applied("min", 1, k.limit / (k.norm + k.slack))),
            CLIPPING["norm"].lines[-1],
        ),
        settings={"limit": 1.0, "slack": 1e-6},
    ),
}
"""Clipping as a framework computes it where that differs (`verify/frameworks.py` has the row)."""


def rule_of(training: Training) -> Optimizer:
    """The optimizer of a training, with the lines of its schedule and its clipping in front of its own."""
    optimizer, before = OPTIMIZERS[training.optimizer], tuple(before_optimizer(training))
    if not before:
        return optimizer
    settings = {name: value for part in before for name, value in part.settings.items()}
    return replace(
        optimizer,
        lines=(*(line for part in before for line in part.lines), *optimizer.lines),
        settings={**settings, **optimizer.settings},
    )


def before_optimizer(training: Training) -> Iterator[Optimizer]:
    """What a step does before its optimizer's own lines: the schedule and the clipping, each with its settings."""
    schedule, given = SCHEDULES[training.schedule], training.schedule_settings
    warm = "warm_up" in given
    if schedule.lines:
        count = COUNT_AFTER_WARM_UP if warm else COUNT
        yield replace(schedule, lines=(count, *schedule.lines[1:]), settings=_with(schedule.settings, given))
    if warm:
        yield replace(WARM_UP, settings=_with(WARM_UP.settings, given))
    if training.clip is not None:
        usual = CLIPPING[training.clip]
        found = CLIPPING_ELSEWHERE.get((training.clip, training.like or ""), usual)
        yield replace(found, settings={**found.settings, "limit": training.limit})


def _with(settings: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    return {name: given.get(name, value) for name, value in settings.items()}


def is_clipped_by_norm(training: Training) -> bool:
    """Whether a step needs the norm of the whole gradient."""
    return training.clip == "norm"


def gradient_norm(gradients: Iterable[tuple[Any, int]]) -> Any:
    """The norm of the whole gradient, from arrays of numbers or tracers, each with how many axes of its own it has.

    Axes in front (hypotheses side by side) stay; the result has no axes beside them.
    """
    squares = [(g * g).sum(axis=tuple(range(-axes, 0))) if axes else g * g for g, axes in gradients]
    return sqrt(sum(squares[1:], squares[0]))
