"""Networks of one kind of layer each, the graph each of them is by hand, and what PyTorch makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """Layers (before a flatten and a dense output), their parameters by name, shape and key, and the same twice over.

    `inputs` is the shape of x as the file gives it, `shape` its axes; `hand` are formulas written by hand, of which
    the last gives what `torch` gives, called with torch, the parameters and x of all examples, examples first.
    `ids` is how many ids there are, where x is made of them.
    """

    name: str
    inputs: Any
    shape: tuple[int, ...]
    layers: list[dict[str, Any]]
    parameters: dict[str, tuple[int, ...]]
    keys: dict[str, tuple[Any, ...]]
    hand: dict[str, str]
    torch: Callable[[Any, Given, Any], Any]
    ids: int = 0


def numbers(case: Case) -> dict[str, Any]:
    """Parameters and three examples, always the same."""
    generator = np.random.default_rng(5)
    drawn = {name: generator.normal(size=shape) for name, shape in case.parameters.items()}
    shape = (3, *case.shape)
    return {**drawn, "x": generator.integers(1, case.ids + 1, shape) if case.ids else generator.normal(size=shape)}


def scenario(case: Case, given: Given) -> dict[str, Any]:
    """The file of a case, its output summed against what flows in through a loss of half the square."""
    layers = [dict(layer) for layer in case.layers]
    for name, (number, *keys) in case.keys.items():
        inside = layers[number - 1]
        for key in keys[:-1]:
            inside = inside.setdefault(key, {}) if isinstance(key, str) else inside[key]
        inside[keys[-1]] = np.asarray(given[name]).tolist()
    return {
        "title": case.name,
        "network": {"inputs": case.inputs, "layers": layers},
        "data": [{"x": x.tolist(), "y": given["y"].tolist()} for x in given["x"]],
    }


def by_hand(case: Case, given: Given) -> dict[str, Any]:
    """The file of the graph that was written by hand."""
    last = list(case.hand)[-1]
    return {
        "title": case.name,
        "graph": {
            "inputs": ["x", "y"],
            "parameters": {name: np.asarray(given[name]).tolist() for name in case.parameters},
            "nodes": {**case.hand, "L": f"sum(({last} - y)^2) / 2"},
            "output": "L",
        },
        "data": [{"x": x.tolist(), "y": given["y"].tolist()} for x in given["x"]],
    }


def _pool(case: str, sides: int, how: str) -> Case:
    torch_name = {"max": "max", "avg": "avg"}[how]
    return Case(
        case,
        {"shape": [2, *(4,) * sides]},
        (2, *(4,) * sides),
        [{"kind": case, "size": 2}],
        {},
        {},
        {"a1": f"{how}_pool{sides}d(x, 2)"},
        lambda torch, p, x: getattr(torch.nn.functional, f"{torch_name}_pool{sides}d")(x, 2),
    )


def _cell(kind: str, gates: str, torch_order: str, hand: dict[str, str]) -> Case:
    """A cell with gates over three steps, of which all go on; PyTorch stacks its gates in an order of its own."""

    def theirs(torch: Any, p: Given, x: Any) -> Any:
        both = {
            "weight_ih_l0": torch.cat([p[f"Wx{g}1"] for g in torch_order]),
            "weight_hh_l0": torch.cat([p[f"Wh{g}1"] for g in torch_order]),
            "bias_ih_l0": torch.cat([p[f"b{g}1"] for g in torch_order]),
            "bias_hh_l0": torch.zeros(2 * len(torch_order), dtype=x.dtype),
        }
        cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](3, 2, batch_first=True, dtype=x.dtype)
        start = torch.tensor([[[0.5, -0.25]] * 3], dtype=x.dtype)
        state = (start, torch.tensor([[[-1.0, 2.0]] * 3], dtype=x.dtype)) if kind == "lstm" else start
        return torch.func.functional_call(cell, both, (x, state))[0]

    shapes = {f"Wx{g}1": (2, 3) for g in gates} | {f"Wh{g}1": (2, 2) for g in gates} | {f"b{g}1": (2,) for g in gates}
    keys: dict[str, tuple[Any, ...]] = {}
    for g in gates:
        keys |= {f"Wx{g}1": (1, "weights", g), f"Wh{g}1": (1, "recurrent", g), f"b{g}1": (1, "bias", g)}
    cell = {"start_cell": [-1, 2]} if kind == "lstm" else {}
    layer = {"kind": kind, "units": 2, "start": [0.5, -0.25], **cell}
    every = {}
    for step in (1, 2, 3):
        for name, text in hand.items():
            for old, new in (("PREV", f"{step - 1}"), ("STEP", f"{step}")):
                name, text = name.replace(old, new), text.replace(old, new)
            every[name] = text
    begin = {"h_0": "stack(0.5, -0.25)", "c_0": "stack(-1, 2)"}
    return Case(
        kind,
        {"steps": 3, "units": 3},
        (3, 3),
        [layer],
        shapes,
        keys,
        {**begin, **every, "h1": "stack(h_1, h_2, h_3)"},
        theirs,
    )


def _attended(torch: Any, p: Given, x: Any, heads: int, causal: bool) -> Any:
    """Attention by PyTorch's own function, heads as an axis of their own."""
    q, k, v = (
        torch.nn.functional.linear(x, p[w]).unflatten(-1, (heads, -1)).transpose(1, 2) for w in ("Wq1", "Wk1", "Wv1")
    )
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return mixed.transpose(1, 2).flatten(2)


