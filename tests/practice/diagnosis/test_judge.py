"""One judge: a figure is an interval, a line is right, rounded, carried, undecided or wrong, whoever asks.

The right answers were worked out by hand, with the formulas written beside them, or by a backward pass written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.line_grading import Judge
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.scenario.checks.validate import validated
from backprop_tutor.scenario.load import build
from backprop_tutor.scenario.yaml.source import source_of
from tests.conftest import EXPLORES


def network(layers: Sequence[Mapping[str, object]], x: Sequence[float], y: Sequence[float], **rest: object) -> Scenario:
    """A network with that many inputs as x has numbers, half the squared error, one example."""
    plain = {
        "title": "t",
        "network": {"inputs": len(x), "layers": list(layers)},
        "loss": "half_squared_error",
        "data": [{"x": list(x), "y": list(y)}],
        "training": {"learning_rate": 0.1},
        **rest,
    }
    return loaded(plain)


def loaded(plain: Mapping[str, object]) -> Scenario:
    """A scenario from its plain form."""
    source = source_of("t.yaml", yaml.safe_dump(dict(plain)).encode())
    return build(*validated(source))


def unit(weight: float, x: float, y: float, bias: float | None = None, rate: float = 0.1) -> Scenario:
    """One linear unit: z = w·x + b, L = (z − y)²/2, dL/dw = (z − y)·x."""
    layer: dict[str, object] = {"units": 1, "activation": "identity", "weights": [[weight]]}
    layer |= {} if bias is None else {"bias": [bias]}
    return network([layer], [x], [y], training={"learning_rate": rate})


def verdicts(scenario: Scenario, *texts: str) -> list[str]:
    """The verdicts on claims, in the order they were made."""
    told = case(scenario, entries(texts))
    judged = Judge(told).verdicts
    return [judged[i] for i in range(len(told.claims))]


def relu_then_identity(first: float, second: float, x: float, y: float, bias: float = 0.0) -> Scenario:
    """z1 = w·x + b, a1 = relu(z1), z2 = v·a1, L = (z2 − y)²/2."""
    return network(
        [
            {"units": 1, "activation": "relu", "weights": [[first]], "bias": [bias]},
            {"units": 1, "activation": "identity", "weights": [[second]]},
        ],
        [x],
        [y],
    )


TWO = "two-two-one"
"""0.5·0.1 + 0.8·0.7 = 0.61 and its σ 0.6479408; 0.31 and 0.5768853; 0.6053075 and 0.6468696."""

JUDGED: list[tuple[str, str | Scenario, tuple[str, ...], tuple[str, ...]]] = [
    # a figure is an interval; what is exact is exact
    ("0.5 is not 0.61, and σ(0.5) = 0.622 is not 0.8", TWO, ("h(c)=0.5", "O(c)=0.8"), ("wrong", "wrong")),
    ("0.61 exactly, however few digits", TWO, ("h(c)=0.61", "h(d)=0.310"), ("right", "right")),
    ("-0.7 is not -0.6", unit(0.4, 1, 0.5, -1.0), ("z1[1]=-0.7",), ("wrong",)),
    ("-0.6 is", unit(0.4, 1, 0.5, -1.0), ("z1[1]=-0.6",), ("right",)),
    (
        "one unit of the last digit is too much where all is given",
        TWO,
        ("h(c)=0.62", "h(d)=0.3101"),
        ("wrong", "wrong"),
    ),
    # zero
    ("0 claims zero: δ is 0.2239", unit(0.5, 1, 0.2761), ("grads.z1[1]=0", "grads.z1[1]=0.0"), ("wrong", "wrong")),
    ("a right zero", relu_then_identity(-1, 2, 3, 1, 0.5), ("a1[1]=0", "grads.W1[1,1]=-0"), ("right", "right")),
    (
        "0 and then 0.3·1 − 1",
        relu_then_identity(1, 0.3, 1, 1),
        ("grads.W1[1,1]=0", "grads.W2[1,1]=-0.7"),
        ("wrong", "right"),
    ),
    # few digits
    ("1 for 0.647 would agree with twice as much", TWO, ("O(c)=1",), ("undecided",)),
    ("0.1 agrees with no change at all", TWO, ("updated.W_ca=0.1",), ("undecided",)),
    ("0.8 − 0.1·0.1·(0.08 − 0.174) = 0.80094", unit(0.8, 0.1, 0.174), ("updated.W1[1,1]=0.801",), ("right",)),
    # rounded: from the figures that were written, or from right ones rounded
    (
        "σ(0.61) = 0.6479, σ(0.4·0.648 + 0.6·0.577) = 0.6469",
        TWO,
        ("O(c)=0.648", "O(d)=0.577", "O(e)=0.6469"),
        ("right",) * 3,
    ),
    ("0.4·0.65 + 0.6·0.58 = 0.608", TWO, ("O(c)=0.65", "O(d)=0.58", "h(e)=0.608"), ("right", "right", "rounded")),
    (
        "0.6081 needs 0.65 exactly: still within 0.645 to 0.655",
        TWO,
        ("O(c)=0.65", "O(d)=0.58", "h(e)=0.6139"),
        ("right", "right", "wrong"),
    ),
    (
        "two units of the last digit are not rounding",
        TWO,
        ("O(c)=0.6479", "O(d)=0.5769", "h(e)=0.6056"),
        ("right", "right", "wrong"),
    ),
    (
        "dL/dE = 0.0413514: half a per cent off, though 40 lines of four figures come before it",
        "transformer-step",
        ("grads.E[1,1]=0.04155",),
        ("wrong",),
    ),
    # carried: through whatever was written
    (
        "-2 is not -2.5, though relu gives 0 either way",
        relu_then_identity(-1, 2, 3, 1, 0.5),
        ("z1[1]=-2", "a1[1]=0", "z2[1]=0"),
        ("wrong", "right", "right"),
    ),
    (
        "a = 1 for 0.9: 2·1, 1 − 1, and a gradient of 1·1",
        relu_then_identity(0.3, 2, 3, 1),
        ("a1[1]=1.00", "z2[1]=2.00", "grads.z2[1]=1.00", "grads.W2[1,1]=1.00"),
        ("wrong", "carried", "carried", "carried"),
    ),
    (
        "a = 0 for 0.9: everything after it is 0 − 1",
        relu_then_identity(0.3, 2, 3, 1),
        ("a1[1]=0", "z2[1]=0", "grads.z2[1]=-1.0"),
        ("wrong", "carried", "carried"),
    ),
    (
        "δ = 1.216 for 1.99: 1.216·9 = 10.944; 0.31 − 0.1·10.944 = −0.7844",
        unit(0.31, 9, 1, 0.2),
        ("grads.z1[1]=1.216", "grads.W1[1,1]=10.94", "updated.W1[1,1]=-0.7844"),
        ("wrong", "carried", "carried"),
    ),
    (
        "two gradients off by the same factor are two wrong ones",
        relu_then_identity(0.3, 2, 3, 1),
        ("grads.W1[1,1]=6.75", "grads.W2[1,1]=1.01"),
        ("wrong", "wrong"),
    ),
    # floats, and what is not finite
    ("nan and inf are values", TWO, ("O(e)=nan", "loss=inf"), ("wrong", "wrong")),
    (
        "−ln as typed: ½·(0.6468696 − 1)² = 0.0623505",
        TWO,
        ("loss=0.3531^2/2", "O(c)=1/(1+e^-0.61)"),
        ("right", "right"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("scenario", "texts", "expected"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED])
def test_a_line_is_judged_by_hand(scenario: str | Scenario, texts: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Each row says what was worked out by hand, and what is to be said of the claims."""
    assert verdicts(bt.load(scenario) if isinstance(scenario, str) else scenario, *texts) == list(expected)


