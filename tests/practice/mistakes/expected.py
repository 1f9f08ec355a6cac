"""What each mistake gives, written out by hand: per mistake a scenario, a place, a quantity and its formula.

h holds the right values by hand: x, y, W, b, z, a of the layers, e = a − y, error signals d, gradients dW and db.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.practice.mistakes.hand import SLOPE, VALUE, scenario, sigmoid, step

Formula = Callable[[SimpleNamespace], Any]


@dataclass(frozen=True)
class Expected:
    """A mistake at a place of a scenario (its first place where none is named) makes this of a quantity."""

    mistake: str
    scenario: str
    quantity: str
    formula: Formula
    where: str | None = None


def new_W2(h: SimpleNamespace) -> Any:
    """The updated output weights."""
    return h.W2 - h.rate * h.dW2


def again(h: SimpleNamespace, **changed: Any) -> SimpleNamespace:
    """The second pass, all parameters updated but those given."""
    new = {name: getattr(h, name) - h.rate * getattr(h, f"d{name}") for name in ("W1", "b1", "W2", "b2")}
    return step(scenario("sigmoids"), **{**new, **changed})


def online(h: SimpleNamespace) -> Any:
    """The output weights after an update for every example by itself."""
    p = [h.W1, h.b1, h.W2, h.b2]
    for i in range(h.m):
        one = SimpleNamespace(graph=scenario("sigmoids").graph, training=scenario("batch").training)
        one.data = {"x": h.x[:, [i]], "y": h.y[:, [i]]}
        s = step(one, *p)
        p = [old - h.rate * g for old, g in zip(p, (s.dW1, s.db1, s.dW2, s.db2), strict=True)]
    return p[2]


def mean_example(h: SimpleNamespace) -> SimpleNamespace:
    """One pass on the mean of the examples."""
    one = SimpleNamespace(graph=scenario("sigmoids").graph, training=scenario("batch").training)
    one.data = {"x": h.x.mean(axis=1, keepdims=True), "y": h.y.mean(axis=1, keepdims=True)}
    return step(one, h.W1, h.b1, h.W2, h.b2)


def cut3(value: Any) -> Any:
    """Three significant figures."""
    return np.vectorize(lambda v: float(f"{v:.3g}"))(value)


def rounded_z2(h: SimpleNamespace) -> Any:
    """z2 with every number on the way to three figures."""
    return cut3(h.W2 @ cut3(sigmoid(cut3(h.W1 @ h.x + h.b1))) + h.b2)


def second(h: SimpleNamespace, W1: Any, b1: Any, W2: Any, b2: Any) -> SimpleNamespace:
    """The second step, from other parameters, of the network of the sigmoids."""
    return step(scenario("sigmoids"), W1, b1, W2, b2)


def walked(h: SimpleNamespace, move: Callable[[int, Any, Any], Any]) -> Any:
    """W1 after two steps, in each of which every parameter goes where `move` says: (step, name, its gradient)."""
    for number in (1, 2):
        moved = {name: move(number, name, getattr(h, f"d{name}")) for name in ("W1", "b1", "W2", "b2")}
        new = {name: getattr(h, name) - step_ for name, step_ in moved.items()}
        h = second(h, **new)
    return h.W1


def after_momentum(h: SimpleNamespace, keep: float) -> Any:
    """W1 after two steps of momentum that keeps so much of its velocity."""
    v: dict[str, Any] = {}

    def move(number: int, name: str, g: Any) -> Any:
        v[name] = keep * v.get(name, 0.0) + g
        return 0.1 * v[name]

    return walked(h, move)


def after_unasked(h: SimpleNamespace, keep: float) -> Any:
    """W1 after two steps with a momentum that is not stated, at the stated rate of 0.5."""
    v: dict[str, Any] = {}

    def move(number: int, name: str, g: Any) -> Any:
        v[name] = keep * v.get(name, 0.0) + g
        return 0.5 * v[name]

    return walked(h, move)


def after_unasked_ahead(h: SimpleNamespace) -> Any:
    """The same with Nesterov's momentum of 0.9."""
    v: dict[str, Any] = {}

    def move(number: int, name: str, g: Any) -> Any:
        v[name] = 0.9 * v.get(name, 0.0) + g
        return 0.5 * (g + 0.9 * v[name])

    return walked(h, move)


