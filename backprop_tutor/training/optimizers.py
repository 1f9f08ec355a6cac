"""How a step changes a parameter p, given its gradient g: each rule written once, line by line.

A line is a name and what is assigned to it, in terms of everything known by then: p, g, the learning rate, the step
number t (from 1), the optimizer's settings and state, and the lines before. Fed arrays the lines are numbers, fed
symbols they are the formulas to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.ops.functions import sqrt
from backprop_tutor.registry import by_name
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.graph.scenario import Training

Line: TypeAlias = tuple[str, Callable[[SimpleNamespace], Any]]


@frozen
class Optimizer:
    """An optimizer: its lines, its settings with their defaults, the state it keeps (0 before the first step).

    `elsewhere` says what PyTorch, left to its own defaults, would do otherwise; None where it does the same.
    """

    name: str
    text: T
    lines: tuple[Line, ...]
    settings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    state: tuple[str, ...] = ()
    elsewhere: T | None = None

    def constants(self, training: Training) -> dict[str, float]:
        """The numbers of its lines that no step changes: the learning rate, and every setting, defaults included."""
        return {"learning_rate": training.learning_rate, **self.settings, **training.settings}


VELOCITY: Line = ("v", lambda k: k.momentum * k.v + k.g)
MOMENTS: tuple[Line, ...] = (
    ("m", lambda k: k.beta1 * k.m + (1 - k.beta1) * k.g),
    ("s", lambda k: k.beta2 * k.s + (1 - k.beta2) * k.g**2),
    ("m_hat", lambda k: k.m / (1 - k.beta1**k.t)),
    ("s_hat", lambda k: k.s / (1 - k.beta2**k.t)),
    ("p", lambda k: k.p - k.learning_rate * k.m_hat / (sqrt(k.s_hat) + k.epsilon)),
)
SCALED: Line = ("p", lambda k: k.p - k.learning_rate * k.g / (sqrt(k.s) + k.epsilon))
ADAM = MappingProxyType({"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8})

OPTIMIZERS: Mapping[str, Optimizer] = by_name(
    Optimizer("sgd", T("gradient descent", "梯度下降"), (("p", lambda k: k.p - k.learning_rate * k.g),)),
    Optimizer(
        "momentum",
        T("momentum", "动量法"),
        (VELOCITY, ("p", lambda k: k.p - k.learning_rate * k.v)),
        {"momentum": 0.9},
        ("v",),
        T(
            "PyTorch writes it SGD(momentum=0.9): its own momentum is 0 unless it is told.",
            "在 PyTorch 里写作 SGD(momentum=0.9)：不写明时，它的动量是 0。",
        ),
    ),
    Optimizer(
        "nesterov",
        T("Nesterov momentum", "Nesterov 动量法"),
        (VELOCITY, ("p", lambda k: k.p - k.learning_rate * (k.g + k.momentum * k.v))),
        {"momentum": 0.9},
        ("v",),
        T(
            "PyTorch writes it SGD(momentum=0.9, nesterov=True): its own momentum is 0 unless it is told.",
            "在 PyTorch 里写作 SGD(momentum=0.9, nesterov=True)：不写明时，它的动量是 0。",
        ),
    ),
    Optimizer(
        "adagrad",
        T("Adagrad", "Adagrad"),
        (("s", lambda k: k.s + k.g**2), SCALED),
        {"epsilon": 1e-8},
        ("s",),
        T(
            "PyTorch's Adagrad has eps=1e-10 where ε is 1e-8 here; told eps=1e-8, it gives the same numbers.",
            "PyTorch 的 Adagrad 默认 eps=1e-10，这里 ε 是 1e-8；写明 eps=1e-8，数值就相同。",
        ),
    ),
    Optimizer(
        "rmsprop",
        T("RMSprop", "RMSprop"),
        (("s", lambda k: k.rho * k.s + (1 - k.rho) * k.g**2), SCALED),
        {"rho": 0.9, "epsilon": 1e-8},
        ("s",),
        T(
            "PyTorch's RMSprop has alpha=0.99 where ρ is 0.9 here; told alpha=0.9, it gives the same numbers.",
            "PyTorch 的 RMSprop 默认 alpha=0.99，这里 ρ 是 0.9；写明 alpha=0.9，数值就相同。",
        ),
    ),
    Optimizer("adam", T("Adam", "Adam"), MOMENTS, ADAM, ("m", "s")),
    Optimizer(
        "adamw",
        T("AdamW", "AdamW"),
        (("p", lambda k: k.p - k.learning_rate * k.weight_decay * k.p), *MOMENTS),
        {**ADAM, "weight_decay": 0.01},
        ("m", "s"),
    ),
)
