"""The table of frameworks: what is said of this program is so, and PyTorch, where it is installed, does what is said of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.verify.frameworks import DIFFERENCES, FORMS_LIKE, FRAMEWORKS, TOPICS


def slope(formula: str, x: float, **more: float) -> float:
    """dy/dx of a formula by this program."""
    inputs = {"x": x, **more}
    run = bt.run({"title": "t", "graph": {"inputs": inputs, "nodes": {"y": formula}, "output": "y"}})
    return float(run["grads.x"].item())


HERE: dict[str, Callable[[], float]] = {
    "relu-at-zero": lambda: slope("relu(x)", 0.0),
    "maximum-at-zero": lambda: slope("max(x, 0)", 0.0),
    "abs-at-zero": lambda: slope("abs(x)", 0.0),
    "abs-of-scalar": lambda: slope("abs(x)", -1.0),
    "leaky-slope": lambda: slope("leaky_relu(x)", -1.0),
    "leaky-at-zero": lambda: slope("leaky_relu(x)", 0.0),
    "power-zero-zero": lambda: slope("x^0", 0.0),
    "leaky-slope-float64": lambda: slope("leaky_relu(x)", -1.0),
    "hardsigmoid-slope-float64": lambda: slope("hardsigmoid(x)", 1.0),
    "elu-far": lambda: slope("elu(x)", 100.0),
}


@pytest.mark.parametrize("name", HERE)
def test_what_is_said_of_this_program(name: str) -> None:
    """The row's value here is computed."""
    assert HERE[name]() == float(Fraction(DIFFERENCES[name].here.en))


def by_torch(make: Callable[[Any, Any], Any], x: Any) -> list[float]:
    """The derivative of a function of a tensor, by PyTorch."""
    torch = pytest.importorskip("torch")
    given = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(make(torch, given).sum(), given)
    return [float(value) for value in found.reshape(-1)]


