"""The training step of a small transformer, computed again: in 50 digits by differences, and by PyTorch."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf, workdps

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.training.train_step import Step

NAME = "transformer-step"
RATE, DECAY, EPSILON = "0.01", "0.01", "1e-8"
H = "1e-15"  # a central difference with this step is right to some 30 digits

Array = Any  # of mpmath's numbers


@cache
def our_step() -> Step:
    """The step by the program."""
    return bt.run(bt.load(NAME)).steps[0]


def in_full(array: np.ndarray) -> Array:
    """Decimal numbers of the file in 50 digits, without the axis of examples."""
    own = array[..., 0] if array.shape[-1] == 1 else array
    return np.array([mpf(repr(float(x))) for x in own.ravel()], dtype=object).reshape(own.shape)


def norm(x: Array, gain: Array, shift: Array) -> Array:
    """A layer norm, row by row."""
    rows = []
    for row in x:
        mean = sum(row) / len(row)
        variance = sum((v - mean) ** 2 for v in row) / len(row)
        rows.append([(v - mean) / mp.sqrt(variance + mpf("1e-5")) for v in row])
    return np.array(rows) * gain + shift


def softmax(row: Array) -> list[Any]:
    """A softmax over some numbers."""
    e = [mp.exp(v) for v in row]
    return [v / sum(e) for v in e]


def head(n: Array, p: dict[str, Array], i: int) -> Array:
    """A head that looks at no later token."""
    q, k, v = (n @ p[f"W{letter}{i}"] for letter in "qkv")
    rows = [softmax((q[t] @ k[: t + 1].T) / mp.sqrt(2)) for t in range(len(n))]
    return np.array([sum(w * v[s] for s, w in enumerate(row)) for row in rows])


def loss(p: dict[str, Array]) -> Any:
    """The mean cross-entropy of tokens 2, 4, 2, whose next are 4, 2, 5."""
    x = p["E"][[1, 3, 1]] + p["R"]
    n = norm(x, p["gain1"], p["shift1"])
    r1 = x + np.hstack([head(n, p, 1), head(n, p, 2)]) @ p["Wo"]
    wide = norm(r1, p["gain2"], p["shift2"]) @ p["W1"] + p["b1"]
    h = np.array([[v * (1 + mp.erf(v / mp.sqrt(2))) / 2 for v in row] for row in wide])
    r2 = r1 + h @ p["W2"] + p["b2"]
    z = norm(r2, p["gain3"], p["shift3"]) @ p["E"].T
    return -sum(mp.log(softmax(row)[wanted]) for row, wanted in zip(z, (3, 1, 4), strict=True)) / 3


@workdps(50)
def test_every_number_of_the_step_is_right() -> None:
    """The loss, all 175 derivatives, what AdamW makes of them, and the loss after it, to 1e-12."""
    step, p = our_step(), {name: in_full(array) for name, array in bt.load(NAME).parameters.items()}
    assert float(loss(p)) == pytest.approx(step.trace.loss, rel=1e-12)
    moved = {name: array.copy() for name, array in p.items()}
    for name, array in p.items():
        for place in np.ndindex(array.shape):
            ends = []
            for way in (1, -1):
                nudged = array.copy()
                nudged[place] += way * mpf(H)
                ends.append(loss({**p, name: nudged}))
            g = (ends[0] - ends[1]) / (2 * mpf(H))
            new = array[place] * (1 - mpf(RATE) * mpf(DECAY)) - mpf(RATE) * g / (abs(g) + mpf(EPSILON))
            ours = step.trace.adjoint(name).reshape(array.shape)[place]
            assert float(g) == pytest.approx(float(ours), rel=1e-12, abs=1e-16), (name, place)
            assert float(new) == pytest.approx(float(step.updated[name].reshape(array.shape)[place]), rel=1e-12)
            moved[name][place] = new
    assert float(loss(moved)) == pytest.approx(step.after.loss, rel=1e-12)


@pytest.mark.torch
def test_pytorch_makes_the_same_step() -> None:
    """Its own modules in double precision: embedding, layer_norm, scaled_dot_product_attention, gelu, AdamW."""
    torch = pytest.importorskip("torch")
    f, step = torch.nn.functional, our_step()
    p = {
        name: torch.tensor(array.reshape([n for n in array.shape if n > 1]), requires_grad=True)
        for name, array in bt.load(NAME).parameters.items()
    }
    optimizer = torch.optim.AdamW(list(p.values()), lr=0.01)

    def cost() -> Any:
        x = f.embedding(torch.tensor([1, 3, 1]), p["E"]) + p["R"]
        n = f.layer_norm(x, (4,), p["gain1"], p["shift1"])
        heads = [
            f.scaled_dot_product_attention(n @ p[f"Wq{i}"], n @ p[f"Wk{i}"], n @ p[f"Wv{i}"], is_causal=True)
            for i in (1, 2)
        ]
        r1 = x + torch.cat(heads, 1) @ p["Wo"]
        h = f.gelu(f.layer_norm(r1, (4,), p["gain2"], p["shift2"]) @ p["W1"] + p["b1"])
        r2 = r1 + h @ p["W2"] + p["b2"]
        z = f.layer_norm(r2, (4,), p["gain3"], p["shift3"]) @ p["E"].T
        return f.cross_entropy(z, torch.tensor([3, 1, 4]))

    before = cost()
    before.backward()
    gradients = {name: value.grad.clone().numpy() for name, value in p.items()}
    optimizer.step()
    assert before.item() == pytest.approx(step.trace.loss, rel=1e-12)
    for name, value in p.items():
        ours = step.trace.adjoint(name).reshape(value.shape)
        np.testing.assert_allclose(ours, gradients[name], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(step.updated[name].reshape(value.shape), value.detach().numpy(), rtol=1e-12)
    assert cost().item() == pytest.approx(step.after.loss, rel=1e-12)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_told_in_250_lines(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every array of the step is in it, forward, back and updated."""
    assert start(["run", NAME, "--lang", lang]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 250
    for name in bt.load(NAME).parameters:
        assert any(line.lstrip().startswith(f"∂L/∂{name} ≈") for line in lines)
        assert any(line.lstrip().startswith(f"{name} ←") for line in lines)


@pytest.mark.parametrize(
    "element", ["x[3,4]", "P2[3,2]", "h[2,1]", "grads.E[2,1]", "grads.Wk1[2,1]", "updated.gain3[2]"]
)
def test_any_element_is_derived(element: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--focus has the formula, its numbers and its value."""
    assert start(["run", NAME, "--focus", element]) == 0
    out = capsys.readouterr().out
    assert "=" in out
    assert "≈" in out or "←" in out or element.startswith("x")
