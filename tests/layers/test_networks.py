"""What holds of a network of layers as a whole: its loss, its names, what is frozen or drawn, its file as a graph."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.scenario.build_layers import OF_LOGITS, graph_text
from backprop_tutor.scenario.checks.validate import validated
from backprop_tutor.scenario.load import build, load
from backprop_tutor.scenario.yaml.source import source_of
from backprop_tutor.verify.numerical_derivative import nudged
from tests.cli.calls import called
from tests.graph.arrays import grad, value


def _built(file: dict[str, Any]) -> Scenario:
    return build(*validated(source_of("file", json.dumps(file).encode())))


def _trace(file: dict[str, Any]) -> Trace:
    found = _built(file)
    return run(found.graph, {**found.data, **found.parameters})


def _network(activation: str, loss: Any, inputs: Any = 2, scale: float = 1.0) -> dict[str, Any]:
    """A dense layer of two units on two examples; the same file as a network of dense layers, or as one of any kind."""
    weights = [[0.3 * scale, -0.2 * scale], [0.5 * scale, 0.4 * scale]]
    return {
        "title": "?",
        "network": {
            "inputs": inputs,
            "layers": [{"units": 2, "activation": activation, "weights": weights, "bias": [0.1, -0.3]}],
        },
        "loss": loss,
        "data": [{"x": [1, 2], "y": [0, 1]}, {"x": [-1, 0.5], "y": [1, 0]}],
    }


@pytest.mark.parametrize("loss", [*LOSSES, "(a - y)^4"])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "z / (2 + 2 * abs(z)) + 0.5"])
def test_a_dense_layer_is_the_same_in_both_readings(loss: str, activation: str) -> None:
    """Loss and gradients of dense layers are those of a network of dense layers alone, whatever the loss."""
    dense, layers = (_trace(_network(activation, loss, inputs)) for inputs in (2, {"shape": [2]}))
    assert layers.value("loss").item() == pytest.approx(dense.value("loss").item(), rel=1e-12)
    for name in ("W1", "b1", "z1", "a1"):
        np.testing.assert_allclose(layers.adjoint(name), dense.adjoint(name), rtol=1e-11, atol=1e-14)


def _from_outputs(loss: str, a: Any, y: Any) -> Any:
    """A cross-entropy as a function of the outputs alone, for all examples of a mean over them."""
    every = -(y * np.log(a)) - ((1 - y) * np.log(1 - a) if loss == "binary_cross_entropy" else 0)
    return every.sum() / a.shape[-1]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize(("activation", "loss"), list(OF_LOGITS))
def test_the_derivative_by_the_outputs_is_that_of_the_loss_alone(
    activation: str, loss: str, steps: int, smoothing: float
) -> None:
    """dL/da by differences of the loss as a function of a, also of a sequence, and of the graph that a network comes to."""
    file = _network(activation, {"function": loss, "l2": 0.1}, {"shape": [2]})
    if smoothing and loss == "cross_entropy":
        file["loss"]["label_smoothing"] = smoothing
    if steps > 1:
        file["network"]["inputs"] = {"steps": steps, "units": 2}
        file["data"] = [{"x": [row["x"]] * steps, "y": [row["y"]] * steps} for row in file["data"]]
    trace, step = _trace(file), 1e-6
    written = graph_text(*validated(source_of("file", json.dumps(file).encode())))
    hand = build(*validated(source_of("hand", written.encode())))
    again = run(hand.graph, {**hand.data, **hand.parameters})
    np.testing.assert_array_equal(again.adjoint("a1"), trace.adjoint("a1"))
    a, y = value(trace, "a1"), value(trace, "y_smooth" if "y_smooth" in trace.graph.index else "y")
    for place in np.ndindex(*a.shape):
        far = step * (np.arange(a.size).reshape(a.shape) == np.ravel_multi_index(place, a.shape))
        slope = (_from_outputs(loss, a + far, y) - _from_outputs(loss, a - far, y)) / (2 * step)
        assert grad(trace, "a1")[place] == pytest.approx(slope, rel=1e-8, abs=1e-9)
        element = Element(trace.graph.index["a1"], place[:-1], place[-1])
        moved = [nudged(trace, element, by).loss for by in (step, -step)]
        assert (moved[0] - moved[1]) / (2 * step) == pytest.approx(slope, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(("activation", "loss"), list(OF_LOGITS))
def test_a_saturated_output_has_its_true_loss(activation: str, loss: str) -> None:
    """At weights of a thousand the loss and its gradients are those of the network of dense layers, all finite."""
    dense, layers = (_trace(_network(activation, loss, inputs, 2000.0)) for inputs in (2, {"shape": [2]}))
    assert layers.value("loss").item() == pytest.approx(dense.value("loss").item(), rel=1e-12)
    np.testing.assert_allclose(grad(layers, "W1")[..., 0], dense.adjoint("W1").reshape(2, 2), rtol=1e-12, atol=1e-14)


def test_the_penalty_is_added_once_and_not_for_biases() -> None:
    """l2 adds half of it times the sum of all squared weights, whatever the number of examples."""
    without, with_ = (
        _trace(_network("tanh", {"function": "half_squared_error", "l2": l2}, {"shape": [2]})) for l2 in (0, 0.1)
    )
    squares = np.sum(value(with_, "W1") ** 2)
    assert with_.value("loss").item() - without.value("loss").item() == pytest.approx(0.05 * squares)


def test_the_l1_penalty_and_its_corner() -> None:
    """l1 adds it times the sum of the sizes of all weights; a derivative gets it by the sign, 0 at a weight of 0."""
    weights = [[0.6, -0.3], [0.0, 0.8]]
    files = [_network("tanh", {"function": "half_squared_error", "l1": l1}, {"shape": [2]}) for l1 in (0, 0.1)]
    for file in files:
        file["network"]["layers"][0]["weights"] = weights
    without, with_ = map(_trace, files)
    assert with_.value("loss").item() - without.value("loss").item() == pytest.approx(0.17, rel=1e-12)
    added = grad(with_, "W1")[..., 0] - grad(without, "W1")[..., 0]
    np.testing.assert_allclose(added.reshape(2, 2), 0.1 * np.sign(weights), rtol=1e-12, atol=1e-15)


def _smoothed(share: float) -> Trace:
    return _trace(_network("softmax", {"function": "cross_entropy", "label_smoothing": share}, {"shape": [2]}))


def test_smoothed_targets() -> None:
    """The derivative at the scores is the softmax less targets of which a share is spread evenly."""
    plain, smooth = _smoothed(0.0), _smoothed(0.2)
    y = 0.8 * value(plain, "y") + 0.2 / 2
    np.testing.assert_allclose(value(smooth, "y_smooth"), y, rtol=1e-14)
    batch = y.shape[-1]
    np.testing.assert_allclose(grad(smooth, "z1"), (value(smooth, "a1") - y) / batch, rtol=1e-12, atol=1e-15)


@pytest.mark.torch
def test_smoothed_targets_are_those_of_torch() -> None:
    """CrossEntropyLoss(label_smoothing=0.2)."""
    torch = pytest.importorskip("torch")
    smooth = _smoothed(0.2)
    z = torch.tensor(value(smooth, "z1").T, requires_grad=True)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.2)(z, torch.tensor(value(smooth, "y").T))
    loss.backward()
    assert loss.item() == pytest.approx(smooth.value("loss").item(), rel=1e-12)
    np.testing.assert_allclose(grad(smooth, "z1"), z.grad.numpy().T, rtol=1e-12, atol=1e-15)


def test_only_a_cross_entropy_is_smoothed() -> None:
    """Any other loss says so at its place."""
    with pytest.raises(TutorError, match="label_smoothing spreads the targets of a cross_entropy"):
        _trace(_network("tanh", {"function": "squared_error", "label_smoothing": 0.1}, {"shape": [2]}))


def test_what_is_frozen_stays() -> None:
    """A frozen key of a layer names the parameter that no update changes."""
    file = _network("tanh", "half_squared_error", {"shape": [2]})
    file["network"]["layers"][0]["frozen"] = ["bias"]
    assert _built(file).frozen == {"b1"}


def test_a_drawn_mask_is_one_of_each_example_and_always_the_same() -> None:
    """The mask of a dropout comes from its seed; a number passes with probability 1 - rate, and no variant changes it."""
    rows = [{"x": [1.0] * 200, "y": [1.0] * 200} for _ in range(3)]
    layers = [{"kind": "dropout", "rate": 0.25, "seed": 3}]
    file = {"title": "?", "network": {"inputs": {"shape": [200]}, "layers": layers}, "data": rows}
    first, again = _built(file), _built(file)
    mask = first.data["m1"].reshape(200, 3)
    np.testing.assert_array_equal(mask, again.data["m1"].reshape(200, 3))
    assert set(np.unique(mask)) == {0, 1}
    assert not np.array_equal(mask[:, 0], mask[:, 1])
    assert mask.mean() == pytest.approx(0.75, abs=0.05)
    assert "m1" in first.unvaried


def test_the_figures_of_a_layer_are_those_its_author_wrote() -> None:
    """A weight written 0.50 is shown as 0.50, under its contract name."""
    text = (
        'title: "?"\nnetwork:\n  inputs: {shape: [1, 2]}\n  layers:\n'
        "    - {kind: conv1d, channels: 1, kernel: 2, weights: [[[0.50, 1.0]]], bias: 2.0}\n"
        "data: [{x: [[1.0, 2]], y: [[3]]}]\n"
    )
    spelling = build(*validated(source_of("file", text.encode()))).spelling
    assert (spelling["W1[1,1,1]"], spelling["b1[1]"], spelling["x[1,1]"]) == ("0.50", "2.0", "1.0")


def test_the_command_prints_a_network_as_its_graph() -> None:
    """`graph --as-graph` of a bundled network of dense layers is a file with the same loss."""
    net = load("two-two-one")
    text = called("graph", "two-two-one", "--as-graph").out
    again = build(*validated(source_of("file", text.encode())))
    trace = run(again.graph, {**again.data, **again.parameters})
    assert set(again.parameters) == set(net.parameters)
    assert trace.value("loss").item() == pytest.approx(
        run(net.graph, {**net.data, **net.parameters}).value("loss").item()
    )


def test_a_missing_connection_is_no_graph(tmp_path: Any) -> None:
    """A layer with a hole in its weights is refused at the hole."""
    file = _network("tanh", "half_squared_error")
    file["network"]["layers"][0]["weights"][0][1] = None
    path = tmp_path / "hole.yaml"
    path.write_text(json.dumps(file))
    found = called("graph", str(path), "--as-graph")
    assert found.status == 2
    assert "missing connection" in found.err


BATCH_NORM: dict[str, Any] = {
    "title": "?",
    "network": {
        "inputs": {"shape": [2]},
        "layers": [
            {"units": 2, "activation": "identity", "weights": [[0.5, -0.4], [0.3, 0.8]]},
            {"kind": "batch_norm", "gain": [1.2, 0.8], "shift": [0.1, -0.2]},
            {"units": 2, "activation": "tanh", "weights": [[0.7, -0.6], [0.4, 0.9]], "bias": [0.1, 0]},
            {"units": 1, "activation": "sigmoid", "weights": [[0.8, -0.5]], "bias": [0.2]},
        ],
    },
    "loss": "binary_cross_entropy",
    "data": [{"x": x, "y": y} for x, y in (([1, 2], 1), ([0.5, -1], 0), ([-1, 0.5], 1), ([2, -0.5], 0))],
}


@pytest.mark.torch
def test_two_layers_with_a_batch_norm_between_them_are_those_of_torch() -> None:
    """Loss and every gradient of four examples that depend on each other, to 1e-12."""
    torch = pytest.importorskip("torch")
    ours, f = _trace(BATCH_NORM), torch.nn.functional
    names = ("W1", "gain2", "shift2", "W3", "b3", "W4", "b4")
    p = {name: torch.tensor(value(ours, name)[..., 0], requires_grad=True) for name in names}
    x = torch.tensor([row["x"] for row in BATCH_NORM["data"]], dtype=torch.float64)
    y = torch.tensor([[row["y"]] for row in BATCH_NORM["data"]], dtype=torch.float64)
    a = f.batch_norm(x @ p["W1"].T, None, None, p["gain2"], p["shift2"], training=True)
    z = torch.tanh(a @ p["W3"].T + p["b3"]) @ p["W4"].T + p["b4"]
    loss = f.binary_cross_entropy_with_logits(z, y)
    loss.backward()
    assert loss.item() == pytest.approx(ours.value("loss").item(), rel=1e-12)
    for name in names:
        np.testing.assert_allclose(grad(ours, name)[..., 0], p[name].grad.numpy(), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_cell_of_a_single_step_starts_from_zero(kind: str) -> None:
    """Without a start its state is zero: the loss is that of zeros written out, the recurrent weights get no derivative."""
    gates = {"rnn": "", "lstm": "ifgo", "gru": "run"}[kind]
    weights: Any = [[0.1, -0.2], [0.3, 0.4]]
    given = dict.fromkeys(gates, weights) or weights
    cell = {"kind": kind, "units": 2, "weights": given, "recurrent": given, "return": "last"}
    output = {"units": 1, "activation": "identity", "weights": [[0.5, 0.6]]}
    starts = {"start": [0, 0], **({"start_cell": [0, 0]} if kind == "lstm" else {})}
    network: dict[str, Any] = {
        "title": "one step",
        "network": {"inputs": {"steps": 1, "units": 2}, "layers": [cell, output]},
        "data": [{"x": [[1, 2]], "y": 1}],
    }
    ours = _trace(network)
    network["network"]["layers"] = [{**cell, **starts}, output]
    assert value(ours, "loss") == value(_trace(network), "loss")
    recurrent = f"Wh{gates[:1]}1"
    assert not ours.adjoint(recurrent).any()