TORCH: dict[str, tuple[Callable[[Any, Any], Any], Any, list[float]]] = {
    "relu-at-zero": (lambda t, x: t.relu(x), 0.0, [0.0]),
    "maximum-at-zero": (lambda t, x: t.maximum(x, t.zeros_like(x)), 0.0, [0.5]),
    "abs-at-zero": (lambda t, x: t.abs(x), 0.0, [0.0]),
    "abs-of-scalar": (lambda t, x: t.abs(x), -1.0, [-1.0]),
    "max-tie": (lambda t, x: t.max(x), [2.0, 2.0, 1.0], [0.5, 0.5, 0.0]),
    "maximum-tie": (lambda t, x: t.maximum(x[0], x[1]), [2.0, 2.0], [0.5, 0.5]),
    "max-pool-tie": (lambda t, x: t.nn.functional.max_pool1d(x[None], 2), [[1.0, 1.0]], [1.0, 0.0]),
    "leaky-slope": (lambda t, x: t.nn.functional.leaky_relu(x), -1.0, [0.01]),
    "leaky-at-zero": (lambda t, x: t.nn.functional.leaky_relu(x), 0.0, [0.01]),
    "elu-at-zero": (lambda t, x: t.nn.functional.elu(x, 0.5), 0.0, [0.5]),
    "elu-tinygrad": (lambda t, x: t.nn.functional.elu(x), 0.0, [1.0]),
    "hardtanh-at-edge": (lambda t, x: t.nn.functional.hardtanh(x), [-1.0, 1.0], [0.0, 0.0]),
    "relu6-at-edge": (lambda t, x: t.nn.functional.relu6(x), [0.0, 6.0], [0.0, 0.0]),
    "hardsigmoid-at-edge": (lambda t, x: t.nn.functional.hardsigmoid(x), [-3.0, 3.0], [0.0, 0.0]),
    "hardswish-at-edge": (lambda t, x: t.nn.functional.hardswish(x), [-3.0, 3.0], [0.0, 1.0]),
    "sqrt-at-zero": (lambda t, x: t.sqrt(x), 0.0, [float("inf")]),
    "norm-at-zero": (lambda t, x: t.norm(x), [0.0, 0.0], [0.0, 0.0]),
    "power-zero-zero": (lambda t, x: x**0.0, 0.0, [0.0]),
    "softplus-threshold": (lambda t, x: t.nn.functional.softplus(x), 25.0, [1.0]),
    "leaky-slope-float64": (lambda t, x: t.nn.functional.leaky_relu(x), -1.0, [0.01]),
    "hardsigmoid-slope-float64": (lambda t, x: t.nn.functional.hardsigmoid(x), 1.0, [float(np.float32(1 / 6))]),
    "elu-far": (lambda t, x: t.nn.functional.elu(x), 100.0, [1.0]),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", TORCH)
def test_torch_does_what_is_said_of_it(name: str) -> None:
    """Derivatives at kinks and ties."""
    make, x, right = TORCH[name]
    assert by_torch(make, x) == right
    assert "torch" in DIFFERENCES[name].seen


@pytest.mark.torch
def test_torch_optimizers_and_norms() -> None:
    """Defaults that change a number."""
    torch = pytest.importorskip("torch")
    p = [torch.nn.Parameter(torch.zeros(1))]
    assert torch.optim.Adagrad(p).defaults["eps"] == 1e-10
    assert torch.optim.RMSprop(p).defaults["alpha"] == 0.99
    assert torch.optim.AdamW(p).defaults["weight_decay"] == 0.01
    assert torch.nn.LayerNorm(2).eps == torch.nn.BatchNorm1d(2).eps == 1e-5


@pytest.mark.torch
def test_torch_clips_a_norm_as_is_said_of_it() -> None:
    """The gradient (6, 8), limit 5: 1e-6 is added to the norm."""
    torch = pytest.importorskip("torch")
    p = torch.zeros(2, dtype=torch.float64)
    p.grad = torch.tensor([6.0, 8.0], dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([p], 5.0)
    scenario = bt.load("clipped-gradient")
    like = replace(scenario, training=replace(scenario.training, like="torch"))
    (step,) = bt.run(like).steps
    factor = float(p.grad[0]) / 6
    assert f"{factor:.8f}" in DIFFERENCES["clip-norm"].seen["torch"].en
    assert float(step.updated["w"].item()) == pytest.approx(1 - 0.1 * 6 * factor, rel=1e-14)


def by_jax(make: Callable[[Any, Any], Any], x: Any) -> Any:
    """The derivative of a function of an array, by JAX."""
    jax = pytest.importorskip("jax")
    numpy = jax.numpy
    return jax.grad(lambda given: make(jax, given).sum())(numpy.asarray(x, dtype=float))


JAX: dict[str, tuple[Callable[[Any, Any], Any], Any, Any]] = {
    "relu-at-zero": (lambda j, x: j.nn.relu(x), 0.0, 0.0),
    "maximum-at-zero": (lambda j, x: j.numpy.maximum(x, 0), 0.0, 0.5),
    "clamp-at-edge": (lambda j, x: j.numpy.clip(x, 0, None), 0.0, 0.5),
    "abs-at-zero": (lambda j, x: j.numpy.abs(x), 0.0, 1.0),
    "abs-of-scalar": (lambda j, x: j.numpy.abs(x), -1.0, -1.0),
    "max-tie": (lambda j, x: j.numpy.max(x), [2.0, 2.0, 1.0], [0.5, 0.5, 0.0]),
    "maximum-tie": (lambda j, x: j.numpy.maximum(x[0], x[1]), [2.0, 2.0], [0.5, 0.5]),
    "leaky-slope": (lambda j, x: j.nn.leaky_relu(x), -1.0, 0.01),
    "leaky-at-zero": (lambda j, x: j.nn.leaky_relu(x), 0.0, 1.0),
    "elu-at-zero": (lambda j, x: j.nn.elu(x, 0.5), 0.0, 0.5),
    "hardtanh-at-edge": (lambda j, x: j.nn.hard_tanh(x), [-1.0, 1.0], [1.0, 1.0]),
    "relu6-at-edge": (lambda j, x: j.nn.relu6(x), [0.0, 6.0], [0.0, 0.0]),
    "hardsigmoid-at-edge": (lambda j, x: j.nn.hard_sigmoid(x), [-3.0, 3.0], [0.0, 0.0]),
    "hardswish-at-edge": (lambda j, x: j.nn.hard_swish(x), [-3.0, 3.0], [0.0, 1.0]),
    "sqrt-at-zero": (lambda j, x: j.numpy.sqrt(x), 0.0, float("inf")),
    "norm-at-zero": (lambda j, x: j.numpy.linalg.norm(x), [0.0, 0.0], [float("nan")] * 2),
    "power-zero-zero": (lambda j, x: x**0, 0.0, 0.0),
}


@pytest.mark.parametrize("name", JAX)
def test_jax_does_what_is_said_of_it(name: str) -> None:
    """Derivatives at kinks and ties, in single precision."""
    make, x, right = JAX[name]
    np.testing.assert_allclose(by_jax(make, x), right, rtol=1e-6)
    assert "jax" in DIFFERENCES[name].seen


def test_optax_does_what_is_said_of_it() -> None:
    """The first step from 1 with the gradient 0.5 and the rate 0.1, of each rule with its defaults."""
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    for rule, right in (
        ("adagrad", 0.9154846),
        ("rmsprop", 0.6837723),
        ("adam", 0.9),
        ("adamw", 0.89999),
        ("nadam", 0.8526316),
    ):
        made, one = getattr(optax, rule)(0.1), jax.numpy.asarray(1.0)
        update, _ = made.update(jax.numpy.asarray(0.5), made.init(one), one)
        assert float(one + update) == pytest.approx(right, abs=1e-6), rule


TINYGRAD: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "relu-at-zero": (lambda x: x.relu(), [0.0], [0.0]),
    "maximum-at-zero": (lambda x: x.maximum(0), [0.0], [0.5]),
    "abs-at-zero": (lambda x: x.abs(), [0.0], [0.0]),
    "abs-of-scalar": (lambda x: x.abs(), [-1.0], [-1.0]),
    "max-tie": (lambda x: x.max(), [2.0, 2.0, 1.0], [0.5, 0.5, 0.0]),
    "leaky-slope": (lambda x: x.leaky_relu(), [-1.0], [0.01]),
}


@pytest.mark.parametrize("name", TINYGRAD)
def test_tinygrad_does_what_is_said_of_it(name: str) -> None:
    """Derivatives at kinks and ties."""
    os.environ.setdefault("DEV", "PYTHON")  # its device that needs no compiler
    tinygrad = pytest.importorskip("tinygrad")
    make, x, right = TINYGRAD[name]
    given = tinygrad.Tensor(x)
    (found,) = make(given).sum().gradient(given)
    np.testing.assert_allclose(found.numpy(), right, rtol=1e-6)
    assert "tinygrad" in DIFFERENCES[name].seen


def test_scikit_learn_does_what_is_said_of_it() -> None:
    """Momentum and Nesterov unless told; log_loss of a certain mistake."""
    neural = pytest.importorskip("sklearn.neural_network")
    defaults = neural.MLPRegressor(solver="sgd")
    assert (defaults.momentum, defaults.nesterovs_momentum) == (0.9, True)
    loss = pytest.importorskip("sklearn.metrics").log_loss([0], [[0.0, 1.0]], labels=[0, 1])
    assert f"{loss:.4f}" in DIFFERENCES["bce-saturated"].seen["sklearn"].en


@pytest.mark.parametrize("outputs", [1, 2, 4])
def test_the_gradient_of_scikit_learn_by_outputs(outputs: int) -> None:
    """One step of a linear unit from 0, the targets 1: the loss is 1/2, its derivative by a weight −1/K, the step the rate."""
    neural = pytest.importorskip("sklearn.neural_network")
    plain = {"solver": "sgd", "learning_rate_init": 0.1, "momentum": 0.0, "nesterovs_momentum": False, "alpha": 0.0}
    unit = neural.MLPRegressor(hidden_layer_sizes=(), random_state=0, **plain)
    x, y = np.ones((1, 1)), np.ones((1, outputs))
    y = y if outputs > 1 else y.ravel()
    unit.partial_fit(x, y)
    unit.coefs_[0][:], unit.intercepts_[0][:] = 0, 0
    unit.partial_fit(x, y)
    assert unit.loss_ == pytest.approx(0.5)
    np.testing.assert_allclose(unit.coefs_[0], 0.1)
    layers = [{"units": outputs, "activation": "identity", "weights": [[0]] * outputs}]
    net: Any = {"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": 1, "y": [1] * outputs}]}
    run = bt.run({**net, "loss": "mean_squared_error", "training": {"like": "sklearn"}})
    assert run["loss"] == pytest.approx(0.5)
    np.testing.assert_allclose(run["grads.W1"], -1 / outputs)


