"""How a step changes a parameter p, given its gradient g: each rule written once, line by line.

A line is a name and the formula assigned to it, in terms of everything known by then: p, g, the learning rate, the step
number t (from 1), the optimizer's settings and state, and the lines before. Fed arrays the lines are numbers, fed
symbols they are the formulas to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.ops.functions import sqrt
from backprop_tutor.graph.tracer import applied
from backprop_tutor.registry import by_name
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.graph.scenario import Training

Line: TypeAlias = tuple[str, Callable[[SimpleNamespace], Any]]


def _setting(base: str, sub: str = "") -> Sym:
    return Sym(base, sub=sub, role=Role.SETTING)


def _state(base: str) -> Sym:
    return Sym(base, role=Role.STATE)


LETTERS: Mapping[str, Sym] = MappingProxyType(
    {
        "momentum": _setting("μ"),
        "rho": _setting("ρ"),
        "beta1": _setting("β", "1"),
        "beta2": _setting("β", "2"),
        "epsilon": _setting("ε"),
        "weight_decay": _setting("λ"),
        "t": _setting("t"),
        "every": _setting("k"),
        "decay": _setting("γ"),
        "total": _setting("T"),
        "lowest": _setting("α", "min"),
        "warm_up": _setting("w"),
        "limit": _setting("c", "max"),
        "slack": _setting("ε", "c"),
        "norm": _state("‖g‖"),
        "n": _state("n"),
        "factor": _state("κ"),
        "v": _state("v"),
        "m": _state("m"),
        "s": _state("s"),
        "u": _state("u"),
        "c": _state("c"),
        "m_hat": _state("m̂"),
        "s_hat": _state("ŝ"),
        "n_hat": _state("n̂"),
        "delta": _state("Δ"),
    }
)
"""The letter of each setting and state of an optimizer, and of the other names its lines assign."""


@frozen
class Optimizer:
    """An optimizer: its lines, its settings with their defaults, its state (`start` before the first step).

    Every setting, state and line has its letter in `LETTERS`; ValueError where one is missing. `elsewhere` describes
    how PyTorch with its own defaults differs; None where it does the same. `accumulator` is the state that
    `initial_accumulator:` is the first value of.
    """

    name: str
    text: T
    lines: tuple[Line, ...]
    settings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    state: tuple[str, ...] = ()
    elsewhere: T | None = None
    start: float = 0.0
    accumulator: str = ""

    def __post_init__(self) -> None:
        names = {*self.settings, *self.state, *(name for name, _ in self.lines)} - {"p", "g", "learning_rate"}
        if missing := sorted(names - LETTERS.keys()):
            raise ValueError(f"{self.name}: no letter for {', '.join(missing)}")

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


class Optimizers(Mapping[str, Optimizer]):
    """The optimizers by name. Those of a framework, ``adam@keras``, are found by name and not listed."""

    def __init__(self, listed: Mapping[str, Optimizer], found: Mapping[str, Optimizer]) -> None:
        self._listed, self._found = listed, found

    def __getitem__(self, name: str) -> Optimizer:
        return self._listed[name] if name in self._listed else self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def like(self, name: str, framework: str | None) -> str:
        """The name of an optimizer as a framework computes it: its own entry where it differs."""
        found = f"{name.partition('@')[0]}@{framework}"
        return found if found in self._found else name.partition("@")[0]


BOOKS: Mapping[str, Optimizer] = by_name(
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
        accumulator="s",
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
    Optimizer(
        "nadam",
        T("Nadam", "Nadam"),
        (
            *MOMENTS[:-1],
            ("n_hat", lambda k: k.beta1 * k.m_hat + (1 - k.beta1) * k.g / (1 - k.beta1**k.t)),
            ("p", lambda k: k.p - k.learning_rate * k.n_hat / (sqrt(k.s_hat) + k.epsilon)),
        ),
        ADAM,
        ("m", "s"),
        T(
            "PyTorch's NAdam lets β₁ grow with the step (momentum_decay=0.004), so its numbers differ a little.",
            "PyTorch 的 NAdam 让 β₁ 随步数变化（momentum_decay=0.004），所以数值略有不同。",
        ),
    ),
    Optimizer(
        "adadelta",
        T("Adadelta", "Adadelta"),
        (
            ("s", lambda k: k.rho * k.s + (1 - k.rho) * k.g**2),
            ("delta", lambda k: sqrt(k.u + k.epsilon) / sqrt(k.s + k.epsilon) * k.g),
            ("u", lambda k: k.rho * k.u + (1 - k.rho) * k.delta**2),
            ("p", lambda k: k.p - k.learning_rate * k.delta),
        ),
        {"rho": 0.9, "epsilon": 1e-6},
        ("s", "u"),
    ),
    Optimizer(
        "lion",
        T("Lion", "Lion"),
        (
            ("c", lambda k: k.beta1 * k.m + (1 - k.beta1) * k.g),
            ("m", lambda k: k.beta2 * k.m + (1 - k.beta2) * k.g),
            ("p", lambda k: k.p - k.learning_rate * (applied("sign", k.c) + k.weight_decay * k.p)),
        ),
        {"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
        ("m",),
    ),
)

ROOT_OF_BOTH: Line = ("p", lambda k: k.p - k.learning_rate * k.g / sqrt(k.s + k.epsilon))
ONE_CORRECTION: Line = (
    "p",
    lambda k: k.p - k.learning_rate * k.m_hat * sqrt(1 - k.beta2**k.t) / (sqrt(k.s) + k.epsilon),
)
AS = T("{rule} as in {framework}", "{rule}（按 {framework} 的算法）")


def _as(
    name: str, *frameworks: str, last: Line | None = None, start: float = 0.0, **settings: float
) -> Iterator[Optimizer]:
    """An optimizer of the books with other settings, another last line or another first state, for some frameworks."""
    book = BOOKS[name]
    lines = book.lines if last is None else (*book.lines[:-1], last)
    if last is ONE_CORRECTION:
        lines = (*(line for line in book.lines[:-1] if line[0] != "s_hat"), last)
    for framework in frameworks:
        text = AS.format(rule=book.text, framework=TITLES[framework])
        yield replace(
            book, name=f"{name}@{framework}", text=text, lines=lines, settings={**book.settings, **settings}, start=start,
            elsewhere=None,
        )  # fmt: skip


TITLES = {"torch": "PyTorch", "keras": "Keras", "tensorflow": "TensorFlow", "jax": "optax", "sklearn": "scikit-learn"}
ELSEWHERE: Mapping[str, Optimizer] = by_name(
    replace(BOOKS["nesterov"], name="sgd@sklearn", text=AS.format(rule=BOOKS["sgd"].text, framework=TITLES["sklearn"])),
    *_as("adagrad", "torch", epsilon=1e-10),
    *_as("adagrad", "keras", "tensorflow", "jax", last=ROOT_OF_BOTH, start=0.1, epsilon=1e-7),
    *_as("rmsprop", "torch", rho=0.99),
    *_as("rmsprop", "keras", "tensorflow", last=ROOT_OF_BOTH, epsilon=1e-7),
    *_as("rmsprop", "jax", last=ROOT_OF_BOTH),
    *_as("adam", "keras", "tensorflow", last=ONE_CORRECTION, epsilon=1e-7),
    *_as("adam", "sklearn", last=ONE_CORRECTION),
    *_as("adamw", "keras", "tensorflow", last=ONE_CORRECTION, epsilon=1e-7, weight_decay=0.004),
    *_as("adamw", "jax", weight_decay=1e-4),
)
"""The optimizers as frameworks compute them where that differs from the books (`verify/frameworks.py` has the rows)."""

OPTIMIZERS = Optimizers(BOOKS, ELSEWHERE)
