"""Weights of other programs into a scenario: names, orientations, what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.errors import TutorError
from backprop_tutor.programs.weights import weights_into
from tests.programs.test_received import safetensors

RANDOM = np.random.default_rng(2)


def net(units: int = 3) -> Any:
    """A network of 2, `units` and 1 units."""
    layers = [
        {"units": units, "activation": "tanh", "weights": {"init": "zeros"}, "bias": 0},
        {"units": 1, "activation": "sigmoid", "weights": {"init": "zeros"}, "bias": 0},
    ]
    return bt.scenario({"title": "t", "network": {"inputs": 2, "layers": layers}, "data": [{"x": [1, 2], "y": 1}]})


W1, B1, W2, B2 = RANDOM.normal(size=(3, 2)), RANDOM.normal(size=3), RANDOM.normal(size=(1, 3)), RANDOM.normal(size=1)

FILES = (
    {"W1": W1, "b1": B1, "W2": W2, "b2": B2},
    {"0.weight": W1, "0.bias": B1, "2.weight": W2, "2.bias": B2},
    {"dense/kernel": W1.T, "dense/bias": B1, "dense_1/kernel": W2.T, "dense_1/bias": B2},
    {"Theta1": np.hstack([B1[:, None], W1]), "Theta2": np.hstack([B2[:, None], W2])},
)


@pytest.mark.parametrize("arrays", FILES, ids=lambda arrays: next(iter(arrays)))
def test_names_and_orientations(arrays: dict[str, Any], tmp_path: Path) -> None:
    """However they are called and turned."""
    np.savez(tmp_path / "w.npz", **{name.replace("/", "."): array for name, array in arrays.items()})
    found = weights_into(net(), tmp_path / "w.npz")
    np.testing.assert_array_equal(found["W1"], W1)
    np.testing.assert_array_equal(found["b2"][:, 0], B2)


def test_square_matrices_need_a_word(tmp_path: Path) -> None:
    """Unless the names are those of somebody who turns them one way."""
    layers = [{"units": 2, "activation": "tanh", "weights": {"init": "zeros"}}]
    square = bt.scenario(
        {"title": "t", "network": {"inputs": 2, "layers": layers}, "data": [{"x": [1, 2], "y": [1, 0]}]}
    )
    matrix = RANDOM.normal(size=(2, 2))
    np.savez(tmp_path / "w.npz", W1=matrix)
    with pytest.raises(TutorError, match="--layout"):
        weights_into(square, tmp_path / "w.npz")
    np.testing.assert_array_equal(weights_into(square, tmp_path / "w.npz", "rows")["W1"], matrix.T)
    (tmp_path / "w.safetensors").write_bytes(safetensors({"0.weight": matrix}))
    np.testing.assert_array_equal(weights_into(square, tmp_path / "w.safetensors")["W1"], matrix)


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    """Shapes, names, numbers that are not finite."""
    for arrays, said in (
        ({"W1": np.ones((5, 2))}, "3 by 2"),
        ({"z1": np.ones((3, 1))}, "no parameter"),
        ({"W1": W1 * np.inf}, "not finite"),
        ({"V": W1}, "no quantity"),
    ):
        np.savez(tmp_path / "w.npz", **arrays)
        with pytest.raises(TutorError, match=said):
            weights_into(net(), tmp_path / "w.npz")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It writes a scenario that runs, and says what the first example gives."""
    into = tmp_path / "net.yaml"
    into.write_text("\n".join(net().origin[1].lines), encoding="utf-8")
    np.savez(tmp_path / "w.npz", W1=W1, b1=B1, W2=W2)
    call = ["import", str(tmp_path / "w.npz"), "--into", str(into), "-o", str(tmp_path / "trained.yaml")]
    assert start(call) == 0
    said = capsys.readouterr().err
    run = bt.run(tmp_path / "trained.yaml")
    np.testing.assert_array_equal(run["W1"], W1)
    assert f"{run['a2[1]']:.6g}" in said
    assert "b2" in said
    assert start(call) == 2


def test_what_was_said_of_the_old_weights_is_not_kept(tmp_path: Path) -> None:
    """The description tells of the author's numbers: a scenario with other weights has none."""
    np.savez(tmp_path / "w.npz", W1=W1[:2], W2=W2[:, :2])
    out = tmp_path / "trained.yaml"
    assert start(["import", str(tmp_path / "w.npz"), "--into", "two-two-one", "-o", str(out)]) == 0
    assert bt.load("two-two-one").description is not None
    assert bt.load(out).description is None
    assert bt.load(out).source is not None


def test_a_known_output_is_checked_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four figures are enough; weights of a right shape with other numbers are refused, and what is no list of numbers."""
    start(["export", "two-layer-batch", "-o", str(tmp_path / "net.yaml")])
    scenario = bt.load("two-layer-batch")
    arrays = dict(scenario.parameters)
    right = bt.run(scenario)[f"values.a{len(scenario.graph.layers)}"][:, 0]
    given = ",".join(f"{value:.6g}" for value in right)
    np.savez(tmp_path / "right.npz", **arrays)
    np.savez(tmp_path / "wrong.npz", **{**arrays, "W1": arrays["W1"][::-1]})

    def ask(name: str, expected: str) -> int:
        into = ["--into", str(tmp_path / "net.yaml"), "--layout", "torch", "-o", str(tmp_path / f"of_{name}.yaml")]
        return start(["import", str(tmp_path / f"{name}.npz"), *into, "--expect", expected])

    assert ask("right", given) == 0
    assert ask("wrong", given) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "of_wrong.yaml").exists()
    assert ask("wrong", "a,b") == 2
    assert "no list of numbers" in capsys.readouterr().err