def test_keras_does_what_is_said_of_it() -> None:
    """Defaults that change a number, slopes, the form of gelu."""
    pytest.importorskip("jax")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    o = keras.optimizers
    assert o.Adagrad().initial_accumulator_value == 0.1
    assert (o.RMSprop().rho, o.Adam().epsilon, o.AdamW().weight_decay) == (0.9, 1e-7, 0.004)
    assert keras.layers.LayerNormalization().epsilon == keras.layers.BatchNormalization().epsilon == 1e-3
    value = lambda given: float(np.asarray(given))  # noqa: E731
    assert value(keras.activations.leaky_relu(keras.ops.array(-1.0))) == pytest.approx(-0.2)
    assert value(keras.layers.LeakyReLU()(keras.ops.array(-1.0))) == pytest.approx(-0.3)
    assert value(keras.activations.gelu(keras.ops.array(1.0))) == pytest.approx(0.841345, abs=1e-6)


def test_every_row_is_of_known_frameworks_and_says_something_in_both_languages() -> None:
    """No framework without a version; no row in which all is the same."""
    for row in DIFFERENCES.values():
        assert row.seen.keys() <= FRAMEWORKS.keys()
        assert row.what.zh
        assert row.here.zh


FOLLOWED = {
    *(
        "maximum-at-zero",
        "abs-at-zero",
        "maximum-tie",
        "leaky-slope",
        "leaky-at-zero",
        "gelu-form",
        "squared-error-form",
    ),
    *("momentum-default", "adagrad-start", "adagrad-epsilon", "rmsprop-rho", "rmsprop-epsilon", "adam-epsilon"),
    *("adamw-decay", "clip-norm", "weight-decay", "layer-norm-epsilon", "batch-norm-epsilon"),
}
"""The rows that the tests of this file compute by ``like:``."""


