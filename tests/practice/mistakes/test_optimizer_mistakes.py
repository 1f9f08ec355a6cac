"""The mistakes in an optimizer's rule, over two steps, against the rule written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.whatif.intervention import Intervention
from tests.practice.mistakes.hand import scenario

RATE, B1, B2, EPS = 0.1, 0.7, 0.9, 1e-3


def momentum(
    p: Any, g: Any, h: Any, first: Callable[..., Any], then: Callable[..., Any], use: Callable[..., Any]
) -> Any:
    """The parameter after two steps: a velocity from the first gradient, then from both."""
    v = first(g)
    p = p - RATE * use(v, g)
    return p - RATE * use(then(v, h), h)


def adam(p: Any, g: Any, h: Any, b: tuple[float, float] = (B1, B2), square=np.square, correct=None, step=None) -> Any:
    """The parameter after two steps of Adam with some of it taken otherwise."""
    correct = correct or (lambda beta, t: 1 / (1 - beta**t))
    step = step or (lambda m, s: m / (np.sqrt(s) + EPS))
    m = s = 0
    for t, slope in ((1, g), (2, h)):
        m, s = b[0] * m + (1 - b[0]) * slope, b[1] * s + (1 - b[1]) * square(slope)
        p = p - RATE * step(m * correct(b[0], t), s * correct(b[1], t))
    return p


def scaled(p: Any, g: Any, h: Any, s: float, rho: float, by: Callable[[Any], Any]) -> Any:
    """The parameter after two steps along g divided by something of its squares, which are summed (ρ = 1) or averaged."""
    for slope in (g, h):
        s = s + slope**2 if rho == 1 else rho * s + (1 - rho) * slope**2
        p = p - RATE * slope / by(s)
    return p


def beside(s: Any) -> Any:
    """The root with ε beside it."""
    return np.sqrt(s) + EPS


def uncorrected(p: Any, g: Any, h: Any) -> Any:
    """Adam with ε beside the root of the average that is not corrected, as scikit-learn's rate √(1 − β₂ᵗ)/(1 − β₁ᵗ)."""
    m = s = 0
    for t, slope in ((1, g), (2, h)):
        m, s = B1 * m + (1 - B1) * slope, B2 * s + (1 - B2) * slope**2
        p = p - RATE * np.sqrt(1 - B2**t) / (1 - B1**t) * m / (np.sqrt(s) + EPS)
    return p


def decayed(p: Any, g: Any, h: Any, apart: float, within: float) -> Any:
    """Two steps of Adam where the parameter shrinks apart from them, or the decay is within the gradient."""
    m = s = 0
    for t, slope in ((1, g), (2, h)):
        slope, p = slope + within * p, p - RATE * apart * p
        m, s = B1 * m + (1 - B1) * slope, B2 * s + (1 - B2) * slope**2
        p = p - RATE * m / (1 - B1**t) / (np.sqrt(s / (1 - B2**t)) + EPS)
    return p


LIMIT = 0.01


def shortened(g: Any) -> Any:
    """One array of a gradient, no longer than the limit."""
    return g * min(1, LIMIT / np.sqrt((g * g).sum()))


