"""Arrays are understood in every container and under every usual name."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.diagnosis import View, diagnose_arrays
from backprop_tutor.programs.examples import example_network
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.programs.received import received
from backprop_tutor.scenario.array_files import read_arrays


def scenario() -> Scenario:
    """A 3-4-2 network with five examples."""
    return example_network((3, 4, 2), ("tanh", "softmax"), "cross_entropy")


def right(layout: str = "rows") -> dict[str, Any]:
    """Its gradients in a layout, dW1, db1, dW2, db2."""
    view = View(scenario(), scenario().graph.dense, [], LAYOUTS[layout])  # type: ignore[arg-type]
    return {name: view.engine[name] for name in ("dW1", "db1", "dW2", "db2")}


SPELLINGS = (
    ("W1", "b1", "W2", "b2"),
    ("dW1", "db1", "dW2", "db2"),
    ("grads.W1", "grads.b1", "grads.W2", "grads.b2"),
    ("W1.grad", "b1.grad", "W2.grad", "b2.grad"),
    ("w1", "b1", "w2", "b2"),
    ("dw1", "db1", "dw2", "db2"),
    ("W0", "b0", "W1", "b1"),
    ("grad_W1", "grad_b1", "grad_W2", "grad_b2"),
    ("W1_grad", "b1_grad", "W2_grad", "b2_grad"),
    ("dL/dW1", "dL/db1", "dL/dW2", "dL/db2"),
    ("dL_dW1", "dL_db1", "dL_dW2", "dL_db2"),
    ("∂L/∂W1", "∂L/∂b1", "∂L/∂W2", "∂L/∂b2"),
    ("0.weight", "0.bias", "2.weight", "2.bias"),
    ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"),
    ("layers.0.weight.grad", "layers.0.bias.grad", "layers.1.weight.grad", "layers.1.bias.grad"),
    ("dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0"),
    ("weights1", "bias1", "weights2", "bias2"),
    ("W[1]", "b[1]", "W[2]", "b[2]"),
)


@pytest.mark.parametrize("names", SPELLINGS, ids=lambda names: names[0])
def test_names(names: tuple[str, ...]) -> None:
    """Each usual way to name the gradients of two layers."""
    given = dict(zip(names, right().values(), strict=True))
    assert [each.name for each in received(scenario().graph.dense, given)] == ["dW1", "db1", "dW2", "db2"]  # type: ignore[arg-type]
    assert diagnose_arrays(scenario(), given).verdict == "correct"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("times", [1, 5], ids=["means", "sums"])
def test_a_right_program_is_right_in_every_layout(layout: str, dtype: Any, times: int) -> None:
    """Rows or columns, weights either way, biases as they come, means or sums, double or single precision."""
    given = {name: (times * array).astype(dtype) for name, array in right(layout).items()}
    found = diagnose_arrays(scenario(), given)
    assert (found.verdict, found.summed) == ("correct", times == 5)
    assert (found.layout.weights, found.layout.bias) == (LAYOUTS[layout].weights, LAYOUTS[layout].bias)


def test_containers() -> None:
    """Lists, lists in order, nested mappings, one flat vector, Theta with the bias in its first column."""
    arrays = right()
    columns = right("columns")
    thetas = {f"Theta{i}": np.hstack([columns[f"db{i}"], columns[f"dW{i}"]]) for i in (1, 2)}
    flat = np.concatenate([array.ravel() for array in arrays.values()])
    for given in (
        {name: array.tolist() for name, array in arrays.items()},
        list(arrays.values()),
        tuple(arrays[name] for name in ("dW1", "dW2", "db1", "db2")),
        {
            "layer1": {"weight": arrays["dW1"], "bias": arrays["db1"]},
            "layer2": {"W": arrays["dW2"], "b": arrays["db2"]},
        },
        {"W": [arrays["dW1"], arrays["dW2"]], "b": [arrays["db1"], arrays["db2"]]},
        flat,
        thetas,
        list(thetas.values()),
    ):
        assert diagnose_arrays(scenario(), given).verdict == "correct"


class Tensor:
    """Something that is an array only when it is asked."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.array


def test_whatever_is_an_array() -> None:
    """Objects with ``__array__``, as tensors of other libraries have."""
    given = {name: Tensor(array) for name, array in right().items()}
    assert diagnose_arrays(scenario(), given).verdict == "correct"