SLIPS = ("h(c)=0.61", "O(c)=0.70", "O(d)=0.577", "h(e)=0.626", "O(e)=0.652", "loss=0.0606", "dL/dh(e)=-0.0791",
         "dL/dW_ec=-0.055", "dL/dW_ed=-0.046", "updated.W_ec=0.41", "after.loss=0.06")  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.permutations(SLIPS))
def test_no_verdict_depends_on_the_order_of_the_claims(texts: list[str]) -> None:
    """The same claims in any order get the same verdicts, each its own."""
    right = dict(zip(SLIPS, verdicts(bt.load(TWO), *SLIPS), strict=True))
    assert dict(zip(texts, verdicts(bt.load(TWO), *texts), strict=True)) == right


def test_one_number_claimed_twice_is_judged_twice() -> None:
    """Both figures get their verdict, in either order, and what follows from the right one is right."""
    texts = ("O(c)=0.648", "O(c)=0.7", "O(d)=0.577", "h(e)=0.605")
    assert verdicts(bt.load(TWO), *texts) == ["right", "wrong", "right", "right"]
    assert verdicts(bt.load(TWO), *reversed(texts)) == ["right", "right", "wrong", "right"]


class Program:
    """A backward pass as somebody writes it in NumPy, for a network of tanh or sigmoid and a linear or softmax end."""

    def __init__(self, seed: int, kind: type[np.floating]) -> None:
        rng = np.random.default_rng(seed)
        self.kind = kind
        self.sizes = [int(n) for n in rng.integers(1, 5, 3)] + [int(rng.integers(2, 4))]
        self.hidden = ["tanh", "sigmoid", "relu"][seed % 3]
        self.softmax = bool(seed % 2)
        scale = [0.3, 1.0, 3.0][int(rng.integers(3))]
        self.weights = [
            np.round(rng.normal(0, scale, (j, k)), 2) for k, j in zip(self.sizes, self.sizes[1:], strict=False)
        ]
        self.biases = [np.round(rng.normal(0, 0.5, j), 1) for j in self.sizes[1:]]
        self.x = np.round(rng.normal(0, 1, (self.sizes[0], 3)), 1)
        self.y = np.eye(self.sizes[-1])[:, rng.integers(0, self.sizes[-1], 3)]

    def scenario(self) -> Scenario:
        """The same network as a scenario."""
        ends = [self.hidden] * (len(self.weights) - 1) + ["softmax" if self.softmax else "identity"]
        layers = [
            {"units": len(w), "activation": f, "weights": w.tolist(), "bias": b.tolist()}
            for w, b, f in zip(self.weights, self.biases, ends, strict=True)
        ]
        return loaded(
            {
                "title": "t",
                "network": {"inputs": self.sizes[0], "layers": layers},
                "loss": "cross_entropy" if self.softmax else "half_squared_error",
                "data": [{"x": x, "y": y} for x, y in zip(self.x.T.tolist(), self.y.T.tolist(), strict=True)],
                "training": {"learning_rate": 0.1},
            }
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array of a step, in the precision of the program."""
        a, found, acts = self.x.astype(self.kind), {}, [self.x.astype(self.kind)]
        weights, biases = [w.astype(self.kind) for w in self.weights], [b.astype(self.kind) for b in self.biases]
        for n, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
            z = w @ a + b[:, None]
            a = self._out(z) if n == len(weights) else self._value(z)
            acts.append(a)
            found |= {f"z{n}": z, f"a{n}": a}
        delta = (a - self.y.astype(self.kind)) / self.kind(3)
        for n in range(len(weights), 0, -1):
            found |= {f"grads.z{n}": delta, f"grads.W{n}": delta @ acts[n - 1].T, f"grads.b{n}": delta.sum(axis=1)}
            if n > 1:
                delta = (weights[n - 1].T @ delta) * self._slope(acts[n - 1])
        for n, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
            found |= {f"updated.W{n}": w - self.kind(0.1) * found[f"grads.W{n}"]}
            found |= {f"updated.b{n}": b - self.kind(0.1) * found[f"grads.b{n}"]}
        return found

    def _out(self, z: np.ndarray) -> np.ndarray:
        if not self.softmax:
            return z
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)

    def _value(self, z: np.ndarray) -> np.ndarray:
        one = self.kind(1)
        return {"tanh": np.tanh, "sigmoid": lambda v: one / (one + np.exp(-v)), "relu": lambda v: np.maximum(v, 0)}[
            self.hidden
        ](z)

    def _slope(self, a: np.ndarray) -> np.ndarray:
        return {"tanh": 1 - a * a, "sigmoid": a * (1 - a), "relu": (a > 0).astype(self.kind)}[self.hidden]

    def claims(self, write: object, only: str = "") -> list[str]:
        """The arrays as claims, each number as `write` puts it down."""
        return [
            f"{name}{_place(name, place)}={write(value)}"
            for name, array in self.arrays().items()
            if name.startswith(only)
            for place, value in np.ndenumerate(array)
        ]


def _place(name: str, place: tuple[int, ...]) -> str:
    if "W" in name or "b" in name:
        return f"[{','.join(str(i + 1) for i in place)}]"
    return f"[{place[0] + 1}]@{place[1] + 1}"


WRITERS = {
    "repr": lambda value: repr(float(value)),
    "str": str,
    "numpy": repr,
    "eight decimals": lambda value: np.array2string(np.array(value), precision=8),
    "five figures": lambda value: f"{value:.5g}",
}


NETWORKS = range(12)
PRINTED = list(product([np.float64, np.float32], WRITERS, ["", "grads", "updated"]))


@cache
def drawn(seed: int) -> Scenario:
    """The network of a seed, which is the same in either precision."""
    return Program(seed, np.float64).scenario()


@pytest.mark.parametrize(("turn", "kind", "write", "only"), [(i, *way) for i, way in enumerate(PRINTED)])
def test_no_right_program_is_told_that_it_is_wrong(turn: int, kind: type[np.floating], write: str, only: str) -> None:
    """Random networks, every array or the gradients alone, in both precisions, however the numbers are printed.

    Each way has networks of its own, a third of all; when a run explores every way has every network.
    """
    for seed in NETWORKS if EXPLORES else NETWORKS[turn % 3 :: 3]:
        program = Program(seed, kind)
        told = case(drawn(seed), entries(program.claims(WRITERS[write], only)))
        judged = Judge(told).verdicts
        off = [told.claims[i].entry for i, verdict in judged.items() if verdict in ("wrong", "carried")]
        assert not off, (seed, off[:3])


def test_a_single_decimal_of_eight_figures_is_no_float() -> None:
    """A 32-bit float prints as 0.015912196, too; but the number after 10000 steps is 0.015913620, which has other figures."""
    told = case(bt.load("mazur-two-two-two"), entries(["step10000.after.a2[1]=0.015912196"]))
    assert Judge(told).verdicts == {0: "wrong"}
