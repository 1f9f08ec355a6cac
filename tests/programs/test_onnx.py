"""Models in the ONNX format and weights of Keras: the outputs are those of the libraries that wrote them."""

from __future__ import annotations

import io
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.cli.commands.import_weights import import_weights
from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.array_files import read_arrays

RANDOM = np.random.default_rng(8)


def drawn(*shape: int) -> Any:
    """Numbers in single precision, as such files hold them."""
    return RANDOM.normal(0, 0.7, shape).astype(np.float32)


CONV = {"k": drawn(2, 1, 2, 2), "c": drawn(2), "W": drawn(3, 18), "b": drawn(3)}
DENSE = {"W": drawn(3, 4), "b": drawn(4), "V": drawn(2, 4), "c": drawn(2)}
NORM = {"W": drawn(3, 4), "g": drawn(4), "s": drawn(4), "m": drawn(4), "v": drawn(4) ** 2, "two": np.float32(2)}
GRAPHS: dict[str, Any] = {
    "dense": ((3,), DENSE, [("MatMul", "x W", "h", {}), ("Add", "h b", "i", {}), ("Tanh", "i", "j", {}), ("Gemm", "j V c", "o", {"transB": 1})]),
    "conv": (
        (1, 5, 5), CONV,
        [("Conv", "x k c", "h", {"pads": [1, 1, 1, 1], "strides": [1, 1]}), ("Relu", "h", "i", {}),
         ("MaxPool", "i", "j", {"kernel_shape": [2, 2], "strides": [2, 2]}), ("Flatten", "j", "f", {}),
         ("Gemm", "f W b", "z", {"transB": 1}), ("Softmax", "z", "o", {"axis": 1})],
    ),
    "norm": (
        (3,), NORM,
        [("MatMul", "x W", "h", {}), ("BatchNormalization", "h g s m v", "i", {"epsilon": 1e-3}),
         ("LayerNormalization", "i g s", "j", {"axis": -1}), ("Mul", "j two", "k", {}), ("Sigmoid", "k", "o", {})],
    ),
    "activations": (
        (3,), DENSE,
        [("Gemm", "x W b", "h", {}), ("LeakyRelu", "h", "i", {"alpha": 0.25}), ("Elu", "i", "j", {"alpha": 0.5}),
         ("Celu", "j", "k", {"alpha": 2.0}), ("HardSwish", "k", "o", {})],
    ),
}  # fmt: skip