def test_files(tmp_path: Path) -> None:
    """Every kind of file gives the same arrays."""
    arrays = right()
    np.savez(tmp_path / "g.npz", **arrays)
    (tmp_path / "g.json").write_text(json.dumps({name: array.tolist() for name, array in arrays.items()}))
    flat = np.concatenate([array.ravel() for array in arrays.values()])
    np.save(tmp_path / "g.npy", flat)
    lines = []
    for name, array in arrays.items():
        lines += [name, *(",".join(map(repr, row)) for row in np.atleast_2d(array).tolist())]
    (tmp_path / "g.csv").write_text("\n".join(lines))
    (tmp_path / "g.safetensors").write_bytes(safetensors(arrays))
    for ending in ("npz", "json", "npy", "csv", "safetensors"):
        assert diagnose_arrays(scenario(), tmp_path / f"g.{ending}").verdict == "correct", ending


def safetensors(arrays: dict[str, Any]) -> bytes:
    """The bytes of a safetensors file, as its format page gives them."""
    header, start, data = {}, 0, b""
    for name, array in arrays.items():
        part = np.ascontiguousarray(array, dtype="<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": [start, start + len(part)]}
        start, data = start + len(part), data + part
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Evil:
    """What a pickle could do."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path("opened"),))


def test_a_pickle_is_refused_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its ending, inside .npy and inside .npz."""
    monkeypatch.chdir(tmp_path)
    objects = np.empty(1, dtype=object)
    objects[0] = Evil()
    np.save("evil.npy", objects, allow_pickle=True)
    np.savez("evil.npz", W1=objects)
    Path("evil.pt").write_bytes(pickle.dumps(Evil()))
    for file in ("evil.npy", "evil.npz", "evil.pt"):
        with pytest.raises(TutorError):
            read_arrays(file)
    assert not Path("opened").exists()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """Missing, of another kind, cut off, empty, of huge claimed size, no numbers."""
    whole = tmp_path / "whole.npz"
    np.savez(whole, W1=np.ones((3, 4)))
    cases = {
        "cut.npz": whole.read_bytes()[:-30],
        "cut.npy": b"\x93NUMPY\x01\x00",
        "huge.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 10), }".ljust(
            127
        )
        + b"\n",
        "g.json": b"{",
        "deep.json": b"[" * 100_000,
        "words.json": b'{"W1": [["a"]]}',
        "ragged.json": b'{"W1": [[1, 2], [3]]}',
        "g.csv": b"1,2\n3,x\n",
        "empty.csv": b"",
        "g.safetensors": b"\xff" * 20,
        "lie.safetensors": struct.pack("<Q", 62)
        + b'{"W":{"dtype":"F64","shape":[9,9],"data_offsets":[0,8]}}'.ljust(62)
        + b"12345678",
        "g.h5": b"",
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(TutorError):
            read_arrays(tmp_path / name)
    (tmp_path / "g.csv").write_text("W1,0.1,0.2\n")
    with pytest.raises(TutorError, match="after a line with its name alone"):
        read_arrays(tmp_path / "g.csv")
    with pytest.raises(TutorError, match="no file"):
        read_arrays(tmp_path / "absent.npz")


def test_names_and_shapes_that_mean_nothing_are_all_said() -> None:
    """Unknown names with what is meant, two names of one array, another network, no arrays, objects."""
    arrays = right()
    with pytest.raises(TutorError, match=r"'V7'[\s\S]*'banana'"):
        diagnose_arrays(scenario(), {"V7": arrays["dW1"], "banana": 1.0})
    with pytest.raises(TutorError, match="both name dW1"):
        diagnose_arrays(scenario(), {"W1": arrays["dW1"], "dW1": arrays["dW1"]})
    with pytest.raises(TutorError, match="another network"):
        diagnose_arrays(scenario(), {"W1": np.ones((7, 9)), "b1": np.ones(8), "W2": np.ones((6, 9)), "b2": np.ones(9)})
    for nothing in ({}, []):
        with pytest.raises(TutorError):
            diagnose_arrays(scenario(), nothing)
    for bad in ("words", None, object(), [[1, 2], [3]], np.array([1j])):
        with pytest.raises(TutorError):
            diagnose_arrays(scenario(), {"W1": bad})


def test_what_is_missing_or_not_finite_is_told() -> None:
    """An array that was not given is no mistake; NaN is."""
    arrays = right()
    found = diagnose_arrays(scenario(), {"W2": arrays["dW2"]})
    assert (found.verdict, found.missing) == ("correct", ("db2", "dW1", "db1"))
    arrays["dW1"] = arrays["dW1"] * np.nan
    assert [each.name for each in diagnose_arrays(scenario(), arrays).wrong] == ["dW1"]


def test_arrays_saved_without_names_are_taken_in_order(tmp_path: Path) -> None:
    """``np.savez("g.npz", dW1, db1, dW2, db2)``."""
    run = bt.run("two-layer-batch")
    np.savez(tmp_path / "g.npz", *(run[f"grads.{name}"] for name in ("W1", "b1", "W2", "b2")))
    assert bt.diagnose("two-layer-batch", tmp_path / "g.npz").verdict == "correct"