CASES = (
    (
        "momentum-form",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: 0.4 * g, lambda v, h: 0.6 * v + 0.4 * h, lambda v, g: v),
    ),
    (
        "momentum-sign",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: h - 0.6 * v, lambda v, g: v),
    ),
    (
        "nesterov-as-momentum",
        "nesterov",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: 0.6 * v + h, lambda v, g: v),
    ),
    (
        "nesterov-as-momentum",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: 0.6 * v + h, lambda v, g: g + 0.6 * v),
    ),
    ("adam-uncorrected", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1)),
    ("adam-correction-constant", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1 / (1 - beta))),
    ("adam-correction-multiplied", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1 - beta**t)),
    ("adam-epsilon-inside-root", "adam", lambda p, g, h: adam(p, g, h, step=lambda m, s: m / np.sqrt(s + EPS))),
    ("adam-step-off-by-one", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1 / (1 - beta ** (t + 1)))),
    ("adam-betas-swapped", "adam", lambda p, g, h: adam(p, g, h, b=(B2, B1))),
    ("adam-gradient-not-squared", "adam", lambda p, g, h: adam(p, g, h, square=lambda g: g)),
    ("schedule-forgotten", "decaying", lambda p, g, h: p - 0.1 * g - 0.1 * h),
    ("schedule-step-off-by-one", "decaying", lambda p, g, h: p - 0.05 * g - 0.025 * h),
    ("schedule-forgotten", "warming", lambda p, g, h: p - 0.1 * g - 0.1 * h),
    ("warm-up-from-zero", "warming", lambda p, g, h: p - 0.05 * h),
    ("clip-forgotten", "clipped", lambda p, g, h: p - 0.1 * g - 0.1 * h),
    ("clip-by-value", "clipped", lambda p, g, h: p - 0.1 * np.clip(g, -LIMIT, LIMIT) - 0.1 * np.clip(h, -LIMIT, LIMIT)),
    ("clip-each-array", "clipped", lambda p, g, h: p - 0.1 * shortened(g) - 0.1 * shortened(h)),
    ("accumulator-from-tenth", "adagrad", lambda p, g, h: scaled(p, g, h, 0.1, 1, beside)),
    ("epsilon-inside-root", "adagrad", lambda p, g, h: scaled(p, g, h, 0, 1, lambda s: np.sqrt(s + EPS))),
    ("epsilon-inside-root", "rmsprop", lambda p, g, h: scaled(p, g, h, 0, 0.9, lambda s: np.sqrt(s + EPS))),
    ("adadelta-is-descent", "adadelta", lambda p, g, h: p - RATE * g - RATE * h),
    ("other-rho", "rmsprop", lambda p, g, h: scaled(p, g, h, 0, 0.99, beside)),
    ("epsilon-beside-uncorrected-root", "adam", uncorrected),
    ("other-weight-decay", "adamw", lambda p, g, h: decayed(p, g, h, 0.004, 0)),
    ("weight-decay-coupled", "adamw", lambda p, g, h: decayed(p, g, h, 0, 0.2)),
    (
        "momentum-dampened",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: 0.6 * v + 0.4 * h, lambda v, g: v),
    ),
)

TESTED = {name for name, *_ in CASES} | {"activation-form", "clip-after-rate", "slope-at-kink"}
"""The mistakes that have a rule written out by hand in this file."""


@pytest.mark.parametrize(("name", "optimizer", "rule"), CASES, ids=lambda c: c if isinstance(c, str) else "")
@pytest.mark.parametrize("parameter", ["W1", "b2"])
def test_an_optimizer_mistake_follows_its_rule(name: str, optimizer: str, rule: Callable[..., Any], parameter: str):
    """Two steps of a mistaken optimizer lead where the mistaken rule leads by hand, from the gradients met on the way."""
    given = scenario(optimizer)
    site = next(MISTAKES[name].sites(given))

    first, second = Intervention.single(site.changes).walk(given, 2)
    with np.errstate(invalid="ignore"):
        expected = rule(given.parameters[parameter], first.trace.adjoint(parameter), second.trace.adjoint(parameter))

    np.testing.assert_allclose(second.updated[parameter], expected, rtol=1e-12)


@pytest.mark.parametrize("schedule", ["decaying", "warming"])
def test_old_gradients_are_added_whatever_the_rate_of_their_step(schedule: str):
    """Under a schedule the gradient of the first step is that of its learning rate, not of the one that is given."""
    given = scenario(schedule)
    (site,) = MISTAKES["gradients-not-cleared"].sites(given)

    first, second = Intervention.single().walk(given, 2)
    _, wrong = Intervention.single(site.changes).walk(given, 2)

    both = first.trace.adjoint("W1") + second.trace.adjoint("W1")
    np.testing.assert_allclose(wrong.trace.adjoint("W1"), both, rtol=1e-9)