def after_corrected_adam(h: SimpleNamespace) -> Any:
    """W1 after two steps of Adam that goes on from the corrected averages."""
    kept: dict[str, Any] = {}

    def move(number: int, name: str, g: Any) -> Any:
        m, s = kept.get(name, (0.0, 0.0))
        m, s = (0.7 * m + 0.3 * g) / (1 - 0.7**number), (0.9 * s + 0.1 * g**2) / (1 - 0.9**number)
        kept[name] = (m, s)
        return 0.1 * m / (np.sqrt(s) + 1e-3)

    return walked(h, move)


def after_uncleared(h: SimpleNamespace) -> Any:
    """W1 after two steps, the first gradient still added in the second."""
    total: dict[str, Any] = {}

    def move(number: int, name: str, g: Any) -> Any:
        total[name] = total.get(name, 0.0) + g
        return 0.5 * total[name]

    return walked(h, move)


def after_sigmoid(h: SimpleNamespace) -> Any:
    """dL/dz of the two products with a sigmoid for tanh, derivative included."""
    a = sigmoid(h.z)
    return h.V.T @ (h.V @ a - h.t) * a * (1 - a)


def online_line(h: SimpleNamespace) -> float:
    """The line's b after an update for every point."""
    w, b = 0.7, -0.2
    for x, t in zip(h.x, h.t, strict=True):
        e = w * x + b - t
        w, b = w - 0.5 * e * x, b - 0.5 * e
    return b