def test_a_row_is_followed_or_says_why_not() -> None:
    """Where a framework differs from this program."""
    for row in DIFFERENCES.values():
        differs = any(value != row.here for value in row.seen.values())
        assert differs == (row.name in FOLLOWED or row.apart is not None), row.name


def test_what_is_not_followed_stays_as_it_is() -> None:
    """The norm of a zero vector, a tie in a window, PyTorch's decay of biases."""
    for formula, w, like, right in (
        ("norm(w)", [0, 0], "jax", [0, 0]),
        ("sum(max_pool2d(w, 2))", [[[3, 3], [3, 1]]], "tinygrad", [1, 0, 0, 0]),
    ):
        graph: Any = {"inputs": {"c": 1}, "parameters": {"w": w}, "nodes": {"L": f"c * {formula}"}, "output": "L"}
        run = bt.run(bt.scenario({"title": "t", "graph": graph, "training": {"like": like}}))
        assert np.ravel(run["grads.w"]).tolist() == right
    layers = [{"units": 1, "activation": "identity", "weights": [[2]], "bias": 1}]
    net: Any = {"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": 1, "y": 3}]}
    run = bt.run({**net, "loss": {"function": "squared_error", "l2": 0.1}, "training": {"like": "torch"}})
    assert (run["grads.W1"].item(), run["grads.b1"].item()) == (0.2, 0)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, one topic, as JSON, in Chinese; an unknown topic is answered."""
    assert start(["frameworks"]) == 0
    out = capsys.readouterr().out
    assert all(topic in out for topic in TOPICS)
    assert " ".join(out.split()).count("Not followed by like") == sum(
        row.apart is not None for row in DIFFERENCES.values()
    )
    assert start(["frameworks", "--of", "adam", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert {row["of"] for row in record["differences"]} == {"adam"}
    assert start(["frameworks", "--of", "max", "--lang", "zh"]) == 0
    assert "并列" in capsys.readouterr().out
    assert start(["frameworks", "--of", "adamm"]) == 2
    assert "did you mean 'adam'" in capsys.readouterr().err


STEPS = (
    ("adagrad", "torch", {}, (0.9, 0.9447214)),
    ("adagrad", "keras", {}, (0.9154846, 0.9544095)),
    ("adagrad", "jax", {}, (0.9154846, 0.9544095)),
    ("rmsprop", "torch", {}, (0.0000002, 0.4490133)),
    ("rmsprop", "keras", {}, (0.6837729, 0.8312146)),
    ("rmsprop", "jax", {}, (0.6837723, 0.8312142)),
    ("adam", "torch", {}, (0.9, 0.8733663)),
    ("adam", "keras", {}, (0.9000006, 0.8733672)),
    ("adamw", "torch", {}, (0.8990000, 0.8714673)),
    ("adamw", "keras", {}, (0.8996013, 0.8726081)),
    ("adamw", "jax", {}, (0.8999900, 0.8733473)),
    ("sgd", "keras", {}, (0.95, 0.975)),
    ("sgd", "sklearn", {}, (0.905, 0.912)),
)


@pytest.mark.parametrize(("optimizer", "like", "settings", "seen"), STEPS)
def test_two_steps_like_a_framework(optimizer: str, like: str, settings: Any, seen: tuple[float, float]) -> None:
    """From 1, the gradients 0.5 and −0.25, rate 0.1: what the frameworks were seen to give (Keras in float32)."""
    run = bt.run(
        {
            "title": "two steps",
            "graph": {"inputs": ["c"], "parameters": {"w": 1}, "nodes": {"L": "c*w"}, "output": "L"},
            "data": [{"c": 0.5}, {"c": -0.25}],
            "training": {"optimizer": optimizer, "learning_rate": 0.1, "batch": 1, "steps": 2, "like": like},
        }
    )
    found = float(run["updated.w"].item()), float(run["step2.updated.w"].item())
    assert found == pytest.approx(seen, abs=2e-6)


def test_the_lesson_says_where_it_changed_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    """With the number by the books beside it; nothing is said where nothing differs."""
    assert start(["run", "adam-two-steps", "--like", "keras", "--digits", "8"]) == 0
    assert "As in Keras" in capsys.readouterr().out
    assert start(["run", "adam-two-steps", "--like", "torch"]) == 0
    assert "As in" not in capsys.readouterr().out
    assert (
        start(["train", "xor", "--optimizer", "adagrad", "--like", "keras", "--epochs", "50", "--format", "json"]) == 0
    )
    keras = json.loads(capsys.readouterr().out)["loss"]["last"]
    assert start(["train", "xor", "--optimizer", "adagrad", "--epochs", "50", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["loss"]["last"] != keras
    assert start(["run", "xor", "--like", "kears"]) == 2
    assert "did you mean 'keras'" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["step.py", "lesson.html", "trace.json"])
def test_a_step_like_a_framework_is_written_in_every_form(form: str, tmp_path: Any) -> None:
    """Its lines, its start and its settings."""
    file = tmp_path / "like.yaml"
    text = bt.load("adam-two-steps").origin[1].lines  # type: ignore[index]
    file.write_text("\n".join(text).replace("learning_rate:", "like: keras, learning_rate:"))
    assert start(["export", str(file), "-o", str(tmp_path / form)]) == 0
    assert (tmp_path / form).stat().st_size > 500


def test_gelu_of_jax() -> None:
    """The form with tanh, and erf without."""
    layers = [{"units": 1, "activation": "gelu", "weights": [[1]]}]
    network = {"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": 1, "y": 0}]}
    assert bt.run(network)["a1[1]"] == pytest.approx(0.8413447460685429, abs=1e-15)
    assert bt.run({**network, "training": {"like": "jax"}})["a1[1]"] == pytest.approx(0.8411919906082768, abs=1e-12)


@pytest.mark.parametrize(
    ("activation", "like", "value", "slope"),
    [
        ("gelu", "jax", -0.158808, -0.082964),
        ("gelu", "torch", -0.158655, -0.083315),
        ("leaky_relu", "tensorflow", -0.2, 0.2),
        ("leaky_relu", "jax", -0.01, 0.01),
    ],
)
def test_an_activation_like_a_framework(activation: str, like: str, value: float, slope: float) -> None:
    """At −1, as the frameworks were seen to give it; the lesson says where it is another function."""
    layer = {"units": 1, "activation": activation, "weights": [[1]]}
    net = bt.scenario(
        {
            "title": "t",
            "network": {"inputs": 1, "layers": [layer]},
            "data": [{"x": [-1], "y": 0}],
            "training": {"like": like},
        }
    )
    run = bt.run(net)
    assert run["values.a1"].item() == pytest.approx(value, abs=1e-6)
    assert run["grads.z1"].item() == pytest.approx(value * slope, abs=1e-6)
    assert ("As in " in str(bt.teach(run))) == ((activation, like) in {("gelu", "jax"), ("leaky_relu", "tensorflow")})


@pytest.mark.parametrize(
    ("like", "kind", "said"),
    [
        ("keras", "batch_norm", "ε of batch_norm is 1e-3"),
        ("keras", "layer_norm", "ε of layer_norm is 1e-3"),
        ("jax", "layer_norm", "ε of layer_norm is 1e-6"),
        ("jax", "batch_norm", ""),
        ("torch", "layer_norm", ""),
        ("keras", "rms_norm", ""),
    ],
)
def test_a_layer_that_normalises_like_a_framework(like: str, kind: str, said: str) -> None:
    """The lesson says which ε is another, of this kind of norm alone; an author's formula of the same form is the author's."""
    dense = {"kind": "dense", "units": 1, "activation": "identity", "weights": [[1, 2]]}
    rest: Any = {"title": "t", "training": {"like": like}}
    data = [{"x": [1, 2], "y": 0}, {"x": [2, 5], "y": 1}]
    network = {"inputs": 2, "layers": [{"kind": kind}, dense]}
    lesson = str(bt.teach(bt.run({**rest, "network": network, "loss": "squared_error", "data": data})))
    assert (said in lesson) if said else ("As in " not in lesson)

    nodes = {"m": "batch_mean(x)", "v": "batch_mean((x - m)^2)", "n": "(x - m) / sqrt(v + 0.001)", "L": "sum(n * y)"}
    graph = {"inputs": ["x", "y"], "nodes": nodes, "output": "L"}
    assert "As in " not in str(
        bt.teach(bt.run({**rest, "graph": graph, "data": [{**row, "y": [1, 1]} for row in data]}))
    )


FORMS = (
    ("abs(w)", {"w": 0}, "jax", (1.0,)),
    ("abs(w)", {"w": 0}, "torch", (0.0,)),
    ("sum(abs(w))", {"w": [0, -1]}, "jax", (1.0, -1.0)),
    ("max(u, v)", {"u": 2, "v": 2}, "tensorflow", (1.0, 0.0)),
    ("min(u, v)", {"u": 2, "v": 2}, "tensorflow", (1.0, 0.0)),
    ("max(u, v)", {"u": 2, "v": 2}, "jax", (0.5, 0.5)),
    ("leaky_relu(w)", {"w": 0}, "jax", (1.0,)),
    ("leaky_relu(w)", {"w": 0}, "tensorflow", (0.2,)),
)
"""A formula at a kink or a tie, and the derivatives that the framework was seen to give."""


@pytest.mark.parametrize(("formula", "parameters", "like", "seen"), FORMS)
def test_a_kink_in_a_graph_is_as_in_the_framework(
    formula: str, parameters: dict[str, Any], like: str, seen: tuple[float, ...]
) -> None:
    """And the lesson says so where it is another derivative than here."""
    net = bt.scenario(
        {
            "title": "t",
            "graph": {"inputs": {"c": 1}, "parameters": parameters, "nodes": {"L": f"c * {formula}"}, "output": "L"},
            "training": {"like": like},
        }
    )
    run = bt.run(net)
    found = np.concatenate([np.ravel(run[f"grads.{name}"]) for name in parameters])
    np.testing.assert_allclose(found, seen, rtol=1e-15)
    differs = any(like in form.frameworks for form in FORMS_LIKE if form.name in formula)
    name = formula.removeprefix("sum(").partition("(")[0]
    lesson = " ".join(str(bt.teach(run)).split())
    assert ("As in " in lesson) == differs
    assert f"tutor frameworks --of {'max' if name == 'min' else name}" in lesson
    assert "kink of ReLU" not in lesson


@pytest.mark.parametrize(
    ("activation", "like", "said"),
    [("leaky_relu", "jax", "slope 1 at 0"), ("abs(z)", "jax", "slope 1 at 0"), ("max(z, 0)", "tensorflow", "tied")],
)
def test_a_kink_is_spoken_of_only_where_a_number_stands_on_it(activation: str, like: str, said: str) -> None:
    """A layer and a graph, at 0 and beside it."""
    called = activation if "z" in activation else f"{activation}(z)"
    for z in (0, 1, -1):
        layers = [{"units": 1, "activation": activation, "weights": [[1]]}]
        network: Any = {"network": {"inputs": 1, "layers": layers}, "data": [{"x": z, "y": 0.5}]}
        graph: Any = {"graph": {"inputs": {"z": z}, "nodes": {"L": called}, "output": "L"}}
        for described in (network, graph):
            lesson = str(bt.teach(bt.run(bt.scenario({"title": "t", **described, "training": {"like": like}}))))
            assert (said in " ".join(lesson.split())) == (z == 0)
            assert ("tutor frameworks --of" in lesson) == (z == 0)


@pytest.mark.parametrize(("like", "epsilon"), [("torch", 1e-5), ("keras", 1e-3), ("jax", 1e-6), (None, 1e-5)])
@pytest.mark.parametrize("is_layer", [True, False])
def test_a_norm_has_the_epsilon_of_the_framework(like: str | None, epsilon: float, is_layer: bool) -> None:
    """As a layer and in a formula, unless the author gives one; by hand."""
    x, w = np.array([0.01, 0.02, -0.03]), np.array([0.3, 0.2, 0.1])
    training = {"training": {"like": like}} if like else {}
    if is_layer:
        layers = [{"kind": "layer_norm"}, {"units": 1, "activation": "identity", "weights": [w.tolist()]}]
        described: Any = {"network": {"inputs": 3, "layers": layers}, "data": [{"x": x.tolist(), "y": [0]}]}
    else:
        nodes = {"o": "w @ layer_norm(x, 1, 0)", "L": "o^2 / 2"}
        described = {
            "graph": {"inputs": {"x": x.tolist()}, "parameters": {"w": w.tolist()}, "nodes": nodes, "output": "L"}
        }
    run = bt.run(bt.scenario({"title": "t", **described, **training}))
    xhat = (x - x.mean()) / np.sqrt(x.var() + epsilon)
    assert run["loss"] == pytest.approx((w @ xhat) ** 2 / 2, rel=1e-12)
    assert ("As in " in str(bt.teach(run))) == (epsilon != 1e-5)


def test_the_loss_and_penalty_of_scikit_learn() -> None:
    """Half of the mean, and the penalty divided by the examples, as its MLPRegressor reports it."""
    W, x, y = np.array([[0.3, 0.2], [0.1, 0.4]]), np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    layers = [{"units": 2, "activation": "identity", "weights": W.tolist()}]
    net: Any = {
        "title": "t",
        "network": {"inputs": 2, "layers": layers},
        "loss": {"function": "mean_squared_error", "l2": 0.1},
        "data": [{"x": a.tolist(), "y": b.tolist()} for a, b in zip(x, y, strict=True)],
        "training": {"like": "sklearn"},
    }
    run = bt.run(net)
    assert run["loss"] == pytest.approx(((x @ W.T - y) ** 2).mean() / 2 + 0.1 / 2 * (W**2).sum() / 2, rel=1e-14)
    lesson = " ".join(str(bt.teach(run)).split())
    assert "divided by the number of examples, 2" in lesson
    assert "scikit-learn takes 2 times as much" in lesson
    one = {**net, "network": {"inputs": 2, "layers": [{"units": 1, "activation": "identity", "weights": [[0.3, 0.2]]}]}}
    one = {**one, "data": [{"x": [1, 2], "y": 1}]}
    assert "times as much" not in str(bt.teach(bt.run(one)))


def test_tensorflow_does_what_is_said_of_it() -> None:
    """Ties and kinks, in double precision."""
    tf = pytest.importorskip("tensorflow")

    def slopes(make: Any, *given: float) -> list[float]:
        variables = [tf.Variable(each, dtype=tf.float64) for each in given]
        with tf.GradientTape() as tape:
            made = make(*variables)
        return [float(tf.convert_to_tensor(each)) for each in tape.gradient(made, variables)]

    assert slopes(tf.nn.relu, 0.0) == [0.0]
    assert slopes(tf.abs, 0.0) == [0.0]
    assert slopes(lambda x: tf.maximum(x, tf.zeros((), tf.float64)), 0.0) == [1.0]
    assert slopes(lambda x: tf.maximum(tf.zeros((), tf.float64), x), 0.0) == [0.0]
    assert slopes(tf.maximum, 2.0, 2.0) == slopes(tf.minimum, 2.0, 2.0) == [1.0, 0.0]
    assert slopes(tf.nn.leaky_relu, 0.0) == pytest.approx([0.2])
    assert slopes(lambda x: tf.clip_by_value(x, 0.0, 1e9), 0.0) == [1.0]
    assert slopes(lambda x: tf.reduce_max(tf.stack([x, x, 0 * x])), 2.0) == [1.0]
    assert slopes(tf.sqrt, 0.0) == [float("inf")]
    assert slopes(lambda x: tf.norm(tf.stack([x, x])), 0.0) != slopes(lambda x: tf.norm(tf.stack([x, x])), 0.0)  # NaN
    assert float(tf.nn.gelu(tf.constant(1.0, tf.float64))) == pytest.approx(0.841345, abs=1e-6)
    logits = tf.nn.sigmoid_cross_entropy_with_logits(logits=[40.0], labels=[0.0])
    assert float(logits[0]) == 40
    for row in (
        "relu-at-zero",
        "abs-at-zero",
        "maximum-at-zero",
        "maximum-tie",
        "leaky-at-zero",
        "clamp-at-edge",
        "max-tie",
    ):
        assert "tensorflow" in DIFFERENCES[row].seen