NETWORK = """\
title: One step of each library
network:
  inputs: 2
  layers:
    - {units: 2, activation: sigmoid, weights: [[0.1, 0.7], [0.3, 0.2]], bias: 0}
    - {units: 1, activation: sigmoid, weights: [[0.4, 0.6]], bias: 0}
data: [{x: [0.5, 0.8], y: 1}]
training: {learning_rate: 0.1, steps: 2, optimizer: OPTIMIZER}
"""
PRINTED = (
    ("adagrad", "updated.W1[1,1]", "0.1011637", "accumulator-from-tenth"),  # Keras, optax, TensorFlow.js
    ("adadelta", "updated.W1[1,1]", "0.1003680", "adadelta-is-descent"),  # TensorFlow.js
    ("rmsprop", "updated.W1[1,1]", "1.0999728", "other-rho"),  # torch RMSprop
    ("adam", "updated.W1[1,1]", "0.1999135", "epsilon-beside-uncorrected-root"),  # Keras
    ("adamw", "updated.W1[1,1]", "0.1998735", "other-weight-decay"),  # Keras
    ("adamw", "updated.W1[1,1]", "0.1999987", "other-weight-decay"),  # optax
    ("adamw", "updated.W1[1,1]", "0.1999996", "weight-decay-coupled"),  # torch Adam(weight_decay=0.01)
    ("momentum", "step2.updated.W2[1,1]", "0.4104464", "momentum-dampened"),  # torch SGD(dampening=0.9)
    ("sgd", "step2.updated.W2[1,1]", "0.4109068", "momentum-unasked"),  # brain.js
    ("sgd", "updated.W2[1,1]", "0.4000523", "other-learning-rate"),  # SGD() of PyTorch
    ("sgd", "updated.W2[1,1]", "0.4010453", "other-learning-rate"),  # compile("sgd", "mse") of Keras
    ("adam", "updated.W1[1,1]", "0.1010000", "other-learning-rate"),  # Adam() of PyTorch and Keras
    ("adamw", "updated.W1[1,1]", "0.1009990", "other-learning-rate"),  # AdamW() of PyTorch: 0.1·(1 − 0.00001) + 0.001
    ("rmsprop", "updated.W1[1,1]", "0.1316225", "learning-rate-squared"),  # RMSprop(rho=0.9) at 0.01: 0.1 + 0.01/√0.1
    ("sgd", "updated.W2[1,1]", "0.4005227", "learning-rate-squared"),  # SGD() of Keras, too: 0.01 = 0.1²
    ("sgd", "loss", "0.2494021", "loss-factor-alone"),  # ConvNetJS
    ("sgd", "loss", "0.12470103743544314", "half-missing"),  # brain.js, whose error is the square of a 32-bit float
)
"""What a step of a library prints, measured by running it, and the convention that it is."""


def test_what_a_library_prints_is_the_convention_it_has(tmp_path: Path) -> None:
    """Each figure is named by its convention; with the setting in the file, it is right."""
    file = tmp_path / "one.yaml"
    for optimizer, name, figure, convention in PRINTED:
        file.write_text(NETWORK.replace("OPTIMIZER", optimizer), "utf-8")
        right = {"updated.W2[1,1]": "0.4052266"} if name == "loss" else {}
        found = bt.diagnose(file, {name: figure, **right})
        assert found["explanations"][0]["mistakes"] == [convention], (optimizer, figure)
        assert found["explanations"][0]["kind"] == MISTAKES[convention].kind
    file.write_text(NETWORK.replace("OPTIMIZER", "{kind: adagrad, initial_accumulator: 0.1}"), "utf-8")
    assert bt.diagnose(file, {"updated.W1[1,1]": "0.1011637"})["verdict"] == "correct"


def of_numbers(formula: str, **inputs: float) -> str:
    """Three times a formula of numbers, as a file."""
    given = ", ".join(f"{name}: {value}" for name, value in inputs.items())
    return f"{{title: A kink, graph: {{inputs: {{{given}}}, nodes: {{a: '{formula}', L: 3*a}}, output: L}}}}"


def of_arrays(formula: str, *numbers: float) -> str:
    """3.7 times the sum of a formula of an array, as a file."""
    return (
        f"{{title: A kink, graph: {{inputs: {{x: {list(numbers)}}}, nodes: {{a: '{formula}', L: 'sum(3.7*a)'}}, "
        "output: L}}"
    )