EXPECTED = (
    Expected("rounded-early", "sigmoids", "values.z2", rounded_z2, "3 significant figures"),
    Expected("other-loss-factor", "sigmoids", "grads.W1", lambda h: 2 * h.dW1, "twice the stated loss"),
    Expected("other-loss-factor", "sigmoids", "values.loss", lambda h: (h.e**2).sum(), "twice the stated loss"),
    Expected("batch-sum-for-mean", "batch", "grads.W2", lambda h: h.e * sigmoid(h.z2) * (1 - h.a2) @ h.a1.T),
    Expected("batch-sum-for-mean", "batch", "values.loss", lambda h: 0.5 * (h.e**2).sum()),
    Expected("batch-mean-for-sum", "summed", "grads.b1", lambda h: h.db1 / 3),
    Expected("batch-mean-for-sum", "summed", "values.loss", lambda h: 0.5 * (h.e**2).sum() / 3),
    Expected("delta-with-other-sign", "sigmoids", "grads.z1", lambda h: -h.d1),
    Expected("delta-with-other-sign", "sigmoids", "updated.W1", lambda h: h.W1 - h.rate * h.dW1),
    Expected("bias-not-updated", "sigmoids", "updated.b1", lambda h: h.b1),
    Expected("bias-not-updated", "sigmoids", "after.z1", lambda h: (h.W1 - h.rate * h.dW1) @ h.x + h.b1),
    Expected("bias-dropped", "sigmoids", "values.z2", lambda h: h.W2 @ sigmoid(h.W1 @ h.x)),
    Expected("weights-transposed-forward", "sigmoids", "values.z1", lambda h: h.W1.T @ h.x + h.b1),
    Expected("activation-skipped-hidden", "sigmoids", "values.z2", lambda h: h.W2 @ h.z1 + h.b2),
    Expected("activation-skipped-output", "sigmoids", "grads.a2", lambda h: h.z2 - h.y),
    Expected("sigmoid-sign", "sigmoids", "values.a1", lambda h: 1 / (1 + np.exp(h.z1))),
    Expected("wrong-activation", "tanh", "values.a1", lambda h: sigmoid(h.z1)),
    Expected(
        "wrong-activation",
        "sigmoids",
        "grads.z2",
        lambda h: (np.tanh(h.z2) - h.y) * (1 - np.tanh(h.z2) ** 2),
        "the output layer",
    ),
    Expected("softmax-without-exp", "softmax", "values.a2", lambda h: h.z2 / h.z2.sum()),
    Expected("given-miscopied", "sigmoids", "values.z1", lambda h: h.W1 @ [[-0.4], [-0.4]] + h.b1, "x[1] read as -0.4"),
    Expected(
        "weights-exchanged",
        "sigmoids",
        "values.z1",
        lambda h: [[-0.7, 0.3], [0.5, 0.2]] @ h.x + h.b1,
        "W1[1,1] and W1[1,2]",
    ),
    Expected("half-missing", "sigmoids", "values.loss", lambda h: (h.e**2).sum()),
    Expected("half-extra", "mean", "values.loss", lambda h: (h.e**2).mean() / 2),
    Expected("loss-mean-over-outputs", "sigmoids", "values.loss", lambda h: 0.5 * (h.e**2).mean()),
    Expected("loss-sum-over-outputs", "mean", "values.loss", lambda h: (h.e**2).sum()),
    Expected("loss-absolute", "sigmoids", "values.loss", lambda h: abs(h.e).sum(), "without a factor"),
    Expected("loss-square-of-sum", "sigmoids", "values.loss", lambda h: 0.5 * h.e.sum() ** 2),
    Expected("loss-one-output", "sigmoids", "values.loss", lambda h: 0.5 * h.e[1, 0] ** 2, "output 2"),
    Expected(
        "log-base-10", "logistic", "values.loss", lambda h: -(h.y * np.log10(h.a2) + (1 - h.y) * np.log10(1 - h.a2))
    ),
    Expected("log-base-2", "softmax", "values.loss", lambda h: -(h.y * np.log2(h.a2)).sum()),
    Expected("bce-half-dropped", "logistic", "values.loss", lambda h: -h.y * np.log(h.a2)),
    Expected("sign-flipped", "sigmoids", "updated.W1", lambda h: h.W1 + h.rate * h.dW1),
    Expected("sign-flipped", "softmax", "grads.z2", lambda h: h.y - h.a2),
    Expected("logarithm-sign", "softmax", "grads.a2", lambda h: h.y / h.a2),
    Expected("logarithm-sign", "softmax", "grads.z2", lambda h: h.y - h.a2),
    Expected("logarithm-sign", "logistic", "grads.a2", lambda h: h.y / h.a2 + (1 - h.y) / (1 - h.a2)),
    Expected("logarithm-sign", "logistic", "grads.z2", lambda h: h.y * (1 - h.a2) + (1 - h.y) * h.a2),
    Expected("factor-two", "sigmoids", "grads.z2", lambda h: 2 * h.d2),
    Expected("factor-half", "mean", "grads.z1", lambda h: h.d1 / 2),
    Expected("divided-by-outputs", "softmax", "grads.z2", lambda h: (h.a2 - h.y) / 3),
    Expected("loss-for-derivative", "sigmoids", "grads.z2", lambda h: 0.5 * (h.e**2).sum() * h.a2 * (1 - h.a2)),
    Expected("output-derivative-omitted", "sigmoids", "grads.z2", lambda h: h.e),
    Expected("derivative-at-preactivation", "sigmoids", "grads.z2", lambda h: h.e * h.z2 * (1 - h.z2)),
    Expected("derivative-at-preactivation", "tanh", "grads.z1", lambda h: h.back * (1 - h.z1**2), "the hidden layer"),
    Expected("derivative-function-of-activation", "sigmoids", "grads.z2", lambda h: h.e * SLOPE["sigmoid"](h.a2)),
    Expected("derivative-is-activation", "sigmoids", "grads.z1", lambda h: h.back * h.a1, "the hidden layer"),
    Expected("derivative-is-complement", "sigmoids", "grads.z1", lambda h: h.back * (1 - h.a1), "the hidden layer"),
    Expected("derivative-of-error", "sigmoids", "grads.z2", lambda h: h.e * h.e * (1 - h.e)),
    Expected("derivative-twice", "sigmoids", "grads.z1", lambda h: h.d1 * h.s1, "the hidden layer"),
    Expected("derivative-of-other-function", "tanh", "grads.z2", lambda h: h.e * h.a2 * (1 - h.a2)),
    Expected("fused-derivative-twice", "softmax", "grads.z2", lambda h: h.e * h.a2 * (1 - h.a2)),
    Expected("softmax-diagonal-only", "softmax", "grads.z2", lambda h: -h.y * (1 - h.a2)),
    Expected("softmax-true-class-for-all", "softmax", "grads.z2", lambda h: np.full((3, 1), h.a2[1, 0] - 1)),
    Expected("hidden-derivative-omitted", "sigmoids", "grads.z1", lambda h: h.back),
    Expected("raw-error-propagated", "sigmoids", "grads.z1", lambda h: h.W2.T @ h.e * h.s1),
    Expected("updated-weights-used", "sigmoids", "grads.z1", lambda h: new_W2(h).T @ h.d2 * h.s1),
    Expected("weights-not-transposed", "sigmoids", "grads.z1", lambda h: h.W2 @ h.d2 * h.s1),
    Expected(
        "one-path-only",
        "sigmoids",
        "grads.a1",
        lambda h: h.W2[1:].T * h.d2[1],
        "only through unit 2 of the output layer",
    ),
    Expected("path-average", "softmax", "grads.z1", lambda h: h.d1 / 3),
    Expected("path-product", "sigmoids", "grads.a1", lambda h: (h.W2 * h.d2).prod(axis=0)[:, None]),
    Expected("weights-forgotten", "sigmoids", "grads.z1", lambda h: h.d2.sum() * h.s1),
    Expected("gradient-for-weight", "sigmoids", "grads.z1", lambda h: h.dW2.T @ h.d2 * h.s1),
    Expected("proportional-share", "sigmoids", "grads.a1", lambda h: (h.W2 / h.W2.sum(axis=1, keepdims=True)).T @ h.e),
    Expected("output-error-reused", "sigmoids", "grads.z1", lambda h: h.e * h.s1),
    Expected("sum-times-sum", "sigmoids", "grads.a1", lambda h: h.W2.sum(axis=0)[:, None] * h.d2.sum()),
    Expected("derivative-of-wrong-layer", "sigmoids", "grads.z1", lambda h: h.back * h.a2 * (1 - h.a2)),
    Expected("relu-gate-forgotten", "relu", "grads.z1", lambda h: h.back),
    Expected("relu-value-for-gate", "relu", "grads.z1", lambda h: h.back * VALUE["relu"](h.z1)),
    Expected("early-division-by-m", "batch", "grads.W1", lambda h: h.dW1 / 3),
    Expected("early-division-by-m", "batch", "grads.W2", lambda h: h.dW2),
    Expected("preactivation-for-activation", "sigmoids", "grads.W2", lambda h: h.d2 @ h.z1.T),
    Expected("own-activation", "sigmoids", "grads.W1", lambda h: (h.d1 * h.a1) @ [[1, 1]]),
    Expected("network-input-for-activation", "sigmoids", "grads.W2", lambda h: h.d2 @ h.x.T),
    Expected("outer-product-transposed", "sigmoids", "grads.W1", lambda h: h.x @ h.d1.T),
    Expected("input-not-transposed", "square", "grads.W1", lambda h: h.d1 @ h.x),
    Expected("input-forgotten", "sigmoids", "grads.W1", lambda h: h.d1 @ [[1, 1]]),
    Expected("weight-for-input", "sigmoids", "grads.W1", lambda h: h.d1 * h.W1),
    Expected("derivative-missing-in-gradient", "sigmoids", "grads.W1", lambda h: h.back @ h.x.T, "the hidden layer"),
    Expected("bias-gradient-times-input", "sigmoids", "grads.b1", lambda h: h.d1 * -0.4, "input 2 of each layer"),
    Expected("bias-gradient-not-summed", "batch", "grads.b1", lambda h: h.d1[:, [2]], "example 3"),
    Expected("bias-gradient-times-bias", "sigmoids", "grads.b2", lambda h: h.d2 * h.b2),
    Expected("ascent", "sigmoids", "updated.b2", lambda h: h.b2 + h.rate * h.d2),
    Expected("learning-rate-forgotten", "sigmoids", "updated.W1", lambda h: h.W1 - h.dW1),
    Expected("learning-rate-squared", "sigmoids", "updated.W1", lambda h: h.W1 - 0.25 * h.dW1),
    Expected("change-for-weight", "sigmoids", "updated.W2", lambda h: -h.rate * h.dW2),
    Expected("weight-scaled", "sigmoids", "updated.W2", lambda h: h.W2 * (1 - h.rate * h.dW2)),
    Expected(
        "sequential-update",
        "sigmoids",
        "grads.W1",
        lambda h: step(scenario("sigmoids"), h.W1, h.b1, new_W2(h), h.b2 - h.rate * h.d2).dW1,
    ),
    Expected("divided-by-m-twice", "batch", "grads.W2", lambda h: h.dW2 / 3),
    Expected("wrong-m", "batch", "grads.W2", lambda h: h.dW2 * 3 / 2),
    Expected("one-example-only", "batch", "grads.z2", lambda h: 3 * h.d2 * [[0, 0, 1]], "the last example"),
    Expected("inputs-averaged", "batch", "grads.W1", lambda h: mean_example(h).dW1),
    Expected("online-in-batch", "batch", "updated.W2", online),
    Expected("l2-on-biases", "penalised", "grads.b1", lambda h: h.db1 + 0.3 * h.b1),
    Expected("l2-factor", "penalised", "grads.W1", lambda h: h.dW1 + 0.3 * h.W1, "2λ"),
    Expected("only-output-updated", "sigmoids", "after.z2", lambda h: again(h, W1=h.W1, b1=h.b1).z2),
    Expected("stale-hidden-activations", "sigmoids", "after.z2", lambda h: new_W2(h) @ h.a1 + h.b2 - h.rate * h.d2),
    Expected("loss-not-recomputed", "sigmoids", "after.loss", lambda h: 0.5 * (h.e**2).sum()),
    Expected("sign-lost", "sigmoids", "grads.z1", lambda h: -h.d1),
    Expected("sign-lost", "graph", "grads.z", lambda h: -h.e * -0.8 * (1 - h.h**2), "∂h/∂z"),
    Expected("digits-exchanged", "sigmoids", "values.z1", lambda h: np.array([[3.0, -0.7], [0.5, 0.2]]) @ h.x + h.b1),
    Expected("point-moved", "sigmoids", "values.z1", lambda h: np.array([[3.0, -0.7], [0.5, 0.2]]) @ h.x + h.b1),
    Expected("value-repeated", "sigmoids", "values.a1", lambda h: h.a1[[0, 0]], "the hidden layer"),
    Expected("factor-omitted", "graph", "grads.h", lambda h: h.e, "∂y/∂h"),
    Expected("term-omitted", "sigmoids", "values.z1", lambda h: h.W1[:, :1] @ h.x[:1] + h.b1, "the hidden layer"),
    Expected("factor-inverted", "sigmoids", "grads.z2", lambda h: h.e / (h.a2 * (1 - h.a2))),
    Expected("sibling-used", "sigmoids", "grads.W2", lambda h: h.d2 @ h.a1[::-1].T, "the output layer"),
    Expected("index-one-off", "batch", "grads.W2", lambda h: h.d2 @ h.a1[:, [1, 2, 0]].T, "the output layer"),
    Expected("constant-forgotten", "graph", "values.L", lambda h: h.e**2, "the formula of L"),
    Expected("upstream-forgotten", "sigmoids", "grads.z1", lambda h: h.s1, "the hidden layer"),
    Expected("part-only", "batch", "grads.b2", lambda h: 3 * h.db2, "the biases only"),
    Expected("part-only", "batch", "grads.W2", lambda h: h.dW2, "the biases only"),
    Expected("state-reset", "momentum", "step2.updated.W1", lambda h: after_momentum(h, keep=0.0)),
    Expected("state-stale", "momentum", "updated.W1", lambda h: h.W1),
    Expected("state-corrected-kept", "adam", "step2.updated.W1", after_corrected_adam),
    Expected("gradients-not-cleared", "two steps", "step2.updated.W1", after_uncleared),
    Expected("stale-values", "sigmoids", "after.z1", lambda h: (h.W1 - h.rate * h.dW1) @ h.x + h.b1, "the biases"),
    Expected(
        "momentum-unasked", "two steps", "step2.updated.W1", lambda h: after_unasked(h, 0.9), "μ = 0.9, as in ConvNetJS"
    ),
    Expected("momentum-unasked", "two steps", "updated.W1", lambda h: h.W1 - 0.95 * h.dW1),
    Expected("momentum-unasked", "two steps", "step2.updated.W1", after_unasked_ahead),
    Expected("penalty-over-examples", "penalised", "grads.W1", lambda h: h.dW1 - 0.2 * h.W1),
    Expected("other-learning-rate", "sigmoids", "updated.W1", lambda h: h.W1 - 0.01 * h.dW1),
    Expected("loss-factor-alone", "sigmoids", "values.loss", lambda h: 2 * (h.e**2).sum()),
    Expected("loss-factor-alone", "sigmoids", "grads.W1", lambda h: h.dW1),
    Expected("one-step-fewer", "sigmoids", "updated.W1", lambda h: h.W1),
    Expected("error-gated", "relu", "grads.z1", lambda h: np.maximum(h.back, 0), "the hidden layer"),
    Expected(
        "bias-gradient-of-layer", "sigmoids", "grads.b1", lambda h: h.db1.sum() * np.ones((2, 1)), "the hidden layer"
    ),
    Expected("bias-gradient-from-weights", "sigmoids", "grads.b2", lambda h: h.dW2.sum(axis=1, keepdims=True)),
    Expected("penalty-forgotten", "penalised", "grads.W1", lambda h: h.dW1 - 0.3 * h.W1, "the gradients only"),
    Expected("penalty-sign", "penalised", "grads.W1", lambda h: h.dW1 - 0.6 * h.W1, "the gradients only"),
    Expected("softmax-over-batch", "classes", "values.a2", lambda h: np.exp(h.z2) / np.exp(h.z2).sum()),
    Expected("hidden-derivative-omitted", "cells", "grads.z", lambda h: h.dL * h.v * h.s_prime),
    Expected("output-derivative-omitted", "cells", "grads.q", lambda h: h.dL),
    Expected("derivative-at-preactivation", "graph", "grads.z", lambda h: h.e * -0.8 * (1 - h.z**2)),
    Expected("derivative-function-of-activation", "graph", "grads.z", lambda h: h.e * -0.8 * (1 - np.tanh(h.h) ** 2)),
    Expected("derivative-is-activation", "graph", "grads.z", lambda h: h.e * -0.8 * h.h),
    Expected("derivative-is-complement", "graph", "grads.z", lambda h: h.e * -0.8 * (1 - h.h)),
    Expected("derivative-twice", "graph", "grads.z", lambda h: h.e * -0.8 * (1 - h.h**2) ** 2),
    Expected("derivative-of-other-function", "graph", "grads.z", lambda h: h.e * -0.8 * h.h * (1 - h.h)),
    Expected("relu-gate-forgotten", "gates", "grads.x", lambda h: h.w * h.e),
    Expected("relu-value-for-gate", "gates", "grads.x", lambda h: h.w * h.e * np.maximum(h.w * h.x, 0)),
    Expected("error-gated", "gates", "grads.x", lambda h: h.w * np.maximum(h.e, 0)),
    Expected("bias-dropped", "products", "values.z", lambda h: h.W @ h.x),
    Expected("weights-transposed-forward", "products", "values.o", lambda h: h.V.T @ h.a, "o"),
    Expected("activation-skipped-hidden", "products", "values.a", lambda h: h.z),
    Expected("activation-skipped-output", "cells", "values.y", lambda h: -0.8 * h.h),
    Expected("activation-skipped-hidden", "cells", "values.q", lambda h: -0.8 * h.z),
    Expected("sigmoid-sign", "cells", "values.y", lambda h: 1 / (1 + np.exp(-0.8 * h.h))),
    Expected("wrong-activation", "products", "values.a", lambda h: sigmoid(h.z)),
    Expected("wrong-activation", "products", "grads.z", lambda h: after_sigmoid(h)),
    Expected("softmax-without-exp", "scores", "values.p", lambda h: h.s / h.s.sum()),
    Expected("softmax-diagonal-only", "scores", "grads.s", lambda h: -h.t * (1 - VALUE["softmax"](h.s)), "p"),
    Expected("sign-flipped", "products", "grads.o", lambda h: -h.e),
    Expected("factor-two", "products", "grads.a", lambda h: 2 * h.back),
    Expected("factor-half", "cells", "grads.q", lambda h: h.dL * h.s_prime / 2),
    Expected("other-loss-factor", "products", "values.L", lambda h: (h.e**2).sum(), "twice the stated loss"),
    Expected("delta-with-other-sign", "products", "grads.V", lambda h: -h.dV),
    Expected("delta-with-other-sign", "products", "updated.V", lambda h: h.V - 0.5 * h.dV),
    Expected("weights-not-transposed", "products", "grads.a", lambda h: h.V @ h.e),
    Expected("weights-forgotten", "products", "grads.a", lambda h: np.full(2, h.e.sum())),
    Expected("updated-weights-used", "products", "grads.a", lambda h: (h.V - 0.5 * h.dV).T @ h.e),
    Expected("gradient-for-weight", "products", "grads.a", lambda h: h.dV.T @ h.e),
    Expected("path-average", "products", "grads.a", lambda h: h.back / 2),
    Expected("preactivation-for-activation", "products", "grads.V", lambda h: np.outer(h.e, h.z)),
    Expected("input-forgotten", "products", "grads.V", lambda h: np.outer(h.e, [1, 1])),
    Expected("loss-not-recomputed", "products", "after.L", lambda h: 0.5 * (h.e**2).sum()),
    Expected("bias-gradient-not-summed", "line", "grads.b", lambda h: h.e[1] / 3, "example 2"),
    Expected("divided-by-m-twice", "line", "grads.w", lambda h: (h.e * h.x).mean() / 3),
    Expected("one-example-only", "line", "grads.w", lambda h: h.e[2] * h.x[2], "the last example"),
    Expected("inputs-averaged", "line", "grads.w", lambda h: h.e.mean() * h.x.mean()),
    Expected("online-in-batch", "line", "updated.b", lambda h: online_line(h)),
)