CASES = [
    Case(
        "conv2d",
        {"shape": [2, 5, 4]},
        (2, 5, 4),
        [{"kind": "conv2d", "channels": 3, "kernel": 2, "stride": 2, "padding": 1, "activation": "tanh"}],
        {"W1": (3, 2, 2, 2), "b1": (3,)},
        {"W1": (1, "weights"), "b1": (1, "bias")},
        {"z1": "conv2d(x, W1, 2, 1) + reshape(b1, 3, 1, 1)", "a1": "tanh(z1)"},
        lambda torch, p, x: torch.tanh(torch.nn.functional.conv2d(x, p["W1"], p["b1"], 2, 1)),
    ),
    Case(
        "conv1d",
        {"shape": [2, 6]},
        (2, 6),
        [{"kind": "conv1d", "channels": 3, "kernel": 3, "activation": "sigmoid"}],
        {"W1": (3, 2, 3), "b1": (3,)},
        {"W1": (1, "weights"), "b1": (1, "bias")},
        {"z1": "conv1d(x, W1) + reshape(b1, 3, 1)", "a1": "sigmoid(z1)"},
        lambda torch, p, x: torch.sigmoid(torch.nn.functional.conv1d(x, p["W1"], p["b1"])),
    ),
    *(_pool(f"{how}_pool{sides}d", sides, how) for how in ("max", "avg") for sides in (1, 2)),
    Case(
        "flatten",
        {"shape": [2, 2, 3]},
        (2, 2, 3),
        [{"kind": "flatten"}, {"units": 2, "activation": "tanh"}],
        {"W2": (2, 12), "b2": (2,)},
        {"W2": (2, "weights"), "b2": (2, "bias")},
        {"a1": "flatten(x)", "z2": "W2 @ a1 + b2", "a2": "tanh(z2)"},
        lambda torch, p, x: torch.tanh(torch.nn.functional.linear(x.flatten(1), p["W2"], p["b2"])),
    ),
    Case(
        "dense",
        {"steps": 3, "units": 2},
        (3, 2),
        [{"kind": "dense", "units": 4, "activation": "softmax"}],
        {"W1": (4, 2), "b1": (4,)},
        {"W1": (1, "weights"), "b1": (1, "bias")},
        {"z1": "x @ W1.T + b1", "a1": "softmax(z1)"},
        lambda torch, p, x: torch.softmax(torch.nn.functional.linear(x, p["W1"], p["b1"]), -1),
    ),
    Case(
        "dropout",
        {"shape": [4]},
        (4,),
        [{"units": 4, "activation": "tanh"}, {"kind": "dropout", "mask": [1, 0, 1, 1], "keep": 0.75}],
        {"W1": (4, 4)},
        {"W1": (1, "weights")},
        {"a1": "tanh(W1 @ x)", "a2": "dropout(a1, stack(1, 0, 1, 1), 0.75)"},
        lambda torch, p, x: torch.tanh(x @ p["W1"].T) * torch.tensor([1.0, 0, 1, 1], dtype=x.dtype) / 0.75,
    ),
    Case(
        "layer_norm",
        {"steps": 3, "units": 4},
        (3, 4),
        [{"kind": "layer_norm"}],
        {"gain1": (4,), "shift1": (4,)},
        {"gain1": (1, "gain"), "shift1": (1, "shift")},
        {"a1": "layer_norm(x, gain1, shift1)"},
        lambda torch, p, x: torch.nn.functional.layer_norm(x, (4,), p["gain1"], p["shift1"]),
    ),
    Case(
        "rms_norm",
        {"shape": [4]},
        (4,),
        [{"kind": "rms_norm"}],
        {"gain1": (4,)},
        {"gain1": (1, "gain")},
        {"a1": "rms_norm(x, gain1)"},
        lambda torch, p, x: torch.nn.functional.rms_norm(x, (4,), p["gain1"], 1e-5),
    ),
    Case(
        "batch_norm",
        {"shape": [4]},
        (4,),
        [{"kind": "batch_norm"}],
        {"gain1": (4,), "shift1": (4,)},
        {"gain1": (1, "gain"), "shift1": (1, "shift")},
        {"a1": "batch_norm(x, gain1, shift1)"},
        lambda torch, p, x: torch.nn.functional.batch_norm(x, None, None, p["gain1"], p["shift1"], True),
    ),
    Case(
        "batch_norm of channels",
        {"shape": [2, 3, 3]},
        (2, 3, 3),
        [{"kind": "batch_norm"}],
        {"gain1": (2,), "shift1": (2,)},
        {"gain1": (1, "gain"), "shift1": (1, "shift")},
        {
            "u": "batch_mean(mean(mean(x, axis=2, keepdim=1), axis=3, keepdim=1))",
            "v": "batch_mean(mean(mean((x - u)^2, axis=2, keepdim=1), axis=3, keepdim=1))",
            "a1": "reshape(gain1, 2, 1, 1) * (x - u) / sqrt(v + 1e-5) + reshape(shift1, 2, 1, 1)",
        },
        lambda torch, p, x: torch.nn.functional.batch_norm(x, None, None, p["gain1"], p["shift1"], True),
    ),
    Case(
        "embedding",
        {"tokens": 4, "vocabulary": 3},
        (4,),
        [{"kind": "embedding", "units": 2}, {"kind": "mean_over_steps"}],
        {"W1": (3, 2)},
        {"W1": (1, "weights")},
        {"a1": "embedding(W1, x)", "a2": "mean(a1, axis=1)"},
        lambda torch, p, x: torch.nn.functional.embedding(x.long() - 1, p["W1"]).mean(1),
        ids=3,
    ),
    Case(
        "last_step",
        {"steps": 3, "units": 2},
        (3, 2),
        [{"kind": "last_step"}],
        {},
        {},
        {"a1": "x[3] + 0"},
        lambda torch, p, x: x[:, -1],
    ),
    Case(
        "residual",
        {"shape": [3]},
        (3,),
        [
            {"units": 3, "activation": "tanh"},
            {"kind": "residual", "layers": [{"units": 3, "activation": "relu"}, {"units": 3, "activation": "tanh"}]},
        ],
        {"W1": (3, 3), "W2_1": (3, 3), "b2_1": (3,), "W2_2": (3, 3)},
        {
            "W1": (1, "weights"),
            "W2_1": (2, "layers", 0, "weights"),
            "b2_1": (2, "layers", 0, "bias"),
            "W2_2": (2, "layers", 1, "weights"),
        },
        {"a1": "tanh(W1 @ x)", "a2": "a1 + tanh(W2_2 @ relu(W2_1 @ a1 + b2_1))"},
        lambda torch, p, x: (
            torch.tanh(x @ p["W1"].T)
            + torch.tanh(torch.relu(torch.tanh(x @ p["W1"].T) @ p["W2_1"].T + p["b2_1"]) @ p["W2_2"].T)
        ),
    ),
    Case(
        "rnn",
        {"steps": 3, "units": 3},
        (3, 3),
        [{"kind": "rnn", "units": 2, "start": [0.5, -0.25], "return": "last"}, {"units": 1, "activation": "identity"}],
        {"Wx1": (2, 3), "Wh1": (2, 2), "b1": (2,), "W2": (1, 2)},
        {"Wx1": (1, "weights"), "Wh1": (1, "recurrent"), "b1": (1, "bias"), "W2": (2, "weights")},
        {
            "p": "tanh(Wx1 @ x[1] + Wh1 @ stack(0.5, -0.25) + b1)",
            "q": "tanh(Wx1 @ x[2] + Wh1 @ p + b1)",
            "r": "tanh(Wx1 @ x[3] + Wh1 @ q + b1)",
            "o": "W2 @ r",
        },
        lambda torch, p, x: (
            torch.func.functional_call(
                torch.nn.RNN(3, 2, batch_first=True, dtype=x.dtype),
                {
                    "weight_ih_l0": p["Wx1"],
                    "weight_hh_l0": p["Wh1"],
                    "bias_ih_l0": p["b1"],
                    "bias_hh_l0": torch.zeros(2, dtype=x.dtype),
                },
                (x, torch.tensor([[[0.5, -0.25]] * 3], dtype=x.dtype)),
            )[0][:, -1]
            @ p["W2"].T
        ),
    ),
    _cell(
        "lstm",
        "ifgo",
        "ifgo",
        {
            "i_STEP": "sigmoid(Wxi1 @ x[STEP] + Whi1 @ h_PREV + bi1)",
            "f_STEP": "sigmoid(Wxf1 @ x[STEP] + Whf1 @ h_PREV + bf1)",
            "g_STEP": "tanh(Wxg1 @ x[STEP] + Whg1 @ h_PREV + bg1)",
            "o_STEP": "sigmoid(Wxo1 @ x[STEP] + Who1 @ h_PREV + bo1)",
            "c_STEP": "f_STEP * c_PREV + i_STEP * g_STEP",
            "h_STEP": "o_STEP * tanh(c_STEP)",
        },
    ),
    _cell(
        "gru",
        "run",
        "run",
        {
            "r_STEP": "sigmoid(Wxr1 @ x[STEP] + Whr1 @ h_PREV + br1)",
            "u_STEP": "sigmoid(Wxu1 @ x[STEP] + Whu1 @ h_PREV + bu1)",
            "n_STEP": "tanh(Wxn1 @ x[STEP] + r_STEP * (Whn1 @ h_PREV) + bn1)",
            "h_STEP": "(1 - u_STEP) * n_STEP + u_STEP * h_PREV",
        },
    ),
    Case(
        "attention",
        {"steps": 3, "units": 2},
        (3, 2),
        [{"kind": "attention", "units": 4, "causal": True}],
        {"Wq1": (4, 2), "Wk1": (4, 2), "Wv1": (4, 2), "Wo1": (2, 4)},
        {"Wq1": (1, "query"), "Wk1": (1, "key"), "Wv1": (1, "value"), "Wo1": (1, "out")},
        {
            "P1": "softmax(causal((x @ Wq1.T) @ (x @ Wk1.T).T / sqrt(4)))",
            "a1": "P1 @ (x @ Wv1.T) @ Wo1.T",
        },
        lambda torch, p, x: _attended(torch, p, x, 1, True) @ p["Wo1"].T,
    ),
    Case(
        "attention of two heads",
        {"steps": 3, "units": 2},
        (3, 2),
        [{"kind": "attention", "units": 4, "heads": 2}],
        {"Wq1": (4, 2), "Wk1": (4, 2), "Wv1": (4, 2)},
        {"Wq1": (1, "query"), "Wk1": (1, "key"), "Wv1": (1, "value")},
        {
            "q": "x @ Wq1.T",
            "k": "x @ Wk1.T",
            "v": "x @ Wv1.T",
            "one": "softmax(q[:, 1:2] @ (k[:, 1:2]).T / sqrt(2)) @ v[:, 1:2]",
            "two": "softmax(q[:, 3:4] @ (k[:, 3:4]).T / sqrt(2)) @ v[:, 3:4]",
            "O1": "concat(one, two, axis=2)",
        },
        lambda torch, p, x: _attended(torch, p, x, 2, False),
    ),
    Case(
        "tied weights",
        {"shape": [3]},
        (3,),
        [{"units": 2, "activation": "tanh"}, {"units": 3, "activation": "identity", "tie": 1, "transposed": True}],
        {"W1": (2, 3), "b1": (2,), "b2": (3,)},
        {"W1": (1, "weights"), "b1": (1, "bias"), "b2": (2, "bias")},
        {"a1": "tanh(W1 @ x + b1)", "a2": "W1.T @ a1 + b2"},
        lambda torch, p, x: torch.tanh(x @ p["W1"].T + p["b1"]) @ p["W1"] + p["b2"],
    ),
    Case(
        "tied weights over a sequence",
        {"tokens": 3, "vocabulary": 4},
        (3,),
        [
            {"kind": "embedding", "units": 2},
            {"units": 4, "activation": "identity", "tie": 1},
            {"units": 2, "activation": "identity", "tie": 1, "transposed": True},
        ],
        {"W1": (4, 2)},
        {"W1": (1, "weights")},
        {"a1": "embedding(W1, x)", "a2": "a1 @ W1.T", "a3": "a2 @ W1"},
        lambda torch, p, x: torch.nn.functional.embedding(x.long() - 1, p["W1"]) @ p["W1"].T @ p["W1"],
        ids=4,
    ),
]
"""At least one case for each kind."""