POOL = (
    "{title: A tie, graph: {inputs: {x: [[2, 2], [1, 2]]}, nodes: {m: 'max_pool2d(x, 2)', L: 'sum(3.7*m)'}, output: L}}"
)
RELU = """\
title: A unit at 0
network:
  inputs: 2
  layers:
    - {units: 1, activation: relu, weights: [[0.8, -0.4]]}
    - {units: 1, activation: identity, weights: [[0.5]]}
data: [{x: [0.5, 1], y: 1}]
training: {learning_rate: 0.1}
"""
BOTH = ("dL/dx[1]", "dL/dx[2]")
AT_KINKS = (
    (of_numbers("abs(x)", x=0), {"dL/dx": "3"}, "JAX"),
    (of_numbers("abs(x)", x=0), {"dL/dx": "-3"}, "TensorFlow.js"),
    (of_numbers("relu(x)", x=0), {"dL/dx": "1.5"}, "PyTorch"),
    (of_numbers("leaky_relu(x)", x=0), {"dL/dx": "3"}, "JAX"),
    (of_numbers("leaky_relu(x, slope=0.2)", x=0), {"dL/dx": "3"}, "JAX"),
    (of_numbers("elu(x)", x=0), {"dL/dx": "0"}, "tinygrad"),
    (of_numbers("elu(x, alpha=0.5)", x=0), {"dL/dx": "0"}, "tinygrad"),
    (of_numbers("celu(x)", x=0), {"dL/dx": "6"}, "Keras"),
    (of_numbers("celu(x, alpha=0.5)", x=0), {"dL/dx": "6"}, "Keras"),
    (of_numbers("hardtanh(x)", x=1), {"dL/dx": "3"}, "JAX"),
    (of_numbers("hardtanh(x)", x=-1), {"dL/dx": "3"}, "Keras"),
    (of_numbers("max(x, 0)", x=0), {"dL/dx": "3.0"}, "TensorFlow"),
    (of_numbers("max(0, x)", x=0), {"dL/dx": "0"}, "TensorFlow"),
    (of_numbers("min(max(x, 0), 1)", x=1), {"dL/dx": "3.0"}, "TensorFlow"),
    (of_numbers("max(x, y)", x=2, y=2), {"dL/dx": "3", "dL/dy": "0"}, "PyTensor"),
    (of_numbers("min(x, y)", x=2, y=2), {"dL/dx": "0", "dL/dy": "3"}, "MLX"),
    (of_arrays("relu(x)", 0, 0, 2), dict.fromkeys(BOTH, "3.7"), "TensorFlow"),
    (of_arrays("abs(x)", 0, 0, 2), dict.fromkeys(BOTH, "-3.7"), "TensorFlow.js"),
    (of_arrays("hardtanh(x)", -1, 1, 0), dict.fromkeys(BOTH, "3.7"), "JAX"),
    (of_arrays("celu(x)", 0, 0, 2), dict.fromkeys(BOTH, "7.4"), "Keras"),
    (of_arrays("max(0, x)", 0, 0, 2), dict.fromkeys(BOTH, "0"), "TensorFlow"),
    (of_arrays("max(x)", 2, 2, 1), {"dL/dx[1]": "3.7", "dL/dx[2]": "0"}, "PyTorch"),
    (of_arrays("min(x)", 2, 2, 3), dict.fromkeys(BOTH, "3.7"), "PyTensor"),
    (POOL, {"dL/dx[1,1]": "1.2333333", "dL/dx[2,2]": "1.2333333"}, "tinygrad"),
    (RELU, {"updated.W1[1,1]": "0.8125"}, "PyTorch"),
    (RELU, {"updated.W1[1,1]": "0.82500", "updated.W1[1,2]": "-0.35000"}, "TensorFlow"),
    (RELU.replace("relu", "elu"), {"updated.W1[1,1]": "0.80000", "updated.W1[1,2]": "-0.40000"}, "tinygrad"),
    (RELU.replace("relu", '"abs(z)"'), {"updated.W1[1,1]": "0.77500", "updated.W1[1,2]": "-0.45000"}, "TensorFlow.js"),
    (RELU.replace("relu", '"max(0, z)"'), {"updated.W1[1,1]": "0.80000", "updated.W1[1,2]": "-0.40000"}, "TensorFlow"),
    (
        RELU.replace("relu", '"leaky_relu(z, slope=0.2)"'),
        {"updated.W1[1,1]": "0.82500", "updated.W1[1,2]": "-0.35000"},
        "JAX",
    ),
)


def test_a_slope_that_a_library_takes_where_there_is_none_is_its_convention(tmp_path: Path) -> None:
    """δ of the unit is −½ · slope, so W moves by 0.05 · slope · x; of the numbers first comes the convention, with who."""
    file = tmp_path / "one.yaml"
    for text, figures, who in AT_KINKS:
        file.write_text(text, "utf-8")
        best = bt.diagnose(file, figures)["explanations"][0]
        assert (best["mistakes"], best["kind"]) == (["slope-at-kink"], "convention"), (text, figures)
        assert who in best["where"]
    file.write_text(RELU.replace("0.8,", "0.9,"), "utf-8")  # not at 0
    assert not list(MISTAKES["slope-at-kink"].sites(bt.load(file)))


def test_a_tie_is_shared_in_one_way_only(tmp_path: Path) -> None:
    """Nothing goes all to the first and all to the second at once: two ways of one line are no explanation together."""
    file = tmp_path / "one.yaml"
    file.write_text(of_numbers("max(x, y)", x=2, y=2), "utf-8")
    found = bt.diagnose(file, {"dL/dx": "0", "dL/dy": "0"})["explanations"]
    assert ["slope-at-kink", "slope-at-kink"] not in [each["mistakes"] for each in found]