def model(onnx: Any, shape: tuple[int, ...], constants: dict[str, Any], nodes: list[Any], opset: int = 17) -> Any:
    """An ONNX model of these nodes."""
    h = onnx.helper
    made = [h.make_node(kind, given.split(), [out], name=f"n_{out}", **options) for kind, given, out, options in nodes]
    x = h.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, *shape])
    o = h.make_tensor_value_info("o", onnx.TensorProto.FLOAT, None)
    stored = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    graph = h.make_graph(made, "made", [x], [o], stored)
    return h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=9)


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize(
    ("opset", "axis", "over"),
    [
        *((11, None, (1, 2, 3)), (11, 1, (1, 2, 3)), (11, 2, (2, 3)), (11, -1, (3,))),
        *((13, None, (3,)), (13, 1, (1,)), (13, 2, (2,))),
    ],
)
def test_a_softmax_goes_over_what_its_opset_says(
    kind: str, opset: int, axis: int | None, over: tuple[int, ...], tmp_path: Path
) -> None:
    """Up to opset 12 over all axes from its axis on, from 13 along it alone; right is the definition, in NumPy."""
    onnx = pytest.importorskip("onnx")
    nodes = [("Tanh", "x", "h", {}), (kind, "h", "o", {} if axis is None else {"axis": axis})]
    onnx.save(model(onnx, (2, 3, 2), {}, nodes, opset), tmp_path / "model.onnx")
    assert start(["import", str(tmp_path / "model.onnx"), "-o", str(tmp_path / "m.yaml")]) == 0
    net = bt.load(tmp_path / "m.yaml")
    powers = np.exp(np.tanh(net.data["x"][..., 0][None]))
    right = powers / powers.sum(axis=over, keepdims=True)
    last = [node for node in net.graph.formulas or {} if node != "L"][-1]
    found = bt.run(net)[f"values.{last}"].ravel()
    np.testing.assert_allclose(found, (right if kind == "Softmax" else np.log(right)).ravel(), rtol=1e-12)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_model_becomes_a_scenario(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It gives what onnxruntime gives, and every parameter has a gradient."""
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    built = model(onnx, *GRAPHS[name])
    onnx.save(built, tmp_path / "model.onnx")
    assert start(["import", str(tmp_path / "model.onnx"), "-o", str(tmp_path / "m.yaml")]) == 0
    assert "made up" in capsys.readouterr().err
    net = bt.load(tmp_path / "m.yaml")
    x = net.data["x"][..., 0][None].astype(np.float32)
    (right,) = runtime.InferenceSession(built.SerializeToString(), providers=["CPUExecutionProvider"]).run(
        None, {"x": x}
    )
    run = bt.run(net)
    last = [node for node in net.graph.formulas or {} if node != "L"][-1]
    np.testing.assert_allclose(run[f"values.{last}"].ravel(), right.ravel(), rtol=2e-5, atol=1e-6)
    assert bt.verify(net).verdict == "correct"


ALPHA, GAMMA = 1.67326319217681884765625, 1.05070102214813232421875
ACTIVATIONS: dict[str, tuple[dict[str, Any], Any]] = {
    "Selu": ({}, lambda x: GAMMA * np.where(x > 0, x, ALPHA * np.exp(x) - ALPHA)),
    "Selu alpha gamma": ({"alpha": 2.0, "gamma": 0.5}, lambda x: 0.5 * np.where(x > 0, x, 2 * np.exp(x) - 2)),
    "HardSigmoid": ({}, lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    "HardSigmoid alpha beta": ({"alpha": 0.25, "beta": 0.4}, lambda x: np.clip(0.25 * x + 0.4, 0, 1)),
    "HardSigmoid of six": ({"alpha": 1 / 6}, lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    "HardSwish": ({}, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "Celu": ({}, lambda x: np.maximum(0, x) + np.minimum(0, np.exp(x) - 1)),
    "Celu alpha": ({"alpha": 2.0}, lambda x: np.maximum(0, x) + np.minimum(0, 2 * (np.exp(x / 2) - 1))),
    "Elu": ({}, lambda x: np.where(x < 0, np.exp(x) - 1, x)),
    "LeakyRelu": ({}, lambda x: np.where(x < 0, 0.01 * x, x)),
    "Mish": ({}, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    "Softsign": ({}, lambda x: x / (1 + np.abs(x))),
    "Softplus": ({}, lambda x: np.log1p(np.exp(x))),
    "Gelu": ({}, lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))),
    "Gelu tanh": (
        {"approximate": "tanh"},
        lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    "Swish": ({}, lambda x: x / (1 + np.exp(-x))),
    "Swish alpha": ({"alpha": 1.5}, lambda x: x / (1 + np.exp(-1.5 * x))),
    "PRelu": ({}, lambda x: np.where(x < 0, SLOPES * x, x)),
    "Clip": ({}, lambda x: np.clip(x, -0.3, 0.4)),
    "Reciprocal": ({}, lambda x: 1 / x),
}
"""Each operator with its attributes, and the function of its published definition, with the defaults of its page."""
SLOPES = np.array([0.25, 0.5, -0.125])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_the_published_operators(name: str, tmp_path: Path) -> None:
    """Value by value, and the scenario's derivatives agree with differences."""
    onnx = pytest.importorskip("onnx")
    from backprop_tutor.programs.models.onnx import scenario_of_onnx

    kind, (options, right) = name.split()[0], ACTIVATIONS[name]
    more = {"PRelu": {"s": SLOPES.astype(np.float32)}, "Clip": {"lo": np.float32(-0.3), "hi": np.float32(0.4)}}
    constants = {"W": np.array([[2, 0, 0], [0, 2, 0], [0, 0, -2]], np.float32), **more.get(kind, {})}
    given = " ".join(("h", *more.get(kind, {})))
    onnx.save(
        model(onnx, (3,), constants, [("MatMul", "x W", "h", {}), (kind, given, "o", options)]), tmp_path / "m.onnx"
    )
    net = bt.scenario(scenario_of_onnx(tmp_path / "m.onnx"))
    z = np.array([2, 2, -2]) * net.data["x"][..., 0]
    last = [node for node in net.graph.formulas or {} if node != "L"][-1]
    np.testing.assert_allclose(bt.run(net)[f"values.{last}"].ravel(), right(z), rtol=2e-7, atol=1e-9)
    assert bt.verify(net).verdict == "correct"


def test_what_has_no_counterpart_is_named(tmp_path: Path) -> None:
    """The node, and why; no traceback."""
    onnx = pytest.importorskip("onnx")
    from backprop_tutor.programs.models.onnx import scenario_of_onnx

    for node, said in ((("Asin", "x", "o", {}), "n_o.*Asin"), (("Conv", "x W", "o", {"group": 2}), "group is 2")):
        onnx.save(model(onnx, (2, 4, 4), {"W": drawn(2, 1, 2, 2)}, [node]), tmp_path / "m.onnx")
        with pytest.raises(TutorError, match=said):
            scenario_of_onnx(tmp_path / "m.onnx")
    (tmp_path / "m.onnx").write_bytes(b"no model")
    with pytest.raises(TutorError, match=r"whole \.onnx file"):
        scenario_of_onnx(tmp_path / "m.onnx")


def test_weights_of_an_onnx_file_go_into_a_scenario(tmp_path: Path) -> None:
    """Gemm's are outputs by inputs, MatMul's inputs by outputs."""
    onnx = pytest.importorskip("onnx")
    onnx.save(model(onnx, *GRAPHS["dense"]), tmp_path / "m.onnx")
    found = read_arrays(tmp_path / "m.onnx")
    assert list(found) == ["1/kernel", "1.bias", "2.weight", "2.bias"]
    np.testing.assert_array_equal(found["2.weight"], DENSE["V"])


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_weights_of_keras(ending: str, tmp_path: Path) -> None:
    """Layers in the order of their numbers, kernels and biases by name, the optimizer left alone."""
    h5py = pytest.importorskip("h5py")
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name in ("dense_10", "dense_2", "dense"):
            file[f"layers/{name}/vars/0"], file[f"layers/{name}/vars/1"] = drawn(2, 2), drawn(2)
        file["optimizer/vars/0"] = drawn(3)
    path = tmp_path / f"w.{ending}"
    if ending == "h5":
        path.write_bytes(buffer.getvalue())
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("model.weights.h5", buffer.getvalue())
    kernels = [f"layers/{name}/{kind}" for name in ("dense", "dense_2", "dense_10") for kind in ("kernel", "bias")]
    assert list(read_arrays(path)) == kernels


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    import sys

    for ending, package in (("onnx", "onnx"), ("h5", "h5py")):
        monkeypatch.setitem(sys.modules, package, None)
        path = tmp_path / f"m.{ending}"
        path.write_bytes(b"x")
        with pytest.raises(TutorError, match=r"pip install 'backprop-tutor"):
            read_arrays(path)
    with pytest.raises(TutorError, match="--into"):
        import_weights(tmp_path / "w.npz", tmp_path / "o.yaml")