@pytest.mark.parametrize(("optimizer", "share"), [("adagrad", 1.0), ("rmsprop", 0.1)])
def test_epsilon_within_the_root_shows_where_the_gradient_is_tiny(optimizer: str, share: float) -> None:
    """dL/dw = (0.5·0.0002 − 0.6)·0.0002; the step is 0.1·g/√(s + ε), s that share of g²."""
    net = bt.scenario(
        {
            "title": "a tiny gradient",
            "network": {"inputs": 1, "layers": [{"units": 1, "activation": "identity", "weights": [[0.5]]}]},
            "loss": "half_squared_error",
            "data": [{"x": [0.0002], "y": 0.6}],
            "training": {"learning_rate": 0.1, "optimizer": optimizer},
        }
    )
    gradient = (0.5 * 0.0002 - 0.6) * 0.0002
    new = 0.5 - 0.1 * gradient / np.sqrt(share * gradient**2 + 1e-8)
    found = bt.diagnose(net, {"updated.W1[1,1]": f"{new:.6f}"})["explanations"]
    assert [each["mistakes"] for each in found] == [["epsilon-inside-root"]]


NAMED_HERE = {convention for *_, convention in PRINTED} | {"activation-form", "epsilon-inside-root", "slope-at-kink"}
"""The conventions that the tests of this file find from figures of libraries, in files of their own."""


def test_another_form_of_an_activation_is_the_convention_of_who_has_it(tmp_path: Path) -> None:
    """GELU of 0.61 by its form with tanh, as JAX prints it; leaky slopes of 0.2 and 0.3, derivative included."""
    file = tmp_path / "one.yaml"
    base = NETWORK.replace("OPTIMIZER", "sgd")
    z, e = np.array([0.61, 0.31]), 1e-6

    def gelu(z: Any) -> Any:
        return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))

    assert f"{gelu(0.61):.7f}" == "0.4446973"
    file.write_text(base.replace("sigmoid", "gelu", 1), "utf-8")
    out = 1 / (1 + np.exp(-np.array([0.4, 0.6]) @ gelu(z)))
    grad = (out - 1) * out * (1 - out) * 0.4 * (gelu(z[0] + e) - gelu(z[0] - e)) / (2 * e) * 0.5
    found = bt.diagnose(file, {"a1[1]": "0.4446973", "grads.W1[1,1]": f"{grad:.7f}"})
    assert found["explanations"][0]["mistakes"] == ["activation-form"]
    assert "JAX" in found["explanations"][0]["where"]
    file.write_text(base.replace("sigmoid", "leaky_relu", 1).replace("0.1, 0.7", "-0.1, -0.7"), "utf-8")
    for slope, who in ((0.2, "TensorFlow"), (0.3, "layer of Keras")):
        found = bt.diagnose(file, {"a1[1]": f"{-0.61 * slope:.6f}"})
        assert found["explanations"][0]["mistakes"] == ["activation-form"]
        assert who in found["explanations"][0]["where"]
    own = base.replace("sigmoid", "leaky_relu, slope: 0.3", 1).replace("0.1, 0.7", "-0.1, -0.7")
    node = "{title: t, graph: {inputs: {z: -0.61}, nodes: {a: 'leaky_relu(z, slope=0.3)'}, output: a}}"
    for text, name in ((own, "a1[1]"), (node, "a")):
        file.write_text(text, "utf-8")
        found = bt.diagnose(file, {name: "-0.0061"})
        assert found["explanations"][0]["mistakes"] == ["activation-form"]
        assert "0.01, as in PyTorch" in found["explanations"][0]["where"]


def test_the_step_clipped_for_the_gradient() -> None:
    """The limit is held against the length of the step, all parameters together; here the step is short enough."""
    given = scenario("clipped")
    (site,) = MISTAKES["clip-after-rate"].sites(given)
    first, _ = Intervention.single(site.changes).walk(given, 2)
    norm = np.sqrt(sum((first.trace.adjoint(name) ** 2).sum() for name in given.parameters))
    factor = LIMIT / max(LIMIT, 0.1 * norm)
    for name, p in given.parameters.items():
        np.testing.assert_allclose(first.updated[name], p - 0.1 * factor * first.trace.adjoint(name), rtol=1e-12)
